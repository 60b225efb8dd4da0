"""A database in a file that cannot be used, told in French: which file, why, and what to do."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from bot import logs
from bot.settings import Settings

IO, UNAVAILABLE, CONFIG = 74, 69, 78
"""Exit codes of sysexits.h: a disk to mend, after which all goes on alone; a base that is busy; something to set right."""
LEAST = 4 * 2**20
"""Bytes free on a disk below which what is to be written may find no room."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a file cannot be used, how to mend it, and the exit code of a command that needs it."""

    sentence: str
    mend: str
    code: int

    def __str__(self) -> str:
        return f"{self.sentence} {self.mend}"


def trouble(settings: Settings, error: DBAPIError) -> Trouble | None:
    """Say what is wrong with the file of the database; None for a server's."""
    file = file_of(settings)
    said = logs.redact(str(error.orig)).strip()
    return of_file(file, getattr(error.orig, "sqlite_errorname", ""), said) if file else None


def file_of(settings: Settings) -> Path | None:
    """Return the file of the database; None for a server's."""
    prefix = "sqlite:///"
    there = settings.database.startswith(prefix)
    return Path(settings.database.removeprefix(prefix)).absolute() if there else None


def of_file(file: Path, name: str, said: str) -> Trouble:
    """Say what is wrong with a file, by the name of SQLite's code; its own words are the last resort."""
    if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return damaged(file, said)
    if name.startswith("SQLITE_BUSY"):
        return Trouble(f"La base {file} est occupée.", "Recommencez dans un instant.", UNAVAILABLE)
    if found := of_disk(file):
        return found
    folder = _folder(file)
    if not os.access(folder, os.W_OK) or (file.exists() and not os.access(file, os.R_OK | os.W_OK)):
        mend = "Lancez la commande sous le compte du service, ou rendez-lui le fichier et son dossier (chown -R)."
        return Trouble(f"La base {file} est fermée à ce compte.", mend, CONFIG)
    if name.startswith("SQLITE_IOERR"):
        return Trouble(f"Le disque de la base {file} est en panne ({said}).", "« dmesg » dit pourquoi.", IO)
    mend = "« rallynov doctor » regarde le dossier et le disque."
    return Trouble(f"La base {file} ne peut pas être utilisée ({said}).", mend, CONFIG)


def of_disk(file: Path) -> Trouble | None:
    """Say what keeps anything from being written beside a file; None when nothing does."""
    folder = _folder(file)
    if full(folder):
        return no_room(folder)
    if os.statvfs(folder).f_flag & os.ST_RDONLY:
        mend = "Remontez-le en écriture ; s'il n'écrit plus de lui-même, « dmesg » dit pourquoi."
        return Trouble(f"La base {file} est sur un disque en lecture seule.", mend, CONFIG)
    return None


def damaged(file: Path | str, said: str) -> Trouble:
    """Say that a file is no whole database any more."""
    mend = "Remettez une sauvegarde à sa place : rallynov restore SAUVEGARDE --force"
    return Trouble(f"La base {file} est abîmée ({said}).", mend, CONFIG)


def no_room(folder: Path) -> Trouble:
    """Say that nothing more can be written in a folder."""
    mend = "Libérez de la place (de vieilles sauvegardes, les journaux), puis recommencez."
    return Trouble(f"Le disque de {folder} est plein.", mend, IO)


def full(folder: Path) -> bool:
    """Tell whether next to nothing can be written any more on the disk of a folder that is there."""
    return shutil.disk_usage(folder).free < LEAST


def _folder(file: Path) -> Path:
    return next(path for path in file.absolute().parents if path.is_dir())
