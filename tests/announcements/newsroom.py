"""A newsroom with its people, on a database: what each orders is applied as a turn would apply it."""

from __future__ import annotations

from collections.abc import Sequence

from announcements.crowds import MORNING, PULL, WORDING, people
from conversation import Clock
from sqlalchemy import insert, select, update

from rallynov.announcements import rows
from rallynov.announcements.commands import Approve, OpenDraft, SaveContent, SaveTopic, Submit
from rallynov.announcements.model import Announcement, Content, News, Status
from rallynov.announcements.service import Newsroom
from rallynov.announcements.tables import AnnouncementRow
from rallynov.delivery.posting import Post
from rallynov.delivery.subject import Order
from rallynov.delivery.tables import ConversationRow, OutboxRow
from rallynov.dialogue.events import Commanded
from rallynov.dialogue.turn import Command
from rallynov.editions.model import DEFAULT
from rallynov.people.consents.model import Topic
from rallynov.people.roles import Role
from rallynov.people.tables import GrantRow, PersonRow
from rallynov.storage.store import Store

OURS = "Structure exemple"
HELD = {
    "karim": (Role.WRITER, OURS),
    "rose": (Role.WRITER, OURS),
    "lucie": (Role.APPROVER, OURS),
    "ines": (Role.APPROVER, "Autre exemple"),
    "dora": (Role.COORDINATOR, ""),
}
WORDS = Content("Atelier exemple", "Venez lundi.")


class Room:
    """Karim and Rose write for one organisation, Lucie approves there, Inès elsewhere; Dora is the team."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = Clock(MORNING)
        self.subject = Newsroom(DEFAULT, Post(WORDING, PULL), lambda _: ())
        self.seq = 0
        people(store, ["1", "2", "3"])
        with store.write() as tx:
            at = {"created_at": MORNING, "updated_at": MORNING}
            tx.execute(
                insert(PersonRow), [{"id": who, "notice_version": "4", "created_at": MORNING} for who in HELD]
            )
            talks = [
                {"address": f"telegram:{who}", "channel": "telegram", "person_id": who, **at} for who in HELD
            ]
            tx.execute(insert(ConversationRow), [{"language": "fr", **one} for one in talks])
            for who, (role, organisation) in HELD.items():
                named = {
                    "organisation": organisation,
                    "name": "",
                    "granted_at": MORNING,
                    "edition": DEFAULT.slug,
                }
                tx.execute(insert(GrantRow), [{"person_id": who, "role": role.value, **named}])

    def order(self, who: str, *commands: Command) -> None:
        """Apply orders in one transaction."""
        self.seq += 1
        orders = [Order(who, f"telegram:{who}", one, self.clock(), self.seq) for one in commands]
        with self.store.write() as tx:
            self.subject.apply(tx, orders)

    def drafted(self, id_: str = "a1", who: str = "karim") -> Announcement:
        """Have a whole draft written."""
        organisation = HELD[who][1]
        orders: Sequence[Command] = (
            OpenDraft(id_, organisation),
            SaveTopic(id_, Topic.STAGES, 1),
            SaveContent(id_, WORDS, 2),
        )
        self.order(who, *orders)
        return self.read(id_)

    def approved(self, id_: str = "a1") -> Announcement:
        self.order("karim", Submit(id_, self.drafted(id_).version))
        self.order("lucie", Approve(id_, 3, self.read(id_).version))
        return self.read(id_)

    def read(self, id_: str = "a1") -> Announcement:
        with self.store.read() as tx:
            found = rows.find(tx, id_)
        assert found
        return found

    def news(self, who: str) -> News:
        with self.store.read() as tx:
            return self.subject.load(tx, {who: Commanded("x")}).get(who, News())

    def told(self, who: str) -> list[str]:
        """Return the titles of the letters that somebody received."""
        mine = select(OutboxRow.body).where(OutboxRow.address == f"telegram:{who}").order_by(OutboxRow.id)
        with self.store.read() as tx:
            return [body.replace("\u202f", " ").replace("\xa0", " ") for body in tx.execute(mine).scalars()]

    def leave(self, status: Status = Status.SENDING) -> None:
        """Have the announcement approved, then stand as if it had begun to leave."""
        self.approved()
        left = {"status": status.value, "started_at": self.clock()}
        with self.store.write() as tx:
            tx.execute(update(AnnouncementRow).where(AnnouncementRow.id == "a1").values(left))

    def plan(self, **states: str) -> None:
        """Write rows of the announcement, as the fan-out does, each in a state."""
        with self.store.write() as tx:
            for who, state in states.items():
                row = {
                    "key": f"news:a1:{who}",
                    "channel": "telegram",
                    "address": f"telegram:{who}",
                    "rank": 2,
                }
                sent = {"body": "", "status": state, "attempts": 0, "doubts": 0, "created_at": self.clock()}
                tx.execute(insert(OutboxRow), [row | sent | {"broadcast": "a1", "person_id": who}])

    def states(self) -> dict[str, tuple[str, str | None]]:
        """Return what became of each recipient."""
        mine = select(OutboxRow.person_id, OutboxRow.status, OutboxRow.error).where(
            OutboxRow.broadcast == "a1"
        )
        with self.store.read() as tx:
            return {row.person_id: (row.status, row.error) for row in tx.execute(mine)}
