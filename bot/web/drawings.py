"""What the pages draw: a figure and a QR code as SVG in the page, without inline style, as its policy wants.

Both are markup, whose texts are escaped where they are drawn.
"""

from __future__ import annotations

from functools import lru_cache

from rallynov.delivery.message import Drawing, Message
from rallynov.figures import model
from rallynov.figures.bars import bars_svg
from rallynov.figures.radar import radar_svg

ABSENT = "–"


@lru_cache(maxsize=256)
def radar(drawing: Drawing) -> str | None:
    """Draw a figure; None when it has too few or too many axes, or is of a kind that we do not draw."""
    try:
        match drawing.kind:
            case "radar":
                return radar_svg(drawing, absent=ABSENT)
            case "bars":
                return bars_svg(drawing)
    except ValueError:
        return None
    return None


def points(value: float | None) -> str:
    """Write a point of a table; empty when there is none."""
    return "" if value is None else model.points(value, ABSENT)


@lru_cache(maxsize=256)
def qr(address: str) -> str:
    """Draw an address as a QR code: dark on white in any colours of the page, with its quiet zone."""
    import segno  # noqa: PLC0415  # few pages show one

    return segno.make_qr(address, error="m").svg_inline(omitsize=True, border=4, dark="#14382b", light="#fff")


def cut(message: Message, *, asks: bool) -> int:
    """Return how many blocks of a message come before its figure, its code and its progress.

    A question, which comes last, begins by a note that says how far one is; what is before it was said in passing.
    Elsewhere a figure and a code close what is said under the first title.
    """
    titles = [at for at, (kind, _) in enumerate(message.blocks) if kind == "title"]
    if asks and titles:
        return titles[-1] - (message.blocks[max(titles[-1] - 1, 0)][0] == "note")
    if message.figure is None and not message.code:
        return 0
    return titles[1] if len(titles) > 1 else len(message.blocks)
