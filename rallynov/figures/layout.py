"""Where words go around a round figure, by an estimate of their widths: a font is known only where it is drawn.

Estimates are those of a common sans serif: a narrower font leaves room, a wider one has the edge to grow into.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise, product
from math import cos, hypot, pi, sin

WIDTH = 340.0
"""Units of the drawing's width: on a phone of 340 pixels, one unit is one pixel."""

FONT = 12.5
LINE = 14.5
EDGE = 5.0
_LONGEST = 3
_GAP = 9.0
_WIDEST = 150.0
_NARROW = frozenset("iljI.,:;'’!|·")
_SLIM = frozenset("frt()[]-/ \u00a0\u202f")
_LEAN = frozenset("cçksvxyz")
_BROAD = frozenset("mwMW@—…%")


@dataclass(frozen=True, slots=True)
class Label:
    """One axis's words, broken into lines, with the middle of their height; ``value`` ends the last line."""

    lines: tuple[str, ...]
    value: str
    x: float
    y: float
    anchor: str

    @property
    def height(self) -> float:
        """How high its lines stand, in units."""
        return LINE * len(self.lines)

    @property
    def cut(self) -> bool:
        """Tell whether the words did not fit."""
        return any(line.endswith("…") for line in self.lines)


@lru_cache(maxsize=2048)
def _em(sign: str) -> float:
    if unicodedata.combining(sign):
        return 0.0
    if sign in _NARROW:
        return 0.25
    if sign in _SLIM:
        return 0.33
    if sign in _LEAN:
        return 0.5
    if sign in _BROAD:
        return 0.86
    if unicodedata.east_asian_width(sign) in "WF" or ord(sign) >= 0x10000:
        return 1.2
    return 0.56 if sign.islower() or sign.isdigit() else 0.7


@lru_cache(maxsize=4096)
def width(text: str) -> float:
    """Estimate how wide a text is drawn, in units."""
    return FONT * sum(map(_em, text))


def wrap(text: str, room: float, most: int = _LONGEST) -> tuple[str, ...]:
    """Break a text into lines of at most ``room`` units, as even as they can be.

    A text too long for ``most`` lines ends in an ellipsis: its whole is in the table beside the drawing.
    """
    return _fitted(text, room, most) or _shortened(_fill(text.split(" "), room), room, most)


@lru_cache(maxsize=4096)
def _fitted(text: str, room: float, most: int) -> tuple[str, ...]:
    """Break a text into the fewest lines; none at all when it does not fit."""
    for count in range(1, most + 1):
        even = width(text) / count
        for goal in (even * 1.08, even * 1.25, room):
            lines = _fill(text.split(" "), min(goal, room))
            if len(lines) <= count and all(width(line) <= room for line in lines):
                return lines
    return ()


def _fill(words: list[str], room: float) -> tuple[str, ...]:
    lines = [words[0]]
    for word in words[1:]:
        longer = f"{lines[-1]} {word}"
        if width(longer) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return tuple(lines)


def _shortened(lines: tuple[str, ...], room: float, most: int) -> tuple[str, ...]:
    cut = [line if width(line) <= room else _clip(line, room) for line in lines[:most]]
    if len(lines) > most and not cut[-1].endswith("…"):
        cut[-1] = _clip(cut[-1] + "…", room)
    return tuple(cut)


def _clip(line: str, room: float) -> str:
    kept = line.removesuffix("…")
    while kept and width(kept + "…") > room:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def spot(nth: int, count: int, distance: float) -> tuple[float, float]:
    """Return the place of one axis of several at a distance from the centre; the first axis points up."""
    angle = 2 * pi * nth / count - pi / 2
    return distance * cos(angle), distance * sin(angle)


def around(texts: Sequence[tuple[str, str]], radius: float) -> tuple[Label, ...]:
    """Place the words of each axis (a label and the value that ends it) around a circle, centre at 0."""
    count, away = len(texts), radius + _GAP
    middle = min(_WIDEST, 2 * abs(spot(1, count, away)[0]) - _GAP)
    labels = [_label(text, value, spot(nth, count, away), middle) for nth, (text, value) in enumerate(texts)]
    return tuple(_apart(labels))


def _apart(labels: list[Label]) -> list[Label]:
    """Push the labels of each side off each other, away from the axis that lies level with the centre."""
    placed = list(labels)
    for side, up in product(("start", "end"), (-1, 1)):
        mine = [nth for nth, label in enumerate(placed) if label.anchor == side and label.y * up > -1]
        for inner, outer in pairwise(sorted(mine, key=lambda nth: abs(placed[nth].y))):
            clear = (placed[inner].height + placed[outer].height) / 2 + 2
            if abs(placed[outer].y - placed[inner].y) < clear:
                placed[outer] = replace(placed[outer], y=placed[inner].y + up * clear)
    return placed


def _label(text: str, value: str, at: tuple[float, float], middle: float) -> Label:
    """Place one label beside its axis; above or below, it has the room that its neighbours leave in the
    ``middle``.
    """
    x, y = at
    anchor, room = "middle", middle
    if abs(x) > _GAP:
        anchor, room = ("start" if x > 0 else "end"), WIDTH / 2 - EDGE - abs(x)
    lines = _fitted(f"{text} {value}".strip(), room, _LONGEST)
    if not lines:
        lines = (*wrap(text, room), value) if value else wrap(text, room)
    up = LINE * len(lines) / 2 * y / hypot(x, y)
    return Label(_without(lines, value), value, x, y + up, anchor)


def _without(lines: tuple[str, ...], value: str) -> tuple[str, ...]:
    """Take the value off the last line, where it is drawn in its own way."""
    return (*lines[:-1], lines[-1].removesuffix(value).rstrip(" ")) if value else lines
