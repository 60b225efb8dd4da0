"""What the commands of backup say, in French: what a backup holds, what is wrong with it, and how to mend that."""

from __future__ import annotations

import errno
from collections.abc import Mapping

from bot.carrying import NOUNS
from rallynov.editions.model import PARIS
from rallynov.storage.backup.model import BackupError, Fault, Manifest, Why

FAULTY, MISSING, UNAVAILABLE, CANNOT, IO, LATER, CONFIG = 65, 66, 69, 73, 74, 75, 78
"""Exit codes of sysexits.h."""
SENTENCES = {
    Why.MISSING: "Il n'y a pas de fichier à cet endroit",
    Why.NEVER: "Aucune sauvegarde n'a encore été faite d'ici : « rallynov backup » en fait une. Pour en relire une autre, "
    "donnez son chemin.",
    Why.FOREIGN: "Ce fichier n'est pas une sauvegarde de Rally'nov.",
    Why.CUT: "La sauvegarde est coupée : sa fin manque. Reprenez-en une autre copie.",
    Why.ALTERED: "Le contenu a changé depuis la sauvegarde",
    Why.NEWER: "Cette sauvegarde vient d'une version plus récente de Rally'nov ({}) : mettez le logiciel à jour.",
    Why.NEWER_SCHEMA: "Cette sauvegarde vient d'une version plus récente de Rally'nov (schéma {}) : mettez le logiciel à "
    "jour.",
    Why.MANIFEST: "Le manifeste de la sauvegarde ne se lit pas.",
    Why.STRANGE: "La sauvegarde contient ce qu'aucune sauvegarde ne contient",
    Why.LACKING: "Il manque un fichier dans la sauvegarde",
    Why.DAMAGED: "La base de données est abîmée",
    Why.COUNTS: "Le nombre de lignes n'est pas celui du manifeste",
    Why.OTHER_KIND: "Cette sauvegarde est celle d'une base {}, et les réglages en désignent une autre : voyez "
    "RALLYNOV_DATABASE_URL.",
    Why.NO_ROOM: "Le disque est plein. Libérez de la place, puis recommencez : rien n'a été changé.",
    Why.NO_PROGRAM: "Le programme {} manque : installez le paquet postgresql-client.",
    Why.PROGRAM: "PostgreSQL a refusé. Rien n'a été changé. Il dit",
    Why.HALFWAY: "Cette sauvegarde est contrefaite : elle s'est validée elle-même en chemin, et la base a pu changer. "
    "Restaurez-en une autre, avec --force.",
    Why.RUNNING: "Rally'nov tourne sur cette base : arrêtez-le, puis recommencez.",
    Why.OCCUPIED: "Il y a déjà une base ou des pièces ici. Ajoutez --force pour les remplacer : une sauvegarde en est faite "
    "d'abord.",
    Why.NO_DATABASE: "Il n'y a pas de base de données ici : voyez RALLYNOV_DATA_DIR et RALLYNOV_DATABASE_URL.",
    Why.UNREADABLE: "La base ne s'ouvre pas. Est-ce bien le compte du service ? Le disque va-t-il bien ? SQLite dit",
}
CODES = {
    Why.MISSING: MISSING,
    Why.NEVER: MISSING,
    Why.NO_DATABASE: MISSING,
    Why.NO_ROOM: IO,
    Why.NO_PROGRAM: UNAVAILABLE,
    Why.PROGRAM: UNAVAILABLE,
    Why.RUNNING: LATER,
    Why.OCCUPIED: CANNOT,
    Why.UNREADABLE: CANNOT,
    Why.OTHER_KIND: CONFIG,
}
TOO_OLD = (
    "Cette sauvegarde a plus de {} jours : les effacements demandés depuis ne sont plus tous connus. "
    "Effacez de nouveau les personnes qui l'avaient demandé."
)
SAVED = "Ce qui était là est sauvegardé dans {}, et s'efface seul après {} jours."
ASIDE = "Ce qui était là est dans {}, et s'efface seul après {} jours."
UNDONE = (
    "Depuis cette sauvegarde, des rôles retirés, des refus d'annonces, des oppositions et des limitations ont pu revenir, "
    "des codes peuvent resservir, ceux de dépôt tardif donnés depuis sont perdus, un numéro de dossier peut être donné deux "
    "fois : la base remplacée ne le dit pas. "
    "Avant de relancer, vérifiez les rôles par « rallynov roles list » ; la suite est dans docs/operations.md, « Restaurer »."
)
KINDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def sentence(fault: Fault) -> str:
    """Say what is wrong."""
    words, what = SENTENCES[fault.why], KINDS.get(fault.what, fault.what)
    if "{}" in words:
        return words.format(what)
    if words.endswith("."):
        return words
    return f"{words} : {what[:200]}" if what else f"{words}."


def code(error: BackupError) -> int:
    """Return the exit code of what prevents a backup, or its return."""
    return CODES.get(error.fault.why, FAULTY)


def counted(number: int, one: str, many: str) -> str:
    """Say a number with its noun."""
    shown = f"{number:,}".replace(",", " ")
    return f"{shown} {one if number < 2 else many}"


def told(manifest: Manifest) -> str:
    """Say in one line what a backup holds."""
    at = manifest.made_at.astimezone(PARIS)
    rows = counted(sum(manifest.tables.values()), "ligne", "lignes")
    pieces = counted(len([one for one in manifest.pieces if "/." not in one.name]), "fichier", "fichiers")
    return (
        f"Sauvegarde du {at:%d/%m/%Y} à {at:%H:%M} (heure de Paris), Rally'nov {manifest.program}, "
        f"base {KINDS[manifest.database]}, schéma {manifest.revision} : {len(manifest.tables)} tables, {rows}, {pieces}."
    )


def holds(manifest: Manifest) -> str:
    """Say what was put back, in words that an operator compares."""
    nouns = (
        ("person", "personne", "personnes"),
        ("conversation", "conversation", "conversations"),
        ("dossier", "dossier", "dossiers"),
        ("attachment", "pièce", "pièces"),
    )
    return ", ".join(counted(manifest.tables.get(table, 0), one, many) for table, one, many in nouns)


def carried(done: Mapping[str, int]) -> str:
    """Say what was carried over from the base that was replaced; empty when nothing was."""
    said = [counted(many, *nouns) for name, nouns in NOUNS.items() if (many := done.get(name, 0))]
    return f"Repris de la base remplacée : {', '.join(said)}." if said else ""


def lacking(manifest: Manifest) -> str:
    """Say which files were not on the disk when the backup was made; empty when none lacked."""
    if not manifest.absent:
        return ""
    shown = ", ".join(manifest.absent[:5]) + (" …" if len(manifest.absent) > 5 else "")
    return f"Absentes du disque au moment de la sauvegarde : {counted(len(manifest.absent), 'pièce', 'pièces')} ({shown})."


def why(error: OSError) -> tuple[str, int]:
    """Say what the system refused, and the exit code."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return SENTENCES[Why.NO_ROOM], IO
    reasons = {
        errno.EACCES: "l'accès est refusé",
        errno.EPERM: "l'accès est refusé",
        errno.EROFS: "le disque est en lecture seule",
        errno.ENOENT: "ce dossier n'existe pas",
        errno.ENOTDIR: "ce n'est pas un dossier",
        errno.EISDIR: "c'est un dossier",
        errno.EIO: "le disque est en panne",
    }
    return f"{error.filename or 'Un fichier'} : {reasons.get(error.errno or 0, error.strerror)}.", CANNOT
