"""Work done in a process of its own, forked from this one: what it loads goes with it.

Refuses nothing, so whoever asks sees to it: only on Linux, and only before any thread is started.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from typing import TypeVar, cast

Value = TypeVar("Value")


class EndedError(Exception):
    """A process ended without what it was to tell: its exit code, or the name of the type that cannot be carried over."""


def forked(work: Callable[[], Value]) -> Value:
    """Do some work in a process of its own; what it raises is raised here, ``EndedError`` when it does not tell."""
    processes = get_context("fork")
    ours, theirs = processes.Pipe(duplex=False)
    child = processes.Process(target=_tell, args=(work, theirs))
    child.start()
    theirs.close()
    try:
        told: tuple[object, Exception | None] | None = ours.recv()
    except EOFError:
        told = None
    child.join()
    if told is None:
        raise EndedError(child.exitcode)
    done, error = told
    if error is not None:
        raise error
    return cast("Value", done)


def _tell(work: Callable[[], object], parent: Pipe) -> None:
    told: tuple[object, Exception | None]
    try:
        told = work(), None
    except Exception as error:
        told = None, error
    try:
        parent.send(told)
    except (pickle.PicklingError, TypeError, AttributeError):
        done, failed = told
        parent.send((None, EndedError(type(failed or done).__name__)))
