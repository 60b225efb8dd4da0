"""A radar as SVG: axes from the middle (0) to the rim (100), one polygon a series. Pure.

Series are told apart by dash and mark, not by colour alone. Each takes its colour from its group's ``color``
(``radar-s0`` to ``radar-s5``), so that a style sheet recolours it with one rule; the rest is ``currentColor``. No inline
style: the web's policy forbids them. Every text is escaped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from rallynov.figures.layout import EDGE, FONT, LINE, WIDTH, Label, around, spot, width, wrap
from rallynov.figures.model import Drawable, points

AXES = range(3, 13)
SERIES = range(1, 7)
ABSENT = "–"
_RADII = (tuple(range(112, 83, -4)), (80, 76, 72))
_COLOURS = ("#1f5a44", "#2f4d9b", "#8a4b16", "#7a2e6b", "#00656b", "#5a5a20")
_DASHES = ("", "7 4", "2 3", "11 4 2 4", "14 5", "1 5")
_PAPER = "#fffdf8"
_ILLEGAL = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class _Ground:
    """What all series share: how many axes, and how far the rim is."""

    axes: int
    rim: float

    def at(self, nth: int, value: float) -> tuple[float, float]:
        """Return the place of a value, 0 to 100, of an axis; what lies beyond is drawn on the rim."""
        return spot(nth % self.axes, self.axes, self.rim * min(max(value, 0.0), 100.0) / 100)


def radar_svg(drawing: Drawable, *, absent: str = ABSENT) -> str:
    """Draw 3 to 12 axes and 1 to 6 series; ``absent`` stands where there is no point.

    The newest series is filled when it is alone or beside an earlier one, and its points end the labels.
    ``ValueError`` when there are too few or too many.
    """
    series = len(drawing.columns) - 1
    if len(drawing.rows) not in AXES or series not in SERIES:
        raise ValueError(f"{len(drawing.rows)} axes and {series} series cannot be drawn")
    few = series <= 2
    ground, labels = _place([(name, points(got[0], absent) if few else "") for name, got in drawing.rows])
    legend, height = _legend(drawing.columns[1:]) if series > 1 else ([], 0.0)
    top = min(label.y - label.height / 2 for label in labels) - EDGE
    bottom = max(label.y + label.height / 2 for label in labels) + EDGE
    body = [
        *_grid(ground),
        *_hollows(ground, drawing),
        *(_series(ground, drawing, nth, filled=few and nth == 0) for nth in reversed(range(series))),
        *map(_words, labels),
    ]
    if legend:
        body.append(_group("radar-legend", legend, f' transform="translate(0 {bottom + LINE:.1f})"'))
    size = f"{-WIDTH / 2:g} {top:.1f} {WIDTH:g} {bottom - top + height:.1f}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="radar" role="img" viewBox="{size}" font-size="{FONT}" '
        f'font-family="Libertinus Serif, Georgia, serif" fill="currentColor" overflow="visible">'
        f"<title>{_text(drawing.title)}</title><desc>{_text(described(drawing, absent))}</desc>"
        f"{''.join(body)}</svg>"
    )


def described(drawing: Drawable, absent: str = ABSENT) -> str:
    """Write what a drawing shows as one plain text: each series, its axes and their points."""
    return " ".join(
        f"{name}: " + ", ".join(f"{label} {points(got[nth], absent)}" for label, got in drawing.rows) + "."
        for nth, name in enumerate(drawing.columns[1:])
    )


def _place(texts: list[tuple[str, str]]) -> tuple[_Ground, tuple[Label, ...]]:
    """Choose the widest rim that leaves every label two lines, or else three, or four."""
    for radii in _RADII:
        tried = [(radius, around(texts, radius)) for radius in radii]
        for most in (2, 3, 4):
            for radius, labels in tried:
                if all(len(label.lines) <= most and not label.cut for label in labels):
                    return _Ground(len(texts), radius), labels
    return _Ground(len(texts), _RADII[0][-1]), around(texts, _RADII[0][-1])


def _grid(ground: _Ground) -> list[str]:
    rings = [
        f'<polygon points="{_path([ground.at(nth, level) for nth in range(ground.axes)])}"/>'
        for level in (25, 50, 75, 100)
    ]
    spokes = "".join(f"M0 0L{x:.1f} {y:.1f}" for x, y in (ground.at(nth, 100) for nth in range(ground.axes)))
    look = ' fill="none" stroke="currentColor" stroke-opacity=".22" stroke-width=".8"'
    return [_group("radar-grid", [*rings, f'<path d="{spokes}"/>'], look)]


def _hollows(ground: _Ground, drawing: Drawable) -> list[str]:
    """Draw a hollow mark on the rim of each axis where the newest series has no point."""
    bare = [ground.at(nth, 100) for nth, (_, got) in enumerate(drawing.rows) if got[0] is None]
    marks = [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4"/>' for x, y in bare]
    look = f' fill="{_PAPER}" stroke="currentColor" stroke-width="1.2" stroke-dasharray="2 1.6"'
    return [_group("radar-absent", marks, look)] if marks else []


def _series(ground: _Ground, drawing: Drawable, nth: int, *, filled: bool) -> str:
    """Draw one series: between two points that follow each other a side, elsewhere nothing."""
    got = [values[nth] for _, values in drawing.rows]
    places = [None if value is None else ground.at(axis, value) for axis, value in enumerate(got)]
    sides = [(a, b) for a, b in pairwise([*places, places[0]]) if a and b]
    parts = []
    if filled and sides:
        area = "".join(f"M0 0L{_path([a, b])}Z" for a, b in sides)
        if len(sides) == len(places):
            area = f"M{_path([at for at in places if at])}Z"
        parts.append(f'<path class="radar-area" d="{area}" fill="currentColor" fill-opacity=".16"/>')
    if sides:
        dash = f' stroke-dasharray="{_DASHES[nth]}"' if _DASHES[nth] else ""
        line = "".join(f"M{_path([a, b])}" for a, b in sides)
        if len(sides) == len(places):
            line = f"M{_path([at for at in places if at])}Z"
        parts.append(
            f'<path class="radar-line" d="{line}" fill="none" stroke="currentColor" '
            f'stroke-width="{2.2 if nth == 0 else 1.6}" stroke-linejoin="round"{dash}/>'
        )
    parts += [_mark(nth, *at) for at in places if at]
    return _group(f"radar-s{nth}", parts, f' color="{_COLOURS[nth]}"')


def _mark(nth: int, x: float, y: float) -> str:
    """Draw the mark of a series: its shape alone tells which one it is."""
    shapes = (
        'd="M-3.6 0a3.6 3.6 0 1 0 7.2 0a3.6 3.6 0 1 0-7.2 0Z"',
        'd="M-3.2-3.2h6.4v6.4h-6.4Z"',
        'd="M0-4.4L4.2 3.2H-4.2Z"',
        'd="M0-4.6L4.2 0L0 4.6L-4.2 0Z"',
        'd="M0 4.4L4.2-3.2H-4.2Z"',
        'd="M-3.4-3.4L3.4 3.4M3.4-3.4L-3.4 3.4"',
    )
    fill = "currentColor" if nth == 0 else _PAPER
    kind = "radar-mark" if nth == 0 else "radar-mark radar-hollow"
    return (
        f'<path class="{kind}" transform="translate({x:.1f} {y:.1f})" {shapes[nth]} fill="{fill}" '
        'stroke="currentColor" stroke-width="1.5"/>'
    )


def _words(label: Label) -> str:
    first = label.y - LINE * (len(label.lines) - 1) / 2 + FONT * 0.35
    spans = []
    for nth, line in enumerate(label.lines):
        last = nth == len(label.lines) - 1
        bold = f'<tspan class="radar-value" font-weight="700">{_text(label.value)}</tspan>' if last else ""
        between = " " if line and label.value and last else ""
        dy = f' dy="{LINE:g}"' if nth else ""
        spans.append(
            f'<tspan x="{label.x:.1f}"{dy}>{_text(line)}{between}{bold if label.value else ""}</tspan>'
        )
    return (
        f'<text class="radar-label" x="{label.x:.1f}" y="{first:.1f}" text-anchor="{label.anchor}">'
        f"{''.join(spans)}</text>"
    )


def _legend(names: tuple[str, ...]) -> tuple[list[str], float]:
    """Draw which line is whose, as many to a row as fit; return the drawings and their height."""
    entries: list[str] = []
    left, row = -WIDTH / 2 + EDGE, 0
    for nth, name in enumerate(names):
        [short] = wrap(name, WIDTH - 2 * EDGE - 40, 1)
        wide = 34 + width(short) + 14
        if left > -WIDTH / 2 + EDGE and left + wide > WIDTH / 2 - EDGE:
            left, row = -WIDTH / 2 + EDGE, row + 1
        entries.append(_entry(nth, short, left, row * (LINE + 4)))
        left += wide
    return entries, (row + 1) * (LINE + 4) + EDGE


def _entry(nth: int, name: str, x: float, y: float) -> str:
    dash = f' stroke-dasharray="{_DASHES[nth]}"' if _DASHES[nth] else ""
    line = (
        f'<path d="M{x:.1f} {y:.1f}h28" fill="none" stroke="currentColor" stroke-width="2"{dash}/>'
        f"{_mark(nth, x + 14, y)}"
    )
    said = f'<text x="{x + 34:.1f}" y="{y + FONT * 0.35:.1f}">{_text(name)}</text>'
    return _group(f"radar-s{nth}", [line], f' color="{_COLOURS[nth]}"') + said


def _group(kind: str, parts: list[str], look: str = "") -> str:
    return f'<g class="{kind}"{look}>{"".join(parts)}</g>'


def _path(places: list[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)


def _text(text: str) -> str:
    """Escape a text for XML, less what XML cannot hold."""
    return escape(_ILLEGAL.sub("", text))
