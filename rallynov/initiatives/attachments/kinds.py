"""What kinds of files a dossier takes, and every reason for refusing one. Pure, and light: a process starts on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class FileKind(StrEnum):
    """A kind of file that is taken; its value is the ending of its names."""

    PDF = "pdf"
    JPG = "jpg"
    PNG = "png"
    ODT = "odt"
    DOCX = "docx"
    MP3 = "mp3"
    MP4 = "mp4"


MIMES: Mapping[FileKind, str] = {
    FileKind.PDF: "application/pdf",
    FileKind.JPG: "image/jpeg",
    FileKind.PNG: "image/png",
    FileKind.ODT: "application/vnd.oasis.opendocument.text",
    FileKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    FileKind.MP3: "audio/mpeg",
    FileKind.MP4: "video/mp4",
}
ENDINGS: Mapping[str, FileKind] = {
    **{str(kind): kind for kind in FileKind},
    "jpeg": FileKind.JPG,
    "jpe": FileKind.JPG,
    "jfif": FileKind.JPG,
    "m4v": FileKind.MP4,
}
"""The endings of names by which people know these kinds."""


class Why(StrEnum):
    """Why a file is refused."""

    EMPTY = "empty"
    TOO_HEAVY = "too_heavy"
    TOO_HEAVY_FOR_CHAT = "too_heavy_for_chat"
    TOO_MANY = "too_many"
    TOO_MUCH = "too_much"
    """All the files together."""
    UNLISTED = "unlisted"
    DISGUISED = "disguised"
    """Its name says another kind than its content."""
    TWOFOLD = "twofold"
    """It may be read as two kinds of files."""
    BROKEN = "broken"
    BOMB = "bomb"
    """Small, and huge once it is opened."""
    MACROS = "macros"
    ACTIVE = "active"
    """It acts by itself, or brings other files with it."""
    LOCKED = "locked"
    VIRUS = "virus"
    LATE = "late"
    """It was ready only once the dossier could not be changed any more."""
    GONE = "gone"
    """Whoever had it does not give it any more."""
    FAILED = "failed"
    """It is not the file's fault: we could not have it, or look at it."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a file is refused: ``found`` is what it really is, ``told`` the ending of its name, ``size`` its bytes."""

    why: Why
    found: str = ""
    told: str = ""
    size: int = 0

    @property
    def code(self) -> str:
        """Return what is stored of a refusal, from which it is worded in any language."""
        return f"{self.why} {self.found or '-'} {self.told or '-'} {self.size}"


def read_refused(code: str) -> Refused:
    """Read a stored refusal; what no release knows is a failure of ours."""
    why, found, told, size = (*code.split(), "", "", "", "")[:4]
    if why not in set(Why):
        return Refused(Why.FAILED)
    known = {"found": found, "told": told}
    return Refused(Why(why), **{k: v for k, v in known.items() if v not in {"", "-"}}, size=_number(size))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


@dataclass(frozen=True, slots=True)
class Examined:
    """A file that may be kept, as it is stored; ``cleaned`` tells that place, date or device were taken out of it."""

    kind: FileKind
    size: int
    digest: str
    cleaned: bool = False


class UnsafeError(Exception):
    """A file that is refused; ``found`` is what it is instead."""

    def __init__(self, why: Why, found: str = "") -> None:
        super().__init__(str(why))
        self.why = why
        self.found = found
