"""`rallynov partner-link`: the link of a partner and its poster, in French."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot import logs
from bot.opening import fail, read_settings, shared, told
from bot.wiring import clock
from rallynov.announcements.poster import Addresses, Poster, draw
from rallynov.editions import service as editions
from rallynov.people.roles import NAMED_MOST
from rallynov.text import clean_line
from rallynov.wording import LANGUAGES, Wording

USAGE, MISSING = 64, 78
"""Exit codes of sysexits.h: a command that was not well given; a setting that is missing."""
FORMS = ("pdf", "png", "svg")
_NAME = "Le nom du partenaire, comme il l'écrit."
_TO = "Y écrire l'affiche (PDF) et le QR code (PNG, SVG)."
_LANGUAGE = "La langue de l'affiche : fr ou en."
_DEMO = "Dans l'édition exemple de « rallynov demo »."


def partner_link(
    organisation: Annotated[
        str, typer.Option("--organisation", "--structure", metavar="NOM", help=_NAME)
    ] = "",
    folder: Annotated[Path | None, typer.Option("--to", "--vers", metavar="DOSSIER", help=_TO)] = None,
    language: Annotated[str, typer.Option("--language", "--langue", help=_LANGUAGE)] = "fr",
    demo: Annotated[bool, typer.Option("--demo", help=_DEMO)] = False,  # noqa: FBT002
) -> None:
    """Donner le lien par lequel les membres d'un partenaire s'abonnent aux annonces, et son affiche."""
    from bot.telegram.naming import address_of  # noqa: PLC0415  # the other commands need no network

    name = clean_line(organisation)
    if not name or len(name) > NAMED_MOST:
        raise fail(
            f'Donnez le nom du partenaire, {NAMED_MOST} caractères au plus : --organisation "Son nom".', USAGE
        )
    if language not in LANGUAGES:
        raise fail(f"« {language} » n'est pas une langue de l'affiche : fr ou en.", USAGE)
    settings = read_settings()
    logs.configure(settings.log_format, level=40)
    bot = asyncio.run(address_of(settings))
    links = tuple(Addresses(settings.web_url or "", lambda: bot).of(name))
    if not links:
        raise fail(
            "Aucune adresse n'est connue : réglez RALLYNOV_WEB_URL, ou le jeton Telegram, puis recommencez.",
            MISSING,
        )
    with told(settings):
        store = shared(settings)
        try:
            edition = editions.current(store, sample=demo)
        finally:
            store.close()
    wording = Wording({"operator": settings.operator, "contact": settings.contact})
    for where, link in links:
        typer.echo(f"{wording.word(where, 'fr')} : {link}")
    if folder is None:
        typer.echo("Pour l'affiche et le QR code : ajoutez --to DOSSIER.")
        return
    _write(Poster(name, edition.title, links, clock()), folder, wording, language)


def _write(poster: Poster, folder: Path, wording: Wording, language: str) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for form in FORMS:
            if made := draw(poster, form, wording, language):
                (folder / made.name).write_bytes(made.content)
                typer.echo(f"Écrit : {folder / made.name}")
    except OSError as error:
        raise fail(f"Impossible d'écrire dans « {folder} » : {error.strerror}.", 73) from error
