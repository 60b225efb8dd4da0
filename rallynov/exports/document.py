"""JSON: one document that follows the published schema, one dossier a line, and its own proof that it is whole.

``check`` reads one again: every value through the types of the schema, the count, the digest, and nothing lost between
reading and writing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import orjson
from pydantic import ValidationError

from rallynov.exports.job import Job
from rallynov.exports.model import Entry
from rallynov.exports.schema import ADDRESS, VERSION, Head, Shape

_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z
_OPENING, _CLOSING = b'"dossiers":[\n', b"\n],\n"


class Document:
    """A JSON document under way."""

    absent = 0

    def __init__(self, job: Job) -> None:
        self._path, self._count, self._digest = job.work / "export.json", 0, hashlib.sha256()
        self._file = job.opened.enter_context(self._path.open("xb"))
        head = {
            "schema": ADDRESS,
            "version": VERSION,
            "edition": job.edition.slug,
            "view": job.view.id,
            "form": job.form.version,
            "exported_at": job.at,
        }
        self._file.write(orjson.dumps(head, option=_OPTIONS)[:-1] + b",\n" + _OPENING)

    def add(self, entry: Entry) -> None:
        """Write one dossier, on a line."""
        line = orjson.dumps(plain(entry), option=_OPTIONS)
        self._digest.update(line + b"\n")
        self._file.write((b",\n" if self._count else b"") + line)
        self._count += 1

    def close(self) -> Sequence[Path]:
        """End the document, with the count and the digest of its dossiers."""
        foot = {"count": self._count, "sha256": self._digest.hexdigest()}
        self._file.write(_CLOSING + orjson.dumps(foot, option=_OPTIONS)[1:] + b"\n")
        self._file.close()
        return (self._path,)


def plain(entry: Entry) -> dict[str, Any]:
    """Return a dossier as JSON holds it, in the types of the schema."""
    return {
        "key": entry.key,
        "status": entry.status,
        "form": entry.form,
        "receipt": entry.receipt,
        "fingerprint": entry.fingerprint,
        "reason": entry.reason,
        "created_at": entry.created_at,
        "updated_at": entry.updated_at,
        "submitted_at": entry.submitted_at,
        "correct_by": entry.correct_by,
        "answers": entry.answers,
        "others": entry.others,
        "pieces": [
            {"name": p.name, "mime": p.mime, "size": p.size, "sha256": p.digest, "scanned": p.scanned}
            for p in entry.pieces
        ],
        "holders": [{"right": h.right, "name": h.name, "since": h.since} for h in entry.holders],
        "moves": [
            {"at": m.at, "act": m.act, "status": m.status, "by": m.by, "reason": m.reason}
            for m in entry.moves
        ],
    }


class UnreadableError(Exception):
    """What was given is no export; where it stops being one."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What an export holds: as it says, and as it is."""

    edition: str
    view: str
    dossiers: int
    told: int
    intact: bool
    faults: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Tell whether it is whole, unaltered, and of the published schema."""
        return self.intact and self.dossiers == self.told and not self.faults


def check(path: Path, shape: Shape) -> Checked:
    """Read an export again; ``UnreadableError`` when it is none, ``OSError`` when it cannot be read."""
    digest, dossiers, faults = hashlib.sha256(), 0, list[str]()
    with path.open("rb") as file:
        head, lines, foot = _parted(file)
        for line in lines:
            held = _loaded(line)
            dossiers += 1
            digest.update(orjson.dumps(held, option=_OPTIONS) + b"\n")
            faults += _faults(shape, held, dossiers)
        told = foot() if callable(foot) else foot
    try:
        known = Head.model_validate_json(orjson.dumps(head))
        count, whole = int(told["count"]), str(told["sha256"])
    except (ValidationError, KeyError, TypeError, ValueError) as error:
        raise UnreadableError(type(error).__name__) from error
    return Checked(known.edition, known.view, dossiers, count, digest.hexdigest() == whole, tuple(faults))


def _faults(shape: Shape, held: Any, nth: int) -> Iterator[str]:
    """Give what does not follow the schema in a dossier, or would not be written as it was read."""
    line = orjson.dumps(held, option=_OPTIONS)
    try:
        read = shape.dossier.model_validate_json(line)
    except ValidationError as error:
        for fault in error.errors(include_input=False, include_context=False, include_url=False)[:3]:
            yield f"{nth}: {'.'.join(map(str, fault['loc']))}: {fault['type']}"
        return
    if orjson.dumps(read.model_dump(mode="json", exclude_unset=True), option=_OPTIONS) != line:
        yield f"{nth}: not written as it was read"


def _parted(file: BinaryIO) -> tuple[Mapping[str, Any], Iterator[bytes], Any]:
    """Part an export into its head, its dossiers and its foot: line by line when it is laid out as ours are."""
    first, second = file.readline(), file.readline()
    if second != _OPENING:
        return _whole(first + second + file.read())
    rest: list[bytes] = []

    def lines() -> Iterator[bytes]:
        for line in file:
            if line == b"],\n":
                rest.append(file.read())
                return
            if line.strip():
                yield line.rstrip(b"\n").removesuffix(b",")
        raise UnreadableError("cut short")

    return _loaded(first.rstrip(b",\n") + b"}"), lines(), lambda: _loaded(b"{" + rest[0])


def _whole(content: bytes) -> tuple[Mapping[str, Any], Iterator[bytes], Any]:
    """Part an export that another program has laid out."""
    held = _loaded(content)
    dossiers = held.pop("dossiers", None)
    if not isinstance(dossiers, list):
        raise UnreadableError("dossiers")
    foot = {name: held.pop(name, None) for name in ("count", "sha256")}
    return held, (orjson.dumps(one) for one in dossiers), foot


def _loaded(content: bytes) -> Any:
    try:
        held = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise UnreadableError("JSON") from error
    if not isinstance(held, dict):
        raise UnreadableError("JSON")
    return held
