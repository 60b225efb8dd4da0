"""Tombstones: what makes an erasure outlive the restoration of an older backup. Digests only, keyed; they name nobody.

They are rows, written with the erasure, and mirrored in a file beside the data (``effacements.jsonl``), which no backup
holds and no restoration replaces. Whoever has both the file and somebody's address can tell that it was erased: the file
is for its owner alone.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path

import orjson
import structlog
from sqlalchemy import Connection, delete, select, update

from rallynov.delivery.tables import ConversationRow, InboxRow, InboxStatus, OutboxRow
from rallynov.faq import forgetting
from rallynov.initiatives import erasure
from rallynov.initiatives.tables import DossierRow
from rallynov.privacy.erasing import erase
from rallynov.privacy.holdings import columns_of
from rallynov.privacy.tables import TombstoneKeyRow, TombstoneRow
from rallynov.storage.lifetimes import kept
from rallynov.storage.prepared import INSERTS
from rallynov.storage.store import Store

log = structlog.get_logger("rallynov.privacy")
FILE = "effacements.jsonl"
PERSON, ADDRESS, DOSSIER = "person", "address", "dossier"


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What is left of an erasure, of a person, an address, or a dossier.

    ``key`` is that of the database in which it was done; empty when the file does not tell it any more.
    """

    digest: str
    kind: str
    at: datetime
    key: str


def bury(tx: Connection, people: Iterable[str], addresses: Iterable[str], now: datetime) -> None:
    """Keep the digests of people and of addresses that are erased in this transaction."""
    _bury(tx, [*((PERSON, one) for one in people), *((ADDRESS, one) for one in addresses)], now)


def bury_dossier(tx: Connection, dossier: str, now: datetime) -> None:
    """Keep the digest of a dossier that is erased in this transaction."""
    _bury(tx, [(DOSSIER, dossier)], now)


def _bury(tx: Connection, named: Sequence[tuple[str, str]], now: datetime) -> None:
    key = _key(tx)
    _keep(tx, [Tombstone(digest_of(key, kind, one), kind, now, key) for kind, one in named])


def digest_of(key: str, kind: str, value: str) -> str:
    """Return what a person or an address is known by once they are erased."""
    return hashlib.blake2b(f"{kind}:{value}".encode(), key=bytes.fromhex(key), digest_size=32).hexdigest()


def keep_file(store: Store, folder: Path, now: datetime) -> int:
    """Write to the file of a folder what it lacks, and drop what is too old; return how many tombstones it holds.

    Called every minute, at a start, and before a restoration replaces the database. What only the file has stays in it.
    """
    with store.read() as tx:
        held = _held(tx)
    filed = _read(folder)
    sure = [one for one in filed if one.key]
    known = {one.digest: one for one in (*filed, *held, *sure) if one.at > now - kept("tombstone")}
    if known != {one.digest: one for one in filed}:
        _write(folder, list(known.values()))
    return len(known)


def bury_again(store: Store, folder: Path, now: datetime) -> int:
    """Erase again whom, and which dossiers, an older backup brought back; return how many. Nothing to do is one query.

    Only what the file knows and the database does not was undone: whoever came back after their erasure is left alone.
    """
    filed = [one for one in _read(folder) if one.at > now - kept("tombstone")]
    if not filed:
        return 0
    with store.read() as tx:
        mine, key = {one.digest for one in _held(tx)}, _key(tx)
    undone = {one.digest: one for one in filed if one.digest not in mine}
    if not undone:
        return 0
    keys = {key, *(one.key for one in undone.values() if one.key)}
    with store.write() as tx:
        gone = _back(PERSON, _people(tx), keys, undone)
        forgetting.take_back(tx, gone)
        erase(tx, gone, now)  # the others were told of it at the time
        papers = _back(DOSSIER, tx.execute(select(DossierRow.id)).scalars(), keys, undone)
        for one in papers:  # that did not go with them
            erasure.discard(tx, one)
        _forget_addresses(tx, keys, undone)
        _keep(tx, list(undone.values()))
    log.info("buried_again", people=len(gone), dossiers=len(papers), tombstones=len(undone))
    return len(gone) + len(papers)


def _back(kind: str, ids: Iterable[str], keys: Collection[str], undone: Mapping[str, Tombstone]) -> list[str]:
    """Return which ids are of what was erased."""
    return [one for one in ids if any(digest_of(key, kind, one) in undone for key in keys)]


def purge(tx: Connection, now: datetime) -> None:
    """Forget the erasures that no backup is older than any more."""
    tx.execute(delete(TombstoneRow).where(TombstoneRow.at < now - kept("tombstone")))


def _key(tx: Connection) -> str:
    return tx.execute(select(TombstoneKeyRow.key)).scalar_one()


def _held(tx: Connection) -> list[Tombstone]:
    key = _key(tx)
    rows = tx.execute(select(TombstoneRow.digest, TombstoneRow.kind, TombstoneRow.at))
    return [Tombstone(row.digest, row.kind, row.at, key) for row in rows]


def _keep(tx: Connection, found: Sequence[Tombstone]) -> None:
    rows = [{"digest": one.digest, "kind": one.kind, "at": one.at} for one in found]
    if rows:
        tx.execute(INSERTS[tx.dialect.name](TombstoneRow).on_conflict_do_nothing(), rows)


def _people(tx: Connection) -> set[str]:
    """Return everybody that some row names."""
    named = (select(column).distinct().where(column.is_not(None)) for column in columns_of("person"))
    return {one for some in named for one in tx.execute(some).scalars() if one}


def _forget_addresses(tx: Connection, keys: Collection[str], undone: Mapping[str, Tombstone]) -> None:
    """Forget what came from addresses, or was sent to them, before they were erased."""
    known: set[str] = set()
    for column in (ConversationRow.address, InboxRow.address, OutboxRow.address):
        known |= set(tx.execute(select(column).distinct()).scalars())
    for address in known:
        for key in keys:
            if found := undone.get(digest_of(key, ADDRESS, address)):
                _forget_address(tx, address, found.at)


def _forget_address(tx: Connection, address: str, at: datetime) -> None:
    came = InboxRow.address == address, InboxRow.received_at <= at
    blank = {"address": "", "payload": "", "status": InboxStatus.DONE}
    tx.execute(update(InboxRow).where(*came).values(blank))
    tx.execute(delete(OutboxRow).where(OutboxRow.address == address, OutboxRow.created_at <= at))
    mine = ConversationRow.address == address, ConversationRow.updated_at <= at
    tx.execute(update(ConversationRow).where(ConversationRow.address == address).values(state=None))
    tx.execute(delete(ConversationRow).where(*mine))


def _read(folder: Path) -> list[Tombstone]:
    """Read the file: after each key what was made with it; a line that was cut is left out.

    What follows one that may have been a key is of no known key: it was not made with the former.
    """
    try:
        lines = (folder / FILE).read_bytes().splitlines()
    except FileNotFoundError:
        return []
    key, found = "", []
    for line in lines:
        try:
            said = orjson.loads(line)
            if "key" in said:
                key = bytes.fromhex(said["key"]).hex()
            else:
                found.append(Tombstone(said["digest"], said["kind"], datetime.fromisoformat(said["at"]), key))
        except (ValueError, KeyError, TypeError):
            log.warning("tombstone_unreadable")
            key = key if line.startswith(b'{"digest"') else ""
    return found


def _write(folder: Path, found: Sequence[Tombstone]) -> None:
    """Write the file anew: it is there whole, or as it was."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lines: list[dict[str, object]] = []
    for key, some in groupby(
        sorted(found, key=lambda one: (one.key, one.at, one.digest)), lambda one: one.key
    ):
        lines.append({"key": key})
        lines += [{"digest": one.digest, "kind": one.kind, "at": one.at} for one in some]
    draft = folder / f"{FILE}.new"
    with open(draft, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as opened:
        opened.write(b"".join(orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE) for one in lines))
        opened.flush()
        os.fsync(opened.fileno())
    draft.replace(folder / FILE)
