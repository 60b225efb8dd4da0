"""A form with files, written to the disk as it comes: nothing is held in memory, and nothing grows past its limit.

A file that is too heavy is still read to its end, so that its sender gets a page instead of a cut line, and is thrown away.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO

from fastapi import HTTPException, Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from rallynov.initiatives.attachments.folder import Folder

LONGEST_FIELD = 500
FIELDS, FILES = 10, 8
DRAINED = 64 * 2**20
"""Bytes of a body that are read at all."""
NAME = 255


@dataclass(slots=True)
class Arrived:
    """A file of a form: its name and type as the browser tells them; ``arrival`` is empty when it was thrown away."""

    name: str
    mime: str
    arrival: str = ""
    size: int = 0


@dataclass(slots=True)
class Received:
    """The fields of a form, and its files in order."""

    fields: dict[str, str] = field(default_factory=dict)
    files: list[Arrived] = field(default_factory=list)


class Reception:
    """Reads one request; ``admit`` is asked, once the fields before the first file are known, whether files are taken."""

    def __init__(
        self,
        folder: Folder,
        new_token: Callable[[], str],
        most: int,
        admit: Callable[[Mapping[str, str]], bool],
    ) -> None:
        self._folder = folder
        self._new_token = new_token
        self._most = most
        self._admit = admit
        self._got = Received()
        self._admitted: bool | None = None
        self._whole = False
        self._header, self._value = b"", b""
        self._headers: dict[bytes, bytes] = {}
        self._name, self._text = "", b""
        self._file: Arrived | None = None
        self._open: IO[bytes] | None = None

    async def read(self, request: Request) -> Received:
        """Read the whole body; ``HTTPException`` 413 when it is too long, 403 when no file is taken, 400 when malformed."""
        declared = request.headers.get("content-length", "")
        if declared.isdigit() and int(declared) > DRAINED:
            raise HTTPException(413)
        kind, options = parse_options_header(request.headers.get("content-type", ""))
        if kind != b"multipart/form-data" or b"boundary" not in options:
            raise HTTPException(400)
        try:
            parser = MultipartParser(options[b"boundary"], self._callbacks())  # type: ignore[arg-type]  # their TypedDict
            async for piece in _limited(request):
                parser.write(piece)
            parser.finalize()
            self._must_be_whole()
        except BaseException as error:
            self.discard()
            if isinstance(error, FormParserError):
                raise HTTPException(400) from None
            raise
        if self._admitted is None and not self._admit(self._got.fields):
            raise HTTPException(403)
        return self._got

    def discard(self) -> None:
        """Throw away whatever was written."""
        self._end()
        for file in self._got.files:
            self._drop(file)

    def _callbacks(self) -> dict[str, Callable[..., None]]:
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._heard(data[start:end], b""),
            "on_header_value": lambda data, start, end: self._heard(b"", data[start:end]),
            "on_header_end": self._header_end,
            "on_headers_finished": self._headed,
            "on_part_data": lambda data, start, end: self._take(data[start:end]),
            "on_part_end": self._end,
            "on_end": self._ended,
        }

    def _ended(self) -> None:
        self._whole = True

    def _must_be_whole(self) -> None:
        """Refuse a body that was cut: the parser takes it for one that ends there."""
        if not self._whole:
            raise HTTPException(400)

    def _begin(self) -> None:
        self._headers, self._name, self._text = {}, "", b""

    def _heard(self, header: bytes, value: bytes) -> None:
        self._header += header
        self._value += value

    def _header_end(self) -> None:
        self._headers[self._header.lower()] = self._value
        self._header, self._value = b"", b""

    def _headed(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._name = options.get(b"name", b"").decode("utf-8", "replace")[:50]
        if b"filename" in options:
            self._begin_file(options[b"filename"].decode("utf-8", "replace")[:NAME])
        elif len(self._got.fields) >= FIELDS:
            raise HTTPException(400)

    def _begin_file(self, name: str) -> None:
        if self._admitted is None:
            self._admitted = self._admit(self._got.fields)
        if not self._admitted:
            raise HTTPException(403)
        if len(self._got.files) >= FILES:
            raise HTTPException(413)
        mime = self._headers.get(b"content-type", b"").decode("latin-1")[:100]
        arrival = self._new_token()
        self._file = Arrived(name, mime, arrival)
        self._open = self._folder.arrival(arrival).open("xb")
        self._got.files.append(self._file)

    def _take(self, piece: bytes) -> None:
        if self._file is None:
            self._text += piece
            if len(self._text) > LONGEST_FIELD:
                raise HTTPException(413)
            return
        self._file.size += len(piece)
        if self._open and self._file.size > self._most:
            self._open.close()
            self._open = None
            self._drop(self._file)
        if self._open:
            self._open.write(piece)

    def _end(self) -> None:
        if self._open:
            self._open.close()
        if self._file is None:
            self._got.fields[self._name] = self._text.decode("utf-8", "replace")
        elif not self._file.name and not self._file.size:  # nothing was chosen
            self._drop(self._file)
            self._got.files.remove(self._file)
        self._file = self._open = None
        self._text = b""

    def _drop(self, file: Arrived) -> None:
        if file.arrival:
            with suppress(OSError):
                self._folder.arrival(file.arrival).unlink(missing_ok=True)
        file.arrival = ""


async def _limited(request: Request) -> AsyncIterator[bytes]:
    """Give a body piece by piece; ``HTTPException`` 413 once it is too long."""
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > DRAINED:
            raise HTTPException(413)
        yield piece
