"""The files of a message: of each, how to fetch it, its name, its size and its type; nothing else is read or kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rallynov.dialogue.events import OfferedFile

SOURCE = "telegram:"
FILES = ("document", "photo", "video", "audio", "voice")
"""What a person may send as a file; an animated picture comes as a document too."""
PHOTO = "image/jpeg"
_ID = re.compile(r"[A-Za-z0-9_-]{1,200}")
_NAME, _MIME = 255, 100


def kept(kind: str, part: Any) -> dict[str, Any]:
    """Return what is stored of a file; nothing when it cannot be fetched."""
    told = _largest(part) if kind == "photo" else part
    if kind not in FILES or not isinstance(told, dict):
        return {}
    file_id = told.get("file_id")
    if not isinstance(file_id, str) or not _ID.fullmatch(file_id):
        return {}
    name, mime, size = told.get("file_name"), told.get("mime_type"), told.get("file_size")
    described: dict[str, Any] = {"mime_type": PHOTO} if kind == "photo" else {}
    if isinstance(name, str):
        described["file_name"] = name[:_NAME]
    if isinstance(mime, str):
        described["mime_type"] = mime[:_MIME]
    if isinstance(size, int) and 0 <= size < 2**53:
        described["file_size"] = size
    return {"file_id": file_id, **described}


def offered(held: Mapping[str, Any]) -> OfferedFile | None:
    """Return the file of a stored message; None when it has none."""
    part = next((held[kind] for kind in FILES if isinstance(held.get(kind), dict) and held[kind]), None)
    if part is None:
        return None
    name, mime = part.get("file_name", ""), part.get("mime_type", "")
    return OfferedFile(SOURCE + part["file_id"], name, part.get("file_size", 0), mime)


def _largest(sizes: Any) -> Any:
    """Return the largest drawing of a photo: Telegram gives several, the largest last."""
    return sizes[-1] if isinstance(sizes, list) and sizes else None
