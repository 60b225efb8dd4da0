"""Announcements as rows: read, locked, written; a row is written only as it was read, under its version."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update

from rallynov.announcements.model import Announcement, Audience, Content, NewsFile, Standing, Status
from rallynov.announcements.tables import (
    AnnouncementActRow,
    AnnouncementCountRow,
    AnnouncementFileRow,
    AnnouncementRow,
)
from rallynov.delivery.subject import OvertakenError
from rallynov.editions.model import PARIS
from rallynov.editions.stages.hours import Missing, Twice, read_hour
from rallynov.people.consents.model import Topic
from rallynov.storage.prepared import INSERTS

WRITING = ("open", "edit", "submit")
"""Acts that are writing: whoever did one of them is one of the hands of an announcement."""


def read(tx: Connection, *which: ColumnElement[bool], most: int | None = None) -> list[Announcement]:
    """Read announcements, the newest first."""
    asked = select(AnnouncementRow.__table__).where(*which).order_by(AnnouncementRow.number.desc())
    return _whole(tx, tx.execute(asked.limit(most)).all())


def find(tx: Connection, announcement: str) -> Announcement | None:
    """Read one announcement by its id; None when it is not there."""
    return next(iter(read(tx, AnnouncementRow.id == announcement)), None)


def lock(tx: Connection, ids: Sequence[str]) -> dict[str, Announcement]:
    """Read announcements by id, and hold them until the end of the transaction, always in the same order."""
    if not ids:
        return {}
    mine = select(AnnouncementRow.__table__).where(AnnouncementRow.id.in_(sorted(set(ids))))
    found = tx.execute(mine.order_by(AnnouncementRow.id).with_for_update()).all()
    return {one.id: one for one in _whole(tx, found)}


def spellings(tx: Connection, edition: str) -> list[str]:
    """Return the organisations that announce something in an edition, as they are written."""
    mine = select(AnnouncementRow.organisation).where(AnnouncementRow.edition == edition)
    return list(tx.execute(mine.distinct()).scalars())


def open_(tx: Connection, edition: str, draft: Announcement) -> Announcement:
    """Write a new draft under the next number of its edition; ``OvertakenError`` when its id is taken."""
    counted = INSERTS[tx.dialect.name](AnnouncementCountRow).values(edition=edition, last=1)
    grown = counted.on_conflict_do_update(
        index_elements=["edition"], set_={"last": AnnouncementCountRow.last + 1}
    )
    number = tx.execute(grown.returning(AnnouncementCountRow.last)).scalar_one()
    opened = replace(draft, number=number, version=1)
    row = {"id": draft.id, "edition": edition, "number": number, "planned": False, "version": 1}
    fresh = INSERTS[tx.dialect.name](AnnouncementRow).on_conflict_do_nothing(index_elements=["id"])
    written = fresh.values(row | _columns(opened) | {"created_at": draft.changed})
    if tx.execute(written.returning(AnnouncementRow.id)).first() is None:
        raise OvertakenError("this announcement is there already")
    return opened


def put(tx: Connection, before: Announcement, after: Announcement, at: datetime) -> Announcement:
    """Write an announcement as it now is; ``OvertakenError`` when it is not as it was read."""
    mine = AnnouncementRow.id == before.id, AnnouncementRow.version == before.version
    told = replace(after, version=before.version + 1, changed=at)
    written = tx.execute(update(AnnouncementRow).where(*mine).values(_columns(told)))
    if written.rowcount != 1:
        raise OvertakenError("not as it was")
    return told


def act(
    tx: Connection, announcement: str, at: datetime, actor: str | None, done: str, detail: str = ""
) -> None:
    """Keep what was done; that somebody wrote is kept once."""
    if done in WRITING:
        same = AnnouncementActRow.announcement_id == announcement, AnnouncementActRow.actor == actor
        known = select(AnnouncementActRow.id).where(*same, AnnouncementActRow.act == done)
        if tx.execute(known.limit(1)).first():
            return
    row = {"announcement_id": announcement, "at": at, "actor": actor, "act": done, "detail": detail}
    tx.execute(insert(AnnouncementActRow), [row])


def discard(tx: Connection, announcement: str) -> None:
    """Erase a draft, with its files and what was done to it; its number is never given again."""
    tx.execute(delete(AnnouncementRow).where(AnnouncementRow.id == announcement))


def at_paris(wall: str) -> datetime | None:
    """Return the moment that a wall clock in Paris stands for: an hour that is skipped is the next one, of two the first."""
    if not wall:
        return None
    local = datetime.fromisoformat(wall)
    match read_hour(local.date(), local.time()):
        case Missing(after):
            return after
        case Twice(summer):
            return summer
        case found:
            return found


def _columns(one: Announcement) -> dict[str, Any]:
    """Return an announcement as the columns that change."""
    wall = one.wish.astimezone(PARIS).replace(tzinfo=None) if one.wish else None
    return {
        "organisation": one.organisation,
        "author": one.author or None,
        "topic": one.topic or "",
        "content": orjson.dumps(one.content).decode(),
        "audience": orjson.dumps(one.audience).decode(),
        "status": one.status.value,
        "urgent": one.urgent,
        "wish": wall.isoformat(timespec="minutes") if wall else "",
        "due_at": one.due,
        "submitted_at": one.submitted,
        "approver": one.approver or None,
        "approved_at": one.approved,
        "refusal": one.refusal,
        "started_at": one.started,
        "ended_at": one.ended,
        "revision": one.revision,
        "correction": _corrected(one),
        "corrector": one.corrector or None,
        "version": one.version,
        "changed_at": one.changed,
    }


def _whole(tx: Connection, found: Sequence[Row[Any]]) -> list[Announcement]:
    """Return announcements with their files and with all who wrote in them."""
    ids = [row.id for row in found]
    files, hands = (_files(tx, ids), _hands(tx, ids)) if ids else ({}, {})
    return [
        replace(_one(row), files=tuple(files.get(row.id, ())), hands=frozenset(hands.get(row.id, ())))
        for row in found
    ]


def _one(row: Row[Any]) -> Announcement:
    return Announcement(
        id=row.id,
        number=row.number,
        author=row.author or "",
        changed=row.changed_at,
        organisation=row.organisation,
        topic=Topic(row.topic) if row.topic else None,
        content=Content(**orjson.loads(row.content)),
        audience=_audience(orjson.loads(row.audience)),
        status=Status(row.status),
        urgent=row.urgent,
        wish=at_paris(row.wish),
        due=row.due_at,
        submitted=row.submitted_at,
        approver=row.approver or "",
        approved=row.approved_at,
        refusal=row.refusal,
        started=row.started_at,
        ended=row.ended_at,
        revision=row.revision,
        version=row.version,
        corrector=row.corrector or "",
        **_correction(row.correction),
    )


def _corrected(one: Announcement) -> str:
    """Return a correction as it is kept."""
    if one.correction is None:
        return ""
    return orjson.dumps({"content": one.correction, "offered": one.offered}).decode()


def _correction(kept: str) -> dict[str, Any]:
    if not kept:
        return {}
    read = orjson.loads(kept)
    return {"correction": Content(**read["content"]), "offered": read["offered"]}


def _audience(kept: Mapping[str, Any]) -> Audience:
    return Audience(
        territories=tuple(kept["territories"]),
        standings=tuple(map(Standing, kept["standings"])),
        themes=tuple(kept["themes"]),
        members=kept["members"],
        but=tuple(map(Standing, kept["but"])),
        seated=kept["seated"],
        told=kept["told"],
    )


def _files(tx: Connection, ids: Sequence[str]) -> Mapping[str, list[NewsFile]]:
    found: dict[str, list[NewsFile]] = defaultdict(list)
    mine = select(AnnouncementFileRow.__table__).where(AnnouncementFileRow.announcement_id.in_(ids))
    for row in tx.execute(mine.order_by(AnnouncementFileRow.created_at, AnnouncementFileRow.id)):
        file = NewsFile(row.id, row.name, row.mime, row.size, row.state, row.reason)
        found[row.announcement_id].append(file)
    return found


def _hands(tx: Connection, ids: Sequence[str]) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    wrote = AnnouncementActRow.act.in_(WRITING), AnnouncementActRow.actor.is_not(None)
    mine = select(AnnouncementActRow.announcement_id, AnnouncementActRow.actor).where(
        AnnouncementActRow.announcement_id.in_(ids), *wrote
    )
    for announcement, actor in tx.execute(mine):
        found[announcement].add(actor or "")
    return found
