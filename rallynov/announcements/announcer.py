"""The clock of announcements: what is due begins, or is held when it is late; what has all left is finished.

Only the leader of the role ``announcer`` works here, one piece of work a transaction, each behind the fence. All of it
is found again in the tables: a process that dies anywhere leaves nothing to mend.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, and_, exists, or_, select

from rallynov.announcements import alarms, ending, rows
from rallynov.announcements.fanout import Fanout
from rallynov.announcements.model import LATE, Announcement, Status
from rallynov.announcements.releasing import Releases
from rallynov.announcements.tables import AnnouncementRow
from rallynov.delivery import bulk
from rallynov.delivery.leadership import Leader
from rallynov.delivery.posting import Post
from rallynov.delivery.tables import OutboxRow, OutboxStatus
from rallynov.editions.quiet import awake
from rallynov.editions.stages.model import Stage
from rallynov.storage.store import Store
from rallynov.wording import Wording

ROLE = "announcer"
_GIVEN_UP = (Status.CANCELLED, Status.WITHDRAWN)
Stages = Callable[[Connection], Collection[Stage]]


@dataclass(frozen=True, slots=True)
class Step:
    """What one step did: whether there is more to do at once, and which pages have changed."""

    more: bool = False
    moved: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Work:
    """What is to be done of one announcement."""

    planned: bool
    corrected: int


class Announcer:
    """What the leader does at each tick."""

    def __init__(
        self,
        store: Store,
        wording: Wording,
        post: Post,
        pull: Collection[str],
        stages: Stages,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._post = post
        self._stages = stages
        self._clock = clock
        self._fanout = Fanout(wording, pull)
        self._after: dict[str, str] = {}
        """Whom the fan-out of each announcement goes on from; begun anew, it plans nobody twice."""
        self._row: dict[tuple[str, int], int] = {}
        """From which row the corrections of each revision go on."""
        self.releases = Releases(store, post, pull, clock)

    def step(self, leader: Leader) -> Step:
        """Do one piece of work of each announcement that has some; synchronous, on the writer thread."""
        now = self._clock()
        with self._store.read() as tx:
            if not _todo(tx, now):
                return Step()
        try:
            return self._work(leader, now)
        except (
            BaseException
        ):  # what was taken back is done again: from the beginning, places may be beyond it
            self._after.clear()
            self._row.clear()
            raise

    def _work(self, leader: Leader, now: datetime) -> Step:
        more = False
        moved: list[str] = []
        with self._store.write() as tx:
            leader.fence(tx)
            todo = _todo(tx, now)
            for one in rows.lock(tx, list(todo)).values():
                step = self._do(tx, one, todo[one.id], now)
                more = more or step.more
                moved += step.moved
        return Step(more, tuple(moved))

    def _do(self, tx: Connection, one: Announcement, work: _Work, now: datetime) -> Step:
        if one.status is Status.APPROVED and one.due and one.due <= now:
            return self._begin(tx, one, one.due, now)
        if one.status is Status.SENDING and not work.planned:
            return self._plan(tx, one, now)
        if one.status in _GIVEN_UP:  # what a sender gave back once it was given up
            reason = bulk.CANCELLED if one.status is Status.CANCELLED else bulk.WITHDRAWN
            bulk.cancel(tx, one.id, now, reason)
        if one.started and one.revision > work.corrected:
            return self._correct(tx, one, now)
        if one.status is Status.SENDING and bulk.finished(tx, one.id):
            sent = rows.put(tx, one, replace(one, status=Status.SENT, ended=now), now)
            rows.act(tx, one.id, now, None, "finish")
            ending.tell_sent(tx, self._post, sent, now)
        return Step()

    def _begin(self, tx: Connection, one: Announcement, due: datetime, now: datetime) -> Step:
        """Begin to send, with the first recipients in the same transaction; not when nobody is to be disturbed."""
        if now - due > LATE:
            late = rows.put(tx, one, replace(one, status=Status.LATE), now)
            rows.act(tx, one.id, now, None, "hold")
            alarms.tell(tx, self._post, late, alarms.held(late), now)
            ending.tell_held(tx, self._post, late, now)
            return Step()
        if (open_at := awake(now)) > now:
            rows.put(tx, one, replace(one, due=open_at), now)
            rows.act(tx, one.id, now, None, "move", open_at.isoformat())
            return Step()
        begun = rows.put(tx, one, replace(one, status=Status.SENDING, started=now), now)
        rows.act(tx, one.id, now, None, "start")
        return self._plan(tx, begun, now)

    def _plan(self, tx: Connection, one: Announcement, now: datetime) -> Step:
        after = self._after.pop(one.id, "")
        last = self._fanout.plan(tx, one, self._words(tx, one), after, now)
        if last:
            self._after[one.id] = last
        return Step(more=bool(last))

    def _correct(self, tx: Connection, one: Announcement, now: datetime) -> Step:
        place = one.id, one.revision
        after = self._row.pop(place, 0)
        last, moved = self._fanout.correct(tx, one, self._words(tx, one), after, now)
        if last:
            self._row[place] = last
        return Step(bool(last), tuple(moved))

    def _words(self, tx: Connection, one: Announcement) -> Mapping[str, str]:
        card = next((stage for stage in self._stages(tx) if stage.number == one.content.stage), None)
        return self._fanout.keep(tx, one, card)


def _todo(tx: Connection, now: datetime) -> dict[str, _Work]:
    """Return the announcements of which something is to be done."""
    table = AnnouncementRow
    due = and_(table.status == Status.APPROVED, table.due_at <= now)
    revised = and_(table.revision > table.corrected, table.started_at.is_not(None))
    left = exists().where(OutboxRow.broadcast == table.id, OutboxRow.status == OutboxStatus.PLANNED)
    which = or_(due, table.status == Status.SENDING, revised, and_(table.status.in_(_GIVEN_UP), left))
    found = tx.execute(select(table.id, table.planned, table.corrected).where(which))
    return {one: _Work(planned, corrected) for one, planned, corrected in found}
