"""The files of the pages, read and compressed once: a style sheet that changes needs a new start."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from fastapi import FastAPI, HTTPException, Request, Response

FOLDER = Path(__file__).parent / "static"
PATH = "/static/"
KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
}
"""What is sent to browsers; the rest (licences, notes) is for whoever reads the code."""


@dataclass(frozen=True)
class Asset:
    """One file."""

    content: bytes
    kind: str

    @cached_property
    def packed(self) -> bytes:
        """The file compressed; always the same bytes."""
        return gzip.compress(self.content, 9, mtime=0)

    @cached_property
    def version(self) -> str:
        """What its address says of its content."""
        return hashlib.sha256(self.content).hexdigest()[:12]


class Assets:
    """All files of a folder, by their path in it."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._files: Mapping[str, Asset] = {
            path.relative_to(folder).as_posix(): Asset(path.read_bytes(), KINDS[path.suffix])
            for path in sorted(folder.rglob("*"))
            if path.suffix in KINDS
        }

    def mount(self, app: FastAPI) -> None:
        """Give the files their address."""
        app.add_route(PATH + "{name:path}", self.send, methods=["GET", "HEAD"])

    def url(self, name: str) -> str:
        """Return the address of a file, which changes with its content."""
        return f"{PATH}{name}?v={self._files[name].version}"

    async def send(self, request: Request) -> Response:
        """Send a file, compressed for who can read it so."""
        asset = self._files.get(request.path_params["name"])
        if asset is None:
            raise HTTPException(404)
        headers = {"ETag": f'"{asset.version}"', "Vary": "Accept-Encoding", "Content-Type": asset.kind}
        if f'"{asset.version}"' in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(asset.content, headers=headers)
        return Response(asset.packed, headers=headers | {"Content-Encoding": "gzip"})
