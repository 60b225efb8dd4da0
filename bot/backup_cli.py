"""`rallynov backup | verify-backup | restore`: one archive of the database and its files, looked at again, put back."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from sqlite3 import DatabaseError
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from bot import backup_words as words
from bot import logs
from bot.opening import beside, fail, read_settings, told
from bot.settings import Settings
from bot.wiring import clock
from rallynov.delivery.decisions import Klass
from rallynov.delivery.outbox import RANKS
from rallynov.delivery.tables import UNSENT, OutboxRow, OutboxStatus
from rallynov.exports.place import land, workplace
from rallynov.initiatives.attachments.model import KEPT, WAITING
from rallynov.privacy import tombstones
from rallynov.storage.backup import checking, postgresql, restoring
from rallynov.storage.backup.archive import Opened
from rallynov.storage.backup.last import Last, last, note
from rallynov.storage.backup.model import BackupError, Manifest, Why
from rallynov.storage.backup.saving import Ask, Place, Source, save
from rallynov.storage.store import AlreadyRunningError, Store

NAME = "rallynov-{:%Y%m%dT%H%M%SZ}.zip"
Archive = Annotated[
    Path | None, typer.Argument(metavar="SAUVEGARDE", help="L'archive ; sinon la dernière faite.")
]


def backup(
    output: Annotated[
        Path | None,
        typer.Option("--output", "--sortie", metavar="CHEMIN", help="Le fichier, ou le dossier, où écrire."),
    ] = None,
    keep: Annotated[
        int, typer.Option("--keep", "--garder", min=0, help="Ne garder que les N dernières ; 0 : toutes.")
    ] = 0,
) -> None:
    """Sauvegarder la base et les pièces dans une archive, à côté d'un « run » qui travaille."""
    settings = _settings()
    with told(settings), _explained():
        store = beside(settings)
        try:
            made, manifest = back_up(settings, store, _place(settings, output))
        finally:
            store.close()
        if keep:
            _keep(made.parent, keep)
    typer.echo(str(made))
    typer.echo(f"{words.told(manifest)} Cette archive contient des données personnelles.")
    if lacking := words.lacking(manifest):
        typer.echo(lacking, err=True)


def verify_backup(path: Archive = None) -> None:
    """Relire une sauvegarde : rien ne manque, rien n'a changé, la base s'ouvre."""
    settings = _settings()
    with _explained(), checking.opened(_named(settings, path)) as archive, _unpacking() as work:
        faults = checking.check(archive, work)
        typer.echo(words.told(archive.manifest))
    if lacking := words.lacking(archive.manifest):
        typer.echo(lacking, err=True)
    for fault in faults[:20]:
        typer.echo(words.sentence(fault), err=True)
    if faults:
        raise typer.Exit(words.FAULTY)
    typer.echo("La sauvegarde est intacte.")


def restore(
    path: Annotated[Path, typer.Argument(metavar="SAUVEGARDE", help="L'archive à remettre en place.")],
    *,
    force: Annotated[
        bool, typer.Option("--force", help="Remplacer ce qui est là, après l'avoir sauvegardé.")
    ] = False,
) -> None:
    """Remettre une sauvegarde en place, puis mettre la base à jour ; « run » doit être arrêté."""
    settings = _settings()
    with told(settings), _explained(), checking.opened(path) as archive:
        store = _taken(settings)
        try:
            Restoring(settings, store, archive, path.absolute().parent).run(force=force)
        finally:
            store.close()


def back_up(settings: Settings, store: Store, path: Path) -> tuple[Path, Manifest]:
    """Make a backup at a path, whole or not at all."""
    if store.is_sqlite and not Path(store.url.database or "").is_file():
        raise BackupError(Why.NO_DATABASE)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    data = settings.data_dir.absolute()
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    now = clock()
    with workplace(path) as work, workplace(data / "pieces") as holding:
        source = Source(store, data / "pieces", needed)
        made, manifest = save(source, Place(work, holding), version("rallynov"), now)
        land([made], path)
    note(data, Last(at=now, path=path, bytes=path.stat().st_size))
    _mirror(store, data)
    if path.parent != data:
        _mirror(store, path.parent)
    return path, manifest


def needed(ask: Ask, tables: Collection[str]) -> list[str]:
    """Return the files that the tables of a database name, as an archive names them."""
    if "attachment" not in tables:  # an older release's
        return []
    kept = ask(f"SELECT dossier_id, id FROM attachment WHERE state = '{KEPT}'")  # noqa: S608  # a constant
    waiting = ask(f"SELECT origin FROM attachment WHERE state = '{WAITING}'")  # noqa: S608
    arrivals = [origin.partition(":")[2] for (origin,) in waiting if origin.startswith("web:")]
    return [
        *(f"pieces/{dossier}/{one}" for dossier, one in kept),
        *(f"pieces/.arrivals/{one}" for one in arrivals),
    ]


class Restoring:
    """One backup on its way back."""

    def __init__(self, settings: Settings, store: Store, archive: Opened, folder: Path) -> None:
        self._settings, self._store, self._archive, self._folder = settings, store, archive, folder
        self._data = settings.data_dir.absolute()
        self._pieces = self._data / "pieces"
        self._again = 0

    def run(self, *, force: bool) -> None:
        """Check, keep what is there, put back; say what was done."""
        manifest = self._archive.manifest
        restoring.fits(manifest, self._store)
        occupied = self._occupied()
        if occupied and not force:
            raise BackupError(Why.OCCUPIED)
        self._data.mkdir(mode=0o700, parents=True, exist_ok=True)
        home = Path(self._store.url.database or "") if self._store.is_sqlite else self._data / "rallynov"
        with workplace(home) as work, workplace(self._pieces) as beside:
            if faults := checking.check(self._archive, work):
                raise BackupError(*faults[0])
            kept = self._kept() if occupied else None
            pieces = restoring.unpack(self._archive, beside)
            database = work / restoring.database_of(manifest)
            aside = self._exchange(database, pieces)
        for folder in aside:
            if kept:  # it is all in the archive
                shutil.rmtree(folder, ignore_errors=True)
            else:
                typer.echo(f"Ce qui était là est dans {folder}.")
        if kept:
            typer.echo(f"Ce qui était là est sauvegardé dans {kept}.")
        self._say(manifest)

    def _exchange(self, database: Path, pieces: Path) -> list[Path]:
        aside = f"avant-restauration-{clock():%Y%m%dT%H%M%SZ}"
        if self._store.is_sqlite:
            restoring.ready(database, self._settle)
            self._store.engine.dispose()
            place = Path(self._store.url.database or "")
            return restoring.exchange((database, pieces), (place, self._pieces), aside)
        restoring.into_server(self._store, database, self._archive.manifest, self._settle)
        return restoring.replace(pieces, self._pieces, aside)

    def _occupied(self) -> bool:
        if self._pieces.is_dir() and any(self._pieces.iterdir()):
            return True
        if self._store.is_sqlite:
            return Path(self._store.url.database or "").exists()
        with self._store.read() as tx:
            return bool(postgresql.named(tx))

    def _kept(self) -> Path | None:
        """Save what is there; None when it is too damaged for that: it is then kept as it lies."""
        _mirror(self._store, self._data)
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
        lost = {
            "status": OutboxStatus.UNKNOWN,
            "error": "restored from a backup",
            "finished_at": clock(),
        }
        bulk = OutboxRow.rank == RANKS[Klass.BULK]
        with store.write() as tx:
            tx.execute(update(OutboxRow).where(UNSENT, bulk).values(lost))

    def _say(self, manifest: Manifest) -> None:
        typer.echo(f"{words.told(manifest)} Elle est remise en place.")
        typer.echo(f"La base contient : {words.holds(manifest)}.")
        if lacking := words.lacking(manifest):
            typer.echo(lacking, err=True)
        if self._again:
            said = words.counted(self._again, "personne effacée", "personnes effacées")
            typer.echo(f"{said} depuis cette sauvegarde : effacement refait.")


def _settings() -> Settings:
    settings = read_settings()
    logs.configure(settings.log_format, level=40)
    return settings


@contextmanager
def _explained() -> Iterator[None]:
    """Turn whatever prevents a backup, or its return, into a sentence and an exit code."""
    try:
        yield
    except BackupError as error:
        raise fail(words.sentence(error.fault), words.code(error)) from None
    except AlreadyRunningError:
        raise fail(words.SENTENCES[Why.RUNNING], words.LATER) from None
    except OSError as error:
        raise fail(*words.why(error)) from None


@contextmanager
def _unpacking() -> Iterator[Path]:
    with TemporaryDirectory(prefix="rallynov-") as folder:
        yield Path(folder)


def _place(settings: Settings, output: Path | None) -> Path:
    name = NAME.format(clock())
    if output is None:
        return settings.backups / name
    return (output / name if output.is_dir() else output).absolute()


def _named(settings: Settings, path: Path | None) -> Path:
    if path is not None:
        return path
    known = last(settings.data_dir)
    if known is None:
        raise BackupError(Why.MISSING)
    return known.path


def _taken(settings: Settings) -> Store:
    """Open the database for ourselves alone."""
    store = beside(settings, own=True)
    if not store.is_sqlite and postgresql.others(store):
        store.close()
        raise BackupError(Why.RUNNING)
    return store


def _keep(folder: Path, many: int) -> None:
    """Remove all but the newest backups that were named by us."""
    made = sorted(folder.glob("rallynov-*T*Z.zip"))
    for old in made[:-many]:
        old.unlink(missing_ok=True)


def _mirror(store: Store, folder: Path) -> None:
    """Write down who was erased, beside the data and beside the backups: an older one brings nobody back."""
    try:
        tombstones.keep_file(store, folder, clock())
    except (
        SQLAlchemyError,
        DatabaseError,
        OSError,
    ):  # an older release has no such table; a damaged database says nothing
        return
