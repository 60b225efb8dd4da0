"""What the machine must give: a folder of its own, room, certificates, the contents, a PDF."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from bot import settling
from bot.doctor.finding import Finding, bad, good, look
from bot.settings import Settings
from bot.telegram.http import make_request
from bot.wiring import Core
from rallynov.storage.backup.last import last

LITTLE, LEAST = 2**30, 200 * 2**20
"""Bytes free on the disk below which one should look, and below which it is too late."""
STALE = timedelta(hours=26)
"""Age of a nightly backup from which the last night's is missing."""
SHEET = "F1"
MEND_OWNER = "Lancez la commande sous le compte du service ; ou rendez-lui le dossier (chown -R)."


def folder(settings: Settings) -> Iterator[Finding]:
    """Look at the data folder: is it there, is it ours, is it closed to others."""
    data = settings.data_dir.absolute()
    try:
        there = data.is_dir()
    except PermissionError:
        yield bad("folder", f"Le dossier des données {data} est fermé à ce compte.", MEND_OWNER)
        return
    if not there:
        yield look(
            "folder", f"Le dossier des données {data} n'existe pas encore : « rallynov run » le créera."
        )
        return
    if not os.access(data, os.R_OK | os.W_OK | os.X_OK):
        yield bad("folder", f"Le dossier des données {data} est fermé à ce compte{_whose(data)}.", MEND_OWNER)
        return
    strangers = [one for one in data.iterdir() if one.lstat().st_uid != os.geteuid()]
    if strangers and os.geteuid():
        yield bad("folder", f"{strangers[0]} est à un autre compte{_whose(strangers[0])}.", MEND_OWNER)
        return
    if stat.S_IMODE(data.stat().st_mode) & 0o077:
        yield look("folder", f"D'autres comptes de cette machine lisent {data}.", f"chmod 700 {data}")
        return
    yield good("folder", f"Le dossier des données est {data}, pour ce compte seul.")


def disk(settings: Settings) -> Iterator[Finding]:
    """Look at the room on the disks of the data and of the backups."""
    disks = {path.stat().st_dev: path for path in map(_existing, (settings.backups, settings.data_dir))}
    for path in disks.values():
        free = shutil.disk_usage(path).free
        said = f"{free / 2**30:.1f} Go libres sur le disque de {path}".replace(".", ",", 1)
        mend = "Libérez de la place : de vieilles sauvegardes, les journaux."
        if free < LEAST:
            yield bad("disk", f"{said}.", mend)
        elif free < LITTLE:
            yield look("disk", f"{said}.", mend)
        else:
            yield good("disk", f"{said}.")


def backup(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Look at the last backup: how old, and whether it is still there."""
    mend = "rallynov backup, et rallynov-backup.timer chaque nuit (docs/operations.md)."
    if _closed(settings.data_dir):
        return  # what was looked at before says so
    made = last(settings.data_dir)
    if made is None:
        yield look("backup", "Aucune sauvegarde n'a été faite.", mend)
        return
    said = f"La dernière sauvegarde a {_age(now - made.at)}"
    if now - made.at > STALE:
        yield look("backup", f"{said}.", mend)
    elif not made.path.is_file():
        yield look("backup", f"{said}, mais {made.path} n'est plus là.", "Est-elle gardée ailleurs ?")
    else:
        yield good("backup", f"{said} ({made.path.name}, {made.bytes // 1024} Ko).")


def certificates(settings: Settings) -> Iterator[Finding]:
    """Look for certificate authorities: without them no https."""
    try:
        make_request(settings.telegram_client, 1)
    except RuntimeError:
        yield bad(
            "certificates",
            "Aucune autorité de certification n'est connue de cette machine.",
            "Installez le paquet ca-certificates, ou réglez RALLYNOV_TELEGRAM_CLIENT=httpx.",
        )
        return
    yield good("certificates", "Les autorités de certification sont connues.")


def paper(core: Core) -> Iterator[Finding]:
    """Make a document: its program and its fonts are there."""
    made = core.papers.make("sheet", "", SHEET, core.wording.languages[0])
    if made is None or not made.content.startswith(b"%PDF-"):
        yield bad(
            "paper",
            "Un document PDF n'a pas pu être fait.",
            "Réinstallez Rally'nov : typst et ses polices manquent.",
        )
        return
    yield good("paper", f"Un document PDF se fait ({len(made.content) // 1024} Ko).")


def addresses(settings: Settings) -> Iterator[Finding]:
    """Look at the public address: a cookie is bound to https by it."""
    if settings.web_url is None:
        yield look(
            "address",
            "Aucune adresse publique n'est réglée : les liens envoyés ne mènent pas au web.",
            "RALLYNOV_WEB_URL=https://…",
        )
    elif not settings.web_url.startswith("https://"):
        yield look(
            "address",
            f"L'adresse publique {settings.web_url} n'est pas chiffrée.",
            "RALLYNOV_WEB_URL=https://…",
        )
    else:
        yield good("address", f"L'adresse publique est {settings.web_url}.")


def _age(gone: timedelta) -> str:
    hours = int(gone.total_seconds() // 3600)
    if hours < 1:
        return "moins d'une heure"
    return f"{hours} h" if hours < 72 else f"{hours // 24} jours"


def restored(settings: Settings) -> Iterator[Finding]:
    """Look for a restoration that was killed on its way: what it was to replace may lie beside."""
    data = settings.data_dir.absolute()
    if _closed(data):
        return
    path = Path(settings.database.removeprefix("sqlite:///"))
    sqlite = settings.database.startswith("sqlite")
    aside = sorted(path.parent.glob("avant-restauration-*")) if sqlite and not path.exists() else []
    if aside or settling.unfinished(data):
        kept = f" Ce qui était là est dans {aside[-1]}." if aside else ""
        mend = "Relancez « rallynov restore », avec --force (docs/operations.md, « Restaurer »)."
        yield bad("restore", f"Une restauration n'est pas allée jusqu'au bout.{kept}", mend)


def _existing(path: Path) -> Path:
    path = path.absolute()
    try:
        return path if path.is_dir() else _existing(path.parent)
    except PermissionError:
        return _existing(path.parent)


def _closed(folder: Path) -> bool:
    """Tell whether a folder is there, and closed to this account."""
    try:
        return folder.exists() and not os.access(folder, os.R_OK | os.X_OK)
    except PermissionError:
        return True


def _whose(path: Path) -> str:
    """Name whose a file is, when this machine knows."""
    try:
        return f" (il est à « {path.owner()} »)"
    except (KeyError, OSError):
        return f" (il est au compte {path.lstat().st_uid})"
