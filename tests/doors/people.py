"""One person at each door, who says and presses the same things."""

from __future__ import annotations

import asyncio
import itertools
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from conversation import Clock
from doors.rendered import Page, in_a_terminal
from doors.telegrammer import kept
from prometheus_client import CollectorRegistry
from transcripts import Card

from bot.terminal import Terminal
from bot.web.app import create_app
from bot.web.door import Door
from bot.web.visitors import address_of, cookie_name
from bot.wiring import Core, new_id

OPENING = "/start"
"""What opens the conversation on Telegram; the other doors open by themselves."""
BROWSERS = {"fr": "fr-FR,fr;q=0.9,en;q=0.5", "en": "de;q=0.9, en-GB, en;q=0.8, fr;q=0.1"}
"""What a browser of each language asks for."""
PATIENCE = 20.0
"""Seconds before a door that says nothing fails the test."""


class Visitor:
    """Someone on the web without JavaScript: a page, a form, the next page."""

    def __init__(self, runner: asyncio.Runner, client: httpx.AsyncClient, core: Core) -> None:
        self._run = runner.run
        self._client = client
        self._core = core
        self._page = Page(self._run(self._client.get("/")).text)
        self._seen = 0

    def say(self, text: str, times: int = 1) -> list[Card]:
        if self._seen == 0 and text == OPENING:
            return self._new()
        return self._post({"text": text}, times)

    def press(self, card: Card, label: str, times: int = 1) -> list[Card]:
        return self._post({"press": card.buttons[card.labels.index(label)]}, times)

    def odd(self, name: str) -> list[Card]:
        raise NotImplementedError(name)

    def kept(self) -> list[str]:
        cookie = self._client.cookies[cookie_name(secure=False)]
        return kept(self._core, address_of(cookie))

    def _post(self, said: dict[str, str], times: int) -> list[Card]:
        for _ in range(times):
            form = {name: (None, value) for name, value in (self._page.hidden | said).items()}
            told = self._run(self._client.post("/say", files=form, headers={"sec-fetch-site": "same-origin"}))
            assert told.status_code == 303, told.text
        self._page = Page(self._run(self._client.get("/")).text)
        return self._new()

    def _new(self) -> list[Card]:
        cards = self._page.cards(self._seen)
        self._seen += len(cards)
        return cards


@contextmanager
def on_the_web(core: Core, clock: Clock, language: str = "fr") -> Iterator[Visitor]:
    """Open the web door in this process, to a browser that asks for a language."""
    ids = itertools.count()
    door = Door(
        core.delivery, core.wording, core.edition.title, "Association exemple", "bonjour@exemple.fr", clock,
        lambda: f"token-{next(ids):016d}", CollectorRegistry(),
    )  # fmt: skip
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(create_app(door)),
        base_url="http://localhost",
        headers={"accept-language": BROWSERS[language]},
    )
    with asyncio.Runner() as runner:
        runner.run(_started(core))
        try:
            yield Visitor(runner, client, core)
        finally:
            runner.run(client.aclose())
            runner.run(core.delivery.close())


async def _started(core: Core) -> None:
    core.delivery.start()


class Typist:
    """Someone at a terminal, who can only type: a button is its words."""

    def __init__(self, core: Core, clock: Clock, language: str) -> None:
        self._core = core
        self._clock = clock
        self._language = language
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._shown: list[str] = []
        self._asked = threading.Semaphore(0)
        self._opened = False
        self._thread = threading.Thread(target=lambda: asyncio.run(self._talk()), daemon=True)
        self._thread.start()
        assert self._asked.acquire(timeout=PATIENCE)

    async def _talk(self) -> None:
        self._core.delivery.start()
        try:
            terminal = Terminal(
                self._core.delivery, self._core.wording, "moi", self._clock, new_id, self._language
            )
            await terminal.talk(self._read, self._shown.append)
        finally:
            await self._core.delivery.close()

    def _read(self, _prompt: str) -> str:
        self._asked.release()
        line = self._lines.get(timeout=PATIENCE)
        if line is None:
            raise EOFError
        return line

    def say(self, text: str, times: int = 1) -> list[Card]:
        if self._opened or text != OPENING:
            self._shown.clear()
            for _ in range(times):
                self._lines.put(text)
                assert self._asked.acquire(timeout=PATIENCE)
        self._opened = True
        return [in_a_terminal(drawn) for drawn in self._shown]

    def press(self, card: Card, label: str, times: int = 1) -> list[Card]:
        assert label in card.labels
        return self.say(label, times)

    def odd(self, name: str) -> list[Card]:
        raise NotImplementedError(name)

    def kept(self) -> list[str]:
        return kept(self._core, "terminal:moi")

    def leave(self) -> str:
        """End the input; return the last words."""
        self._shown.clear()
        self._lines.put(None)
        self._thread.join(PATIENCE)
        return "".join(self._shown)


@contextmanager
def in_a_terminal_of(core: Core, clock: Clock, language: str = "fr") -> Iterator[Typist]:
    """Open a terminal; at the end it says what is kept."""
    typist = Typist(core, clock, language)
    try:
        yield typist
    finally:
        last = typist.leave()
    assert {"fr": "trois mois", "en": "three months"}[language] in " ".join(last.split())


def as_in_a_terminal(line: str) -> str:
    """What a terminal keeps of a line: neither the heading's mark nor its small letters, nor where a line was cut."""
    return "".join(line.replace("< # ", "< ", 1).casefold().split())
