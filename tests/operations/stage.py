"""What the tests of operations share: a data folder with dossiers and their files, and the commands on it."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from exports.crowd import AT, fill
from sqlalchemy import insert, select, update
from typer.testing import CliRunner, Result

from bot.cli import app
from rallynov.announcements.tables import AnnouncementFileRow, AnnouncementRow
from rallynov.initiatives.tables import AttachmentRow
from rallynov.storage.backup.model import FOLDERS
from rallynov.storage.store import Store

FILES = 2
"""Files of each dossier."""


@dataclass
class Home:
    """A data folder, and the commands of an operator on it."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.settings.get("RALLYNOV_DATABASE_URL", f"sqlite:///{self.folder / 'rallynov.db'}")

    def run(self, *words: str) -> Result:
        env = {**dict.fromkeys(_set(), ""), "RALLYNOV_DATA_DIR": str(self.folder), **self.settings}
        return CliRunner().invoke(app, list(words), env=env)

    def backup(self, *words: str) -> Path:
        done = self.run("backup", *words)
        assert done.exit_code == 0, done.output
        return Path(done.stdout.splitlines()[0])

    def tables(self) -> Mapping[str, list[tuple[object, ...]]]:
        """Every row of every table."""
        store = Store(self.url)
        with store.read() as tx:
            names = store_tables(store)
            rows = {
                name: sorted(map(tuple, tx.exec_driver_sql(f'SELECT * FROM "{name}"')), key=repr)  # noqa: S608
                for name in names
            }
        store.close()
        return rows

    def pieces(self) -> Mapping[str, bytes]:
        """Every file beside the database."""
        there = (one for name in FOLDERS for one in (self.folder / name).rglob("*"))
        return {str(one.relative_to(self.folder)): one.read_bytes() for one in there if one.is_file()}


def store_tables(store: Store) -> list[str]:
    with store.read() as tx:
        if store.is_sqlite:
            found = tx.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
            )
        else:
            found = tx.exec_driver_sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return sorted(row[0] for row in found)


def furnish(store: Store, folder: Path, dossiers: int = 4) -> None:
    """Write dossiers, each with files on the disk, one of them with a file that a door has just received."""
    fill(store, dossiers, files=FILES)
    root = folder / "pieces"
    with store.write() as tx:
        for one, dossier in tx.execute(select(AttachmentRow.id, AttachmentRow.dossier_id)).all():
            content = f"%PDF exemple {one}\n".encode() * 2000
            path = root / dossier / one
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            mine = AttachmentRow.id == one
            tx.execute(update(AttachmentRow).where(mine).values(digest=hashlib.sha256(content).hexdigest()))
        waiting = {
            "id": "waiting", "dossier_id": dossier, "author": "porteuse", "address": "web:porteuse",
            "origin": "web:arrival", "name": "photo.jpg", "mime": "", "size": 7, "state": "waiting", "created_at": AT,
        }  # fmt: skip
        tx.execute(insert(AttachmentRow), [waiting])
    _announce(store, folder)
    for name, content in (
        (".arrivals/arrival", b"arrived"),
        (".arrivals/loose", b"arrived"),
        (".base", b"mark"),
    ):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(content)
    (root / ".work").mkdir()
    (root / ".work" / "draft").write_bytes(b"half of a file")


def _announce(store: Store, folder: Path) -> None:
    """Write an announcement that is due, with its picture."""
    content = b"JPEG exemple" * 100
    place = folder / "annonces" / "a1" / "picture"
    place.parent.mkdir(parents=True)
    place.write_bytes(content)
    made = {
        "id": "a1",
        "edition": "rallynov",
        "number": 1,
        "organisation": "",
        "content": "{}",
        "audience": "{}",
    }
    made |= {"status": "approved", "due_at": AT, "created_at": AT, "changed_at": AT}
    kept = {
        "id": "picture",
        "announcement_id": "a1",
        "address": "",
        "origin": "",
        "name": "a.jpg",
        "mime": "image/jpeg",
    }
    kept |= {"size": len(content), "state": "kept", "created_at": AT}
    with store.write() as tx:
        tx.execute(insert(AnnouncementRow), [made])
        tx.execute(insert(AnnouncementFileRow), [kept])


def home_of(database: str, folder: Path, migrated: Path, dossiers: int = 4) -> Home:
    """A home on a SQLite file (an empty ``database``) or a server's database that is migrated."""
    home = Home(folder, {"RALLYNOV_DATABASE_URL": database} if database else {})
    folder.mkdir()
    if not database:
        shutil.copy(migrated, folder / "rallynov.db")
    store = Store(home.url)
    furnish(store, folder, dossiers)
    store.close()
    return home


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as opened:
        return opened.execute(sql).fetchall()


def _set() -> list[str]:
    return [name for name in os.environ if name.startswith("RALLYNOV_")]
