"""The golden transcripts of every room, played on Telegram's updates; see ``tests/transcripts.py``."""

from pathlib import Path

import pytest
import transcripts
from conversation import Clock, core
from doors.telegrammer import Telegrammer

from rallynov.storage.store import Store

TESTS = Path(__file__).parents[1]
ALL = sorted(path for path in TESTS.glob("*/transcripts/*/*.txt") if path.parts[-4] != "doors")


@pytest.mark.parametrize("path", ALL, ids=lambda path: f"{path.parts[-4]}/{path.parts[-2]}/{path.stem}")
def test_goes_as_written(path: Path, sqlite: Store, clock: Clock, pytestconfig: pytest.Config) -> None:
    person = Telegrammer(core(sqlite, clock), clock, language=transcripts.language(path))
    transcripts.play(path, person, clock, update=pytestconfig.getoption("--update"))


def test_every_transcript_is_played_in_both_languages() -> None:
    played = {
        language: {(p.parts[-4], p.name) for p in ALL if p.parts[-2] == language} for language in ("fr", "en")
    }
    assert played["fr"] == played["en"]
