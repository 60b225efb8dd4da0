"""Several people, or one at several doors, in one transcript: ``@ name, door`` says who speaks; ``CODE`` is the last
code that anyone was shown. ``! direction`` is something that the team of the rally does.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import transcripts
from conversation import Clock
from doors.telegrammer import Telegrammer, kept
from sqlalchemy import select
from transcripts import Card, Person, Play, card_of

from bot import plain
from bot.wiring import Core
from rallynov.delivery import inbox
from rallynov.delivery.inbox import Incoming
from rallynov.delivery.message import load
from rallynov.delivery.tables import OutboxRow


@dataclass
class Webber:
    """Someone on the web, without their browser."""

    core: Core
    clock: Clock
    name: str
    language: str
    ids: Iterator[int] = field(default_factory=itertools.count)
    seen: int = 0

    @property
    def address(self) -> str:
        return f"web:{self.name}"

    def say(self, text: str, times: int = 1) -> list[Card]:
        return self._come(plain.text_payload(text, self.language), times)

    def press(self, card: Card, label: str, times: int = 1) -> list[Card]:
        return self._come(plain.press_payload(card.buttons[card.labels.index(label)], self.language), times)

    def odd(self, name: str) -> list[Card]:
        raise NotImplementedError(name)

    def kept(self) -> list[str]:
        return kept(self.core, self.address)

    def _come(self, payload: str, times: int) -> list[Card]:
        come = [
            Incoming("web", f"{self.name}:{next(self.ids)}", self.address, payload, self.clock())
            for _ in range(times)
        ]
        with self.core.store.write() as tx:
            inbox.store(tx, come)
        while self.core.turns.run().handled:
            pass
        shown = OutboxRow.body.startswith("{")  # what is planned is not on a page yet
        new = (OutboxRow.address == self.address) & (OutboxRow.id > self.seen) & shown
        with self.core.store.read() as tx:
            rows = tx.execute(select(OutboxRow.id, OutboxRow.body).where(new).order_by(OutboxRow.id)).all()
        self.seen = rows[-1].id if rows else self.seen
        return [card_of(load(row.body)) for row in rows]


def play(
    path: Path, core: Core, clock: Clock, *, update: bool, direct: Callable[[str], None] | None = None
) -> None:
    """Play a transcript of several people, and compare it with its golden form, or write that anew."""
    golden = path.read_text("utf-8")
    written: list[str] = []
    stage = _Stage(core, clock, transcripts.language(path))
    for line, told in transcripts.read(golden):
        if line[0] == "!":
            assert direct, line
            direct(line.removeprefix("! "))
        if line[0] in "#@!":
            stage.turn(line)
            written += ["", line]
            continue
        new, shown = stage.line(line, told)
        written += ["", new, *shown]
    transcripts.settle(path, golden, written, update=update)


def in_both_languages(folder: Path) -> None:
    """Check that each transcript of a folder is there in French and in English."""
    played = {language: {path.name for path in folder.glob(f"{language}/*.txt")} for language in ("fr", "en")}
    assert played["fr"] == played["en"] != set()


class _Stage:
    def __init__(self, core: Core, clock: Clock, language: str) -> None:
        self._core, self._clock, self._language = core, clock, language
        self._plays: dict[str, Play] = {}
        self._speaks: Play | None = None

    def turn(self, line: str) -> None:
        if line[0] == "@":
            who = line[1:].strip()
            self._speaks = self._plays.setdefault(who, Play(self._person(who), self._clock))

    def line(self, line: str, told: list[str]) -> tuple[str, list[str]]:
        assert self._speaks, "the first line says who speaks: @ name, door"
        code = self._code()
        new, shown = self._speaks.line(line.replace("CODE", code) if code else line, told)
        return new.replace(code, "CODE") if code else new, shown

    def _code(self) -> str:
        """The last code that was shown to anyone."""
        with self._core.store.read() as tx:
            shown = select(OutboxRow.body).where(OutboxRow.body.startswith("{"))
            bodies = tx.execute(shown.order_by(OutboxRow.id.desc())).scalars()
            return next((code for body in bodies if (code := load(body).code)), "")

    def _person(self, who: str) -> Person:
        name, _, door = who.partition(", ")
        nth = len(self._plays)
        people: Mapping[str, Person] = {
            "web": Webber(self._core, self._clock, name, self._language),
            "telegram": Telegrammer(self._core, self._clock, 100 + nth, 1000 * nth, language=self._language),
        }
        return people[door]
