"""``kill -9`` while a form of the web chat is posted: sent again with its id until it is answered, it is one message."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from botapi import BotApi
from chaos import findings
from chaos.nursery import LOOK, Kill, Lives, Nursery
from chaos.points import FORM_POINTS
from chaos.test_kill import STEPS, Figures
from chaos.walk import PATIENCE, Walk, shape
from conversation import Clock, Talk, core
from ports import free_port
from sqlalchemy import func, select

from bot import plain
from bot.web import visitors
from rallynov.delivery.message import Message, load
from rallynov.delivery.tables import InboxRow, OutboxRow
from rallynov.storage.store import Store
from rallynov.text import fold

COOKIE = "a-visitor-of-the-web-chat"
ADDRESS = visitors.address_of(COOKIE)
TRIES = 1500
"""Of one form, a fiftieth of a second apart."""
TURN = ("deciding", "decided", "committed")


@dataclass
class Visit(Walk):
    """The same walk in a browser that sends a form again until it is answered."""

    client: httpx.Client = field(default_factory=httpx.Client)
    lives: Lives | None = None
    forms: list[str] = field(default_factory=list)
    again: int = 0

    def say(self, text: str) -> None:
        self._post(text=text)
        self.said = fold(text)
        self.talk.send(plain.text_payload(text))

    def press(self, key: str, card: Message | None = None) -> None:
        token = (card or self.shown[-1]).token(key)
        self._post(press=token)
        self.talk.send(plain.press_payload(token))

    def settle(self) -> None:
        """Nothing is waited for: the answer of a form comes once it was handled."""
        self.shown.append(self.talk.last)

    def _post(self, **said: str) -> None:
        form_id = f"{self.dice.getrandbits(122):032x}"
        token = visitors.form_token(COOKIE, form_id)
        self.forms.append(form_id)
        sent = {"id": form_id, "token": token, "after": "0", **said}
        for _ in range(TRIES):
            with suppress(httpx.TransportError):
                assert self.client.post("/say", data=sent).status_code == 303
                return
            self.again += 1
            assert self.lives
            self.lives.join(timeout=LOOK)
        raise TimeoutError(f"{said} was never answered")


def browser(home: str) -> httpx.Client:
    """Open the browser of somebody who was here before."""
    cookie = f"{visitors.cookie_name(secure=False)}={COOKIE}"
    return httpx.Client(base_url=home, headers={"Origin": home, "Cookie": cookie}, trust_env=False)


def visit(nursery: Nursery, folder: Path, point: str, seed: int) -> Visit:
    """Walk to the end through a death; nothing may be lost, nor be there twice."""
    folder.mkdir()
    dice = random.Random(f"form {point} {seed}")
    model, real = Store(nursery.database(folder, "model.db")), Store(nursery.database(folder))
    clock, port = Clock(), free_port()
    with BotApi() as api:
        order = {"api": api.url, "database": str(real.url), "data": str(folder), "port": port}
        lives = Lives(nursery, order, [Kill(point, dice.randint(1, STEPS[0]))])
        lives.start()
        talk = Talk(core(model, clock), clock)
        client = browser(f"http://127.0.0.1:{port}")
        visited = Visit(api, talk, dice, client=client, lives=lives)
        try:
            visited.go(dice.randint(*STEPS))
            lives.until(lambda: not findings.undone(real), PATIENCE)
            assert lives.end() == 0
        finally:
            lives.abandon()
            client.close()
    assert lives.ends == [-9, 0]
    compare(real, model, visited)
    for store in (real, model):
        store.close()
    return visited


def compare(real: Store, model: Store, visited: Visit) -> None:
    """Each form is one event, handled; what it did and what it showed are there once."""
    with real.read() as tx:
        assert tx.scalar(select(func.count()).select_from(InboxRow)) == len(visited.forms)
        mine = select(OutboxRow.body).where(OutboxRow.address == ADDRESS).order_by(OutboxRow.id)
        shown = [shape(load(body)) for body in tx.scalars(mine)]
    assert findings.undone(real) == []
    kept, expected = findings.kept(real, ADDRESS), findings.kept(model, visited.talk.address)
    assert findings.differences(kept, expected) == []
    assert shown == [shape(message) for message in visited.talk.messages]


@pytest.mark.parametrize("point", FORM_POINTS)
def test_a_form_sent_again_after_a_kill_is_one_message(nursery: Nursery, tmp_path: Path, point: str) -> None:
    visited = visit(nursery, tmp_path / "visit", point, 1)
    assert visited.again  # the death was seen: a form was sent more than once


@pytest.mark.campaign
@pytest.mark.parametrize("point", [*FORM_POINTS, *TURN])
def test_ten_visits(nursery: Nursery, tmp_path: Path, point: str, figures: Figures) -> None:
    counts = figures.setdefault(f"{point}, web", Counter(visits=0, forms=0, again=0))
    for seed in range(10):
        visited = visit(nursery, tmp_path / str(seed), point, seed)
        counts.update(visits=1, forms=len(visited.forms), again=visited.again)
