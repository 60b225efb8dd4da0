"""Texts as files take them: without what XML and UTF-8 cannot write, without a formula, cut where Excel cuts. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rallynov.text import utf16_len

REPLACED = "\ufffd"
"""Stands for a sign that no file can hold: NUL, another control, half a character, a noncharacter."""
CELL = 32_767
"""UTF-16 units of one cell of Excel."""
LINES = 253
"""Line feeds of one cell of Excel."""
_BREAKS = re.compile("\r\n?")
_NEVER = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff" + "".join(
    chr(plane + last) for plane in range(0x10000, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF)
)
_NO_XML, _SUSPECT = re.compile(f"[{_NEVER}]"), re.compile(f"[\r{_NEVER}]")
_FORMULA = re.compile(r"[\s']*[=+\-@\t\r\n＝＋－＠]")


def legible(text: str) -> str:
    """Return a text that every format can hold: line breaks are line feeds, what cannot be written is U+FFFD."""
    return _NO_XML.sub(REPLACED, _BREAKS.sub("\n", text)) if _SUSPECT.search(text) else text


def guarded(text: str) -> str:
    """Return a text that a spreadsheet takes for no formula: an apostrophe comes before whatever begins like one.

    One apostrophe is added, and only then: taken away again, the text is as it was (``unguarded``).
    """
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """Return a text as it was before it was guarded."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text


def parts(text: str, end: str) -> Iterator[str]:
    """Give a text in parts that each fit a cell of Excel; the first leaves room for ``end``, which is not added.

    Nothing lies between the parts: put together, they are the text.
    """
    if not _too_long(text):
        yield text
        return
    start, room = 0, CELL - utf16_len(end)
    while start < len(text):
        stop = _stop(text, start, room)
        yield text[start:stop]
        start, room = stop, CELL


def _too_long(text: str) -> bool:
    return (2 * len(text) > CELL and utf16_len(text) > CELL) or text.count("\n") > LINES


def _stop(text: str, start: int, room: int) -> int:
    """Return where a part ends that begins at ``start``: at most ``room`` units, and as many lines as a cell takes."""
    stop = min(len(text), start + room)
    while (over := utf16_len(text[start:stop]) - room) > 0:
        stop -= max(over // 2, 1)
    feed = start
    for _ in range(LINES):
        feed = text.find("\n", feed, stop) + 1
        if not feed:
            return stop
    return feed
