"""One transcript of a whole diagnosis, the same on the three doors, in the same words and the same order."""

from pathlib import Path

import pytest
import transcripts
from conversation import Clock, core
from doors.people import as_in_a_terminal, in_a_terminal_of, on_the_web
from doors.rendered import on_telegram
from doors.telegrammer import Telegrammer

from rallynov.storage.store import Store

HERE = Path(__file__).parent / "transcripts"
in_both = pytest.mark.parametrize("language", ["fr", "en"])


def golden(language: str) -> Path:
    return HERE / language / "tout_le_diagnostic.txt"


@in_both
def test_before_any_door(language: str, sqlite: Store, clock: Clock, pytestconfig: pytest.Config) -> None:
    person = Telegrammer(core(sqlite, clock), clock, language=language)
    transcripts.play(golden(language), person, clock, update=pytestconfig.getoption("--update"))


@in_both
def test_on_telegram(language: str, sqlite: Store, clock: Clock) -> None:
    person = Telegrammer(core(sqlite, clock), clock, look=on_telegram, language=language)
    transcripts.play(golden(language), person, clock, update=False)


@in_both
def test_on_the_web(language: str, sqlite: Store, clock: Clock) -> None:
    with on_the_web(core(sqlite, clock), clock, language) as visitor:
        transcripts.play(golden(language), visitor, clock, update=False)


@in_both
def test_in_a_terminal(language: str, sqlite: Store, clock: Clock) -> None:
    with in_a_terminal_of(core(sqlite, clock), clock, language) as typist:
        transcripts.play(golden(language), typist, clock, update=False, seen=as_in_a_terminal)
