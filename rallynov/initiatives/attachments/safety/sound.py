"""MP3: its frames, walked through from the first to the last."""

from __future__ import annotations

from collections.abc import Mapping
from mmap import mmap

from rallynov.initiatives.attachments.kinds import FileKind, UnsafeError, Why

_KILOBITS: Mapping[bool, tuple[int, ...]] = {
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""Rates of layer III by their index, of MPEG 1 or of its later versions."""
_HERTZ = (44_100, 48_000, 32_000)
_HALVES = {3: 1, 2: 2, 0: 4}
"""By what the frequencies of a version are divided: MPEG 1, 2, 2.5."""
LEAST, SHARE = 4, 0.9
"""Frames in a row that make a sound, and the part of the file that frames make."""


def examine(content: mmap) -> FileKind:
    """Return the kind of an MP3; ``UnsafeError`` when it is none, or not whole."""
    start = _tagged(content)
    at, covered, frames = start, 0, 0
    while at + 4 <= len(content):
        size = _frame(content[at : at + 4])
        if size and at + size <= len(content):
            at, covered, frames = at + size, covered + size, frames + 1
        else:
            at = _next(content, at + 1)
    if frames < LEAST or covered < SHARE * (len(content) - start):
        raise UnsafeError(Why.BROKEN)
    return FileKind.MP3


def begins(head: bytes) -> bool:
    """Tell whether a file begins as an MP3 does: with its card (ID3), or at once with a frame."""
    return head[:3] == b"ID3" or bool(len(head) >= 4 and _frame(head[:4]))


def _tagged(content: mmap) -> int:
    """Return where the card at the beginning ends."""
    if content[:3] != b"ID3":
        return 0
    size = 0
    for part in content[6:10]:
        size = size << 7 | part & 0x7F
    return 10 + size + (10 if content[5] & 0x10 else 0)


def _next(content: mmap, at: int) -> int:
    found = content.find(b"\xff", at)
    return found if found >= 0 else len(content)


def _frame(head: bytes) -> int:
    """Return the length of the frame that four bytes begin; 0 when they begin none."""
    if head[0] != 0xFF or head[1] & 0xE6 != 0xE2:  # eleven marks, layer III
        return 0
    version, rate, step = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or rate in {0, 15} or step == 3:
        return 0
    bits = _KILOBITS[version == 3][rate] * 1000
    hertz = _HERTZ[step] // _HALVES[version]
    return (144 if version == 3 else 72) * bits // hertz + (head[2] >> 1 & 1)
