"""Somebody gives something in every way, on the web and on Telegram, then erases it all: nothing is left anywhere.

Not in the database, its file, the outbox, the files beside it nor the logs; and an older backup brings nothing back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import postgres
import pytest
from conversation import Clock, Talk
from doors.telegrammer import Telegrammer
from initiatives.life import FULL, Life
from privacy import everything
from sqlalchemy import func, insert, select
from structlog.testing import capture_logs

from bot import burying
from bot.settings import Settings
from bot.wiring import Core, build
from rallynov.delivery.message import Message
from rallynov.delivery.tables import ConversationRow
from rallynov.initiatives.attachments import sweeping
from rallynov.initiatives.attachments.folder import Folder
from rallynov.initiatives.commands import AddRemark, KeepDraft
from rallynov.initiatives.tables import AttachmentRow
from rallynov.people.tables import PersonRow
from rallynov.privacy import tombstones
from rallynov.storage.store import Store

CHAT = 7_700_123_456
WORDS = ("libellule", "ornithorynque", "bigorneau", "cornemuse", "saperlipopette")
"""One canary for each way of giving something: a note, a dossier, a file, a question, what is not understood."""
NOTE, DOSSIER, FILE, QUESTION, LOST = WORDS


class Visitor(Talk):
    """Somebody whose events have names that say nothing, as those of the real door."""

    def send(self, payload: str, external_id: str | None = None) -> Message:
        return super().send(payload, external_id or f"{next(self.ids):064x}")


@dataclass
class Stage:
    """One person on both doors, everywhere, with a place for files."""

    store: Store
    clock: Clock
    home: Path

    def __post_init__(self) -> None:
        self.settings = Settings(_env_file=None, data_dir=self.home)
        self.core: Core = build(self.settings, self.store, self.clock)
        self.web, self.telegram = (
            Visitor(self.core, self.clock, "web:canari-web-1a2b"),
            Telegrammer(self.core, self.clock, chat=CHAT),
        )
        self.person = ""

    def give(self) -> None:
        """Give something in every way."""
        for said in ("/start", "commencer", "oui", "4", f"Une note qui parle de {NOTE} et de rien d'autre"):
            self.web.say(said)
        self.telegram.say(f"/start {self.web.say('/continuer').code}")
        self.telegram.say("oui")
        self.telegram.say(f"un mot inconnu : {LOST}")
        self.telegram.say("/question")
        self.telegram.say(f"Pouvez-vous me parler de {QUESTION} dans le Jura ?")
        self.telegram.say("/annonces")
        with self.store.read() as tx:
            found = set(tx.execute(select(ConversationRow.person_id)).scalars())
        assert len(found) == 1, "both doors are one person"
        self.person = str(found.pop())
        self._dossier(Life(self.store, self.clock))

    def _dossier(self, life: Life) -> None:
        named = {
            name: f"{one} {DOSSIER}" for name, one in FULL.items() if isinstance(one, str) and name in _FREE
        }
        life.full(self.person, "d1", **named)
        life.order(self.person, AddRemark("d1", "title", f"un commentaire sur {DOSSIER}"))
        life.order(self.person, KeepDraft("d1", "summary", f"un début de {DOSSIER}"))
        row = {"id": "f1", "dossier_id": "d1", "author": self.person, "address": self.web.address}
        row |= {"origin": "web:x", "name": f"{FILE}.txt", "mime": "text/plain", "size": 9, "state": "kept"}
        with self.store.write() as tx:
            assert Folder(self.home / "pieces").belongs(sweeping.mark(tx, "m1"))
            at = {"reason": "", "scanned": False, "digest": "", "attempts": 0, "created_at": self.clock()}
            tx.execute(insert(AttachmentRow), [row | at])
        source = self.home / "source"
        source.write_text(f"un fichier sur {FILE}")
        Folder(self.home / "pieces").keep(source, "d1", "f1")

    def ids(self) -> tuple[str, ...]:
        return (self.person, self.web.address, str(CHAT))

    def settle(self) -> None:
        """Let two hours pass, and what is done every minute be done."""
        self.clock.pass_(hours=2)
        asyncio.run(burying.Minute(self.settings, self.store).work())
        sweeping.sweep(self.store, self.core.closing.folder, self.clock())

    def held(self) -> set[str]:
        """Where in the database something of theirs is."""
        with self.store.read() as tx:
            found = everything.texts(tx)
        return {where for where, text in found.items() if any(one in text for one in (*WORDS, *self.ids()))}

    def filed(self) -> set[str]:
        """In which file something of theirs is."""
        signs = [one.encode() for one in (*WORDS, *self.ids())]
        paths = [path for path in self.home.rglob("*") if path.is_file()]
        return {path.name for path in paths if any(sign in path.read_bytes() for sign in signs)}


_FREE = ("name", "street", "person", "position", "title", "summary", "need", "answer", "reach_source")


@pytest.fixture
def stage(store: Store, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setattr(burying, "clock", clock)
    return Stage(store, clock, tmp_path)


@pytest.fixture
def backup(stage: Stage, request: pytest.FixtureRequest) -> Callable[[], Store]:
    """Copy the database as it is, and open the copy elsewhere."""

    def copy() -> Store:
        if stage.store.is_sqlite:
            (stage.home.parent / "elsewhere").mkdir(exist_ok=True)
            path = stage.home.parent / "elsewhere" / f"{stage.home.name}.db"
            path.unlink(missing_ok=True)
            connection = stage.store.engine.raw_connection()
            connection.cursor().execute("VACUUM INTO ?", (str(path),))
            connection.close()
            return Store(f"sqlite:///{path}")
        cluster: postgres.Cluster = request.getfixturevalue("cluster")
        stage.store.engine.dispose()
        return Store(cluster.database(str(stage.store.url.database)))

    return copy


def test_nothing_is_left_and_no_backup_brings_it_back(stage: Stage, backup: Callable[[], Store]) -> None:
    with capture_logs() as logs:
        stage.give()
        tables = {where.partition(".")[0] for where in stage.held()}
        assert {
            "answer",
            "dossier_answer",
            "dossier_write",
            "dossier_draft",
            "remark",
            "attachment",
        } <= tables
        assert {"question", "inbox", "outbox", "conversation", "audit"} <= tables
        assert {"f1"} <= stage.filed()
        older = backup()
        stage.web.say("/supprimer")
        stage.web.say("oui")
        assert "effacé" in str(stage.web.last.blocks), "the answer has left"
        stage.settle()
    assert stage.held() == set()
    assert stage.filed() == set()
    assert not any(one in str(logs) for one in (*WORDS, *stage.ids()))

    restored = Stage(older, stage.clock, stage.home)
    restored.person = stage.person
    assert restored.held() != set()
    assert tombstones.bury_again(older, stage.home, stage.clock()) == 1
    restored.settle()
    assert restored.held() == set()
    with older.read() as tx:
        assert tx.execute(select(func.count()).select_from(PersonRow)).scalar() == 0
    older.close()


def test_whoever_writes_again_after_it_is_somebody_new_and_stays(stage: Stage) -> None:
    stage.give()
    stage.web.say("/supprimer")
    stage.web.say("oui")
    stage.clock.pass_(minutes=5)
    for door in (stage.web, stage.telegram):
        door.say("commencer")
        door.say("oui")
    stage.settle()
    asyncio.run(burying.Minute(stage.settings, stage.store).work())
    assert tombstones.bury_again(stage.store, stage.home, stage.clock()) == 0
    assert stage.telegram.kept()[1:] == ["diagnostic 1 (en cours) : aucune réponse"]
    with stage.store.read() as tx:
        people = set(tx.execute(select(ConversationRow.person_id)).scalars())
    assert stage.person not in people
