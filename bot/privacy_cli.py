"""`rallynov privacy`: the register of processing, the access log, and what is done for whoever cannot ask, in French."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Connection, select

import rallynov
from bot import logs
from bot.french import Command, Group
from bot.opening import OSERRORS, fail, read_settings, shared, told
from bot.settings import Settings
from bot.wiring import PULL, clock
from rallynov.coordination.tables import LabelRow, NoteRow
from rallynov.delivery.posting import Post
from rallynov.dialogue.words import Say
from rallynov.editions import service as editions
from rallynov.editions.model import PARIS
from rallynov.initiatives.model import Right
from rallynov.initiatives.tables import ShareRow
from rallynov.privacy import requests, tombstones
from rallynov.privacy.copies import Copies
from rallynov.privacy.facts import lines
from rallynov.privacy.holdings import held, held_in
from rallynov.privacy.register import register as written
from rallynov.storage.store import Store
from rallynov.wording import Wording

ROOMS = Path(rallynov.__file__).parent
ACTS = {"read": "lu", "changed": "changé", "exported": "exporté"}
USAGE = 64
NOTES = "notes-de-l-equipe.txt"
Number = Annotated[
    str,
    typer.Option("--dossier", metavar="NUMÉRO", help="Le numéro du dossier (2026-0001) ou son identifiant."),
]
privacy = typer.Typer(
    cls=Group,
    subcommand_metavar="COMMANDE",
    options_metavar="[OPTIONS]",
    help="Les données des personnes : registre, journal des accès, copie et effacement à leur demande.",
    no_args_is_help=True,
)


@privacy.command(cls=Command, rich_help_panel="Commandes")
def register(
    output: Annotated[
        Path | None, typer.Option("--output", "--sortie", metavar="CHEMIN", help="Le fichier où écrire.")
    ] = None,
) -> None:
    """Écrire le registre des traitements (Markdown), d'après la base, les durées et les finalités."""
    settings = read_settings()
    words = _words(settings)
    load_tables()
    operator, contact = (words.word(Say(one), "fr") for one in (settings.operator, settings.contact))
    content = written(words, operator, contact)
    if output is None:
        typer.echo(content, nl=False)
        return
    try:
        output.write_text(content, "utf-8")
    except OSError as error:
        why = OSERRORS.get(error.errno or 0, error.strerror)
        raise fail(f"{output} ne peut pas être écrit : {why}.", USAGE) from None
    typer.echo(str(output))


@privacy.command(cls=Command, rich_help_panel="Commandes")
def journal(
    most: Annotated[int, typer.Option("--nombre", min=1, metavar="N", help="Combien de lignes.")] = 50,
) -> None:
    """Montrer qui, dans l'équipe, a lu, changé ou exporté quoi ; les dernières lignes d'abord."""
    settings = read_settings()
    with _opened(settings) as store, store.read() as tx:
        found = lines(tx, most)
    for one in found:
        moment = one.at.astimezone(PARIS).isoformat(" ", "minutes")[:16]
        what = f"dossier {one.what}" if one.what else "les données d'une personne"
        typer.echo(f"{moment}  {ACTS[one.action]:8}  {what}  {one.who or 'sans nom'} ({one.role})")
    if not found:
        typer.echo("Personne n'a encore rien regardé.")


@privacy.command(cls=Command, rich_help_panel="Commandes")
def erase(
    dossier: Number,
    *,
    yes: Annotated[bool, typer.Option("--yes", "--oui", help="Ne pas demander de confirmation.")] = False,
) -> None:
    """Effacer qui porte un dossier, à sa demande, comme avec /supprimer ; le dossier, si personne ne le porte."""
    settings, number = read_settings(), dossier.strip()
    load_tables()
    with _opened(settings) as store:
        asked = _asked(store, number)
        if not yes:
            _confirm(number, owned=asked.owner is not None)
        post = Post(_words(settings), PULL)
        with store.write() as tx:
            if asked not in requests.find(tx, number):
                raise fail("Ce dossier vient de changer de mains : rien n'est effacé. Recommencez.")
            requests.erase(tx, post, asked, number, clock())
        tombstones.keep_file(store, settings.data_dir, clock())
    what = "La personne est effacée" if asked.owner else "Le dossier est effacé"
    typer.echo(f"{what}. « rallynov run » finit le reste (fichiers, adresse technique) dans l'heure ou deux.")


@privacy.command(cls=Command, rich_help_panel="Commandes")
def copy(
    dossier: Number,
    output: Annotated[Path, typer.Option("--output", "--sortie", metavar="CHEMIN", help="Le ZIP à écrire.")],
) -> None:
    """Écrire la copie (ZIP) de tout ce qui est gardé de la personne qui porte un dossier, ou, si personne ne le porte, de ce
    dossier ; avec ce que l'équipe en a noté pour elle-même : à relire avant de l'envoyer.
    """
    settings, number = read_settings(), dossier.strip()
    load_tables()
    with _opened(settings) as store:
        asked = _asked(store, number)
        copies = Copies(
            store, _words(settings), editions.current(store), settings.data_dir.absolute() / "pieces", clock
        )
        with store.read() as tx:
            found = held(tx, asked.owner) if asked.owner else held_in(tx, asked.dossier)
            noted = kept_of(tx, asked)
        more = {NOTES: noted.encode()} if noted else {}
        _write(output, copies.packed(found, "fr", more).content)
        with store.write() as tx:
            requests.copied(tx, asked, number, clock())
    typer.echo(f"{output} : ce fichier ne doit aller qu'à cette personne.")
    if noted:
        typer.echo(f"Il contient {NOTES}. Relisez-le, et retirez-en ce qui nomme quelqu'un d'autre.")


@contextmanager
def _opened(settings: Settings) -> Iterator[Store]:
    """Open the database beside a ``run``."""
    logs.configure(settings.log_format, level=40)
    with told(settings):
        store = shared(settings)
        try:
            yield store
        finally:
            store.close()


def _asked(store: Store, number: str) -> requests.Asked:
    with store.read() as tx:
        found = requests.find(tx, number) if number else ()
    if not found:
        raise fail(f"Aucun dossier n'a le numéro « {number} ». Vérifiez-le avec la personne.", USAGE)
    if len(found) > 1:
        known = ", ".join(f"{one.dossier} ({one.edition})" for one in found)
        raise fail(f"Plusieurs dossiers ont ce numéro : donnez l'identifiant du bon. {known}.", USAGE)
    return found[0]


def _confirm(number: str, *, owned: bool) -> None:
    typer.echo(
        f"Tout ce qui est gardé de la personne qui porte le dossier {number} va être effacé, sans retour, avec ses\n"
        "autres dossiers. Un dossier qu'un collègue peut modifier continue, sans ce qui la nomme."
        if owned
        else f"Personne ne porte le dossier {number} : c'est le dossier qui va être effacé, sans retour."
    )
    try:
        again = typer.prompt(
            "Pour confirmer, tapez de nouveau le numéro du dossier", default="", show_default=False
        )
    except typer.Abort:
        again = ""
    if again.strip() != number:
        raise fail("Ce n'est pas ce numéro : rien n'est effacé.", USAGE)


def kept_of(tx: Connection, asked: requests.Asked) -> str:
    """Write what the team keeps for itself of the dossiers of somebody: the access asked for in writing includes it."""
    mine = select(ShareRow.dossier_id).where(ShareRow.person_id == asked.owner, ShareRow.right == Right.OWN)
    dossiers = list(tx.execute(mine).scalars()) if asked.owner else [asked.dossier]
    notes = select(NoteRow.at, NoteRow.text).where(NoteRow.dossier_id.in_(dossiers)).order_by(NoteRow.id)
    labels = (
        select(LabelRow.at, LabelRow.label).where(LabelRow.dossier_id.in_(dossiers)).order_by(LabelRow.at)
    )
    told = [f"{at.astimezone(PARIS):%d/%m/%Y} : {text}" for at, text in tx.execute(notes)]
    told += [f"{at.astimezone(PARIS):%d/%m/%Y} : étiquette « {label} »" for at, label in tx.execute(labels)]
    return "\n\n".join(told)


def _write(path: Path, content: bytes) -> None:
    """Write a file that only this user reads."""
    try:
        with open(path, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as opened:
            opened.write(content)
    except OSError as error:
        why = OSERRORS.get(error.errno or 0, error.strerror)
        raise fail(f"{path} ne peut pas être écrit : {why}.", USAGE) from None


def _words(settings: Settings) -> Wording:
    return Wording({"operator": settings.operator, "contact": settings.contact})


def load_tables() -> None:
    """Know every table of every room, wired or not: the register leaves none out."""
    for path in sorted(ROOMS.rglob("tables.py")):
        if "storage.base import Base" in path.read_text("utf-8"):
            import_module(".".join(("rallynov", *path.relative_to(ROOMS).with_suffix("").parts)))
