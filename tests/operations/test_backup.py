"""A backup: one moment of the database and every file it names, while others write; whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import threading
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import postgres
import pytest
from conversation import Clock, core
from operations.stage import Home, furnish
from sqlalchemy import text

from bot import backup_words
from rallynov.announcements import filing
from rallynov.storage.backup import holding, postgresql, saving, sqlite
from rallynov.storage.backup.model import FOLDERS, BackupError, Manifest
from rallynov.storage.store import Store


def manifest(path: Path) -> Manifest:
    with ZipFile(path) as archive:
        return Manifest.model_validate_json(archive.read("manifest.json"))


def test_what_it_holds_and_what_it_says(either: Home) -> None:
    done = either.run("backup")
    assert done.exit_code == 0, done.output
    path = Path(done.stdout.splitlines()[0])
    assert path.parent == either.folder / "sauvegardes"
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert "9 fichiers" in done.stdout
    assert "données personnelles" in done.stdout
    held = manifest(path)
    assert held.tables["dossier"] == 4
    names = {one.name for one in held.pieces}
    assert {
        "annonces/a1/picture",
        "pieces/.base",
        "pieces/.arrivals/arrival",
        "pieces/.arrivals/loose",
    } < names
    assert not [name for name in names if ".work" in name]
    assert len(names) == 12
    assert either.run("verify-backup").output.endswith("La sauvegarde est intacte.\n")


def test_one_moment_while_others_write(either: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer moves a row from one table to another, again and again: the copy never sees it in both, nor in none."""
    store = Store(either.url)
    with store.write() as tx:
        tx.execute(text("CREATE TABLE here (n integer)"))
        tx.execute(text("CREATE TABLE there (n integer)"))
        tx.execute(text("INSERT INTO here VALUES (1)"))
    over = threading.Event()

    def write() -> None:
        for nth in range(100_000):
            if over.is_set():
                return
            one, other = ("here", "there") if nth % 2 == 0 else ("there", "here")
            with store.write() as tx:
                tx.execute(text(f"DELETE FROM {one}"))  # noqa: S608
                tx.execute(text(f"INSERT INTO {other} VALUES (1)"))  # noqa: S608

    writer = threading.Thread(target=write)
    writer.start()
    made = [manifest(either.backup("--output", str(either.folder / f"{n}.zip"))) for n in range(3)]
    over.set()
    writer.join()
    store.close()
    assert {one.tables["here"] + one.tables["there"] for one in made} == {1}
    checked = either.run("verify-backup", str(either.folder / "0.zip"))
    assert checked.exit_code == 0, checked.output


def test_a_file_removed_while_the_database_is_copied_is_saved(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = sqlite.copy

    def slow(store: Store, path: Path) -> None:
        copy(store, path)
        shutil.rmtree(home.folder / "pieces" / f"{1:032x}")

    monkeypatch.setattr(sqlite, "copy", slow)
    made = home.backup()
    assert manifest(made).absent == []
    assert len([one for one in manifest(made).pieces if f"{1:032x}/" in one.name]) == 2
    assert home.run("verify-backup").exit_code == 0


def test_a_file_that_comes_and_goes_meanwhile_has_the_database_copied_again(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, copy, copies = home.folder / "pieces" / f"{1:032x}" / f"{1:032x}0", sqlite.copy, []
    content = gone.read_bytes()
    gone.unlink()

    def racing(store: Store, path: Path) -> None:
        copies.append(path)
        copy(store, path)
        if len(copies) == 1:
            with store.write() as tx:
                tx.execute(text(f"DELETE FROM attachment WHERE id = '{1:032x}0'"))  # noqa: S608

    monkeypatch.setattr(sqlite, "copy", racing)
    made = manifest(home.backup())
    assert (len(copies), made.absent, len(content) > 0) == (2, [], True)
    assert made.tables["attachment"] == 8


def test_a_file_lost_for_good_is_named(home: Home) -> None:
    (home.folder / "pieces" / f"{2:032x}" / f"{2:032x}1").unlink()
    done = home.run("backup")
    assert done.exit_code == 0
    assert f"1 pièce (pieces/{2:032x}/{2:032x}1)" in done.stderr
    checked = home.run("verify-backup")
    assert checked.exit_code == 0, "the backup is what it could be"
    assert "Absentes du disque" in checked.stderr


def test_without_hard_links(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise OSError(errno.EXDEV, "no links here")

    monkeypatch.setattr(holding.os, "link", refused)
    assert len(manifest(home.backup()).pieces) == 12


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_leaves_nothing_and_says_so(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    good = home.backup()
    monkeypatch.setattr(saving.Writing, "close", full)
    done = home.run("backup", "--output", str(good))
    assert done.exit_code == 74
    assert done.stderr.startswith("Le disque est plein.")
    assert home.run("verify-backup", str(good)).exit_code == 0, "the one before stays"
    left = {one.name for one in home.folder.iterdir()} | {one.name for one in good.parent.iterdir()}
    assert not [name for name in left if "export" in name]


def test_where_there_is_nothing(tmp_path: Path) -> None:
    away = Home(tmp_path / "vide")
    done = away.run("backup")
    assert (done.exit_code, "Il n'y a pas de base" in done.output) == (66, True)
    assert not (tmp_path / "vide" / "rallynov.db").exists()
    assert away.run("verify-backup").exit_code == 66
    assert away.run("restore", str(tmp_path / "rien.zip")).exit_code == 66


def test_a_place_where_nobody_writes(home: Home) -> None:
    done = home.run("backup", "--output", "/proc/rien/s.zip")
    assert done.exit_code == 73
    assert "Traceback" not in done.output


def test_only_the_newest_are_kept(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = home.folder / "sauvegardes"
    folder.mkdir()
    for day in range(10, 15):
        (folder / f"rallynov-202611{day}T000000Z.zip").write_bytes(b"old")
    (folder / "autre.zip").write_bytes(b"not ours")
    made = home.backup("--keep", "2")
    assert sorted(one.name for one in folder.iterdir() if one.suffix == ".zip") == sorted(
        ["autre.zip", "rallynov-20261114T000000Z.zip", made.name]
    )


@pytest.mark.postgres
def test_a_password_is_on_no_command_line(
    cluster: postgres.Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = cluster.migrated().replace("rallynov@", "rallynov:MOTDEPASSE@")
    home = Home(tmp_path / "donnees", {"RALLYNOV_DATABASE_URL": url})
    store = Store(url)
    furnish(store, home.folder, 1)
    store.close()
    asked: dict[str, list[dict[str, str]]] = {}
    real = postgresql.subprocess.Popen

    class Seen(real):  # type: ignore[misc, valid-type]
        def __init__(self, command: list[str], **options: Any) -> None:
            assert "MOTDEPASSE" not in " ".join(command)
            asked.setdefault(Path(command[0]).name, []).append(options["env"])
            super().__init__(command, **options)

    monkeypatch.setattr(postgresql.subprocess, "Popen", Seen)
    made = home.backup()
    assert home.run("restore", str(made), "--force").exit_code == 0
    assert {name: len(some) for name, some in asked.items()} == {"pg_dump": 2, "pg_restore": 3}
    assert {env["PGPASSWORD"] for env in asked["pg_dump"]} == {"MOTDEPASSE"}
    assert not any("PGPASSWORD" in env for env in asked["pg_restore"]), "it only reads a file"


def test_a_server_without_its_programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(postgresql, "DEBIAN", tmp_path)
    monkeypatch.setattr(postgresql.shutil, "which", lambda _name: None)
    with pytest.raises(BackupError) as caught:
        postgresql._program("pg_dump")
    assert "postgresql-client" in backup_words.sentence(caught.value.fault)


def test_every_folder_of_files_is_in_it(sqlite: Store) -> None:
    built = core(sqlite, Clock())
    assert (built.closing.folder._root.name, filing.FOLDER) == FOLDERS


def test_a_base_that_cannot_be_opened_is_told_in_a_sentence(home: Home) -> None:
    (home.folder / "rallynov.db").unlink()
    (home.folder / "rallynov.db").symlink_to("/proc/self/mem")  # a file that no program may open so
    done = home.run("backup")
    assert (done.exit_code, "La base ne s'ouvre pas" in done.stderr) == (73, True), done.output


def test_what_was_never_made_is_not_read_again(tmp_path: Path) -> None:
    done = Home(tmp_path).run("verify-backup")
    assert (done.exit_code, "« rallynov backup » en fait une" in done.stderr) == (66, True)
    done = Home(tmp_path).run("verify-backup", "ailleurs.zip")
    assert "à cet endroit : ailleurs.zip" in done.stderr
