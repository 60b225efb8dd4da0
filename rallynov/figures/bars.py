"""Counts as horizontal bars in SVG: one bar a row, its words above it, its count at its end. Pure.

Every text is escaped; no inline style: the web's policy forbids them. The colour is that of the group, as in a radar.
"""

from __future__ import annotations

from html import escape

from rallynov.figures.layout import EDGE, FONT, LINE, WIDTH, width, wrap
from rallynov.figures.model import Drawable

BARS = range(1, 13)
_THICK = 12.0
_GAP = 10.0


def bars_svg(drawing: Drawable) -> str:
    """Draw 1 to 12 counts of one series; ``ValueError`` when there are too few or too many."""
    if len(drawing.rows) not in BARS:
        raise ValueError(f"{len(drawing.rows)} bars cannot be drawn")
    most = max([values[0] or 0.0 for _, values in drawing.rows] + [1.0])
    top, parts = EDGE, []
    for label, (value, *_) in drawing.rows:
        lines = wrap(label, WIDTH - 2 * EDGE, 2)
        for line in lines:
            top += LINE
            parts.append(f'<text x="{EDGE:g}" y="{top:.1f}">{_text(line)}</text>')
        count = f"{value or 0:g}"
        room = WIDTH - 3 * EDGE - width(count)
        long = room * (value or 0.0) / most
        top += 5.0
        parts.append(
            f'<g class="radar-s0" color="#1f5a44"><rect x="{EDGE:g}" y="{top:.1f}" width="{max(long, 1.0):.1f}" '
            f'height="{_THICK:g}" fill="currentColor"/></g>'
            f'<text x="{EDGE * 2 + long:.1f}" y="{top + _THICK - 2:.1f}">{_text(count)}</text>'
        )
        top += _THICK + _GAP
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="radar" role="img" viewBox="0 0 {WIDTH:g} {top:.1f}" '
        f'font-size="{FONT}" font-family="Libertinus Serif, Georgia, serif" fill="currentColor">'
        f"<title>{_text(drawing.title)}</title><desc>{_text(described(drawing))}</desc>{''.join(parts)}</svg>"
    )


def described(drawing: Drawable) -> str:
    """Write what a drawing shows as one plain text."""
    return ", ".join(f"{label}: {values[0] or 0:g}" for label, values in drawing.rows)


def _text(text: str) -> str:
    """Escape a text for XML, less what XML cannot hold."""
    return escape("".join(one for one in text if one.isprintable() or one == " "))
