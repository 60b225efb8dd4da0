"""`rallynov privacy`: the register of processing, and the access log, in French."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

import rallynov
from bot import logs
from bot.french import Command, Group
from bot.opening import OSERRORS, fail, read_settings, shared, told
from rallynov.dialogue.words import Say
from rallynov.editions.model import PARIS
from rallynov.privacy.facts import lines
from rallynov.privacy.register import register as written
from rallynov.wording import Wording

ROOMS = Path(rallynov.__file__).parent
ACTS = {"read": "lu", "changed": "changé", "exported": "exporté"}
USAGE = 64
privacy = typer.Typer(
    cls=Group,
    subcommand_metavar="COMMANDE",
    options_metavar="[OPTIONS]",
    help="Les données des personnes : le registre des traitements, le journal des accès.",
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
    words = Wording({"operator": settings.operator, "contact": settings.contact})
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
    logs.configure(settings.log_format, level=40)
    with told(settings):
        store = shared(settings)
        try:
            with store.read() as tx:
                found = lines(tx, most)
        finally:
            store.close()
    for one in found:
        moment = one.at.astimezone(PARIS).isoformat(" ", "minutes")[:16]
        what = f"dossier {one.what}" if one.what else "les données d'une personne"
        typer.echo(f"{moment}  {ACTS[one.action]:8}  {what}  {one.who or 'sans nom'} ({one.role})")
    if not found:
        typer.echo("Personne n'a encore rien regardé.")


def load_tables() -> None:
    """Know every table of every room, wired or not: the register leaves none out."""
    for path in sorted(ROOMS.rglob("tables.py")):
        if "storage.base import Base" in path.read_text("utf-8"):
            import_module(".".join(("rallynov", *path.relative_to(ROOMS).with_suffix("").parts)))
