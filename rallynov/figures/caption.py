"""A figure in plain lines, for where a picture carries its equivalent as a caption. Pure."""

from __future__ import annotations

from rallynov.figures.model import Drawable, Row, points
from rallynov.text import utf16_len

LIMIT = 1024
"""UTF-16 units that Telegram takes as a caption."""


def caption(drawing: Drawable, *, colon: str = ": ", absent: str = "–", limit: int = LIMIT) -> str:
    """Write a figure line by line, "Un besoin réel : 67 (avant : 50)"; never over ``limit`` UTF-16 units.

    ``colon`` is that of the reader's language, with its spaces. Long labels are shortened, all
    alike, before any line is left out: figures matter more than names.
    """
    for longest in (10_000, 60, 40, 24, 12):
        text = "\n".join(_lines(drawing, colon, absent, longest))
        if utf16_len(text) <= limit:
            return text
    while utf16_len(text) > limit:
        text = text[: text.rindex("\n")] if "\n" in text else text[:-1]
    return text


def _lines(drawing: Drawable, colon: str, absent: str, longest: int) -> list[str]:
    heads = [_short(name, longest) for name in drawing.columns[1:]]
    return [drawing.title, *(_line(row, heads, colon, absent, longest) for row in drawing.rows)]


def _line(row: Row, heads: list[str], colon: str, absent: str, longest: int) -> str:
    """Write one axis: its newest point, then the others, each under its head in lower case."""
    label, got = row
    first, *others = (points(value, absent) for value in got)
    beside = "; ".join(
        f"{_within(head)}{colon}{point}" for head, point in zip(heads[1:], others, strict=False)
    )
    return f"{_short(label, longest)}{colon}{first}" + (f" ({beside})" if beside else "")


def _within(head: str) -> str:
    """Write a head inside a sentence: "Avant" becomes "avant"; "CSE" and "R2" stay."""
    return head[:1].lower() + head[1:] if head[1:2].islower() else head


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
