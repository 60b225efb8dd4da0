"""Keeps the process small: libraries that load others for command lines of their own do without them here."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from rallynov.forking import EndedError, forked

Value = TypeVar("Value")
_M_ARENA_MAX = -8


def apart(work: Callable[[], Value]) -> Value:
    """Do some work in a process of its own, so that what it loads is given back; only before any thread is started.

    What it raises is raised here. Where a forked process is not to be trusted (it is on Linux), it is done in this one,
    as when that process was killed, or what it has to tell cannot be carried over.
    """
    if sys.platform != "linux":
        return work()
    try:
        return forked(work)
    except EndedError:
        return work()


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


@contextmanager
def deferred() -> Iterator[None]:
    """Let pydantic's models that are defined meanwhile be built when they are first used: FastAPI has a description of
    interfaces, 1 MB, which we never ask for.
    """
    kept = BaseModel.model_config
    BaseModel.model_config = ConfigDict(defer_build=True)
    try:
        yield
    finally:
        BaseModel.model_config = kept


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
