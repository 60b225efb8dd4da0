from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from chaos.nursery import Nursery

FIGURES = pytest.StashKey[dict[str, Counter[str]]]()


@pytest.fixture(scope="session")
def nursery(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Nursery]:
    opened = Nursery(tmp_path_factory.mktemp("nursery") / "victims.log", migrated)
    yield opened
    opened.close()


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> dict[str, Counter[str]]:
    """Figures by point, shown when all tests have run."""
    return request.config.stash.setdefault(FIGURES, {})


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    told = config.stash.get(FIGURES, {})
    if told:
        terminalreporter.section("figures")
    for point, counts in told.items():
        terminalreporter.line(f"{point:22} " + "  ".join(f"{name} {count}" for name, count in counts.items()))
