"""What a screen reader finds in a PDF: its tags in order, and what is said of the whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pikepdf


@dataclass(frozen=True)
class Tag:
    """One element of the structure: its kind ("H1", "TH", "Figure"…), its text equivalent, what it heads."""

    kind: str
    alt: str
    scope: str


def opened(content: bytes) -> pikepdf.Pdf:
    return pikepdf.open(BytesIO(content))


def tags(content: bytes) -> list[Tag]:
    """Every tag of the structure tree, in reading order."""
    with opened(content) as pdf:
        return list(_walk(pdf.Root.StructTreeRoot.K))


def _walk(node: Any) -> Iterator[Tag]:
    if isinstance(node, pikepdf.Array):
        for kid in node:
            yield from _walk(kid)
    elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
        yield Tag(str(node.S)[1:], str(node.get("/Alt", "")), _scope(node.get("/A")))
        if "/K" in node:
            yield from _walk(node.K)


def _scope(attributes: Any) -> str:
    listed = list(attributes) if isinstance(attributes, pikepdf.Array) else [attributes]
    return next((str(one.Scope)[1:] for one in listed if one is not None and "/Scope" in one), "")


def headings(content: bytes) -> list[tuple[str, int]]:
    """The entries of the outline's first level, and the page, from 1, that each leads to."""
    with opened(content) as pdf, pdf.open_outline() as outline:
        numbers = {page.objgen: number for number, page in enumerate(pdf.pages, 1)}
        return [(item.title, numbers[_destination(item)[0].objgen]) for item in outline.root]


def _destination(item: Any) -> Any:
    return item.destination if item.destination is not None else item.action.D


def fonts(content: bytes) -> set[str]:
    """The families that a PDF embeds, without their subset's prefix."""
    with opened(content) as pdf:
        return {
            str(one.BaseFont)[1:].partition("+")[2]
            for one in pdf.objects
            if isinstance(one, pikepdf.Dictionary)
            and one.get("/Type") == "/Font"
            and "/DescendantFonts" in one
        }
