"""Hostile texts, from the door to the screen: parse, store, decide, store, write as Telegram's HTML and in a terminal.

Nothing may raise, nothing may be set aside, what is stored is clean, and what is shown passes a strict parser.
"""

from __future__ import annotations

import json
import random
import unicodedata
from collections.abc import Callable, Sequence

import pytest
import telegram_html
from conversation import Clock, core
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from bot import plain, terminal
from bot.telegram import render, updates
from bot.wiring import Core
from rallynov.delivery import conversations, inbox
from rallynov.delivery.inbox import Incoming
from rallynov.delivery.message import Message, load, parse_token, split
from rallynov.delivery.tables import ConversationRow, InboxRow, OutboxRow
from rallynov.diagnosis.tables import AnswerRow
from rallynov.dialogue.events import Commanded, Said, Sent
from rallynov.storage.store import Store
from rallynov.text import clean_text, utf16_len

PEOPLE = 250
"""Conversations that go on at the same time: one batch."""
STANDS = (
    "/reprendre",
    "/reprendre",
    "/reprendre",
    "/menu",
    "/recap",
    "/effacer",
    "/recommencer",
    "/diagnostic",
    "3",
)
"""Where people are brought before each text."""

MARKUP = (
    "<b>",
    "</a",
    "&amp;",
    "&",
    "<",
    ">",
    "_*[",
    "]( ",
    "{0}",
    "{typed}",
    "{",
    "}",
    "%s",
    "../",
    "'; DROP",
    "`",
    "\\",
)
INVISIBLE = (
    "\0",
    "\x1b[2J",
    "\x7f",
    "\u200b",
    "\u200d",
    "\u2060",
    "\ufeff",
    "\u00ad",
    "\u202e",
    "\u2066",
    "\u2069",
    "\ufe0f",
)
HEAVY = (
    "e" + "\u0301" * 50,
    "👨‍👩‍👧‍👦",
    "🇫🇷",
    "\u0644\u200d\u0627",
    "ﷺ",
    "\ud83d\ude00",
    "𝟚",
    "①",
    "\r\n",
    "\u2028",
    "\t",
    "ﬃ",
)
WORDS = (
    "en place",
    "2",
    "réponse 3",
    "nsp",
    "oui",
    "non",
    "/start",
    "/effacer",
    "/",
    "récap",
    "retour",
    "pas encore",
)


def _plane(rng: random.Random) -> str:
    return chr(rng.choice((rng.randrange(0x250), rng.randrange(0x10000), rng.randrange(0x110000))))


def _surrogate(rng: random.Random) -> str:
    return chr(rng.randrange(0xD800, 0xE000))


PARTS: Sequence[Callable[[random.Random], str]] = (
    _plane,
    _plane,
    _surrogate,
    lambda rng: rng.choice(MARKUP),
    lambda rng: rng.choice(INVISIBLE),
    lambda rng: rng.choice(HEAVY),
    lambda rng: rng.choice(WORDS),
    lambda rng: chr(rng.randrange(0x20)),
    lambda _: " ",
)


def hostile(rng: random.Random) -> str:
    """One text: some are short mixtures, some repeat one thing, some are exactly as long as a limit."""
    kind = rng.random()
    if kind < 0.60:
        return "".join(rng.choice(PARTS)(rng) for _ in range(rng.randrange(12)))
    if kind < 0.75:
        return (rng.choice(PARTS)(rng) + rng.choice(PARTS)(rng)) * rng.choice((2, 50, 200))
    if kind < 0.97:
        return " ".join(rng.choice(PARTS)(rng) + rng.choice(WORDS) for _ in range(rng.randrange(4, 60)))
    length = rng.choice((59, 60, 61, 200, 2000, 4095, 4096, 4097, 16_000, 16_001))
    return (rng.choice(PARTS)(rng) * length)[: length - 1] + rng.choice(HEAVY)


class Flood:
    """Many people at once, half of them on the web and half on Telegram, moved about between two texts."""

    def __init__(self, built: Core, clock: Clock, seed: int) -> None:
        self.core = built
        self.clock = clock
        self.rng = random.Random(seed)
        self.said = self.seen = self.shown = 0

    def run(self, count: int) -> None:
        """Send so many hostile texts, each to someone who stands anywhere."""
        for opening in ("/diagnostic", "oui"):
            self.send([opening] * PEOPLE)
        for done in range(0, count, PEOPLE):
            people = min(PEOPLE, count - done)
            self.send([self.rng.choice(STANDS) for _ in range(people)])
            self.send([hostile(self.rng) for _ in range(people)])

    def send(self, texts: Sequence[str]) -> None:
        """Let everyone say something, stored as the doors store it; check all that is shown."""
        events, raw = [], []
        for n, text in enumerate(texts, self.said):
            who = n - self.said
            if who % 2:
                payload = plain.text_payload(text)
                events.append(Incoming("web", str(n), f"web:{who}", payload, self.clock()))
            else:
                chat = {"id": who + 1, "type": "private"}
                raw.append({"update_id": n, "message": {"chat": chat, "text": text}})
        self.said += len(texts)
        parsed = updates.parse(json.loads(json.dumps(raw)), "1", self.clock())
        assert parsed.malformed == 0
        with self.core.store.write() as tx:
            inbox.store(tx, [*events, *parsed.events])
        while (batch := self.core.turns.run()).claimed:
            assert batch.poisoned == 0
        self._check_shown()

    def _check_shown(self) -> None:
        later = select(OutboxRow.id, OutboxRow.body).where(OutboxRow.id > self.seen).order_by(OutboxRow.id)
        with self.core.store.read() as tx:
            rows = tx.execute(later).all()
        for row in rows:
            _check_message(load(row.body))
        self.seen, self.shown = rows[-1].id, self.shown + len(rows)

    def check_kept(self) -> None:
        """Everything was handled, and what is kept of it is clean."""
        with self.core.store.read() as tx:
            states = dict(tx.execute(select(InboxRow.status, func.count()).group_by(InboxRow.status)).all())
            errors = set(tx.execute(select(InboxRow.error)).scalars())
            talks = list(tx.execute(select(ConversationRow.state)).scalars())
            notes = list(tx.execute(select(AnswerRow.note).where(AnswerRow.note.is_not(None))).scalars())
        assert (states, errors) == ({"done": self.said}, {None})
        assert all(conversations.load(state).nonce > 1 for state in talks)
        assert len(notes) > 20
        for note in notes:
            assert 0 < len(note.encode()) <= 8_000
            assert not any(unicodedata.category(one) in {"Cc", "Cs"} and one not in "\n\t" for one in note)


@pytest.mark.parametrize("texts", [1_000, pytest.param(20_000, marks=pytest.mark.campaign)])
def test_hostile_texts_go_through(sqlite: Store, clock: Clock, texts: int) -> None:
    flood = Flood(core(sqlite, clock), clock, seed=1)
    flood.run(texts)
    flood.check_kept()
    assert flood.shown > texts


def test_hostile_texts_go_through_either_database(store: Store, clock: Clock) -> None:
    flood = Flood(core(store, clock), clock, seed=2)
    flood.run(500)
    flood.check_kept()


def _check_message(message: Message) -> None:
    shown = render.html(message)
    read = telegram_html.parse(shown)
    assert 0 < utf16_len(read) <= 4096
    assert 0 < utf16_len(render.plain(message)) <= 4096
    assert read.encode()
    assert terminal.draw(message).encode()
    for _, texts in message.blocks:
        for text in texts:
            assert all(text_line in read for text_line in text.split("\n"))
            assert not any(unicodedata.category(one) in {"Cc", "Cs"} and one not in "\n\t" for one in text)
    for row in (render.keyboard(message) or {"inline_keyboard": []})["inline_keyboard"]:
        for button in row:
            assert button["text"].strip()
            assert len(button["callback_data"].encode()) <= 64
            assert parse_token(button["callback_data"]) is not None


def test_a_message_too_long_is_cut_and_loses_nothing() -> None:
    rng = random.Random(3)
    cut = 0
    for _ in range(150):
        kinds = [rng.choice(("title", "text", "note", "quote", "list")) for _ in range(rng.randrange(1, 9))]
        blocks = [(kind, _texts(rng, rng.randrange(1, 4) if kind == "list" else 1)) for kind in kinds]
        choices = tuple((str(n), f"{n} {clean_text(hostile(rng))[:30]}") for n in range(rng.randrange(9)))
        whole = Message(tuple(blocks), choices, choices[:2], "q:R1.1", 7)
        parts = split(whole)
        cut += len(parts) > 1
        for part in parts:
            assert utf16_len(telegram_html.parse(render.html(part))) <= 4096
            assert part == parts[-1] or not (part.choices or part.actions)
        assert (parts[-1].choices, parts[-1].actions) == (choices, choices[:2])
        assert _letters(parts) == _letters([whole])
    assert cut > 50


def _texts(rng: random.Random, count: int) -> tuple[str, ...]:
    found = (clean_text(hostile(rng) * rng.choice((1, 3, 40)))[:16_000] for _ in range(count))
    return tuple(text or "vide" for text in found)


def _letters(messages: Sequence[Message]) -> str:
    return "".join("".join(text.split()) for one in messages for _, texts in one.blocks for text in texts)


@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=80))
@example("/@")
@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_is_read_by_both_doors_alike(text: str) -> None:
    update = {"update_id": 1, "message": {"chat": {"id": 7}, "text": text}}
    [stored] = updates.parse([update], "1", Clock()()).events
    assert stored.status == "new"
    stored.payload.encode()
    assert "\0" not in stored.payload
    event = updates.read(stored.payload)
    assert plain.read(plain.text_payload(text)) == event
    match event:
        case Said(said):
            assert said == clean_text(said)
        case Commanded(name, argument):
            assert name
            (name + argument).encode()
        case _:
            assert isinstance(event, Sent)
            assert not clean_text(text)
