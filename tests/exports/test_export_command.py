"""`rallynov export`: what it writes, what it says, and how it refuses, in French."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from exports.crowd import fill
from exports.stage import delimited, sheets
from typer.testing import CliRunner, Result

from bot import export_cli
from bot.cli import app
from rallynov.storage.store import Store


@pytest.fixture
def data(tmp_path: Path, migrated: Path) -> Path:
    folder = tmp_path / "donnees"
    folder.mkdir()
    store = Store(f"sqlite:///{shutil.copy(migrated, folder / 'rallynov.db')}")
    fill(store, 10)
    store.close()
    return folder


def run(data: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["export", *words], env={"RALLYNOV_DATA_DIR": str(data), "COLUMNS": "200"})


def test_the_format_is_that_of_the_name(data: Path, tmp_path: Path) -> None:
    for kind in ("xlsx", "csv", "json"):
        done = run(data, "--output", str(tmp_path / f"a.{kind}"))
        assert done.exit_code == 0, done.output
        assert done.stdout.splitlines()[0] == str(tmp_path / f"a.{kind}")
        assert "10 dossiers, vue « complet »" in done.stdout
        assert done.stderr == ""
    assert len(sheets(tmp_path / "a.xlsx")["Dossiers"]) == len(delimited(tmp_path / "a.csv")) == 11
    checked = run(data, "--check", str(tmp_path / "a.json"))
    assert (checked.exit_code, checked.stderr) == (0, "")
    assert "10 dossiers, édition « rallynov », vue « complete » : l'export est intact." in checked.stdout


def test_options_have_french_names_and_words(data: Path, tmp_path: Path) -> None:
    path = str(tmp_path / "a.csv")
    done = run(
        data,
        "--sortie",
        path,
        "--vue",
        "suivi",
        "--statut",
        "Non recevable,recevable",
        "--sujet",
        "historique",
    )
    assert "4 dossiers, vue « suivi »" in done.stdout
    assert delimited(Path(path))[0] == ["Dossier", "Le", "Action", "Statut", "Par", "Motif"]
    assert run(data, "--output", path, "--langue", "en", "--territory", "Doubs,39,70,90").exit_code == 0
    assert delimited(Path(path))[0][:2] == ["Dossier", "Status"]


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        ((), 64, "Dites où écrire, par exemple : rallynov export --output dossiers.xlsx"),
        (("--output", "a.txt"), 64, "« txt » n'est pas un format : xlsx, csv, json, pdf, zip."),
        (("--output", "a"), 64, "« a » n'est pas un format"),
        (("--output", "rallynov.db", "--format", "xlsx"), 64, "se nomme en « .xlsx » : --output rallynov.xlsx"),
        (("--output", "nulle/part/a.csv"), 64, "n'existe pas. Donnez un dossier qui existe"),
        (("--output", "a.csv", "--view", "tout"), 64, "« tout » n'est pas une vue. Les vues : complet, jury,"),
        (("--output", "a.csv", "--view", "jury", "--status", "retiré"), 64, "ne montre que ces statuts : déposé, recevable."),
        (("--output", "a.csv", "--view", "contacts", "--sujet", "pieces"), 64, "que ces sujets : dossiers, porteurs."),
        (("--output", "a.csv", "--status", "perdu"), 64, "« perdu » n'est pas un statut : déposé, à corriger,"),
        (("--output", "a.csv", "--territory", "21"), 64, "« 21 » n'est pas un département du rallye : 25, 39, 70, 90."),
        (("--output", "a.csv", "--sujet", "tout"), 64, "« tout » n'est pas un sujet : dossiers, indicateurs,"),
        (("--output", "a.csv", "--langue", "de"), 64, "« de » n'est pas une langue d'ici : fr ou en."),
        (("--output", "a.csv", "--edition", "1999"), 64, "« 1999 » n'est pas une édition connue : rallynov."),
        (("--output", "a.csv", "--status", "brouillon"), 66, "Aucun dossier à exporter avec ces choix"),
        (("--check", "absent.json"), 64, "absent.json ne peut pas être lu : il n'existe pas."),
    ],
)  # fmt: skip
def test_what_does_not_suit_is_told_and_nothing_is_written(
    data: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], code: int, why: str
) -> None:
    monkeypatch.chdir(data)
    before = sorted(one.name for one in data.iterdir())
    done = run(data, *words)
    assert (done.exit_code, done.stdout) == (code, "")
    assert why in done.stderr
    assert sorted(one.name for one in data.iterdir() if "lock" not in one.name) == [
        one for one in before if "lock" not in one
    ]


def test_a_folder_is_no_file(data: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    done = run(data, "--output", str(tmp_path / "a.csv"))
    assert (done.exit_code, "est un dossier : ajoutez un nom de fichier" in done.stderr) == (64, True)


def test_an_altered_export_is_found_out(data: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    run(data, "--output", str(path))
    path.write_bytes(
        path.read_bytes().replace(b'"legal":"', b'"legal":"z', 1).replace(b'"count":10', b'"count":11')
    )
    done = run(data, "--check", str(path))
    assert (done.exit_code, done.stdout) == (65, "")
    assert "Hors du schéma, dossier n° 1: answers.legal" in done.stderr
    assert "Le fichier annonce 11 dossiers, il en contient 10." in done.stderr
    assert "L'empreinte ne correspond pas" in done.stderr
    (tmp_path / "b.json").write_bytes(path.read_bytes()[:3000])
    assert "ou il est coupé" in run(data, "--check", str(tmp_path / "b.json")).stderr


def test_a_long_export_says_how_far_it_is(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_cli, "EVERY", 0.0)
    done = run(data, "--output", str(tmp_path / "a.csv"))
    assert done.stderr == "10 dossiers sur 10…\n"


def test_the_help_is_in_french(data: Path) -> None:
    said = run(data, "--help").stdout
    assert "Écrire les dossiers déposés dans un fichier" in said
    for option in (
        "--format",
        "--output",
        "--edition",
        "--view",
        "--status",
        "--territory",
        "--check",
        "--all",
    ):
        assert option in said
