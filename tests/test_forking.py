"""Work in a process of its own: its value and its errors come back, and silence is an error of its own."""

import os
import sys

import pytest

from rallynov.forking import EndedError, forked

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only there apart")


class LocalError(Exception):
    """An error that cannot be read again: it is not made of what it says."""

    def __reduce__(self) -> str:
        return "nowhere"


def test_what_is_done_and_what_fails_come_back() -> None:
    assert forked(os.getpid) != os.getpid()
    with pytest.raises(ZeroDivisionError):
        forked(lambda: 1 // 0)


def test_a_process_that_does_not_tell_is_an_error() -> None:
    def failing() -> None:
        raise LocalError

    with pytest.raises(EndedError, match="9"):
        forked(lambda: os._exit(9))
    with pytest.raises(EndedError, match="function"):
        forked(lambda: lambda: None)
    with pytest.raises(EndedError, match="LocalError"):
        forked(failing)
