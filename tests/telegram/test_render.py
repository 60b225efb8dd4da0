"""Every screen of the product, and any text at all, as Telegram's HTML: read back strictly, within its limits."""

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from conversation import START, Clock
from hypothesis import given
from hypothesis import strategies as st
from telegram_html import parse

from bot import plain as web
from bot.settings import Settings
from bot.telegram.render import html, keyboard, plain
from bot.wiring import Core, build
from rallynov.delivery import inbox
from rallynov.delivery.inbox import Incoming
from rallynov.delivery.message import LONGEST, Message, dump, load, parse_token, split
from rallynov.diagnosis.service import load_grid
from rallynov.editions import service as editions
from rallynov.editions.model import Edition
from rallynov.storage.store import Store
from rallynov.text import utf16_len

HOSTILE = (
    "<b>gras</b>",
    "</b></i></blockquote>",
    "<3 <",
    "a & b &amp; &lt;b&gt;",
    '<a href="https://x.example">ici</a>',
    "{0} {operator} %s %(n)d",
    "*_[`](tg://user?id=1)",
    "'; DROP TABLE person; --",
    "\u202egnp.exe",
    "😀" * 30,
)
TYPED = [f"Nous avons {hostile} dans notre équipe" for hostile in HOSTILE]
MOST = 4096


def check(message: Message) -> str:
    """Hold a message to what Telegram takes; return the text that a person reads."""
    read = parse(html(message))
    for _, texts in message.blocks:
        for text in texts:
            assert text in read  # verbatim: no tag was made of it, nothing was lost
    for shown in (read, plain(message)):
        assert shown.strip()
        assert utf16_len(shown) <= MOST
    buttons = [
        one for row in (keyboard(message) or {"inline_keyboard": []})["inline_keyboard"] for one in row
    ]
    assert [one["text"] for one in buttons] == [label for _, label in (*message.choices, *message.actions)]
    for one, (key, label) in zip(buttons, (*message.choices, *message.actions), strict=True):
        assert label.strip()
        assert 1 <= len(one["callback_data"].encode()) <= 64
        assert parse_token(one["callback_data"]) == (message.screen, key, message.nonce)
    return read


class Walk:
    """One person who presses what was never pressed and types what is hostile."""

    def __init__(self, core: Core, seed: int) -> None:
        self.core, self.dice, self.nth = core, random.Random(seed), 0
        core.turns.owner = "me"  # so that a batch gives what it wrote
        self.pressed: set[tuple[str, str]] = set()

    def happen(self, payload: str) -> list[Message]:
        self.nth += 1
        came = Incoming("web", str(self.nth), "web:someone", payload, START)
        with self.core.store.write() as tx:
            inbox.store(tx, [came])
        batch = self.core.turns.run()
        return [load(message.body) for message in batch.outgoing]

    def press(self, message: Message) -> list[Message]:
        keys = [key for key, _ in (*message.choices, *message.actions)]
        fresh = [key for key in keys if (message.screen, key) not in self.pressed]
        key = self.dice.choice(fresh or keys)
        self.pressed.add((message.screen, key))
        return self.happen(web.press_payload(message.token(key)))

    def go(self, steps: int) -> Iterator[Message]:
        yield from self.happen(web.text_payload("bonjour"))
        for typed in ("/diagnostic", "oui", *TYPED):
            yield from (shown := self.happen(web.text_payload(typed)))
        for _ in range(steps):
            yield from shown
            if self.dice.random() < 0.2:
                words = [*TYPED, "recap", "quatr", "???", *sorted(f"/{name}" for name in self.core.commands)]
                yield from self.happen(web.text_payload(self.dice.choice(words)))
            now = [message for message in shown if message.choices or message.actions]
            shown = self.press(now[-1]) if now else self.happen(web.text_payload("/menu"))
            if not shown or not (shown[-1].choices or shown[-1].actions):
                shown = [*shown, *self.happen(web.text_payload("/menu"))]


@pytest.fixture
def product(sqlite: Store) -> Core:
    hostile = "<b>L'équipe & co</b> <x"
    editions.open_edition(sqlite, Edition("h", f"Rallye {hostile}"), START)
    settings = Settings(_env_file=None, contact=f"{hostile} {{0}}", operator=hostile.replace("{", ""))
    return build(settings, sqlite, Clock())


def expected() -> set[str]:
    grid = load_grid()
    asked = {f"q:{question.id}" for question in grid.form().questions}
    recap = {f"recap:{checkpoint.id}" for checkpoint in grid.checkpoints}
    alone = {"welcome", "menu", "notice", "result", "report", "details", "restart", "recap", "erase"}
    sheets = {f"sheet:F{number}" for number in range(1, 13)}
    return alone | {"triage", "sheets", "code", "language"} | sheets | asked | recap


def test_every_screen_of_the_product(product: Core) -> None:
    seen: set[str] = set()
    told = ""
    for message in Walk(product, 5).go(2_000):
        told += check(message)
        seen.add(message.screen)
    assert expected() <= seen
    for hostile in HOSTILE[:-2]:  # the last ones are cleaned and cut
        assert hostile in told
    assert "<b>L'équipe & co</b> <x" in told


TEXT = st.text(min_size=1, max_size=40).filter(lambda text: text.strip() and "\r" not in text)
LONG = (
    st.builds(lambda text, times: (text + " ") * times, TEXT, st.integers(1, 900)).map(str.strip).filter(bool)
)
BLOCK = st.tuples(st.sampled_from(["title", "text", "note", "quote"]), st.tuples(TEXT | LONG)) | st.tuples(
    st.just("list"), st.lists(TEXT | LONG, min_size=1, max_size=5).map(tuple)
)
CHOICES = st.lists(TEXT, max_size=12).map(
    lambda labels: tuple((f"k{n}", one) for n, one in enumerate(labels))
)
MESSAGES = st.builds(
    Message,
    st.lists(BLOCK, min_size=1, max_size=6).map(tuple),
    CHOICES,
    CHOICES,
    st.just("q:R1.1"),
    st.integers(0, 999_999_999),
)


@given(MESSAGES)
def test_any_message_in_parts_that_telegram_takes(message: Message) -> None:
    parts = split(message)
    for part in parts:
        check(load(dump(part)))
        assert (part.screen, part.nonce) == (message.screen, message.nonce)
    assert [part.choices for part in parts[:-1]] == [()] * (len(parts) - 1)
    assert (parts[-1].choices, parts[-1].actions) == (message.choices, message.actions)
    words = [word for _, texts in message.blocks for text in texts for word in text.split()]
    kept = [word for part in parts for _, texts in part.blocks for text in texts for word in text.split()]
    assert "".join(kept) == "".join(words)


@pytest.mark.parametrize("label", [10, 60])
def test_a_text_that_leaves_no_room_for_its_only_choice(label: int) -> None:
    blocks = (("text", ("a" * (LONGEST - 20),)), ("text", ("b",)))
    parts = split(Message(blocks, (("k", "c" * label),), (), "q", 1))
    assert [check(part) for part in parts]


def test_a_text_is_never_cut_inside_a_character() -> None:
    family = "👨\u200d👩\u200d👧\u200d👦"
    parts = split(Message((("text", (family * 1000,)),), (), (), "q", 1))
    assert len(parts) > 1
    assert all(set(part.blocks[0][1][0].split(family)) == {""} for part in parts)


def test_a_shared_message_in_parts_shows_each_part_once() -> None:
    blocks = tuple(("text", (f"{n} " + "mot " * 400,)) for n in range(4))
    kept = Message(blocks, (("k", "Oui"), ("l", "Non")), (), "notice")
    parts = split(replace(kept, nonce=3, shared=kept))
    assert len(parts) > 1
    assert [check(part)[:2] for part in parts[1:]] == ["2 "]


def test_a_button_of_another_product_is_not_ours() -> None:
    assert [parse_token(text) for text in ("", "x", "1|a|b", "1|a||3", "9|a|b|3", "1|a|b|x")] == [None] * 6
