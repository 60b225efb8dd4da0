"""What a file that is not taken really is, so that its owner can be told: by its first bytes, never by its name."""

from __future__ import annotations

import re
from collections.abc import Mapping

import puremagic

_TAG = re.compile(rb"<\s*(!doctype\s+html|html|head|body|script|svg|\?xml|iframe)", re.IGNORECASE)
_TEXT = re.compile(rb"[\t\n\r\x20-\x7e\x80-\xff]*\Z")
_OFFICE = frozenset(("doc", "xls", "ppt", "msi", "msg"))
_PROGRAMS = frozenset(("exe", "dll", "com", "scr", "elf", "class", "dmg", "apk", "macho", "sys", "so"))
_SAME: Mapping[str, str] = {
    **dict.fromkeys(_OFFICE, "doc"),
    **dict.fromkeys(_PROGRAMS, "exe"),
    **dict.fromkeys(("tif", "tiff"), "tiff"),
    **dict.fromkeys(("ogg", "oga", "opus", "ogv", "flac", "wav", "aac", "amr", "wma", "mid"), "sound"),
    **dict.fromkeys(("mkv", "webm", "avi", "wmv", "asf", "flv", "mpg", "mpeg", "3gp", "mov"), "film"),
    **dict.fromkeys(("rar", "7z", "gz", "tgz", "bz2", "xz", "tar", "cab", "zst", "lz"), "archive"),
    **dict.fromkeys(("gif", "webp", "bmp", "ico", "psd", "heic", "avif", "rtf", "eps", "ps"), ""),
}
"""Endings as the library tells them, and the name that we have for them; empty for the same."""


def found(head: bytes, told: str = "") -> str:
    """Name a file by its head: a key of ``words.FOUND``; ``told`` is what was found of it already."""
    if told:
        return told
    if head.startswith((b"MZ", b"\x7fELF", b"#!")):
        return "exe"
    tag = _TAG.search(head[:1024])
    if tag:
        return "svg" if b"<svg" in head[:4096].lower() else "html" if tag[1].lower() != b"?xml" else "text"
    known = _by_magic(head)
    return known or ("text" if _TEXT.match(head) else "other")


def _by_magic(head: bytes) -> str:
    try:
        matches = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return ""
    for match in matches:
        ending = match.extension.lstrip(".").lower()
        if ending in _SAME and len(match.byte_match) >= 3:
            return _SAME[ending] or ending
    return ""
