"""`rallynov backup | verify-backup | restore`: one archive of the database and its files, looked at again, put back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from bot import backup_words as words
from bot import logs, unusable
from bot.backup_making import NAME, back_up
from bot.backup_restoring import Restoring
from bot.opening import beside, fail, read_settings, told
from bot.settings import Settings
from bot.wiring import clock
from rallynov.exports.place import workplace
from rallynov.storage.backup import checking, postgresql
from rallynov.storage.backup.last import last
from rallynov.storage.backup.model import BackupError, Why
from rallynov.storage.store import AlreadyRunningError, Store

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
    with told(settings), _explained(settings):
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
    with _explained(), checking.opened(_named(settings, path)) as archive, _unpacking(settings) as work:
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


def _settings() -> Settings:
    settings = read_settings()
    logs.configure(settings.log_format, level=40)
    return settings


@contextmanager
def _explained(base: Settings | None = None) -> Iterator[None]:
    """Turn whatever prevents a backup, or its return, into a sentence and an exit code; of a ``base``, its file too."""
    try:
        yield
    except BackupError as error:
        if base and (found := _unusable(base, error)):
            raise fail(str(found), found.code) from None
        raise fail(words.sentence(error.fault), words.code(error)) from None
    except AlreadyRunningError:
        raise fail(words.SENTENCES[Why.RUNNING], words.LATER) from None
    except OSError as error:
        raise fail(*words.why(error)) from None


def _unusable(settings: Settings, error: BackupError) -> unusable.Trouble | None:
    """Say what is wrong with the file of the database, when it is to blame."""
    file = unusable.file_of(settings)
    match file, error.fault.why:
        case Path() as file, Why.DAMAGED:
            return unusable.damaged(file, error.fault.what)
        case Path() as file, Why.UNREADABLE:
            return unusable.of_disk(file)
        case _:
            return None


@contextmanager
def _unpacking(settings: Settings) -> Iterator[Path]:
    """Give a folder for a whole database: in the data folder, which has room; /tmp is small in a container."""
    data = settings.data_dir.absolute()
    if os.access(data, os.W_OK):
        with workplace(data / NAME) as work:
            yield work
        return
    with TemporaryDirectory(prefix="rallynov-") as folder:  # another machine, where nothing is installed
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
        raise BackupError(Why.NEVER)
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
