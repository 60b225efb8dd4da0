"""People who do anything, for the random walks: what they choose, and what is shown to them and kept of them."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from conversation import Clock
from doors.telegrammer import ODDITIES
from sqlalchemy import select

from bot.telegram import updates
from bot.wiring import Core
from rallynov.delivery import conversations, inbox
from rallynov.delivery.message import Message, load
from rallynov.delivery.tables import ConversationRow, OutboxRow
from rallynov.diagnosis.tables import AnswerRow, DiagnosisRow
from rallynov.dialogue.events import Ignored
from rallynov.dialogue.turn import Conversation, Scene
from rallynov.people.tables import PersonRow

WORDS = (
    *(
        "retour",
        "passer",
        "pause",
        "aide",
        "menu",
        "récap",
        "résultat",
        "reprendre",
        "pourquoi",
        "recommencer",
    ),
    *(
        "parler à une personne",
        "oui",
        "non",
        "nsp",
        "en plasse",
        "pas encor",
        "3",
        "deux",
        "en place",
        "99",
        "merci",
        "?",
    ),
)
AGREED, REFUSED = ("oui", "c'est ça", "ok"), ("non", "non merci", "pas du tout", "nan")
"""What is typed under a guess."""
TYPOS = ("pas encor", "en refléxoin", "a lessai", "en plasse", "je sai pas")
"""What is typed at a question, to be asked about it."""
HOSTILE = (
    *(
        "<b>",
        "</a",
        "&lt;",
        "_*[",
        "{0}",
        "%s %(x)s",
        "../..",
        "'; DROP TABLE answer; --",
        "\u202eelap",
        "\0",
        "\ud800",
    ),
    *(
        "x" * 16_000,
        "🧑‍🔧" * 300,
        "e" + "\u0301" * 50,
        "\u200b",
        "zzz qqq www kkk vvv",
        "/",
        "//",
        "/zzz",
        "/zzz qqq",
    ),
    *("Une phrase <b>assez</b> longue & {drôle} pour une note", "\n\n", "\U000f0000\U0010ffff"),
)
COMMANDS = (
    *(
        "/start",
        "/start CODE",
        "/menu",
        "/aide",
        "/reprendre",
        "/recap",
        "/resultat",
        "/confidentialite",
        "/effacer",
    ),
    *("/recommencer", "/diagnostic", "/pause", "/annuler", "/contact", "/inconnu", "/retour", "/passer"),
)


@dataclass
class Kept:
    """What the database holds of one walker."""

    talk: Conversation = field(default_factory=Conversation)
    noticed: bool = False
    runs: int = 0
    answers: dict[tuple[int, str], str] = field(default_factory=dict)
    notes: dict[tuple[int, str], str] = field(default_factory=dict)


@dataclass
class Act:
    """What a walker does: a part of an update, and what may follow from it."""

    kind: str
    update: dict[str, Any]
    key: str = ""
    token: str = ""


@dataclass
class Walker:
    """One person who does anything."""

    chat: int
    random: random.Random
    cards: list[Message] = field(default_factory=list)
    finished: bool = False
    kept: Kept = field(default_factory=Kept)

    def act(self) -> Act:
        """Choose what to do."""
        if not self.cards:
            return self._text("command", "/start")
        card = self.cards[-1]
        offered = [key for key, _ in (*card.choices, *card.actions)]
        if "other" in offered and self.random.random() < 0.5:
            return self._text("word", self.random.choice((*AGREED, *REFUSED)))
        if card.screen.startswith(("q:", "opening:")) and self.random.random() < 0.05:
            return self._text("word", self.random.choice(TYPOS))
        if self.random.random() < 0.8 and offered:
            return self._take(card, self.random.choice(offered))
        kind = self.random.choice(("word", "hostile", "command", "old", "odd"))
        if kind == "old":
            old = self.random.choice(self.cards)
            keys = [key for key, _ in (*old.choices, *old.actions)]
            return self._press("old", old, self.random.choice(keys)) if keys else self._text("hostile", "zzz")
        if kind == "odd":
            name = self.random.choice(
                [name for name in ODDITIES if "groupe" not in name and "canal" not in name]
            )
            return Act(kind, ODDITIES[name](self._message()))
        words = {"word": WORDS, "hostile": HOSTILE, "command": COMMANDS}[kind]
        return self._text(kind, self.random.choice(words))

    def _take(self, card: Message, key: str) -> Act:
        how = self.random.random()
        choices = [offered for offered, _ in card.choices]
        if how < 0.7:
            return self._press("offered", card, key)
        if how < 0.85 and key in choices:
            return self._text("offered", str(choices.index(key) + 1), key)
        return self._text("offered", card.label(key), key)

    def _press(self, kind: str, card: Message, key: str) -> Act:
        query = {"id": "1", "from": {"id": self.chat}, "message": self._message(), "data": card.token(key)}
        return Act(kind, {"callback_query": query}, key, card.token(key))

    def _text(self, kind: str, text: str, key: str = "") -> Act:
        return Act(kind, {"message": {**self._message(), "text": text}}, key)

    def _message(self) -> dict[str, Any]:
        return {"message_id": 1, "date": 1, "chat": {"id": self.chat, "type": "private"}}


class Ground:
    """The product, and the walkers on it."""

    def __init__(self, built: Core, clock: Clock, walkers: Iterable[Walker]) -> None:
        self.core = built
        self.clock = clock
        self.walkers = {f"telegram:{walker.chat}": walker for walker in walkers}
        self.updates = self.seen = 0

    def step(self) -> list[tuple[Walker, Act, Kept, list[Message]]]:
        """Everyone does one thing, in one batch; return what each did, what was kept before, and the answer."""
        acts = {address: walker.act() for address, walker in self.walkers.items()}
        raw = [{"update_id": self.updates + n, **act.update} for n, act in enumerate(acts.values())]
        self.updates += len(raw)
        self.clock.pass_(seconds=10)
        parsed = updates.parse(raw, "1", self.clock())
        with self.core.store.write() as tx:
            inbox.store(tx, parsed.events)
        while self.core.turns.run().claimed:
            pass
        shown, kept = self._shown(), self._kept()
        done = []
        for address, act in acts.items():
            walker = self.walkers[address]
            before, walker.kept = walker.kept, kept.get(address, Kept())
            done.append((walker, act, before, shown.get(address, [])))
        return done

    def _shown(self) -> dict[str, list[Message]]:
        columns = (OutboxRow.id, OutboxRow.address, OutboxRow.body)
        with self.core.store.read() as tx:
            rows = tx.execute(select(*columns).where(OutboxRow.id > self.seen).order_by(OutboxRow.id)).all()
        shown: dict[str, list[Message]] = {}
        for row in rows:
            shown.setdefault(row.address, []).append(load(row.body))
        self.seen = rows[-1].id if rows else self.seen
        return shown

    def _kept(self) -> dict[str, Kept]:
        with self.core.store.read() as tx:
            talks = tx.execute(
                select(ConversationRow.address, ConversationRow.person_id, ConversationRow.state)
            ).all()
            noticed = set(tx.execute(select(PersonRow.id).where(PersonRow.notice_version != "")).scalars())
            runs = tx.execute(select(DiagnosisRow.person_id, DiagnosisRow.run)).all()
            answers = tx.execute(
                select(
                    AnswerRow.person_id, AnswerRow.run, AnswerRow.question, AnswerRow.value, AnswerRow.note
                )
            ).all()
        by_person = {person: Kept(conversations.load(state), person in noticed) for _, person, state in talks}
        for person, run in runs:
            by_person[person].runs = max(run, by_person[person].runs)
        for person, run, question, value, note in answers:
            by_person[person].answers |= {(run, question): value} if value else {}
            by_person[person].notes |= {(run, question): note} if note else {}
        return {address: by_person[person] for address, person, _ in talks}

    def scene(self, walker: Walker) -> Scene:
        """The facts of a walker, read from the database."""
        address, now = f"telegram:{walker.chat}", self.clock()
        with self.core.store.read() as tx:
            person = conversations.fetch(tx, [address])[address].person_id or ""
            subjects = self.core.turns._subjects
            facts = [s.load(tx, {person: Ignored()}).get(person) or s.blank(person) for s in subjects]
        return Scene(now, now, "fr", "telegram", {type(fact): fact for fact in facts})
