"""PDF: whole from its first byte to its last, and nothing in it that acts by itself or brings another file along."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from mmap import mmap

from rallynov.initiatives.attachments.kinds import FileKind, UnsafeError, Why

HEAD = re.compile(rb"%PDF-[12]\.\d")
TAIL = 2048
PACKED, ALL_PACKED = 16 * 2**20, 64 * 2**20
"""Bytes that one packed part, and all of them, are unpacked to."""
_END = re.compile(rb"startxref\s+\d+\s+%%EOF[\s\0]*\Z")
_NAME = re.compile(rb"/((?:[A-Za-z]|#[0-9A-Fa-f]{2}){6,60})")
_CODED = re.compile(rb"#([0-9A-Fa-f]{2})")
_ACTS = frozenset((b"JavaScript", b"Launch", b"EmbeddedFile", b"EmbeddedFiles", b"RichMedia"))
_STREAM = re.compile(rb"stream\r?\n")
_OBJECTS = re.compile(rb"\s*\d+\s+\d+")
"""How a packed part that holds objects begins: their numbers and places."""


def examine(content: mmap) -> FileKind:
    """Return the kind of a PDF; ``UnsafeError`` says why it is not taken."""
    if not HEAD.match(content[:16]) or not _END.search(content[-TAIL:]):
        raise UnsafeError(Why.BROKEN)
    if _acts(content) or any(_acts(part) for part in _unpacked(content)):
        raise UnsafeError(Why.ACTIVE)
    return FileKind.PDF


def _acts(content: mmap | bytes) -> bool:
    """Look for the names of what acts, however they are spelled; none is so short that it comes by chance."""
    return any(_decoded(found[1]) in _ACTS for found in _NAME.finditer(content))


def _decoded(name: bytes) -> bytes:
    return _CODED.sub(lambda code: bytes([int(code[1], 16)]), name) if b"#" in name else name


def _unpacked(content: mmap) -> Iterator[bytes]:
    """Give the objects that were packed together, whatever their dictionary calls them."""
    left = ALL_PACKED
    for found in _STREAM.finditer(content):
        start = found.end()
        opened = zlib.decompressobj()
        try:
            if not _OBJECTS.match(opened.decompress(content[start : start + 512], 64)):
                continue
            whole = zlib.decompressobj().decompress(content[start:], PACKED)
        except zlib.error:
            continue
        left -= len(whole)
        if left < 0:
            raise UnsafeError(Why.BOMB)
        yield whole
