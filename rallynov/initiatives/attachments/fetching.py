"""How the content of a file is had, whoever holds it: written into a sink, which takes so many bytes and no more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Self, TypeAlias


class LaterError(Exception):
    """The content cannot be had now; ``seconds`` is how long its holder asks us to wait, None when it does not say."""

    def __init__(self, reason: str, seconds: float | None = None) -> None:
        super().__init__(reason)
        self.seconds = seconds


class GoneError(Exception):
    """Its holder does not give the content, or not any more."""


class TooHeavyError(Exception):
    """It has more bytes than are taken; ``chat`` tells that its holder itself gives no more."""

    def __init__(self, size: int = 0, *, chat: bool = False) -> None:
        super().__init__(f"{size} bytes")
        self.size = size
        self.chat = chat


class Sink:
    """A file being written; refuses the byte that is too many, so that nothing grows behind our back."""

    def __init__(self, path: Path, most: int) -> None:
        self.path = path
        self.most = most
        self.size = 0

    def __enter__(self) -> Self:
        self._file = self.path.open("wb")
        self.path.chmod(0o600)
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def expect(self, size: int) -> None:
        """Hear how many bytes are to come; ``TooHeavyError`` when they are too many."""
        if size > self.most:
            raise TooHeavyError(size)

    def write(self, piece: bytes) -> None:
        """Take some more; ``TooHeavyError`` when they are too many."""
        self.size += len(piece)
        if self.size > self.most:
            raise TooHeavyError
        self._file.write(piece)


Fetch: TypeAlias = Callable[[str, Sink], Awaitable[None]]
"""Writes into a sink what a reference names. Raises the errors above; any ``OSError`` is of our own disk."""
