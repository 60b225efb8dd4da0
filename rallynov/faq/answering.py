"""Answering a message: one question or several, sure, likely or unknown; in a form, beside the pending question. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rallynov.dialogue.screens import Block, note, text
from rallynov.dialogue.turn import Command, Move, Place, Scene
from rallynov.dialogue.words import say
from rallynov.editions.model import day_of
from rallynov.faq import screens
from rallynov.faq.commands import ChooseEntry, KeepQuestion
from rallynov.faq.model import SUGGESTED, Entry, Faq, Hit
from rallynov.faq.retrieval.model import Verdict

NAME = "faq"
HERE = Place(NAME)
TRIES = 2
"""Misses in a row after which nothing is proposed any more: a person is."""
ID = 12
"""Characters of the id of a question, and of a ticket."""
_MOST_PROPOSED = 6
_NOT_READY = note(
    say(
        "I am still getting ready to look up questions. Meanwhile, here are the themes; you may also ask the team."
    )
)
_UNKNOWN = text(say("I do not know the answer to this question, and I do not want to guess."))


@dataclass(frozen=True, slots=True)
class Asked:
    """A message that asks; ``screen`` is where, ``in_form`` whether a question is pending there, ``misses`` those before."""

    text: str
    screen: str = ""
    in_form: bool = False
    misses: int = 0


def answer(asked: Asked, scene: Scene) -> Move:
    """Decide on a message."""
    question = scene.secret[:ID]
    hits = scene.of(Faq).library.hear(asked.text, scene.language, day_of(scene.now))
    if not hits:
        kept = KeepQuestion(question, asked.text, scene.language, "unheard", (), asked.screen)
        return Move(HERE, (kept,), (_NOT_READY,), over=True)
    if len(hits) > 1:
        return _several(asked, hits, question, scene)
    return _one(asked, hits[0], question, scene)


def _one(asked: Asked, hit: Hit, question: str, scene: Scene) -> Move:
    kept = _kept(asked, hit, question, scene)
    entry = _found(hit, scene) if hit.sure else None
    if entry and asked.in_form:
        return Move(None, (kept,), screens.answer(entry, scene), aside=f"e:{entry.slug}:{question}")
    if entry:
        return Move(Place(NAME, f"e:{entry.slug}:{question}"), (kept,), over=True)
    if hit.verdict is Verdict.SUGGEST and asked.in_form:
        return _near(question, hit.entries, (kept,), (), scene)
    if hit.verdict is Verdict.SUGGEST and asked.misses < TRIES:
        return Move(Place(NAME, f"near:{question}:{','.join(hit.entries)}"), (kept,), over=True)
    if asked.in_form and not asked.misses:
        return Move(None, (kept,), (_UNKNOWN,), aside=f"none:{question}", missed=True)
    again = "again" if asked.misses else "asked"
    return Move(Place(NAME, f"none:{question}:{again}"), (kept,), over=True, missed=True)


def _near(
    question: str, slugs: Sequence[str], orders: tuple[Command, ...], lead: tuple[Block, ...], scene: Scene
) -> Move:
    """Propose what may have been meant beside the pending question, which stays where it is."""
    if not any(scene.of(Faq).library.find(slug, scene.language) for slug in slugs):
        return Move(None, orders, (*lead, _UNKNOWN), aside=f"none:{question}", missed=True)
    return Move(None, orders, lead, aside=f"near:{question}:{','.join(slugs)}")


def told_beside(question: str, slugs: Sequence[str], nth: str, scene: Scene) -> Move:
    """Answer, beside the pending question, the one of those proposed that was meant."""
    slug = slugs[int(nth)] if nth.isdecimal() and int(nth) < len(slugs) else ""
    entry = scene.of(Faq).library.find(slug, scene.language)
    if entry is None:
        return unknown_beside(question)
    return Move(
        None, (ChooseEntry(question, slug),), screens.answer(entry, scene), aside=f"e:{slug}:{question}"
    )


def unknown_beside(question: str) -> Move:
    """Say that none of those proposed was meant, and offer a person beside the pending question."""
    lead = (text(say("Then I had better ask a person of the team.")),)
    return Move(None, (ChooseEntry(question, ""),), lead, aside=f"none:{question}", missed=True)


def _several(asked: Asked, hits: tuple[Hit, ...], question: str, scene: Scene) -> Move:
    """Answer several questions in order; what is not sure is proposed, what is unknown said. All of it may be handed over."""
    lead = tuple(block for hit in hits for block in _said(hit, scene))
    doubtful = [hit for hit in hits if not hit.sure]
    near = list(dict.fromkeys(slug for hit in doubtful for slug in _proposed(hit)))[:_MOST_PROPOSED]
    whole = KeepQuestion(question, asked.text, scene.language, "message", tuple(near), asked.screen)
    parts = (_kept(asked, hit, f"{question[:-1]}{n}", scene) for n, hit in enumerate(hits))
    orders: tuple[Command, ...] = (whole, *parts)
    if near and asked.in_form:
        return _near(question, near, orders, lead, scene)
    if near:
        return Move(Place(NAME, f"near:{question}:{','.join(near)}"), orders, lead, over=True)
    if doubtful and not asked.in_form:
        return Move(Place(NAME, f"none:{question}"), orders, lead, over=True, missed=True)
    aside = f"none:{question}" if doubtful else f"e:{hits[0].entries[0]}:{question}"
    return Move(commands=orders, lead=lead, aside=aside, missed=bool(doubtful))


def _said(hit: Hit, scene: Scene) -> tuple[Block, ...]:
    entry = _found(hit, scene)
    if hit.sure and entry:
        return screens.answer(entry, scene)
    words = screens.short(hit.words, 80)
    return (text(say("“{question}”: I am not sure that I know the answer.", question=words)),)


def _proposed(hit: Hit) -> tuple[str, ...]:
    return hit.entries[:SUGGESTED] if hit.verdict is Verdict.SUGGEST else ()


def _kept(asked: Asked, hit: Hit, question: str, scene: Scene) -> KeepQuestion:
    shown = {Verdict.ANSWER: hit.entries[:1], Verdict.SUGGEST: hit.entries}.get(hit.verdict, ())
    return KeepQuestion(question, hit.words, scene.language, hit.verdict.value, shown, asked.screen)


def _found(hit: Hit, scene: Scene) -> Entry | None:
    return scene.of(Faq).library.find(hit.entries[0], scene.language) if hit.entries else None
