"""A backup on its way back: what is there is kept first, then replaced, and nobody erased nor any announcement returns."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import typer
from sqlalchemy import Connection, update

from bot import backup_words as words
from bot.backup_making import NAME, back_up, mirror
from bot.settings import Settings
from bot.wiring import clock
from rallynov.announcements.model import Status
from rallynov.announcements.tables import AnnouncementRow
from rallynov.delivery.bulk import ON_ITS_WAY
from rallynov.delivery.decisions import Klass
from rallynov.delivery.outbox import RANKS
from rallynov.delivery.tables import OutboxRow, OutboxStatus
from rallynov.exports.place import workplace
from rallynov.privacy import tombstones
from rallynov.storage.backup import checking, postgresql, restoring
from rallynov.storage.backup.archive import Opened
from rallynov.storage.backup.model import FOLDERS, BackupError, Manifest, Why
from rallynov.storage.lifetimes import kept
from rallynov.storage.store import Store


class Restoring:
    """One backup on its way back."""

    def __init__(self, settings: Settings, store: Store, archive: Opened, folder: Path) -> None:
        self._settings, self._store, self._archive, self._folder = settings, store, archive, folder
        self._data = settings.data_dir.absolute()
        self._again = self._held_back = 0

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
            unpacked = restoring.unpack(self._archive, beside)
            database = work / restoring.database_of(manifest)
            aside = self._exchange(database, unpacked)
        for folder in aside:
            if saved:  # it is all in the archive
                shutil.rmtree(folder, ignore_errors=True)
            else:
                typer.echo(f"Ce qui était là est dans {folder}.")
        if saved:
            typer.echo(f"Ce qui était là est sauvegardé dans {saved}.")
        self._say(manifest)

    def _exchange(self, database: Path, unpacked: Path) -> list[Path]:
        aside = f"avant-restauration-{clock():%Y%m%dT%H%M%SZ}"
        if self._store.is_sqlite:
            restoring.ready(database, self._settle)
            self._store.engine.dispose()
            place = Path(self._store.url.database or "")
            return restoring.exchange((database, unpacked), (place, self._data), aside)
        restoring.into_server(self._store, database, self._archive.manifest, self._settle)
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
        place = self._settings.backups / f"avant-{NAME.format(clock())}"
        try:
            return back_up(self._settings, self._store, place)[0]
        except BackupError as error:
            if not self._store.is_sqlite or error.fault.why is Why.NO_ROOM:
                raise
            typer.echo(f"Ce qui est là ne se sauvegarde pas. {words.sentence(error.fault)}", err=True)
            return None

    def _settle(self, store: Store) -> None:
        """Erase again whoever was erased since, and send no announcement twice."""
        for folder in {self._data, self._folder}:
            self._again += tombstones.bury_again(store, folder, clock())
        with store.write() as tx:
            self._held_back += hold_back(tx, clock())

    def _say(self, manifest: Manifest) -> None:
        typer.echo(f"{words.told(manifest)} Elle est remise en place.")
        typer.echo(f"La base contient : {words.holds(manifest)}.")
        if lacking := words.lacking(manifest):
            typer.echo(lacking, err=True)
        if self._again:
            said = words.counted(self._again, "personne effacée", "personnes effacées")
            typer.echo(f"{said} depuis cette sauvegarde : effacement refait.")
        if self._held_back:
            one, many = "annonce retenue, qui a pu partir", "annonces retenues, qui ont pu partir"
            said = words.counted(self._held_back, one, many)
            typer.echo(f"{said} depuis cette sauvegarde : la coordination décide (« /annonces »).")
        if clock() - manifest.made_at > kept("tombstone"):
            typer.echo(words.TOO_OLD.format(kept("tombstone").days), err=True)


def hold_back(tx: Connection, now: datetime) -> int:
    """Have no announcement leave twice by itself; return how many wait for the team to say what becomes of them.

    What was on its way may have arrived since the backup, and what was due may have left: only a person knows.
    """
    lost = {"status": OutboxStatus.UNKNOWN, "error": "restored from a backup", "finished_at": now}
    mine = OutboxRow.rank == RANKS[Klass.BULK], OutboxRow.status.in_(ON_ITS_WAY)
    tx.execute(update(OutboxRow).where(*mine).values(lost))
    changed = {"version": AnnouncementRow.version + 1, "changed_at": now}
    due = (AnnouncementRow.status == Status.APPROVED) & (AnnouncementRow.due_at <= now)
    late = update(AnnouncementRow).where(due).values(status=Status.LATE, **changed)
    leaving = AnnouncementRow.status == Status.SENDING
    paused = update(AnnouncementRow).where(leaving).values(status=Status.PAUSED, **changed)
    return tx.execute(late).rowcount + tx.execute(paused).rowcount
