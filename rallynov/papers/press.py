"""The press: templates and words in, PDF pages or a picture out. The only place that knows typst.

Refuses what would print differently elsewhere (the machine's fonts, its clock) and what a screen reader cannot
read: every PDF is PDF/UA-1 and PDF/A-2a, and a picture without its text equivalent does not compile. What people
typed travels as JSON and is never markup. ``typst`` releases the GIL, and nothing here is shared but the fonts:
any thread may print.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import orjson
import typst

ROOT = Path(__file__).parent.parent
"""Templates import each other from here: ``#import "/papers/look.typ": *``."""

STANDARDS: list[typst.PDFStandard] = ["ua-1", "a-2a"]
STRUCK = "\u25af"
"""Printed in place of a sign that no embedded font draws: most emoji, many scripts."""

_FONTS = typst.Fonts(include_system_fonts=False)
_PICTURE = b"""#set page(width: 1pt * int(sys.inputs.width), height: auto, margin: 0pt, fill: rgb(sys.inputs.paper))
#image(bytes(sys.inputs.svg), format: "svg", width: 100%)"""
_UNPRINTABLE = re.compile(r'the (?:text|PDF|text contains)[^"\n]* `"(?P<signs>(?:[^"\\\n]|\\.)+)"`')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
_TRIES = 4


def compile_pdf(
    template: Path, data: Mapping[str, object], at: datetime, images: Mapping[str, str] | None = None
) -> bytes:
    """Print a template with its data; the same arguments give the same bytes.

    ``at`` is the date that the file bears. ``images`` are SVG drawings by name, for ``drawn`` of ``look.typ``.
    A sign that no font draws becomes U+25AF, and ``struck`` of ``look.typ`` then says so. ``typst.TypstError``
    is a fault of the template.
    """
    words = orjson.dumps(data, option=orjson.OPT_SORT_KEYS).decode()
    inputs = {"data": words, "images": orjson.dumps(images or {}, option=orjson.OPT_SORT_KEYS).decode()}
    for _ in range(_TRIES):
        try:
            return _compile(template, inputs, at)
        except typst.TypstError as error:
            missing = _missing(error)
            if not missing:
                raise
            inputs = {name: _strike(text, missing) for name, text in inputs.items()} | {"struck": "yes"}
    plain = {name: "".join(map(_plain, text)) for name, text in inputs.items()}
    return _compile(template, plain, at)
