"""People who asked for announcements, an announcement that is due, and the announcer on a clock of the tests."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from conversation import Clock
from sqlalchemy import insert, select, update

from rallynov.announcements import rows
from rallynov.announcements.announcer import Announcer
from rallynov.announcements.model import Announcement, Content, Status
from rallynov.announcements.tables import AnnouncementActRow, AnnouncementRow
from rallynov.delivery import outbox
from rallynov.delivery.feed import Alone
from rallynov.delivery.outbox import Outgoing, Receipt
from rallynov.delivery.posting import Post
from rallynov.delivery.rows import Rows
from rallynov.delivery.tables import ConversationRow, OutboxRow, OutboxStatus
from rallynov.editions.model import DEFAULT
from rallynov.people.consents.model import Topic
from rallynov.people.consents.tables import ConsentRow
from rallynov.people.tables import GrantRow, PersonRow
from rallynov.storage.store import Store
from rallynov.wording import Wording

MORNING = datetime(2027, 3, 23, 9, 0, tzinfo=UTC)
"""A Tuesday, ten in Paris."""
PULL = frozenset({"web", "terminal"})
FIRST = 2_000_000
WORDING = Wording({"operator": "exemple", "contact": "exemple"})


def people(
    store: Store,
    names: Collection[str],
    channel: str = "telegram",
    *,
    now: datetime = MORNING,
    language: str = "fr",
) -> None:
    """Write people who asked for news of the stages; a name that is a number is their chat."""
    with store.write() as tx:
        at = {"created_at": now, "updated_at": now}
        tx.execute(
            insert(PersonRow), [{"id": f"p{n}", "notice_version": "4", "created_at": now} for n in names]
        )
        tx.execute(
            insert(ConversationRow),
            [
                {
                    "address": f"{channel}:{n}",
                    "channel": channel,
                    "person_id": f"p{n}",
                    "language": language,
                    **at,
                }
                for n in names
            ],
        )
        asked = {"topic": "stages", "wording": "1/fr", "source": "command", "given_at": now}
        tx.execute(insert(ConsentRow), [{"person_id": f"p{n}", **asked} for n in names])


def chats(many: int) -> list[str]:
    """Return names of so many people, each a chat of Telegram."""
    return [str(FIRST + n) for n in range(many)]


def announce(
    store: Store,
    *,
    due: datetime = MORNING,
    id_: str = "a1",
    number: int = 1,
    now: datetime = MORNING,
    **told: Any,
) -> Announcement:
    """Write an announcement that was approved, for all who asked for news of the stages."""
    content = told.pop("content", Content("Étape exemple", "Rendez-vous jeudi à 18 h 30, *salle exemple*."))
    draft = Announcement(id_, number, "", now, topic=Topic.STAGES, content=content)
    approved = replace(draft, status=Status.APPROVED, due=due, approved=now - timedelta(minutes=20), **told)
    with store.write() as tx:
        return rows.open_(tx, DEFAULT.slug, approved)


def coordinator(store: Store) -> str:
    """Write a coordinator; return their address."""
    with store.write() as tx:
        person = {"id": "chief", "notice_version": "4", "created_at": MORNING}
        tx.execute(insert(PersonRow), [person])
        at = {"created_at": MORNING, "updated_at": MORNING}
        talk = {"address": "telegram:1", "channel": "telegram", "person_id": "chief", "language": "fr", **at}
        tx.execute(insert(ConversationRow), [talk])
        named = {"organisation": "", "name": "exemple", "granted_at": MORNING}
        held = {"person_id": "chief", "edition": DEFAULT.slug, "role": "coordinator", **named}
        tx.execute(insert(GrantRow), [held])
    return "telegram:1"


class Desk:
    """The announcer, and a sender that is the test itself."""

    def __init__(self, store: Store, clock: Callable[[], datetime] | None = None, owner: str = "me") -> None:
        self.store = store
        self.clock = clock or Clock(MORNING)
        self.announcer = Announcer(store, WORDING, Post(WORDING, PULL), PULL, lambda _: (), self.clock)
        self.rows = Rows(store, "telegram", owner, self.clock)
        self.leader = Alone()
        self.owner = owner

    def tick(self) -> list[str]:
        """Do all there is to do; return the pages that moved."""
        moved: list[str] = []
        while (step := self.announcer.step(self.leader)).more:
            moved += step.moved
        return [*moved, *step.moved, *self.announcer.releases.show(self.leader)]

    def fetch(self, most: int = 1000) -> list[Outgoing]:
        """Take what may leave now."""
        return list(self.announcer.releases.fetch(self.rows, most, self.leader))

    def send(self, messages: Sequence[Outgoing], status: OutboxStatus = OutboxStatus.SENT) -> None:
        """Say that messages ended so."""
        receipts = [Receipt(one, status, str(7000 + n)) for n, one in enumerate(messages)]
        with self.store.write() as tx:
            outbox.finish(tx, receipts, self.owner, self.clock())

    def read(self, id_: str = "a1") -> Announcement:
        with self.store.read() as tx:
            found = rows.find(tx, id_)
        assert found
        return found

    def change(self, id_: str = "a1", **changed: Any) -> None:
        """Do to an announcement what a person does."""
        with self.store.write() as tx:
            found = rows.lock(tx, [id_])[id_]
            rows.put(tx, found, replace(found, **changed), self.clock())

    def acts(self, id_: str = "a1") -> list[str]:
        mine = select(AnnouncementActRow.act).where(AnnouncementActRow.announcement_id == id_)
        with self.store.read() as tx:
            return list(tx.execute(mine.order_by(AnnouncementActRow.id)).scalars())

    def outbox(self, broadcast: str = "a1") -> list[Any]:
        mine = select(OutboxRow.__table__).where(OutboxRow.broadcast == broadcast)
        with self.store.read() as tx:
            return list(tx.execute(mine.order_by(OutboxRow.id)))

    def states(self, broadcast: str = "a1") -> list[tuple[str, str | None]]:
        return [(row.status, row.error) for row in self.outbox(broadcast)]

    def planned(self, id_: str = "a1") -> bool:
        with self.store.read() as tx:
            return bool(tx.scalar(select(AnnouncementRow.planned).where(AnnouncementRow.id == id_)))

    def set(self, table: Any, **values: Any) -> None:
        with self.store.write() as tx:
            tx.execute(update(table).values(**values))

    def letters(self, address: str) -> str:
        """Return what somebody is told."""
        with self.store.read() as tx:
            return "\n".join(tx.execute(select(OutboxRow.body).where(OutboxRow.address == address)).scalars())
