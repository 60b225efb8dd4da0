"""A stage for dossiers: people, orders in transactions, and what is then known, without any dialogue."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from conversation import Clock
from sqlalchemy import insert, select

from bot.settings import Settings
from bot.wiring import PULL
from rallynov.delivery.message import Message, load
from rallynov.delivery.posting import Post
from rallynov.delivery.subject import Order
from rallynov.delivery.tables import ConversationRow, OutboxRow
from rallynov.dialogue.events import Ignored
from rallynov.dialogue.turn import Command
from rallynov.editions import service as editions
from rallynov.editions.model import DEFAULT
from rallynov.initiatives.commands import JoinDossier, KeepAnswer, OpenDossier, SubmitDossier
from rallynov.initiatives.lifecycle import fingerprint
from rallynov.initiatives.model import Dossier, Dossiers, Json, Right
from rallynov.initiatives.service import Initiatives, load_form
from rallynov.people.tables import PersonRow
from rallynov.storage.store import Store
from rallynov.wording import Wording

FORM = load_form()
TEXT = (
    "Un exemple de texte qui décrit l'initiative assez longuement pour être accepté par le formulaire. " * 3
)
FULL: dict[str, Json] = {
    "name": "Structure exemple",
    "registry": "73282932000074",
    "legal": "sarl",
    "headcount": 12,
    "street": "1 rue de l'Exemple",
    "commune": {"insee": "25056", "name": "Besançon", "postcode": "25000"},
    "person": "Claude Exemple",
    "position": "Direction",
    "email": "claude@exemple.fr",
    "phone": "+33381000000",
    "head_informed": True,
    "title": "Une initiative exemple",
    "summary": TEXT,
    "themes": ["health"],
    "shape": "practice",
    "stage": "running",
    "started": "2012-03",
    **dict.fromkeys(
        ("need", "answer", "novelty", "participation", "life_at_work", "life_outside", "risk"), TEXT
    ),
    "beneficiaries": ["employees"],
    "reach": 12,
    "reach_source": "Comptage interne",
    "indicators": [{"label": "Absences", "before": "12", "after": "8", "date": "2012-12"}],
    "rules": True,
    "accuracy": True,
    "availability": True,
    "published": ["none"],
    "news": ["none"],
}
"""Every required field, with a value that it accepts."""


@functools.cache
def wording() -> Wording:
    settings = Settings(_env_file=None)
    return Wording({"operator": settings.operator, "contact": settings.contact})


@dataclass
class Life:
    """People and their dossiers on one database."""

    store: Store
    clock: Clock
    subject: Initiatives = field(default_factory=lambda: Initiatives(FORM, DEFAULT, Post(wording(), PULL)))
    seqs: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def call(self, opens: date | None, closes: date | None) -> None:
        """Set the dates of the call."""
        with self.store.write() as tx:
            editions.set_calendar(tx, DEFAULT, opens, closes)

    def person(self, name: str, *addresses: str, language: str = "fr") -> str:
        """Let somebody be, at one address at least."""
        at = self.clock()
        rows = [
            {"address": one, "channel": one.partition(":")[0], "person_id": name, "language": language}
            for one in addresses or (f"web:{name}",)
        ]
        with self.store.write() as tx:
            tx.execute(insert(PersonRow), [{"id": name, "notice_version": "1", "created_at": at}])
            tx.execute(insert(ConversationRow), [row | {"created_at": at, "updated_at": at} for row in rows])
        return name

    def order(self, person: str, *commands: Command) -> None:
        """Do what somebody orders, in one transaction."""
        self.orders((person, commands))

    def orders(self, *turns: tuple[str, Sequence[Command]]) -> None:
        """Do what several people order, in one transaction."""
        at = self.clock()
        made = [
            Order(person, f"web:{person}", command, at, seq)
            for (person, commands), seq in zip(turns, self.seqs, strict=False)
            for command in commands
        ]
        with self.store.write() as tx:
            self.subject.apply(tx, made)

    def of(self, person: str) -> Dossiers:
        """What somebody knows of their dossiers."""
        with self.store.read() as tx:
            return self.subject.load(tx, {person: Ignored()}).get(person) or self.subject.blank(person)

    def dossier(self, person: str, dossier: str = "d1") -> Dossier:
        found = self.of(person).find(dossier)
        assert found
        return found

    def open(self, person: str, dossier: str = "d1", /, **answers: Json) -> str:
        """Open a dossier with some answers."""
        kept = [KeepAnswer(dossier, name, value, 0) for name, value in answers.items()]
        self.order(person, OpenDossier(dossier, FORM.version, self.clock()), *kept)
        return dossier

    def full(self, person: str, dossier: str = "d1", /, **answers: Json) -> str:
        """Open a dossier in which nothing is missing."""
        return self.open(person, dossier, **{**FULL, **answers})

    def submission(self, person: str, dossier: str = "d1", said: datetime | None = None) -> SubmitDossier:
        """What somebody orders who has just read the recap."""
        seen = fingerprint(FORM, self.dossier(person, dossier))
        return SubmitDossier(dossier, seen, said or self.clock())

    def submit(self, person: str, dossier: str = "d1", said: datetime | None = None) -> None:
        self.order(person, self.submission(person, dossier, said))

    def told(self, address: str) -> list[Message]:
        """Everything that an address was sent, in order."""
        mine = select(OutboxRow.body).where(OutboxRow.address == address).order_by(OutboxRow.id)
        with self.store.read() as tx:
            return [load(body) for body in tx.execute(mine).scalars()]

    def headings(self, address: str) -> list[str]:
        """The headings of what an address was sent; a document has none."""
        return [message.blocks[0][1][0] for message in self.told(address) if message.blocks]


def shared(life: Life, right: Right = Right.EDIT) -> None:
    """A dossier of Amina's that Bruno shares."""
    life.full("amina")
    life.order("bruno", JoinDossier("d1", right, "Bruno"))
