"""A backup put back: everything is there again, nobody erased is, and nothing that was there is lost."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import postgres
import pytest
from alembic import command
from conversation import Clock, core
from exports.crowd import AT
from operations.stage import Home, rows
from sqlalchemy import insert, text

from bot import backup_restoring
from bot.wiring import clock
from rallynov.delivery.tables import OutboxRow
from rallynov.privacy import tombstones
from rallynov.privacy.erasing import erase
from rallynov.storage import schema
from rallynov.storage.backup.model import FOLDERS
from rallynov.storage.store import Store


def destroy(home: Home, *, keep: Path | None = None) -> None:
    """Lose the machine: its data folder, and its database."""
    store = Store(home.url)
    if not store.is_sqlite:
        with store.write() as tx:
            tx.execute(text("DROP SCHEMA public CASCADE"))
            tx.execute(text("CREATE SCHEMA public"))
    store.close()
    shutil.rmtree(home.folder)


def gone(store: Store) -> None:
    """Erase the only person there is, as they ask for it."""
    with store.write() as tx:
        tombstones.bury(tx, ["porteuse"], [], clock())
        erase(tx, ["porteuse"], clock())


def unseen(home: Home) -> int:
    """Count the tables of which PostgreSQL does not know how many rows they have."""
    store = Store(home.url)
    with store.read() as tx:
        asked = text("SELECT count(*) FROM pg_class JOIN pg_tables ON relname = tablename"
                     " WHERE schemaname = current_schema() AND reltuples < 0")  # fmt: skip
        found = 0 if store.is_sqlite else int(tx.execute(asked).scalar_one())
    store.close()
    return found


def test_everything_is_there_again(either: Home, tmp_path: Path) -> None:
    before, files = either.tables(), either.pieces()
    made = either.backup("--output", str(tmp_path / "s.zip"))
    destroy(either)
    done = either.run("restore", str(made))
    assert done.exit_code == 0, done.output
    assert "4 dossiers, 9 pièces." in done.output
    assert "1 annonce retenue, qui a pu partir" in done.output
    found, table = either.tables(), "announcement"
    assert {**found, table: []} == {**before, table: []}
    assert [row[8] for row in found[table]] == ["late"], "it was due: the team says whether it still leaves"
    del files["pieces/.work/draft"]
    assert either.pieces() == files
    assert sorted(one.name for one in either.folder.iterdir() if "rallynov-export" in one.name) == []
    assert not list(either.folder.glob("avant-*"))
    assert unseen(either) == 0


def test_what_is_there_is_not_overwritten_unless_asked_and_then_saved_first(either: Home) -> None:
    made = either.backup()
    store = Store(either.url)
    with store.write() as tx:
        tx.execute(text("DELETE FROM dossier WHERE receipt = 'RN-00001'"))
    store.close()
    (either.folder / "pieces" / "new").mkdir()
    (either.folder / "pieces" / "new" / "file").write_bytes(b"new")
    since, files = either.tables(), either.pieces()
    refused = either.run("restore", str(made))
    assert (refused.exit_code, either.tables(), either.pieces()) == (73, since, files)
    assert "--force" in refused.output
    done = either.run("restore", str(made), "--force")
    assert done.exit_code == 0, done.output
    assert len(either.tables()["dossier"]) == 4
    assert "pieces/new/file" not in either.pieces()
    [kept] = (either.folder / "sauvegardes").glob("avant-*.zip")
    assert str(kept) in done.output
    again = either.run("restore", str(kept), "--force")
    assert again.exit_code == 0, again.output
    assert len(either.tables()["dossier"]) == 3, "what was put aside can be put back"


def test_nobody_erased_reappears(either: Home, tmp_path: Path) -> None:
    made = either.backup()
    store = Store(either.url)
    gone(store)
    store.close()
    assert either.tables()["dossier"] == []
    done = either.run("restore", str(made), "--force")
    assert done.exit_code == 0, done.output
    assert "1 personne ou dossier effacé depuis cette sauvegarde : effacement refait." in done.output
    assert (either.tables()["dossier"], either.tables()["person"]) == ([], [])


def test_an_erasure_is_known_beside_the_backups_when_the_machine_is_lost(home: Home, tmp_path: Path) -> None:
    kept = tmp_path / "ailleurs"
    kept.mkdir()
    first = home.backup("--output", str(kept / "1.zip"))
    store = Store(home.url)
    gone(store)
    store.close()
    home.backup("--output", str(kept / "2.zip"))
    destroy(home)
    assert home.run("restore", str(first)).exit_code == 0
    assert home.tables()["person"] == []


def test_announcements_that_waited_are_not_sent_again(home: Home) -> None:
    store = Store(home.url)
    common = {"channel": "telegram", "address": "telegram:7", "body": "{}", "created_at": AT}
    waiting = [(0, "queued"), (1, "queued"), (2, "queued"), (2, "planned"), (2, "sending"), (2, "sent")]
    with store.write() as tx:
        sent = [{"key": str(n), "rank": rank, "status": s, **common} for n, (rank, s) in enumerate(waiting)]
        tx.execute(insert(OutboxRow), sent)
        tx.execute(text("UPDATE announcement SET status = 'sending'"))
    store.close()
    made = home.backup()
    assert home.run("restore", str(made), "--force").exit_code == 0
    found = rows(
        home.folder / "rallynov.db",
        "SELECT rank, status FROM outbox WHERE channel = 'telegram' ORDER BY id",
    )
    assert found == [(0, "queued"), (1, "queued"), *[(2, "unknown")] * 3, (2, "sent")]
    assert rows(home.folder / "rallynov.db", "SELECT status FROM announcement") == [("paused",)]


def test_a_run_that_works_is_not_disturbed(home: Home) -> None:
    made = home.backup()
    store = Store(home.url)
    store.own()
    done = home.run("restore", str(made), "--force")
    store.close()
    assert (done.exit_code, done.output) == (
        75,
        "Rally'nov tourne sur cette base : arrêtez-le, puis recommencez.\n",
    )


@pytest.mark.postgres
def test_a_server_that_others_use_is_not_disturbed(
    cluster: postgres.Cluster, tmp_path: Path, home: Home
) -> None:
    made = home.backup()
    server = Home(tmp_path / "autre", {"RALLYNOV_DATABASE_URL": cluster.migrated()})
    kind = server.run("restore", str(made))
    assert kind.exit_code == 78
    assert "celle d'une base SQLite" in kind.output
    ours = server.backup()
    store = Store(server.url)
    with store.read():
        done = server.run("restore", str(ours), "--force")
    store.close()
    assert done.exit_code == 75
    assert "tourne sur cette base" in done.output


def test_a_damaged_database_is_kept_as_it_lies(home: Home) -> None:
    made = home.backup()
    database = home.folder / "rallynov.db"
    whole = database.read_bytes()
    broken = whole[:8192] + b"\xff" * 200_000 + whole[208_192:]
    database.write_bytes(broken)
    done = home.run("restore", str(made), "--force")
    assert done.exit_code == 0, done.output
    assert "ne se sauvegarde pas" in done.output
    [aside] = home.folder.glob("avant-restauration-*")
    assert (aside / "rallynov.db").read_bytes() == broken
    assert (aside / "pieces" / ".base").exists()
    assert len(home.tables()["dossier"]) == 4


def test_a_backup_of_an_older_release_is_brought_up_to_date(tmp_path: Path) -> None:
    home = Home(tmp_path / "donnees")
    home.folder.mkdir()
    store = Store(home.url)
    with schema._altering(store) as tx:
        command.upgrade(schema._config(tx), "0005")
    with store.write() as tx:
        tx.execute(
            text(
                "INSERT INTO person (id, notice_version, created_at) VALUES ('p', '1', '2026-11-22 09:00:00')"
            )
        )
    store.close()
    made = home.backup("--output", str(tmp_path / "s.zip"))
    assert "schéma 0005" in home.run("verify-backup").output
    destroy(home)
    done = home.run("restore", str(made))
    assert done.exit_code == 0, done.output
    assert [row[0] for row in home.tables()["person"]] == ["p"]
    store = Store(home.url)
    assert schema.revision(store) == schema.head()
    store.close()
    assert sorted(one.name for one in home.folder.iterdir() if "before" in one.name) == []


def test_what_was_put_back_is_at_work_at_once(home: Home) -> None:
    made = home.backup()
    (home.folder / "rallynov.db").unlink()
    for name in FOLDERS:
        shutil.rmtree(home.folder / name)
    assert home.run("restore", str(made)).exit_code == 0
    store = Store(home.url)
    assert core(store, Clock()).edition
    store.close()


def test_a_backup_that_is_older_than_what_is_known_of_erasures(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = home.backup()
    assert "ne sont plus tous connus" not in home.run("restore", str(made), "--force").stderr
    later = clock() + timedelta(days=500)
    monkeypatch.setattr(backup_restoring, "clock", lambda: later)
    assert "ne sont plus tous connus" in home.run("restore", str(made), "--force").stderr
