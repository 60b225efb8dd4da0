"""Keeps the process small: libraries that load others for command lines of their own do without them here."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_M_ARENA_MAX = -8


@contextmanager
def without(name: str) -> Iterator[None]:
    """Let what is imported meanwhile believe that a package is not installed, unless it is loaded already."""
    absent = name not in sys.modules
    if absent:
        sys.modules[name] = None  # type: ignore[assignment]  # Python's own sign for it
    try:
        yield
    finally:
        if absent:
            del sys.modules[name]


def one_heap() -> None:
    """Let all threads share one heap where the C library is glibc: one more costs megabytes and, under the
    interpreter's lock, gains nothing. To be called before there are threads.
    """
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def settle() -> None:
    """Give back what the start no longer needs, take the rest as living as long as the process, and look for garbage
    less often from now on.
    """
    gc.collect()
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
    gc.set_threshold(20_000, 20, 50)  # a turn makes hundreds of small values
    gc.freeze()
