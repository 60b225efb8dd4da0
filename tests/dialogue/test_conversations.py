"""The golden transcripts of every room, played on Telegram's updates; see ``tests/transcripts.py``."""

from pathlib import Path

import pytest
import transcripts
from conversation import Clock, core
from doors.telegrammer import Telegrammer

from rallynov.storage.store import Store

TESTS = Path(__file__).parents[1]
ALL = sorted(path for path in TESTS.glob("*/transcripts/*.txt") if path.parts[-3] != "doors")


@pytest.mark.parametrize("path", ALL, ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def test_goes_as_written(path: Path, sqlite: Store, clock: Clock, pytestconfig: pytest.Config) -> None:
    person = Telegrammer(core(sqlite, clock), clock)
    transcripts.play(path, person, clock, update=pytestconfig.getoption("--update"))
