"""Three devices on one dossier, for the state machine: its owner's two, and a colleague's. All through real turns.

The template is made once; every run works on a copy of its file. What is known of a run is read from the database alone.
"""

from __future__ import annotations

import atexit
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from conversation import START, Clock, core
from initiatives.life import FULL
from initiatives.porter import Porter
from initiatives.seen import Seen, look
from initiatives.team import Team
from sqlalchemy import Connection

from bot import plain
from bot.wiring import Core
from rallynov.delivery import conversations, inbox
from rallynov.delivery.inbox import Incoming
from rallynov.delivery.message import Message, load
from rallynov.delivery.turns import Turns
from rallynov.initiatives import rows
from rallynov.initiatives.lifecycle import fingerprint
from rallynov.initiatives.model import Dossier
from rallynov.initiatives.service import load_form
from rallynov.storage import schema
from rallynov.storage.store import Store

FORM = load_form()
DEVICES = ("web:owner", "web:phone", "web:colleague")
LEFT = ("headcount", "title", "summary", "themes", "started", "risk", "indicators", "rules", "news")
"""Required fields that the template leaves open."""


class CrashError(BaseException):
    """The process dies: nothing catches it, and the transaction goes with it."""


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
    atexit.register(shutil.rmtree, folder)
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
    path = Path(str(built.store.url.database))
    built.store.close()
    ground = Ground(built, clock, {name: Device(name) for name in DEVICES})
    ground.start(path)
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
    ground.close()
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
        ground.close()
        shutil.rmtree(folder)


@dataclass
class Ground:
    """The product on one database, and the devices."""

    core: Core
    clock: Clock
    devices: dict[str, Device]

    def start(self, path: Path) -> None:
        """Start the process on a database; what another held in memory is gone."""
        self.eye = sqlite3.connect(path)
        store, turns = Store(f"sqlite:///{path}"), self.core.turns
        fresh = Turns(store, turns._decider._engine, self.core.wording, turns._subjects, turns._tools)
        self.core = replace(self.core, store=store, turns=fresh)
        self.porter = Porter(store, self.core, path.with_name("pieces"), self.clock)

    def close(self) -> None:
        """End the process."""
        self.eye.close()
        self.core.store.close()

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
        self._handle()
        return self.show(device)

    def send_together(self, payloads: Mapping[Device, str]) -> None:
        """Let an event of each device come in at once, and be handled in one transaction."""
        self.clock.pass_(seconds=5)
        come = []
        for device, payload in payloads.items():
            external = f"{device.address}:{device.events}"
            device.events += 1
            come.append(Incoming("web", external, device.address, payload, self.clock()))
        with self.core.store.write() as tx:
            inbox.store(tx, come)
        self._handle()
        for device in payloads:
            self.show(device)

    def _handle(self) -> None:
        while self.core.turns.run().more:
            pass

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
        self.restart()

    def restart(self) -> None:
        """End the process as it stands, and start another on what is stored."""
        path = Path(str(self.core.store.url.database))
        self.close()
        self.start(path)
        self.porter.take_up()

    def show(self, device: Device) -> list[Message]:
        """What a device was written since it last looked."""
        new = "SELECT id, body FROM outbox WHERE address = ? AND id > ? ORDER BY id"
        found = self.eye.execute(new, (device.address, device.seen)).fetchall()
        device.seen = found[-1][0] if found else device.seen
        cards = [load(body) for _, body in found]
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

    @property
    def id(self) -> str:
        """The dossier."""
        return str(self.eye.execute("SELECT id FROM dossier").fetchone()[0])

    def dossier(self, device: Device) -> Dossier:
        """The dossier as the person of a device knows it."""
        person = self.place(device).person_id or ""
        with self.core.store.read() as tx:
            return rows.facts(tx, self.core.edition.slug, [person])[person].mine[0]

    def fingerprint(self, device: Device) -> str:
        return fingerprint(FORM, self.dossier(device))

    def seen(self) -> Seen:
        return look(self.eye)

    def unhandled(self) -> set[str]:
        """The statuses of events, other than done."""
        return {status for (status,) in self.eye.execute("SELECT DISTINCT status FROM inbox")} - {"done"}
