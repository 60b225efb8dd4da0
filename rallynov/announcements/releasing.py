"""Announcements let go, a few at a time: what was asked when they were planned is asked again when they leave.

Consent, limitation, reach, two announcements too close to each other, the hours in which nobody is disturbed. What
corrects a message that was delivered leaves at any hour: it makes no sound.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, or_, select

from rallynov.announcements import alarms, rows
from rallynov.announcements.interruptions import Interruptions
from rallynov.announcements.model import APART, WAITS, Status
from rallynov.announcements.tables import AnnouncementRow, ReachRow
from rallynov.delivery import bulk, corrections
from rallynov.delivery.bulk import Planned
from rallynov.delivery.circulars import Words
from rallynov.delivery.leadership import Leader
from rallynov.delivery.outbox import Outgoing
from rallynov.delivery.posting import Post
from rallynov.delivery.rows import Rows
from rallynov.delivery.tables import OutboxStatus
from rallynov.editions.quiet import awake, quiet
from rallynov.people.consents.model import Topic
from rallynov.people.consents.service import who
from rallynov.storage.batched import Inserted
from rallynov.storage.notices import notify
from rallynov.storage.prepared import Insertable
from rallynov.storage.store import Store

ROUND = timedelta(seconds=30)
"""Time after which planned rows are looked at from the first one on: some come back that were tried."""
LOOKS = 10
"""Chunks looked at for one request: those who must wait are passed over."""
TOO_LONG, UNWANTED, LATER = "put off too long", "no longer wanted", timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Source:
    """What may be let go: the rows of an announcement, or those of its last correction."""

    broadcast: str
    topic: Topic | None
    urgent: bool
    corrects: bool
    corrected: int = 0
    """The last revision whose words all have or are given."""


@dataclass(slots=True)
class _Place:
    """How far the planned rows of a source were looked at, and until when there is nothing to look at."""

    since: datetime
    after: int = 0
    idle_until: datetime | None = None


class Releases:
    """Lets announcements go: to a sender of this process that asks, and to pages."""

    def __init__(
        self, store: Store, post: Post, pull: Collection[str], clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._post = post
        self._pull = pull
        self._clock = clock
        self._words = Words()
        self._places: dict[tuple[str, str], _Place] = {}
        self._interruptions = Interruptions(post)

    def fetch(self, to: Rows, most: int, leader: Leader) -> Sequence[Outgoing]:
        """Mark messages of a channel as being sent by a process, and return them with their words."""
        now = self._clock()
        with self._store.read() as tx:
            sources = self._sources(tx, now)
        if not sources:
            return ()
        with self._store.write() as tx:
            leader.fence(tx)
            going: list[Planned] = []
            for source in self._sources(tx, now):
                if len(going) < most:
                    going += self._go(tx, source, (to.channel,), now, most - len(going))
            bulk.release(tx, going, to.owner, now)
            return [self._words.fill(tx, one.outgoing) for one in going]

    def broken(self, broadcast: str, reason: str, leader: Leader) -> None:
        """Pause an announcement whose content a channel refuses; its corrections are given up."""
        now = self._clock()
        announcement = broadcast.partition(":")[0]
        with self._store.write() as tx:
            leader.fence(tx)
            if broadcast != announcement:
                bulk.cancel(tx, broadcast, now, reason)
            found = rows.lock(tx, [announcement]).get(announcement)
            if found and found.status is Status.SENDING:
                paused = rows.put(tx, found, replace(found, status=Status.PAUSED), now)
                rows.act(tx, announcement, now, None, "break", reason)
                alarms.tell(tx, self._post, paused, alarms.broken(paused, reason), now)

    def show(self, leader: Leader, most: int = 100) -> Sequence[str]:
        """Put announcements on the pages of those who read there; return the conversations that have moved."""
        now = self._clock()
        with self._store.read() as tx:
            if not any(not source.corrects for source in self._sources(tx, now)):
                return ()
        with self._store.write() as tx:
            leader.fence(tx)
            shown: list[Planned] = []
            for source in self._sources(tx, now):
                if not source.corrects and len(shown) < most:
                    shown += self._go(tx, source, self._pull, now, most - len(shown))
            if shown:
                bulk.show(tx, shown, self._words, now)
            moved = [one.outgoing.address for one in shown]
            notify(tx, [f"moved {address}" for address in moved])
        return moved

    def _sources(self, tx: Connection, now: datetime) -> list[Source]:
        table = AnnouncementRow
        columns = table.id, table.topic, table.urgent, table.status, table.revision, table.corrected
        leaving = or_(table.status == Status.SENDING, table.revision > 0)
        found = tx.execute(select(*columns).where(leaving).order_by(table.started_at, table.id)).all()
        revised = [
            Source(bulk.revised(one.id, one.revision), None, urgent=True, corrects=True)
            for one in found
            if one.revision
        ]
        if quiet(now):
            return revised
        first = [
            Source(one.id, Topic(one.topic), one.urgent, corrects=False, corrected=one.corrected)
            for one in found
            if one.status == Status.SENDING
        ]
        return [*revised, *first]

    def _go(
        self, tx: Connection, source: Source, channels: Collection[str], now: datetime, most: int
    ) -> list[Planned]:
        """Return rows that may go; those that may not are put off or given up."""
        place = self._places.setdefault((source.broadcast, min(channels)), _Place(now))
        if place.idle_until and now < place.idle_until:
            return []
        if not source.corrects and self._interruptions.paused(tx, source.broadcast, now):
            return []
        if now - place.since > ROUND:
            place.after, place.since = 0, now
        going: list[Planned] = []
        for _ in range(LOOKS):
            found = bulk.due(tx, source.broadcast, channels, place.after, now, most - len(going))
            ready = found if source.corrects else self._with_files(tx, found)
            going += (
                self._corrected(tx, ready, now) if source.corrects else self._asked(tx, source, ready, now)
            )
            place.after = ready[-1].id if ready else place.after if found else 0
            if not found:
                next_ = bulk.next_due(tx, source.broadcast)
                soon = now + timedelta(seconds=1)
                place.idle_until = max(soon, min(next_, now + timedelta(minutes=1))) if next_ else soon
            if len(going) >= most or len(ready) < len(found) or not found:
                break
        return going

    def _with_files(self, tx: Connection, found: Sequence[Planned]) -> Sequence[Planned]:
        """Return the rows before the first whose file another one is to bring: once it is there, all others name it."""
        waits: dict[str, bool] = {}
        for n, one in enumerate(found):
            circular = one.outgoing.part.circular if one.outgoing.part else ""
            if one.outgoing.channel in self._pull or self._words.uploaded(tx, circular):
                continue
            if circular not in waits:
                sending, sent = bulk.tried(tx, circular)
                waits[circular] = not sent
                if sent or not sending:
                    continue
            if waits[circular]:
                return found[:n]
        return found

    def _asked(
        self, tx: Connection, source: Source, found: Sequence[Planned], now: datetime
    ) -> list[Planned]:
        """Ask of everybody whether they may be written to now."""
        people = [one.person for one in found]
        wanted = set(who(tx, source.topic, people)) if source.topic else set()
        last = {} if source.urgent else _reached(tx, people, source.broadcast)
        going: list[Planned] = []
        gone: dict[str, list[int]] = {}
        later: dict[int, datetime] = {}
        for one in found:
            until = last[one.person] + APART if one.person in last else now
            if one.person not in wanted:
                gone.setdefault(UNWANTED, []).append(one.id)
            elif not one.reachable:
                gone.setdefault(bulk.UNREACHABLE, []).append(one.id)
            elif until <= now:
                going.append(_reworded(one, source.corrected))
            elif awake(until) > one.since + WAITS:
                gone.setdefault(TOO_LONG, []).append(one.id)
            else:
                later[one.id] = awake(until)
        for reason, ids in gone.items():
            bulk.give_up(tx, ids, reason, now)
        bulk.put_off(tx, later)
        _reach(tx, source.broadcast, [one.person for one in going], now)
        return going

    def _corrected(self, tx: Connection, found: Sequence[Planned], now: datetime) -> list[Planned]:
        """Take those whose message was delivered; wait for those that are on their way to it."""
        before = corrections.targets(tx, found)
        going: list[Planned] = []
        for one in found:
            status, target = before.get(one.id, (OutboxStatus.SKIPPED, ""))
            if status in {OutboxStatus.SENDING, OutboxStatus.PLANNED}:
                bulk.put_off(tx, {one.id: now + LATER})
            elif status is OutboxStatus.SENT and target and one.reachable:
                going.append(bulk.aimed(one, target=target))
            else:
                reason = corrections.NOT_DELIVERED if one.reachable else bulk.UNREACHABLE
                bulk.give_up(tx, [one.id], reason, now)
        return going


def _reworded(planned: Planned, corrected: int) -> Planned:
    """Return a row with the words of the last correction, should it have been under way or at its end meanwhile."""
    circular = planned.outgoing.part.circular if planned.outgoing.part else ""
    broadcast, revision, language = circular.rsplit(":", 2)
    if int(revision) >= corrected:
        return planned
    return bulk.aimed(planned, circular=f"{broadcast}:{corrected}:{language}")


def _reached(tx: Connection, people: Sequence[str], but: str) -> dict[str, datetime]:
    """Return when people last received something else than an announcement."""
    others = ReachRow.person_id.in_(people), ReachRow.announcement_id != but
    return {
        row.person_id: row.at for row in tx.execute(select(ReachRow.person_id, ReachRow.at).where(*others))
    }


def _reach(tx: Connection, announcement: str, people: Sequence[str], now: datetime) -> None:
    if people:
        row = {"announcement_id": announcement, "at": now}
        _REACH.many(tx, [{"person_id": person, **row} for person in people])


def _newer(add: Insertable) -> Insertable:
    newer: dict[str, Any] = {name: add.excluded[name] for name in ("announcement_id", "at")}
    return add.on_conflict_do_update(index_elements=["person_id"], set_=newer)


_REACH = Inserted(ReachRow, ("person_id", "announcement_id", "at"), _newer)
