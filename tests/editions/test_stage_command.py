"""`rallynov edition stage`: stages in French at the command line; each mistake is explained and changes nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conversation import Clock
from typer.testing import CliRunner, Result

from bot import stages_cli
from bot.cli import app
from rallynov.editions import service
from rallynov.editions.model import SAMPLE
from rallynov.editions.stages import rows
from rallynov.editions.stages.model import Stage
from rallynov.storage.store import Store

ADD = (
    "add",
    "--territoire",
    "Doubs",
    "--lieu",
    "Salle exemple",
    "--jour",
    "12/05/2027",
    "--de",
    "14:00",
    "--a",
    "17h",
)


@pytest.fixture
def data(tmp_path: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copy(migrated, tmp_path / "rallynov.db")
    monkeypatch.setattr(stages_cli, "clock", Clock())
    return tmp_path


def run(data: Path, *words: str) -> Result:
    env = {"RALLYNOV_DATA_DIR": str(data), "COLUMNS": "200"}
    return CliRunner().invoke(app, ["edition", *words], env=env)


def stage(data: Path, *words: str) -> Result:
    return run(data, "stage", *words)


def kept(data: Path) -> list[Stage]:
    store = Store(f"sqlite:///{data / 'rallynov.db'}")
    with store.read() as tx:
        found = list(rows.read(tx, service.DEFAULT))
    store.close()
    return found


def test_a_stage_is_added_and_listed(data: Path) -> None:
    more = (
        "--places",
        "30",
        "--hote",
        "Structure exemple",
        "--acces",
        "plain-pied",
        "--position",
        "47.24,6.02",
    )
    told = stage(data, *ADD, *more)
    assert told.exit_code == 0, told.stderr
    [one] = kept(data)
    assert (one.number, one.territory, one.capacity, one.point) == (1, "25", 30, (47.24, 6.02))
    assert (f"{one.starts:%d %H:%M}", f"{one.ends:%H:%M}") == ("12 12:00", "15:00")
    listed = stage(data, "list").stdout
    assert "Étape 1 (prévue) : Salle exemple, Doubs" in listed
    assert "mercredi 12 mai 2027, de 14 h à 17 h" in listed.replace("\xa0", " ")
    assert "places prises : 0 sur 30" in listed
    assert "Ajoutée. Étape 2" in stage(data, *ADD).stdout


def test_no_stage_says_how_to_add_one(data: Path) -> None:
    assert "rallynov edition stage add" in stage(data, "list").stdout


def test_what_is_missing_is_named_with_an_example(data: Path) -> None:
    answer = stage(data, "add", "--lieu", "Salle exemple")
    assert answer.exit_code == 64
    assert "Il manque --territoire, --jour, --de, --a. Exemple : rallynov edition stage add" in answer.stderr


def hours(day: str, starts: str, ends: str) -> tuple[str, ...]:
    return (
        "add",
        "--territoire",
        "25",
        "--lieu",
        "Salle exemple",
        "--jour",
        day,
        "--de",
        starts,
        "--a",
        ends,
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (hours("12/05/2027", "17:00", "14:00"), "finirait (12 mai 2027, 14 h) avant de commencer"),
        (hours("12/05/2027", "14:00", "14:00"), "ou au même moment"),
        (hours("28/03/2027", "02:30", "05:00"), "02:30 n'existe pas à Paris"),
        (hours("28/03/2027", "02:30", "05:00"), "Écrivez 03:30"),
        (hours("31/10/2027", "02:30", "05:00"), "02:30 existe deux fois à Paris"),
        (hours("31/10/2027", "02:30", "05:00"), "--saison hiver"),
        (hours("12/05/2025", "14:00", "17:00"), "est déjà passé : vérifiez l'année"),
        (hours("31/02/2027", "14:00", "17:00"), "« 31/02/2027 » n'est pas un jour"),
        (hours("12/05/2027", "25:00", "17:00"), "« 25:00 » n'est pas une heure"),
        ((*ADD, "--saison", "printemps"), "écrivez « ete » ou « hiver »"),
        ((*ADD, "--territoire", "75"), "n'est pas un département du rallye"),
        ((*ADD, "--places", "0"), "1 au moins"),
        ((*ADD, "--position", "47.24"), "n'est pas une position"),
        ((*ADD, "--position", "147,6"), "n'est pas une position"),
        ((*ADD, "--lieu", "x" * 300), "300 caractères ; 200 au plus"),
        ((*ADD, "--lieu", "  "), "--lieu : ce texte est vide"),
    ],
)
def test_what_cannot_be_is_explained(data: Path, words: tuple[str, ...], told: str) -> None:
    answer = stage(data, *words)
    assert answer.exit_code == 64
    assert told in answer.stderr.replace("\xa0", " ")
    assert kept(data) == []


@pytest.mark.parametrize(("season", "utc"), [("ete", "00:30"), ("été", "00:30"), ("hiver", "01:30")])
def test_the_hour_that_comes_twice_is_chosen(data: Path, season: str, utc: str) -> None:
    assert stage(data, *hours("31/10/2027", "02:30", "05:00"), "--saison", season).exit_code == 0
    assert f"{kept(data)[0].starts:%H:%M}" == utc


def test_a_day_outside_the_edition_is_refused_and_says_its_days(data: Path) -> None:
    run(data, "calendar", "--commence", "01/01/2027", "--finit", "30/11/2027")
    answer = stage(data, *hours("12/12/2027", "14:00", "17:00"))
    assert answer.exit_code == 64
    assert "du 1er janvier 2027 au 30 novembre 2027" in answer.stderr
    last = stage(data, *hours("30/11/2027", "14:00", "17:00"), "--jour-fin", "01/12/2027")
    assert "Le 1er décembre 2027 est hors de l'édition" in last.stderr
    assert stage(data, *hours("30/11/2027", "14:00", "17:00")).exit_code == 0


def test_a_stage_is_postponed_with_its_hours(data: Path) -> None:
    stage(data, *ADD)
    told = stage(data, "move", "1", "--jour", "12/11/2027")
    assert told.exit_code == 0, told.stderr
    assert "C'est fait ; personne n'était inscrit. Étape 1 (reportée)" in told.stdout
    [one] = kept(data)
    assert (f"{one.starts:%d/%m %H:%M}", f"{one.ends:%H:%M}", one.version) == ("12/11 13:00", "16:00", 1)


def test_another_place_is_no_postponement(data: Path) -> None:
    stage(data, *ADD)
    assert (
        "(prévue) : Autre salle"
        in stage(data, "move", "1", "--lieu", "Autre salle", "--places", "sans").stdout
    )


def test_what_cannot_be_changed_is_explained(data: Path) -> None:
    stage(data, *ADD)
    assert "Rien à changer" in stage(data, "move", "1").stderr
    assert "Il n'y a pas d'étape 7" in stage(data, "move", "7", "--lieu", "x").stderr
    assert "avant de commencer" in stage(data, "move", "1", "--a", "13:00").stderr
    assert stage(data, "cancel", "1", "--motif", "travaux").exit_code == 0
    assert "déjà annulée" in stage(data, "cancel", "1").stderr
    assert "déjà annulée" in stage(data, "move", "1", "--jour", "13/05/2027").stderr
    assert "(annulée)" in stage(data, "list").stdout


def test_the_demonstration_has_stages_of_its_own(data: Path) -> None:
    store = Store(f"sqlite:///{data / 'rallynov.db'}")
    service.open_edition(store, SAMPLE, Clock()())
    store.close()
    assert stage(data, "list", "--demo").stdout.count("exemple") >= 2
    assert "(annulée)" in stage(data, "cancel", "2", "--demo").stdout
    assert "Aucune étape" in stage(data, "list").stdout


def test_editions_are_opened_and_listed(data: Path) -> None:
    listed = run(data, "list").stdout
    assert "Rally’nov (rallynov), en cours" in listed
    assert "Rally’nov 2013 (2013), passée" in listed
    assert "Donnez aussi le titre" in run(data, "open", "2027").stderr
    assert "lettres sans accent" in run(data, "open", "Édition 1").stderr
    assert "Rally’nov 2014 (2014) est l'édition en cours" in run(data, "open", "2014").stdout
    assert "est déjà ouverte" in run(data, "open", "2014").stderr
    assert "Le 12 mai 2027 est hors de l'édition" in stage(data, *ADD).stderr
    assert stage(data, *hours("12/05/2014", "14:00", "17:00")).exit_code == 0
    assert "Rally’nov 2014 (2014), en cours" in run(data, "list").stdout


def test_an_edition_does_not_end_before_it_begins(data: Path) -> None:
    answer = run(data, "calendar", "--commence", "01/12/2027", "--finit", "01/01/2027")
    assert "L'édition finirait avant de commencer" in answer.stderr
    assert "Édition :" not in run(data, "calendar").stdout


def test_the_help_is_in_french(data: Path) -> None:
    told = stage(data, "--help").stdout
    assert "Utilisation" in told
    assert "Reporter une étape" in told
