"""A backup on its way back: what is there is kept first, then replaced, and nobody erased nor any announcement returns."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import typer

from bot import backup_words as words
from bot import carrying, settling
from bot.backup_making import NAME, back_up, mirror
from bot.settings import Settings
from bot.wiring import clock
from rallynov.exports.place import workplace
from rallynov.privacy import tombstones
from rallynov.storage.backup import checking, postgresql, replaced, restoring
from rallynov.storage.backup.archive import Opened
from rallynov.storage.backup.model import FOLDERS, BackupError, Manifest, Why
from rallynov.storage.lifetimes import kept
from rallynov.storage.store import Store


class Restoring:
    """One backup on its way back."""

    def __init__(self, settings: Settings, store: Store, archive: Opened, folder: Path) -> None:
        self._settings, self._store, self._archive, self._folder = settings, store, archive, folder
        self._data = settings.data_dir.absolute()
        self._again = 0
        self._owed = settling.owed(self._data)
        self._since: carrying.Since | None = None
        self._done: Counter[str] = Counter()

    def run(self, *, force: bool) -> None:
        """Check, keep what is there, put back; say what was done."""
        manifest = self._archive.manifest
        restoring.fits(manifest, self._store)
        occupied = self._occupied()
        if occupied and not force:
            raise BackupError(Why.OCCUPIED)
        self._data.mkdir(mode=0o700, parents=True, exist_ok=True)
        home = Path(self._store.url.database or "") if self._store.is_sqlite else self._data / "rallynov"
        with workplace(home) as work, workplace(self._data / NAME) as beside:
            if faults := checking.check(self._archive, work):
                raise BackupError(*faults[0])
            saved = self._kept() if occupied else None
            self._since = self._owed[1] or (carrying.since(self._store) if occupied else None)
            unpacked = restoring.unpack(self._archive, beside)
            database = work / restoring.database_of(manifest)
            try:
                aside = self._exchange(database, unpacked)
            except Exception:
                if saved:
                    typer.echo(words.SAVED.format(saved, kept("replaced").days), err=True)
                raise
        settling.finished(self._data)  # not before its files are there: the doctor says what is owed
        for folder in aside:
            if saved:  # it is all in the archive
                shutil.rmtree(folder, ignore_errors=True)
            else:
                typer.echo(words.ASIDE.format(folder, kept("replaced").days))
        if saved:
            typer.echo(words.SAVED.format(saved, kept("replaced").days))
        self._say(manifest)

    def _exchange(self, database: Path, unpacked: Path) -> list[Path]:
        aside = replaced.FOLDER.format(clock())
        if self._store.is_sqlite:
            restoring.ready(database, self._settle)
            self._store.engine.dispose()
            place = Path(self._store.url.database or "")
            return restoring.exchange((database, unpacked), (place, self._data), aside)
        settling.owe(self._data, self._since)
        try:
            restoring.into_server(self._store, database, self._archive.manifest, self._settle)
        except BackupError as error:
            if not self._owed[0] and error.fault.why is not Why.HALFWAY:  # the rows that were there still are
                settling.paid(self._data)
            raise
        return restoring.replace(unpacked, self._data, aside)

    def _occupied(self) -> bool:
        folders = (self._data / name for name in FOLDERS)
        if any(folder.is_dir() and any(folder.iterdir()) for folder in folders):
            return True
        if self._store.is_sqlite:
            return Path(self._store.url.database or "").exists()
        with self._store.read() as tx:
            return bool(postgresql.named(tx))

    def _kept(self) -> Path | None:
        """Save what is there; None when it is too damaged for that: it is then kept as it lies."""
        mirror(self._store, self._data)
        place = self._settings.backups / replaced.ARCHIVE.format(clock())
        try:
            return back_up(self._settings, self._store, place)[0]
        except BackupError as error:
            if not self._store.is_sqlite or error.fault.why is Why.NO_ROOM:
                raise
            typer.echo(f"Ce qui est là ne se sauvegarde pas. {words.sentence(error.fault)}", err=True)
            return None

    def _settle(self, store: Store) -> None:
        """Erase again whoever was erased since, send no announcement twice, undo nothing that was said since."""
        for folder in {self._data, self._folder}:
            self._again += tombstones.bury_again(store, folder, clock())
        self._done.update(settling.settle(store, self._since, clock()))

    def _say(self, manifest: Manifest) -> None:
        typer.echo(f"{words.told(manifest)} Elle est remise en place.")
        typer.echo(f"La base contient : {words.holds(manifest)}.")
        if lacking := words.lacking(manifest):
            typer.echo(lacking, err=True)
        if self._again:
            one, many = "personne ou dossier effacé", "personnes ou dossiers effacés"
            said = words.counted(self._again, one, many)
            typer.echo(f"{said} depuis cette sauvegarde : effacement refait.")
        if held_back := self._done.pop(settling.HELD_BACK, 0):
            one, many = "annonce retenue, qui a pu partir", "annonces retenues, qui ont pu partir"
            said = words.counted(held_back, one, many)
            typer.echo(f"{said} depuis cette sauvegarde : la coordination décide (« /annonces »).")
        if carried := words.carried(self._done):
            typer.echo(carried)
        if self._since is None:
            typer.echo(words.UNDONE, err=True)
        if clock() - manifest.made_at > kept("tombstone"):
            typer.echo(words.TOO_OLD.format(kept("tombstone").days), err=True)
