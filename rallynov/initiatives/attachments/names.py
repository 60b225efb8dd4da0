"""The names of files as people gave them, made harmless: their words are kept, their tricks are not. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping

from rallynov.initiatives.attachments.kinds import ENDINGS, FileKind
from rallynov.text import clean_line
from rallynov.text.measure import GRAPHEME

LONGEST, HEAVIEST = 100, 180
"""Characters, and bytes, of a name: every file system takes fewer than 256 bytes."""
_FOREIGN = (
    "exe com bat cmd msi scr pif lnk js jse vbs vbe ps1 sh jar apk dll iso img dmg app hta py php "
    "html htm xhtml mht svg xml json txt csv md rtf doc docm dot dotx dotm xls xlsx xlsm xlsb ppt pptx pptm "
    "pps ppsx ods odp odg fodt pages numbers key epub ps eps psd zip rar 7z gz tgz tar bz2 xz cab "
    "gif webp bmp tif tiff heic heif avif ico raw dng mov avi mkv webm wmv flv mpg mpeg 3gp m4a m4b ogg oga "
    "opus wav flac aac amr wma aiff mid eml msg vcf ics"
)
FOREIGN = frozenset(_FOREIGN.split())
"""Endings that people know, of kinds that are not taken."""
_BARE: Mapping[FileKind, str] = {
    FileKind.JPG: "photo",
    FileKind.PNG: "image",
    FileKind.MP3: "audio",
    FileKind.MP4: "video",
}
"""What a file without a name is called; any other is a document."""
_FORBIDDEN = re.compile(r'[<>:"|?*]+')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|(?:com|lpt)[0-9¹²³])(?:\..*)?", re.IGNORECASE | re.DOTALL)
_LETTERS = re.compile(r"[^\W_]{1,5}")


def cleaned(told: str) -> str:
    """Return a name without its folders, invisible signs and what no file system takes; empty when nothing is left."""
    line = clean_line(told[:4000])
    parts = (part.rstrip(" .") for part in reversed(re.split(r"[/\\]", line)))
    name = _FORBIDDEN.sub("-", next((part for part in parts if part.strip(" .")), ""))
    stem, ending = _parted(name)
    stem = _cut(stem).strip(" .")
    if _RESERVED.fullmatch(stem):
        head, dot, tail = stem.partition(".")
        stem = f"{head}_{dot}{tail}"
    return f"{stem}.{ending}" if stem and ending else stem or (f"_.{ending}" if ending else "")


def ending(name: str) -> str:
    """Return the ending of a name when it is one that people know, in small letters; else nothing."""
    found = unicodedata.normalize("NFKC", _parted(name)[1]).casefold()
    return found if found in ENDINGS or found in FOREIGN else ""


def disguises(name: str, kind: FileKind) -> bool:
    """Tell whether a name says another kind than what the file is."""
    told = ending(name)
    return bool(told) and ENDINGS.get(told) is not kind


def final(name: str, kind: FileKind, taken: Collection[str] = ()) -> str:
    """Return the name under which a file is kept: its words, the ending of its kind, and a number if it is taken."""
    stem, told = _parted(name)
    known = ENDINGS.get(ending(name)) is kind
    if told and not known and not _mimics(told):
        stem = f"{stem}.{told}"
    stem = (stem.strip("_") and stem) or _BARE.get(kind, "document")
    used = {one.casefold() for one in taken}
    found, number = f"{stem}.{kind}", 2
    while found.casefold() in used:
        found, number = f"{stem} ({number}).{kind}", number + 1
    return found


def _mimics(told: str) -> bool:
    """Tell whether an ending looks like one without being one: letters of another alphabet, wide letters."""
    return not told.isascii() and told.isalpha()


def _parted(name: str) -> tuple[str, str]:
    stem, dot, last = name.rpartition(".")
    if not dot or not _LETTERS.fullmatch(last):
        return name, ""
    return stem, last


def _cut(stem: str) -> str:
    kept, size = [], 0
    for one in GRAPHEME.findall(stem)[:LONGEST]:
        size += len(one.encode())
        if size > HEAVIEST:
            break
        kept.append(one)
    return "".join(kept)
