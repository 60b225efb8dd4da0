"""A backup made of what the settings name: the database, the files that its tables name, and where it is then known."""

from __future__ import annotations

from collections.abc import Collection
from importlib.metadata import version
from pathlib import Path
from sqlite3 import DatabaseError

from sqlalchemy.exc import SQLAlchemyError

from bot.settings import Settings
from bot.wiring import clock
from rallynov.exports.place import land, workplace
from rallynov.initiatives.attachments.model import KEPT, WAITING
from rallynov.privacy import tombstones
from rallynov.storage.backup.last import Last, note
from rallynov.storage.backup.model import BackupError, Manifest, Why
from rallynov.storage.backup.saving import Ask, Place, Source, save
from rallynov.storage.store import Store

_KEPT = f"SELECT {{}}, id FROM {{}} WHERE state = '{KEPT}'"  # noqa: S608  # constants
_WAITING = f"SELECT origin FROM attachment WHERE state = '{WAITING}'"  # noqa: S608
NAME = "rallynov-{:%Y%m%dT%H%M%SZ}.zip"


def back_up(settings: Settings, store: Store, path: Path) -> tuple[Path, Manifest]:
    """Make a backup at a path, whole or not at all."""
    if store.is_sqlite and not Path(store.url.database or "").is_file():
        raise BackupError(Why.NO_DATABASE)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    data = settings.data_dir.absolute()
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    now = clock()
    with workplace(path) as work, workplace(data / NAME) as holding:
        source = Source(store, data, needed)
        made, manifest = save(source, Place(work, holding), version("rallynov"), now)
        land([made], path)
    note(data, Last(at=now, path=path, bytes=path.stat().st_size))
    mirror(store, data)
    if path.parent != data:
        mirror(store, path.parent)
    return path, manifest


def needed(ask: Ask, tables: Collection[str]) -> list[str]:
    """Return the files that the tables of a database name, as an archive names them; an older release has fewer."""
    names: list[str] = []
    if "attachment" in tables:
        names += [f"pieces/{one}/{file}" for one, file in ask(_KEPT.format("dossier_id", "attachment"))]
        came = (str(origin).partition(":") for (origin,) in ask(_WAITING))
        names += [f"pieces/.arrivals/{ref}" for scheme, _, ref in came if scheme == "web"]
    if "announcement_file" in tables:
        held = ask(_KEPT.format("announcement_id", "announcement_file"))
        names += [f"annonces/{one}/{file}" for one, file in held]
    return names


def mirror(store: Store, folder: Path) -> None:
    """Write down who was erased, beside the data and beside the backups: an older one brings nobody back."""
    try:
        tombstones.keep_file(store, folder, clock())
    except (
        SQLAlchemyError,
        DatabaseError,
        OSError,
    ):  # an older release has no such table; a damaged database says nothing
        return
