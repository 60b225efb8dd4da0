"""Roles as people meet them: invited, accepted, declined, refused, revoked; golden transcripts in both languages."""

from pathlib import Path

import pytest
from conversation import Clock, core
from doors import several
from people.appointed import Team

from rallynov.storage.store import Store

HERE = Path(__file__).parent / "several"
ALL = sorted(HERE.glob("*/*.txt"))


@pytest.mark.parametrize("path", ALL, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_goes_as_written(path: Path, sqlite: Store, clock: Clock, pytestconfig: pytest.Config) -> None:
    built = core(sqlite, clock)
    update = pytestconfig.getoption("--update")
    several.play(path, built, clock, update=update, direct=Team(built, clock))


def test_every_transcript_is_played_in_both_languages() -> None:
    several.in_both_languages(HERE)
