"""One transcript of a whole diagnosis, the same on the three doors, in the same words and the same order."""

from pathlib import Path

import pytest
import transcripts
from conversation import Clock, core
from doors.people import as_in_a_terminal, in_a_terminal_of, on_the_web
from doors.rendered import on_telegram
from doors.telegrammer import Telegrammer

from rallynov.storage.store import Store

GOLDEN = Path(__file__).parent / "transcripts" / "tout_le_diagnostic.txt"


def test_before_any_door(sqlite: Store, clock: Clock, pytestconfig: pytest.Config) -> None:
    person = Telegrammer(core(sqlite, clock), clock)
    transcripts.play(GOLDEN, person, clock, update=pytestconfig.getoption("--update"))


def test_on_telegram(sqlite: Store, clock: Clock) -> None:
    person = Telegrammer(core(sqlite, clock), clock, look=on_telegram)
    transcripts.play(GOLDEN, person, clock, update=False)


def test_on_the_web(sqlite: Store, clock: Clock) -> None:
    with on_the_web(core(sqlite, clock), clock) as visitor:
        transcripts.play(GOLDEN, visitor, clock, update=False)


def test_in_a_terminal(sqlite: Store, clock: Clock) -> None:
    with in_a_terminal_of(core(sqlite, clock), clock) as typist:
        transcripts.play(GOLDEN, typist, clock, update=False, seen=as_in_a_terminal)
