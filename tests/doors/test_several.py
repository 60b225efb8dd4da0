"""Several people in one conversation, and one person at several doors, as golden transcripts in both languages."""

from pathlib import Path

import pytest
from conversation import Clock, core
from doors import several

from rallynov.storage.store import Store

HERE = Path(__file__).parent / "several"
ALL = sorted(HERE.glob("*/*.txt"))


@pytest.mark.parametrize("path", ALL, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_goes_as_written(path: Path, sqlite: Store, clock: Clock, pytestconfig: pytest.Config) -> None:
    several.play(path, core(sqlite, clock), clock, update=pytestconfig.getoption("--update"))


def test_every_transcript_is_played_in_both_languages() -> None:
    several.in_both_languages(HERE)
