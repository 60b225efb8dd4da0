"""ClamAV, where the operator has one: asked over its socket, one connection a file. Without one, nothing is pretended."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

PATIENCE = 20.0
"""Seconds that the antivirus has for a file."""
PIECE = 64 * 1024
_FOUND = re.compile(rb"stream: (.+) FOUND")
_NAME = re.compile(r"[^\w.:/-]+")


class AwayError(Exception):
    """The antivirus does not answer, or not as it should."""


class Clamd:
    """An antivirus at ``host:port``, or at the path of a Unix socket."""

    def __init__(self, address: str) -> None:
        self._address = address

    async def scan(self, path: Path) -> str:
        """Return the name of what was found in a file; empty when nothing was. ``AwayError`` when it cannot say."""
        try:
            async with asyncio.timeout(PATIENCE):
                said = await self._asked(path)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            raise AwayError(type(error).__name__) from error
        found = _FOUND.fullmatch(said)
        if found:
            return _NAME.sub("_", found[1].decode("ascii", "replace"))[:80]
        if said != b"stream: OK":
            raise AwayError("an answer that says nothing of the file")
        return ""

    async def _asked(self, path: Path) -> bytes:
        reader, writer = await self._opened()
        try:
            writer.write(b"zINSTREAM\0")
            with path.open("rb") as opened:
                while piece := opened.read(PIECE):
                    writer.write(len(piece).to_bytes(4) + piece)
                    await writer.drain()
            writer.write(bytes(4))
            await writer.drain()
            return (await reader.readuntil(b"\0"))[:-1]
        finally:
            writer.close()

    async def _opened(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host, colon, port = self._address.rpartition(":")
        if colon and port.isdigit() and "/" not in port:
            return await asyncio.open_connection(host.strip("[]"), int(port))
        return await asyncio.open_unix_connection(self._address)
