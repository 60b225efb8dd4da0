"""MP4: boxes that fit each other to the last byte; what tells where it was filmed is blanked in place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from mmap import mmap

from rallynov.initiatives.attachments.kinds import FileKind, UnsafeError, Why

BOXES = 20_000
_BRANDS = frozenset((b"isom", b"mp41", b"mp42", b"avc1", b"M4V ", b"mmp4", b"dash", b"MSNV", b"f4v "))
_OTHERS = {
    b"qt  ": "mov",
    **dict.fromkeys((b"M4A ", b"M4B "), "m4a"),
    **dict.fromkeys((b"heic", b"heix", b"hevc", b"mif1", b"msf1"), "heic"),
    **dict.fromkeys((b"avif", b"avis"), "avif"),
}
_TELLS = frozenset((b"udta", b"meta", b"uuid"))
"""Boxes of title, place, device: none is needed to play."""


@dataclass(frozen=True, slots=True)
class _Box:
    name: bytes
    start: int
    inner: int
    end: int


def examine(content: mmap) -> FileKind:
    """Return the kind of an MP4; ``UnsafeError`` names what it is instead."""
    brand = content[8:12]
    if brand not in _BRANDS and not brand.startswith(b"iso"):
        raise UnsafeError(Why.UNLISTED, _OTHERS.get(brand, "film"))
    boxes = list(_boxes(content, 0, len(content)))
    names = [box.name for box in boxes]
    film = next((box for box in boxes if box.name == b"moov"), None)
    if names[0] != b"ftyp" or film is None or not {b"mdat", b"moof"} & set(names):
        raise UnsafeError(Why.BROKEN)
    inside = [box.name for box in _boxes(content, film.inner, film.end)]
    if b"mvhd" not in inside or b"trak" not in inside:
        raise UnsafeError(Why.BROKEN)
    return FileKind.MP4


def clean(content: mmap) -> bool:
    """Blank what a film tells beside itself, where it stands; return whether there was anything."""
    told = list(_telling(content, 0, len(content)))
    for box in told:
        content[box.start + 4 : box.start + 8] = b"free"
        content[box.inner : box.end] = bytes(box.end - box.inner)
    return bool(told)


def _telling(content: mmap, start: int, end: int) -> Iterator[_Box]:
    for box in _boxes(content, start, end):
        if box.name in _TELLS:
            yield box
        elif box.name in {b"moov", b"trak", b"moof", b"traf"}:
            yield from _telling(content, box.inner, box.end)


def _boxes(content: mmap, start: int, end: int) -> Iterator[_Box]:
    """Give the boxes of a stretch; ``UnsafeError`` when one is cut short, or when something stands between them."""
    count = 0
    while start < end:
        count += 1
        size, name, inner = (
            int.from_bytes(content[start : start + 4]),
            content[start + 4 : start + 8],
            start + 8,
        )
        if size == 1:
            size, inner = int.from_bytes(content[start + 8 : start + 16]), start + 16
        elif size == 0:
            size = end - start
        if len(name) < 4 or size < inner - start or start + size > end or count > BOXES:
            raise UnsafeError(Why.BROKEN)
        yield _Box(name, start, inner, start + size)
        start += size
