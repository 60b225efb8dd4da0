"""`rallynov edition`: dates and codes of lateness, in French, beside a running product."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

from bot.cli import app
from rallynov.editions import late, service
from rallynov.editions.model import DEFAULT
from rallynov.editions.tables import LateCodeRow
from rallynov.people.model import read_code
from rallynov.storage.store import Store


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "donnees"


def run(data: Path, *words: str) -> Result:
    return CliRunner().invoke(
        app, ["edition", *words], env={"RALLYNOV_DATA_DIR": str(data), "COLUMNS": "200"}
    )


def test_dates_that_are_not_set_are_said_so(data: Path) -> None:
    told = run(data, "calendar")
    assert told.exit_code == 0
    assert "Aucune date n'est fixée : les dossiers sont ouverts" in told.stdout


@pytest.mark.parametrize("closes", ["31/03/2013", "2013-03-31"])
def test_dates_are_set_and_shown(data: Path, closes: str) -> None:
    assert run(data, "calendar", "--opens", "01/03/2013").exit_code == 0
    told = run(data, "calendar", "--closes", closes)
    assert "Ouverture : 1er mars 2013, 00:00 (heure de Paris)" in told.stdout
    assert "Clôture : 31 mars 2013, 23:59:59 (heure de Paris)" in told.stdout
    assert "L'appel est fermé." in told.stdout
    store = Store(f"sqlite:///{data / 'rallynov.db'}")
    with store.read() as tx:
        assert service.read_calendar(tx, DEFAULT).closes_at == datetime(2013, 3, 31, 21, 59, 59, tzinfo=UTC)
    store.close()


@pytest.mark.parametrize("typed", ["31/02/2027", "demain", "2027/03/31"])
def test_what_is_no_day_is_refused(data: Path, typed: str) -> None:
    told = run(data, "calendar", "--closes", typed)
    assert told.exit_code == 64
    assert f"« {typed} » n'est pas un jour" in told.stderr


def test_a_call_that_would_close_before_it_opens_changes_nothing(data: Path) -> None:
    run(data, "calendar", "--opens", "01/03/2027", "--closes", "31/03/2027")
    told = run(data, "calendar", "--closes", "28/02/2027")
    assert told.exit_code == 64
    assert "rien n'a été changé" in told.stderr
    assert "31 mars 2027" in run(data, "calendar").stdout


def test_a_late_code_is_shown_once_and_kept_as_a_digest(data: Path) -> None:
    told = run(data, "late-code", "--nom", "Association exemple", "--personnes", "2", "--jours", "5")
    found = re.search(r"« Association exemple » : ([a-z2-7-]+)", told.stdout)
    assert found
    code = read_code(found[1])
    assert len(code) == 26
    store = Store(f"sqlite:///{data / 'rallynov.db'}")
    with store.read() as tx:
        [row] = tx.execute(select(LateCodeRow)).all()
    store.close()
    assert (row.digest, row.name, row.uses_left) == (late.digest_of(code), "Association exemple", 2)
    assert code not in str(row)


def test_the_help_is_in_french(data: Path) -> None:
    told = run(data, "--help").stdout
    assert "Utilisation" in told
    assert "Montrer ou fixer les dates" in told
