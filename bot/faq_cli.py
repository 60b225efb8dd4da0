"""`rallynov faq`: check the entries, ask them something, write what was learned to the files or drop it, in French."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot import logs
from bot.french import Command, Group
from bot.opening import fail, read_settings, shared, told, unstored
from bot.wiring import build, clock
from rallynov.editions.model import day_of
from rallynov.faq.exporting import export_learned
from rallynov.faq.forgetting import unlearn
from rallynov.faq.model import Entry, Library
from rallynov.faq.retrieval.model import Verdict
from rallynov.wording import LANGUAGES, LOCALES

LEAST = 8
"""Ways of asking below which an entry is often missed."""
faq = typer.Typer(
    cls=Group,
    subcommand_metavar="COMMANDE",
    options_metavar="[OPTIONS]",
    help="Les questions fréquentes : vérifier, essayer, reprendre dans les fichiers ce qui a été appris.",
    no_args_is_help=True,
)
_SAID = {
    Verdict.ANSWER: "répondrait",
    Verdict.SUGGEST: "proposerait",
    Verdict.UNKNOWN: "dirait ne pas savoir",
}


@faq.command(cls=Command, rich_help_panel="Commandes")
def check() -> None:
    """Vérifier les entrées, et nommer celles qui ont peu de formulations."""
    settings = read_settings()
    logs.configure(settings.log_format, level=40)
    with told(settings):
        library = unstored(settings).librarian.library
    for language, entries in library.entries.items():
        few = [entry for entry in entries.values() if len(entry.texts) < LEAST]
        typer.echo(
            f"{language} : {len(entries)} entrées, {sum(len(e.texts) for e in entries.values())} formulations."
        )
        for entry in few:
            typer.echo(f"  {entry.slug} : {len(entry.texts)} formulations, il en faudrait {LEAST}.")
    typer.echo("Les entrées conviennent.")


@faq.command(cls=Command, rich_help_panel="Commandes")
def ask(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="La question, comme on la tape.")],
    language: Annotated[str, typer.Option("--langue", metavar="CODE", help="fr ou en.")] = LANGUAGES[0],
) -> None:
    """Montrer ce que le robot comprend d'un message."""
    settings = read_settings()
    logs.configure(settings.log_format, level=40)
    with told(settings):
        store = shared(settings)
        try:
            library = build(settings, store).librarian.load()
        finally:
            store.close()
    for hit in library.hear(question, language, day_of(clock())):
        typer.echo(f"« {hit.words} » : {_SAID[hit.verdict]}")
        for slug in hit.entries:
            typer.echo(f"  {slug} : {_title(library, slug, language)}")


@faq.command(cls=Command, rich_help_panel="Commandes")
def export(
    output: Annotated[
        Path, typer.Option("--output", "--sortie", metavar="DOSSIER", help="Le dossier des langues.")
    ] = LOCALES,
) -> None:
    """Écrire dans les fichiers ce que le robot a appris en ligne."""
    settings = read_settings()
    logs.configure(settings.log_format, level=40)
    with told(settings):
        store = shared(settings)
        try:
            core = build(settings, store)
            written = export_learned(core.librarian.entries, store, output)
        except OSError as error:
            raise fail(f"Le dossier {output} ne peut pas être écrit : {error.strerror}.") from None
        finally:
            store.close()
    for path in written:
        typer.echo(str(path))
    typer.echo(
        f"{len(written)} fichiers écrits."
        if written
        else "Rien n'a été appris que les fichiers ne disent déjà."
    )


@faq.command(cls=Command, rich_help_panel="Commandes")
def forget(
    what: Annotated[
        str, typer.Argument(metavar="NOM|TITRE|FORMULATION", help="L'entrée, ou la formulation apprise.")
    ],
) -> None:
    """Retirer ce que le robot a appris en ligne : une entrée, ou une formulation."""
    settings = read_settings()
    logs.configure(settings.log_format, level=40)
    with told(settings):
        store = shared(settings)
        try:
            with store.write() as tx:
                gone = unlearn(tx, what)
        finally:
            store.close()
    if not gone:
        raise fail(f"Rien de ce qui a été appris ne s'appelle « {what} » : voyez la liste sur la page /faq.")
    typer.echo("1 ligne retirée." if gone == 1 else f"{gone} lignes retirées.")


def _title(library: Library, slug: str, language: str) -> str:
    entry: Entry | None = library.find(slug, language)
    return entry.title if entry else slug
