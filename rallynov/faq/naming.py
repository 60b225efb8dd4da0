"""Names made of what people asked: the slug of a new entry, its title, ways of asking on one line. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from rallynov.text import clean_line, fold

LONGEST_WAY = 200
LONGEST_TITLE = 120
LONGEST_ANSWER = 600
"""Characters of a short answer; what comes after is read on request."""
PARAGRAPHS = 2
_SLUG = 32
_SENTENCE = re.compile(r"(?<=[.!?…])\s+")


def title_of(question: str, language: str = "fr") -> str:
    """Make a title of a question: one line, its first letter a capital, a mark at its end as its language sets it."""
    line = clean_line(question)
    if len(line) > LONGEST_TITLE:
        line = line[:LONGEST_TITLE].rsplit(" ", 1)[0] + "…"
    mark = " ?" if language == "fr" else "?"
    marked = line if line.endswith(("?", "…")) else f"{line}{mark}"
    return marked[:1].upper() + marked[1:]


def ways_of(questions: Sequence[str]) -> list[str]:
    """Return ways of asking on one line each, no two alike, none too long to be a question."""
    told = (clean_line(one) for one in questions)
    return list({fold(one): one for one in told if fold(one) and len(one) <= LONGEST_WAY}.values())


def slug_of(title: str, taken: Collection[str]) -> str:
    """Make a slug of a title: a few words of it, and a number when another entry has it."""
    words = ("".join(c for c in word if c.isascii() and c.isalnum()) for word in fold(title).split())
    slug = "-".join(word for word in words if word)[:_SLUG].strip("-") or "question"
    if slug not in taken:
        return slug
    return next(
        name for n in range(2, 10_000) if (name := f"{slug[: _SLUG - 5].strip('-')}-{n}") not in taken
    )


def cut_answer(answer: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Cut an answer that was typed into its first paragraphs, which are short, and the rest of them."""
    pieces = [piece for part in answer.split("\n") if part.strip() for piece in _pieces(clean_line(part))]
    first: list[str] = []
    while pieces and len(first) < PARAGRAPHS and sum(map(len, (*first, pieces[0]))) <= LONGEST_ANSWER:
        first.append(pieces.pop(0))
    return tuple(first), tuple(pieces)


def _pieces(paragraph: str) -> list[str]:
    """Cut a paragraph that is too long between two sentences, else between two words, else anywhere."""
    pieces = [""]
    for part in _SENTENCE.split(paragraph):
        for word in [part] if len(part) <= LONGEST_ANSWER else part.split(" "):
            for bit in (word[at : at + LONGEST_ANSWER] for at in range(0, len(word), LONGEST_ANSWER)):
                joined = f"{pieces[-1]} {bit}".strip()
                if len(joined) <= LONGEST_ANSWER:
                    pieces[-1] = joined
                else:
                    pieces.append(bit)
    return [piece for piece in pieces if piece]
