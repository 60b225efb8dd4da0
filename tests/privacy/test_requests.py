"""What is done for whoever cannot ask: found by the number of their dossier, erased or copied as they would themselves."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import pytest
from conversation import START, Clock
from initiatives.life import Life
from sqlalchemy import delete, func, insert, select
from typer.testing import CliRunner, Result

from bot.cli import app
from rallynov.coordination.tables import NoteRow
from rallynov.delivery.tables import AuditRow
from rallynov.initiatives.tables import DossierRow, ShareRow
from rallynov.people.access import OPERATOR
from rallynov.people.tables import AccessRow, PersonRow
from rallynov.privacy import tombstones
from rallynov.privacy.tables import TombstoneRow
from rallynov.storage.store import Store

NUMBER = "2026-0001"


@dataclass
class Office:
    """A data folder with the submitted dossier of Amina, and the command line."""

    home: Path
    store: Store

    def run(self, *words: str, typed: str = "") -> Result:
        env = {"RALLYNOV_DATA_DIR": str(self.home), "COLUMNS": "200"}
        return CliRunner().invoke(app, ["privacy", *words], env=env, input=typed)

    def held(self) -> tuple[int, int, int]:
        """How many people, dossiers and tombstones there are."""
        with self.store.read() as tx:
            one, two, three = (
                tx.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (PersonRow, DossierRow, TombstoneRow)
            )
        return one, two, three

    def audited(self) -> list[tuple[str, str]]:
        with self.store.read() as tx:
            mine = select(AuditRow.action, AuditRow.subject).where(AuditRow.actor == OPERATOR)
            return [(one, two) for one, two in tx.execute(mine)]


@pytest.fixture
def office(tmp_path: Path, migrated: Path) -> Office:
    shutil.copy(migrated, tmp_path / "rallynov.db")
    store = Store(f"sqlite:///{tmp_path / 'rallynov.db'}")
    life = Life(store, Clock(START))
    life.person("amina")
    life.full("amina")
    life.submit("amina")
    return Office(tmp_path, store)


def test_the_owner_is_erased_once_the_number_is_typed_again(office: Office) -> None:
    for typed in ("", "oui\n", "2026-0002\n"):
        refused = office.run("erase", "--dossier", NUMBER, typed=typed)
        assert (refused.exit_code, "rien n'est effacé" in refused.stderr) == (64, True)
    assert office.held() == (1, 1, 0)
    done = office.run("erase", "--dossier", NUMBER, typed=f"{NUMBER}\n")
    assert done.exit_code == 0, done.output
    assert office.held()[:2] == (0, 0)
    assert office.held()[2] == 3, "the person, their address and their dossier"
    assert (office.home / "effacements.jsonl").exists()
    assert office.audited() == [("EraseForThem", f"dossier:{NUMBER}")]


def test_a_dossier_that_nobody_owns_is_erased(office: Office) -> None:
    with office.store.write() as tx:
        tx.execute(delete(ShareRow))
    older = shutil.copytree(office.home, office.home.with_name("sauvegarde"))
    assert office.run("erase", "--dossier", NUMBER, "--yes").exit_code == 0
    assert office.held() == (1, 0, 1)
    back = Office(older, Store(f"sqlite:///{older / 'rallynov.db'}"))
    assert back.held() == (1, 1, 0), "the backup has it"
    assert tombstones.bury_again(back.store, office.home, Clock(START)()) == 1
    assert back.held() == (1, 0, 1), "it does not come back, and its people stay"


def test_the_copy_of_the_owner_is_written_and_they_see_that_it_was(office: Office) -> None:
    path = office.home / "copie.zip"
    done = office.run("copy", "--dossier", NUMBER, "--output", str(path))
    assert done.exit_code == 0, done.output
    assert path.stat().st_mode & 0o777 == 0o600
    assert NUMBER in ZipFile(path).read("mes-donnees.json").decode()
    with office.store.read() as tx:
        seen = tx.execute(select(AccessRow.person_id, AccessRow.role, AccessRow.action)).all()
    assert [tuple(one) for one in seen] == [("amina", OPERATOR, "exported")]
    assert office.audited() == [("CopyForThem", f"dossier:{NUMBER}")]


@pytest.mark.parametrize("owned", [True, False])
def test_a_written_request_has_what_the_team_noted_and_what_came_on_paper(
    office: Office,
    owned: bool,  # noqa: FBT001
) -> None:
    note = {"dossier_id": "d1", "author": None, "at": START, "text": "Rappeler jeudi"}
    with office.store.write() as tx:
        tx.execute(insert(NoteRow), [note])
        if not owned:
            tx.execute(delete(ShareRow))
    done = office.run("copy", "--dossier", NUMBER, "--output", str(office.home / "copie.zip"))
    assert done.exit_code == 0, done.output
    assert "retirez-en ce qui nomme quelqu'un d'autre" in done.output
    made = ZipFile(office.home / "copie.zip")
    assert made.read("notes-de-l-equipe.txt").decode() == "22/11/2026 : Rappeler jeudi"
    text = made.read("mes-donnees.txt").decode()
    assert ("Prénom et nom\n  Réponse : Claude Exemple" in text, "Rappeler" in text) == (True, False)
    with office.store.read() as tx:
        assert tx.execute(select(AccessRow.person_id, AccessRow.dossier_id)).all() == [
            ("amina", None) if owned else (None, "d1")
        ]


@pytest.mark.parametrize("words", [("erase", "--yes"), ("copy", "--output", "x.zip")])
def test_a_number_that_is_none_says_so(office: Office, words: tuple[str, ...]) -> None:
    told = office.run(*words, "--dossier", "2026-9999")
    assert told.exit_code == 64
    assert "Aucun dossier n'a le numéro « 2026-9999 »" in told.stderr
    assert office.held() == (1, 1, 0)
