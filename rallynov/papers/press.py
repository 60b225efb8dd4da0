"""The press: templates and words in, PDF pages or a picture out. The only place that knows typst.

Refuses what would print differently elsewhere (the machine's fonts, its clock) and what a screen reader cannot
read: every PDF is PDF/UA-1 and PDF/A-2a, and a picture without its text equivalent does not compile. What people
typed travels as JSON and is never markup. ``typst`` releases the GIL, and its fonts are all that is shared: any
thread may print. It is loaded by the first print: a process that prints nothing does not carry its 12 MB.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from types import ModuleType
from typing import Any

import orjson

ROOT = Path(__file__).parent.parent
"""Templates import each other from here: ``#import "/papers/look.typ": *``."""

STRUCK = "\u25af"
"""Printed in place of a sign that no embedded font draws: most emoji, many scripts."""

_STANDARDS = ["ua-1", "a-2a"]
_PICTURE = b"""#let wide = 1pt * int(sys.inputs.width)
#set page(width: wide, height: auto, margin: (x: 2% * wide, y: 3% * wide), fill: rgb(sys.inputs.paper))
#image(bytes(sys.inputs.svg), format: "svg", width: 100%)"""
_REFUSED = re.compile(
    r'error: [^\n]*? (?:the text|the PDF contains|disallowed)[^\n]*? `"(?P<signs>[^\n]+?)"`'
)
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
_SURE = frozenset(map(chr, (10, *range(0x20, 0x7F), *range(0xA0, 0xAD), *range(0xAE, 0x17F)))) | frozenset(
    "–—‘’“”•…‹›€→←− \u202f" + STRUCK
)
"""Signs that the embedded fonts draw: our own words need no other, and none of them is ever struck."""
_TRIES = 4
_GENERATIONS = 10
"""typst keeps what it computed for that many compilations; its next document is somebody else's."""


def compile_pdf(
    template: Path, data: Mapping[str, object], at: datetime, images: Mapping[str, str] | None = None
) -> bytes:
    """Print a template with its data, given in ``look.typ`` as ``given``; the same arguments give the same
    bytes.

    ``at`` is the date that the file bears. ``images`` are SVG drawings by name, for ``drawn`` of ``look.typ``.
    A sign that no font draws becomes U+25AF, and ``struck`` then says so to the template. ``typst.TypstError`` is
    a fault of the template.
    """
    drawings = _json(dict(images or {}))
    words, struck = dict(data), ""
    for _ in range(_TRIES):
        try:
            return _compile(template, {"data": _json(words), "images": drawings, "struck": struck}, at)
        except _typst().TypstError as error:
            refused = _refused(error.diagnostic)
            if not refused:
                raise
            words, struck = _each_text(words, partial(_without, signs=refused)), "yes"
    words = _each_text(words, lambda text: _without(text, frozenset(text) - _SURE))
    return _compile(template, {"data": _json(words), "images": drawings, "struck": struck}, at)


def draw_png(svg: str, width: int, paper: str = "#fffdf8") -> bytes:
    """Draw an SVG as a PNG ``width`` pixels wide, in a narrow margin, on a background, with the embedded fonts."""
    inputs = {"svg": svg, "width": str(width), "paper": paper}
    return _bytes(
        _typst().compile(
            _PICTURE, font_paths=_fonts(), ignore_system_fonts=True, sys_inputs=inputs, format="png", ppi=72
        )
    )


def _compile(template: Path, inputs: dict[str, str], at: datetime) -> bytes:
    try:
        return _bytes(
            _typst().compile(
                template,
                root=ROOT,
                font_paths=_fonts(),
                ignore_system_fonts=True,
                sys_inputs=inputs,
                format="pdf",
                pdf_standards=_STANDARDS,
                timestamp=int(at.timestamp()),
            )
        )
    finally:
        _forget()


@cache
def _typst() -> ModuleType:
    import typst  # noqa: PLC0415  # see above

    return typst


@cache
def _fonts() -> object:
    return _typst().Fonts(include_system_fonts=False)


def _forget() -> None:
    """Let typst's memory of a document age: 115 MB after 100 reports instead of 224, for 8 ms each."""
    for _ in range(_GENERATIONS):
        _typst().compile(b" ", font_paths=_fonts(), ignore_system_fonts=True)


def _bytes(made: object) -> bytes:
    if not isinstance(made, bytes):
        raise TypeError("typst returned no file")
    return made


def _json(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _refused(diagnostic: str) -> frozenset[str]:
    """Return the signs that typst says it cannot print; empty when its complaint is about something else."""
    quoted = "".join(found["signs"] for found in _REFUSED.finditer(diagnostic))
    return frozenset(_ESCAPED.sub(lambda code: chr(int(code[1], 16)), quoted)) - _SURE


def _without(text: str, signs: frozenset[str]) -> str:
    return "".join(STRUCK if sign in signs else sign for sign in text)


def _each_text(value: Any, mend: Callable[[str], str]) -> Any:
    """Return the same data with every text mended."""
    match value:
        case str():
            return mend(value)
        case Mapping():
            return {key: _each_text(held, mend) for key, held in value.items()}
        case list() | tuple():
            return [_each_text(held, mend) for held in value]
        case _:
            return value
