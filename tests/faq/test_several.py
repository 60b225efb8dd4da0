"""Questions as golden transcripts: several people, the coordination among them."""

from pathlib import Path

import pytest
from conversation import Clock, core
from doors import several
from faq.stage import Staff, equip

from rallynov.storage.store import Store

HERE = Path(__file__).parent / "several"
ALL = sorted(HERE.glob("*/*.txt"))


@pytest.mark.parametrize("path", ALL, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_goes_as_written(path: Path, sqlite: Store, clock: Clock, pytestconfig: pytest.Config) -> None:
    built = equip(core(sqlite, clock))
    several.play(path, built, clock, update=pytestconfig.getoption("--update"), direct=Staff(built, clock))
