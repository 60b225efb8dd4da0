"""The options of `rallynov export`, and how each is read: what does not suit is told in French, with what would."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from bot.opening import fail
from rallynov.exports.formats import FORMATS
from rallynov.initiatives.model import Status
from rallynov.initiatives.reading.places import DEPARTEMENTS
from rallynov.text import fold

USAGE = 64
"""Exit code of sysexits.h: a command that was not well given."""
Kind = Annotated[
    str, typer.Option("--format", metavar="FORMAT", help="xlsx, csv, json, pdf ou zip ; sinon, celui du nom.")
]
Output = Annotated[
    Path | None, typer.Option("--output", "--sortie", metavar="FICHIER", help="Le fichier à écrire.")
]
Named = Annotated[str, typer.Option("--edition", metavar="NOM", help="Une autre édition que celle en cours.")]
Viewed = Annotated[
    str,
    typer.Option("--view", "--vue", metavar="VUE", help="complet, jury, publication, contacts ou suivi."),
]
Statuses = Annotated[
    list[str] | None,
    typer.Option("--status", "--statut", metavar="STATUT", help="Ces statuts seulement ; peut se répéter."),
]
Territories = Annotated[
    list[str] | None,
    typer.Option(
        "--territory", "--territoire", metavar="LIEU", help="Département (25) ou commune ; peut se répéter."
    ),
]
Subject = Annotated[
    str,
    typer.Option(
        "--subject",
        "--sujet",
        metavar="SUJET",
        help="En CSV : dossiers, indicateurs, porteurs, pieces, historique.",
    ),
]
Language = Annotated[str, typer.Option("--langue", metavar="CODE", help="fr ou en.")]
Check = Annotated[
    Path | None, typer.Option("--check", "--verifier", metavar="FICHIER", help="Relire un export JSON.")
]
Drafts = Annotated[bool, typer.Option("--all", "--tous", help="Aussi les brouillons et les retirés.")]
Demo = Annotated[bool, typer.Option("--demo", help="L'édition exemple de « rallynov demo ».")]
STATUSES: Mapping[Status, str] = {
    Status.SUBMITTED: "déposé",
    Status.TO_CORRECT: "à corriger",
    Status.ADMISSIBLE: "recevable",
    Status.INADMISSIBLE: "non recevable",
    Status.DRAFT: "brouillon",
    Status.WITHDRAWN: "retiré",
}
SUBJECTS: Mapping[str, str] = {
    "dossiers": "dossiers",
    "indicateurs": "indicators",
    "porteurs": "people",
    "pieces": "pieces",
    "historique": "history",
}
FOLDER = "Donnez un dossier qui existe et où vous pouvez écrire."


def format_of(kind: str, output: Path) -> str:
    """Read the format: as it is given, else as the name of the file ends; both agree."""
    ending = output.suffix.casefold().lstrip(".")
    said = kind.strip().casefold() or ending
    if said not in FORMATS:
        raise fail(f"« {said or output.name} » n'est pas un format : {', '.join(FORMATS)}.", USAGE)
    if ending != said:
        raise fail(
            f"Un export {said} se nomme en « .{said} » : --output {output.with_suffix(f'.{said}').name}",
            USAGE,
        )
    return said


def path_of(output: Path) -> Path:
    """Read where to write: a file in a folder that is there."""
    path = output.expanduser().absolute()
    if path.is_dir():
        raise fail(f"{path} est un dossier : ajoutez un nom de fichier.", USAGE)
    if not path.parent.is_dir():
        raise fail(f"Le dossier {path.parent} n'existe pas. {FOLDER}", USAGE)
    return path


def statuses_of(given: list[str]) -> frozenset[Status]:
    """Read statuses, by their French names or ours."""
    named = {fold(word): status for status, french in STATUSES.items() for word in (status.value, french)}
    found = set()
    for one in _each(given):
        status = named.get(fold(one))
        if status is None:
            raise fail(f"« {one} » n'est pas un statut : {', '.join(STATUSES.values())}.", USAGE)
        found.add(status)
    return frozenset(found)


def territories_of(given: list[str]) -> frozenset[str]:
    """Read départements, by number or name, and communes, which may be any."""
    for one in _each(given):
        if one.isdecimal() and one not in DEPARTEMENTS:
            raise fail(f"« {one} » n'est pas un département du rallye : {', '.join(DEPARTEMENTS)}.", USAGE)
    return frozenset(fold(one) for one in _each(given))


def subject_of(named: str) -> str:
    """Read the subject of a table."""
    known = {fold(name): subject for french, subject in SUBJECTS.items() for name in (french, subject)}
    found = known.get(fold(named))
    if found is None:
        raise fail(f"« {named} » n'est pas un sujet : {', '.join(SUBJECTS)}.", USAGE)
    return found


def _each(given: list[str]) -> list[str]:
    return [word.strip() for one in given for word in one.split(",") if word.strip()]
