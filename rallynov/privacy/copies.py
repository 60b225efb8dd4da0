"""The copies that people take away, made when they are fetched: all that is held of them, and the access log.

The JSON is for programs; the archive has it too, with a text to read, the files of their dossiers and a manifest. A file
that the archive has no room for is named in the manifest, and stays where the dossier shows it.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import orjson
from sqlalchemy import Connection, select

from rallynov.delivery.tables import ConversationRow
from rallynov.dialogue.words import Term
from rallynov.editions.model import PARIS, Edition
from rallynov.initiatives.attachments.folder import Folder
from rallynov.initiatives.attachments.model import KEPT
from rallynov.initiatives.attachments.names import cleaned
from rallynov.papers.model import File, Maker
from rallynov.people.granting import grants_in
from rallynov.people.permissions import Action, Whose, may
from rallynov.privacy.facts import lines, room_of
from rallynov.privacy.holdings import Held, held
from rallynov.privacy.reading import Reader
from rallynov.privacy.rights import ARCHIVE, JSON, LOG, ROOMS
from rallynov.storage.store import Store
from rallynov.wording import Wording

MOST = 45 * 2**20
"""Bytes of files in one archive: a robot of Telegram sends 50 million at most."""
LOGGED = 100_000
"""Lines of the access log in one file: more than a year has."""
NOTHING_MORE: Mapping[str, bytes] = {}
_INDENTED = orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS


@dataclass(frozen=True, slots=True)
class Copies:
    """Makes the copies. ``pieces`` is the folder of the files of dossiers."""

    store: Store
    wording: Wording
    edition: Edition
    pieces: Path
    now: Callable[[], datetime]

    def makers(self) -> Mapping[str, Maker]:
        """Return the makers, by kind of paper."""
        return {JSON: self.json, ARCHIVE: self.archive, LOG: self.log}

    def json(self, address: str, ref: str, language: str) -> File | None:
        """Make the JSON of whoever is behind an address; None for somebody of whom nothing is held."""
        found = self._found(address)
        if not found:
            return None
        return File("mes-donnees-rallynov.json", "application/json", self._written(found, language))

    def archive(self, address: str, ref: str, language: str) -> File | None:
        """Make the archive of whoever is behind an address."""
        with self.store.read() as tx:
            person = _person(tx, address)
        return self.archive_of(person, language) if person else None

    def archive_of(self, person: str, language: str) -> File | None:
        """Make the archive of a person; None for somebody of whom nothing is held."""
        with self.store.read() as tx:
            found = held(tx, person)
        return self.packed(found, language) if found else None

    def packed(self, found: Held, language: str, more: Mapping[str, bytes] = NOTHING_MORE) -> File:
        """Make an archive of what is held; ``more`` are texts that whoever answers a written request adds."""
        opened = io.BytesIO()
        with ZipFile(opened, "w", ZIP_DEFLATED) as into:
            self._fill(into, found, language, more)
        return File("mes-donnees-rallynov.zip", "application/zip", opened.getvalue())

    def log(self, address: str, ref: str, language: str) -> File | None:
        """Make the access log of whoever may read it; None for anybody else."""
        with self.store.read() as tx:
            person = _person(tx, address)
            grants = grants_in(tx, self.edition.slug, person) if person else None
            if grants is None or not may(grants, Action.SEE_ACCESS_LOG, Whose.NONE):
                return None
            found = lines(tx, LOGGED)
        into = io.StringIO()
        writer = csv.writer(into, delimiter=";", lineterminator="\r\n")
        writer.writerow(("date", "qui", "role", "acte", "dossier"))
        for one in found:
            moment = one.at.astimezone(PARIS).isoformat(" ", "seconds")
            writer.writerow([_guarded(cell) for cell in (moment, one.who, one.role, one.action, one.what)])
        return File("journal-des-acces.csv", "text/csv; charset=utf-8", into.getvalue().encode("utf-8-sig"))

    def _found(self, address: str) -> Held:
        with self.store.read() as tx:
            person = _person(tx, address)
            return held(tx, person) if person else {}

    def _written(self, found: Held, language: str) -> bytes:
        tables = {
            name: {"room": self._room(name, language), "what": self._what(name, language), "rows": rows}
            for name, rows in found.items()
        }
        return orjson.dumps({"made_at": self.now(), "tables": tables}, option=_INDENTED)

    def _fill(self, into: ZipFile, found: Held, language: str, more: Mapping[str, bytes]) -> None:
        sums: list[Mapping[str, str]] = []
        lacking: list[str] = []
        texts = (
            ("mes-donnees.json", self._written(found, language)),
            ("mes-donnees.txt", Reader(self.wording, language).text(found).encode()),
            *more.items(),
        )
        for name, content in texts:
            sums.append(_put(into, name, content, self.now()))
        room = MOST
        for number, row in enumerate(found.get("attachment", ()), 1):
            if row.get("state") != KEPT or "dossier_id" not in row:
                continue
            name = f"pieces/{number}-{cleaned(row['name']) or 'piece'}"
            piece = self._piece(row["dossier_id"], row["id"], room)
            if piece is None:
                lacking.append(name)
                continue
            room -= len(piece)
            sums.append(_put(into, name, piece, self.now()))
        manifest = {"files": sums, "lacking": lacking}
        _put(into, "manifeste.json", orjson.dumps(manifest, option=_INDENTED), self.now())

    def _piece(self, dossier: str, piece: str, room: int) -> bytes | None:
        try:
            path = Folder(self.pieces).place(dossier, piece)
            return path.read_bytes() if path.stat().st_size <= room else None
        except (OSError, ValueError):
            return None

    def _what(self, table: str, language: str) -> str:
        return self.wording.word(Term(f"privacy:held:{table}"), language)

    def _room(self, table: str, language: str) -> str:
        return self.wording.word(ROOMS[room_of(table)], language)


def _person(tx: Connection, address: str) -> str:
    known = select(ConversationRow.person_id).where(ConversationRow.address == address)
    return tx.execute(known).scalar() or ""


def _put(into: ZipFile, name: str, content: bytes, at: datetime) -> Mapping[str, str]:
    into.writestr(ZipInfo(name, at.astimezone(PARIS).timetuple()[:6]), content, ZIP_DEFLATED)
    return {"name": name, "sha256": hashlib.sha256(content).hexdigest()}


def _guarded(cell: str) -> str:
    """Keep a spreadsheet from taking what somebody typed for a formula."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell
