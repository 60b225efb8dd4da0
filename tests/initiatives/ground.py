"""Three devices on one dossier, for the state machine: its owner's two, and a colleague's. All through real turns.

The template is made once; every run works on a copy of its file. What is known of a run is read from the database alone.
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from conversation import START, Clock, core
from initiatives.life import FULL
from initiatives.team import Team
from sqlalchemy import Connection, select

from bot import plain
from bot.wiring import Core
from rallynov.delivery import conversations, inbox
from rallynov.delivery.inbox import Incoming
from rallynov.delivery.message import Message, load
from rallynov.delivery.tables import InboxRow, OutboxRow
from rallynov.delivery.turns import Turns
from rallynov.initiatives import rows
from rallynov.initiatives.lifecycle import fingerprint
from rallynov.initiatives.model import Dossier
from rallynov.initiatives.service import load_form
from rallynov.initiatives.tables import (
    DossierAnswerRow,
    DossierRow,
    DraftRow,
    MoveRow,
    RivalRow,
    WriteRow,
)
from rallynov.storage import schema
from rallynov.storage.store import Store

FORM = load_form()
DEVICES = ("web:owner", "web:phone", "web:colleague")
LEFT = ("headcount", "title", "summary", "themes", "started", "risk", "indicators", "rules", "news")
"""Required fields that the template leaves open."""


class CrashError(BaseException):
    """The process dies: nothing catches it, and the transaction goes with it."""


@dataclass(frozen=True)
class Seen:
    """All that is kept of the dossier at one moment."""

    status: str
    receipt: str | None
    answers: Mapping[str, tuple[int, Any, str]]
    """By field: version, value, author."""
    rivals: Mapping[int, tuple[str, Any]]
    drafts: Mapping[tuple[str, str], Any]
    """By person and field."""
    writes: int
    submitted: tuple[tuple[str, str], ...]
    """Fingerprint and content of each submission, in order."""


@dataclass(eq=False)
class Device:
    """One address, with all that it was ever shown."""

    address: str
    shown: list[Message] = field(default_factory=list)
    letters: list[Message] = field(default_factory=list)
    """What was written to it without a turn of its own: receipts, news."""
    seen: int = 0
    events: int = 0
    last: tuple[str, str] | None = None
    """The last event: its id and what it carried."""

    @property
    def card(self) -> Message:
        return self.shown[-1]


@cache
def _parts() -> tuple[Core, Clock]:
    """The product, built once: its dialogues know no database."""
    folder = Path(tempfile.mkdtemp(prefix="rallynov-machine-", dir=_memory()))
    store = Store(f"sqlite:///{folder / 'template.db'}")
    schema.migrate(store)
    clock = Clock()
    return core(store, clock), clock


def _memory() -> Path | None:
    """A folder in memory, where there is one: the machine writes a lot."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own in it
    return memory if memory.is_dir() else None


@cache
def _template() -> tuple[Path, dict[str, Device]]:
    """A dossier almost full, shared by its owner's two devices and by a colleague."""
    built, clock = _parts()
    clock.at = START
    ground = Ground(built, clock, {name: Device(name) for name in DEVICES})
    owner, phone, colleague = (ground.devices[name] for name in DEVICES)
    for said in ("/dossier", "oui", "1"):
        ground.say(owner, said)
    ground.fill()
    ground.say(owner, "/continuer")
    ground.say(phone, f"/start {owner.card.code}")
    ground.say(owner, "/statut")
    ground.say(owner, "partager ce dossier")
    ground.say(owner, "1")
    code = owner.card.code
    for said in (f"/start {code}", "oui", "Bruno", "/dossier"):
        ground.say(colleague, said)
    for device in (owner, phone):
        ground.say(device, "/dossier")
    with built.store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    built.store.close()
    path = Path(str(built.store.url.database))
    return path, ground.devices


@contextmanager
def opened() -> Iterator[Ground]:
    """A run on a copy of the template."""
    path, devices = _template()
    built, clock = _parts()
    clock.at = START
    clock.pass_(days=1)
    folder = Path(tempfile.mkdtemp(prefix="rallynov-run-", dir=_memory()))
    shutil.copy(path, folder / "run.db")
    copied = {name: replace(device, shown=[*device.shown], letters=[]) for name, device in devices.items()}
    ground = Ground(built, clock, copied)
    ground.start(folder / "run.db")
    try:
        yield ground
    finally:
        ground.core.store.close()
        shutil.rmtree(folder)


@dataclass
class Ground:
    """The product on one database, and the devices."""

    core: Core
    clock: Clock
    devices: dict[str, Device]
    codes: Iterator[int] = field(default_factory=itertools.count)

    def start(self, path: Path) -> None:
        """Start the process on a database; what another held in memory is gone."""
        store, turns = Store(f"sqlite:///{path}"), self.core.turns
        fresh = Turns(store, turns._decider._engine, self.core.wording, turns._subjects, turns._tools)
        self.core = replace(self.core, store=store, turns=fresh)

    def say(self, device: Device, text: str, *, crash: bool = False) -> list[Message]:
        return self.send(device, plain.text_payload(text, "fr"), crash=crash)

    def press(
        self, device: Device, key: str, card: Message | None = None, *, crash: bool = False
    ) -> list[Message]:
        return self.send(device, plain.press_payload((card or device.card).token(key), "fr"), crash=crash)

    def send(self, device: Device, payload: str, external: str = "", *, crash: bool = False) -> list[Message]:
        """Let an event come in, and be handled; with ``crash`` the process first dies while it does so."""
        self.clock.pass_(seconds=5)
        if not external:
            external = f"{device.address}:{device.events}"
            device.events += 1
        device.last = (external, payload)
        with self.core.store.write() as tx:
            inbox.store(tx, [Incoming("web", external, device.address, payload, self.clock())])
        if crash:
            self._die()
        while self.core.turns.run().handled:
            pass
        return self._show(device)

    def say_together(self, texts: Mapping[Device, str]) -> None:
        """Let a text of each device come in at once, and be handled in one transaction."""
        self.clock.pass_(seconds=5)
        come = []
        for device, text in texts.items():
            external = f"{device.address}:{device.events}"
            device.events += 1
            come.append(
                Incoming("web", external, device.address, plain.text_payload(text, "fr"), self.clock())
            )
        with self.core.store.write() as tx:
            inbox.store(tx, come)
        while self.core.turns.run().handled:
            pass
        for device in texts:
            self._show(device)

    def _die(self) -> None:
        """Handle what waits, and die just before the commit; then start again."""
        saved = conversations.save

        def dying(tx: Connection, kept: Any) -> None:
            saved(tx, kept)
            raise CrashError

        conversations.save = dying
        try:
            self.core.turns.run()
        except CrashError:
            pass
        finally:
            conversations.save = saved
        path = Path(str(self.core.store.url.database))
        self.core.store.close()
        self.start(path)

    def _show(self, device: Device) -> list[Message]:
        new = (OutboxRow.address == device.address) & (OutboxRow.id > device.seen)
        with self.core.store.read() as tx:
            found = tx.execute(select(OutboxRow.id, OutboxRow.body).where(new).order_by(OutboxRow.id)).all()
        device.seen = found[-1].id if found else device.seen
        cards = [load(row.body) for row in found]
        device.shown += [card for card in cards if card.nonce]
        device.letters += [card for card in cards if not card.nonce]
        return cards

    def fill(self) -> None:
        """Answer what the template answers, as its owner would have."""
        given = {name: value for name, value in FULL.items() if name not in LEFT}
        Team(self.core, self.clock).fill(given)

    def device_offers(self, name: str, key: str) -> bool:
        card = self.devices[name].card
        return any(offered == key for offered, _ in (*card.choices, *card.actions))

    def place(self, device: Device) -> conversations.Address:
        with self.core.store.read() as tx:
            return conversations.fetch(tx, [device.address])[device.address]

    def dossier(self, device: Device) -> Dossier:
        """The dossier as the person of a device knows it."""
        person = self.place(device).person_id or ""
        with self.core.store.read() as tx:
            return rows.facts(tx, self.core.edition.slug, [person])[person].mine[0]

    def fingerprint(self, device: Device) -> str:
        return fingerprint(FORM, self.dossier(device))

    def seen(self) -> Seen:
        with self.core.store.read() as tx:
            return _seen(tx)

    def unhandled(self) -> set[str]:
        """The statuses of events, other than done."""
        with self.core.store.read() as tx:
            return set(tx.execute(select(InboxRow.status)).scalars()) - {"done"}


def _seen(tx: Connection) -> Seen:
    dossier = tx.execute(select(DossierRow.id, DossierRow.status, DossierRow.receipt)).one()
    answers = tx.execute(
        select(
            DossierAnswerRow.field, DossierAnswerRow.version, DossierAnswerRow.value, DossierAnswerRow.author
        )
    ).all()
    rivals = tx.execute(select(RivalRow.id, RivalRow.field, RivalRow.value)).all()
    drafts = tx.execute(select(DraftRow.person_id, DraftRow.field, DraftRow.value)).all()
    submitted = (
        select(MoveRow.fingerprint, MoveRow.content).where(MoveRow.act == "submit").order_by(MoveRow.id)
    )
    return Seen(
        dossier.status,
        dossier.receipt,
        {row.field: (row.version, orjson.loads(row.value), row.author) for row in answers},
        {row.id: (row.field, orjson.loads(row.value)) for row in rivals},
        {(row.person_id, row.field): orjson.loads(row.value) for row in drafts},
        len(tx.execute(select(WriteRow.id)).all()),
        tuple((row.fingerprint, row.content) for row in tx.execute(submitted)),
    )
