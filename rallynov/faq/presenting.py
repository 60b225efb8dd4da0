"""What somebody asked as everybody may read it: without numbers, addresses and the name that they gave. Pure.

Nothing here knows names: one is what follows "je suis", "je m'appelle" or a title. What was not said like that stays.
"""

from __future__ import annotations

import re

from rallynov.text import clean_line

HEADING = 80
"""Characters of a title made of an answer."""
_NAME = r"[A-ZÀ-ÖØ-Þ][\w'’-]*(?:\s+(?:(?:de|du|le|la|van|von|el|ben)\s+)?[A-ZÀ-ÖØ-Þ][\w'’-]*){0,3}"
_OF = r"(?:\s+(?:de|du|des|d['’]|à|from|of|at)(?:\s|(?<=['’]))[^,.;:!?]{1,60}(?=[,.;:!?]))?"
_GIVEN = r"(?:(?!(?:et|où|ou|je|j['’]\w+|and|where|i)\b)[\w'’-]+)"
_LABEL = r"(?:\b(?:t[ée]l(?:[ée]phone)?|portable|mobile|phone|e-?mail|m[ée]l|courriel)\b\s*(?:est\s+|is\s+)?[.:]?\s*)?"
_STRUCK = (
    re.compile(_LABEL + r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,5}", re.IGNORECASE),
    re.compile(r"(?<![\w@])@\w{3,}"),
    re.compile(_LABEL + r"(?<!\w)(?:\+\s?|\(\+?)?\d(?:[\s./()-]{0,2}\d){8,13}(?!\w)", re.IGNORECASE),
    re.compile(rf"(?i:\b(?:moi\s+c['’]est|je\s+suis|i\s+am|i['’]m|this\s+is))\s+{_NAME}{_OF}"),
    re.compile(
        rf"(?i:\b(?:je\s+m['’]\s?appelle|je\s+me\s+nomme|mon\s+nom\s+est|my\s+name\s+is))\s+{_NAME}{_OF}"
    ),
    re.compile(
        r"\b(?:je\s+m['’]\s?appelle|je\s+me\s+nomme|mon\s+nom\s+est|my\s+name\s+is)\s+"
        + _GIVEN
        + rf"(?:\s+{_GIVEN})?",
        re.IGNORECASE,
    ),
    re.compile(rf"\b(?:Mme|Madame|Mlle|Monsieur|M\.|Mr|Mrs|Ms)\.?\s+{_NAME}"),
)
_LOOSE = re.compile(r"(?<=[,;:])(?:\s*[,;.:])+|\s+(?=[,;.])")
_BEFORE = re.compile(r"^(?:[\s,;:.!)…-]+|(?:et|and)\s+)+", re.IGNORECASE)


def presentable(words: str) -> str:
    """Strike numbers of telephones, addresses of e-mail and names; empty when nothing else was said."""
    line = clean_line(words)
    struck = line
    for one in _STRUCK:
        struck = one.sub(" ", struck)
    if struck == line:
        return line
    left = _BEFORE.sub("", _LOOSE.sub("", " ".join(struck.split()))).rstrip(" ,;:-(")
    return left if sum(map(str.isalpha, left)) > 2 else ""  # two letters ask nothing


def heading_of(answer: str) -> str:
    """Make a title of the first words of an answer: what stands when the question may not be read any more."""
    line = clean_line(answer)
    if len(line) > HEADING:
        line = line[:HEADING].rsplit(" ", 1)[0] + "…"
    return line[:1].upper() + line[1:]
