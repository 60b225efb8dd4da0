"""The little markup of announcements: ``*bold*``, ``_italic_``, lists (``- ``), quotations (``> ``), links (``https://…``).

No text is wrong: what is no mark stays as it was typed. Whoever shows it escapes every run by its own channel's rules.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

Shape: TypeAlias = Literal["text", "list", "quote"]


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a line, in one look; ``link`` is where it leads, itself as it is written."""

    text: str
    bold: bool = False
    italic: bool = False
    link: str = ""


Line: TypeAlias = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """Lines of one shape; ``apart`` tells that an empty line stands before them."""

    shape: Shape
    lines: tuple[Line, ...]
    apart: bool = False


_LINK = r"(?P<link>https://[^\s<>\"«»*]+)"
_BOLD = r"(?<![\w*])\*(?P<bold>[^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])"
_ITALIC = r"(?<![\w_])_(?P<italic>[^\s_](?:[^_\n]*[^\s_])?)_(?![\w_])"
_MARK = re.compile(f"{_LINK}|{_BOLD}|{_ITALIC}")
_ITEM = re.compile(r"[-•] +(?=\S)")
_QUOTED = re.compile(r"> ?(?=\S)")
_AFTER_A_LINK = ".,;:!?…)]}'’”_"
"""What ends a sentence rather than the address before it."""
BULLET = "• "


def parse(text: str) -> tuple[Passage, ...]:
    """Read a text into passages; never raises, in time linear in its length."""
    passages: list[Passage] = []
    apart = False
    for raw in text.split("\n"):
        if not raw.strip():
            apart = bool(passages)
            continue
        shape, bare = _shaped(raw)
        last = passages[-1] if passages and not apart else None
        if last and last.shape == shape:
            passages[-1] = replace(last, lines=(*last.lines, runs(bare)))
        else:
            passages.append(Passage(shape, (runs(bare),), apart))
        apart = False
    return tuple(passages)


def runs(line: str) -> Line:
    """Read the marks of one line."""
    return tuple(_merged(_runs(line, Run(""))))


def plain(text: str) -> str:
    """Return a text without its marks, as it is shown where there is no other look."""
    return "\n".join(
        ("\n" if passage.apart and not n else "") + (BULLET if passage.shape == "list" else "") + spoken(line)
        for passage in parse(text)
        for n, line in enumerate(passage.lines)
    )


def spoken(line: Line) -> str:
    """Return the words of a line."""
    return "".join(run.text for run in line)


def _shaped(raw: str) -> tuple[Shape, str]:
    if item := _ITEM.match(raw):
        return "list", raw[item.end() :]
    if quoted := _QUOTED.match(raw):
        return "quote", raw[quoted.end() :]
    return "text", raw


def _runs(line: str, look: Run) -> list[Run]:
    """Read a line whose runs look at least like ``look``; a mark stands in another of the other kind only."""
    found: list[Run] = []
    at = 0
    for mark in _MARK.finditer(line):
        found.append(replace(look, text=line[at : mark.start()]))
        at = mark.end()
        if link := mark["link"]:
            address = _bare(link)
            found.append(replace(look, text=address, link=address) if address else replace(look, text=link))
            at = mark.start() + len(address or link)
        elif mark["bold"] is not None:
            found += _runs(mark["bold"], replace(look, bold=True))
        else:
            found += _runs(mark["italic"], replace(look, italic=True))
    return [*found, replace(look, text=line[at:])]


def _bare(link: str) -> str:
    """Return an address without the signs of the sentence around it; empty when nothing is left of it."""
    bare = link.rstrip(_AFTER_A_LINK)
    if link[len(bare) :].startswith(")") and bare.count("(") > bare.count(")"):
        bare += ")"
    return bare if len(bare) > len("https://") else ""


def _merged(found: list[Run]) -> list[Run]:
    """Put runs of one look together, and leave empty ones out."""
    merged: list[Run] = []
    for run in found:
        if not run.text:
            continue
        last = merged[-1] if merged else None
        if last and not run.link and not last.link and replace(run, text=last.text) == last:
            merged[-1] = replace(last, text=last.text + run.text)
        else:
            merged.append(run)
    return merged
