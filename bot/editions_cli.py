"""`rallynov edition`: the dates of the call for dossiers, and the codes for those who are late, in French."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Annotated, TypeAlias

import typer

from bot import logs
from bot.french import Command, Group
from bot.moments import USAGE, read_day, told_at
from bot.opening import fail, read_settings, shared, told
from bot.stages_cli import stage
from bot.wiring import clock, new_secret
from rallynov.editions import known, late, service
from rallynov.editions.model import Calendar, Edition, Standing, day_of, last_second
from rallynov.people.model import Purpose, code_of
from rallynov.storage.store import Store
from rallynov.text import clean_line

edition = typer.Typer(
    cls=Group,
    subcommand_metavar="COMMANDE",
    options_metavar="[OPTIONS]",
    help="Régler l'édition : dates de l'appel à dossiers, étapes, codes de retard.",
    no_args_is_help=True,
)
edition.add_typer(stage, name="stage", rich_help_panel="Commandes")
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,29}")
_Days: TypeAlias = tuple[date | None, date | None]
_STANDS = {
    Standing.UNSET: "Aucune date n'est fixée : les dossiers sont ouverts, et les personnes le savent.",
    Standing.BEFORE: "L'appel n'est pas encore ouvert.",
    Standing.OPEN: "L'appel est ouvert.",
    Standing.GRACE: "L'appel vient de fermer ; un dépôt commencé est encore reçu pendant deux heures.",
    Standing.CLOSED: "L'appel est fermé.",
}


@edition.command(cls=Command, rich_help_panel="Commandes")
def calendar(
    opens: Annotated[
        str, typer.Option("--opens", "--ouvre", metavar="JOUR", help="Premier jour (31/03/2027), dès 0 h.")
    ] = "",
    closes: Annotated[
        str, typer.Option("--closes", "--ferme", metavar="JOUR", help="Dernier jour, jusqu'à 23:59:59.")
    ] = "",
    begins: Annotated[
        str, typer.Option("--begins", "--commence", metavar="JOUR", help="Premier jour de toute l'édition.")
    ] = "",
    ends: Annotated[
        str,
        typer.Option(
            "--ends", "--finit", metavar="JOUR", help="Dernier jour, étapes et cérémonie comprises."
        ),
    ] = "",
) -> None:
    """Montrer ou fixer les dates de l'appel à dossiers et de l'édition, à l'heure de Paris."""
    call, whole = (read_day(opens), read_day(closes)), (read_day(begins), read_day(ends))
    settings = read_settings()
    logs.configure(settings.log_format, level=40)
    with told(settings):
        store = shared(settings)
        try:
            current = service.current(store)
            dates = _set(store, current, call, whole)
        finally:
            store.close()
    typer.echo(_shown(current, dates, clock()))


@edition.command(name="list", cls=Command, rich_help_panel="Commandes")
def list_() -> None:
    """Montrer les éditions que Rally'nov connaît, et celle qui est en cours."""
    settings = read_settings()
    logs.configure(settings.log_format, level=40)
    with told(settings):
        store = shared(settings)
        try:
            current, opened = service.current(store), service.opened(store)
        finally:
            store.close()
    earlier = [one.edition for one in known.KNOWN if one.edition.slug not in {each.slug for each in opened}]
    for one in (current, *(each for each in opened if each != current), *earlier):
        state = "en cours" if one == current else "exemple" if one.sample else "passée"
        typer.echo(f"{one.title} ({one.slug}), {state}")


@edition.command(name="open", cls=Command, rich_help_panel="Commandes")
def open_(
    name: Annotated[
        str, typer.Argument(metavar="NOM", help="Nom court : 2013, 2014, ou celui d'une nouvelle édition.")
    ],
    title: Annotated[
        str, typer.Option("--titre", metavar="TITRE", help="Titre d'une nouvelle édition.")
    ] = "",
) -> None:
    """Ouvrir une édition, qui devient celle en cours ; les dossiers des autres restent avec elles."""
    slug, before = name.strip(), known.find(name.strip())
    if not _SLUG.fullmatch(slug):
        raise fail(f"« {name} » : un nom court a des lettres sans accent, des chiffres et des tirets.", USAGE)
    if before is None and not title.strip():
        raise fail('Donnez aussi le titre : « --titre "Rally\'nov 2027" ».', USAGE)
    settings = read_settings()
    logs.configure(settings.log_format, level=40)
    with told(settings):
        store = shared(settings)
        try:
            if any(one.slug == slug for one in service.opened(store)):
                raise fail(
                    f"L'édition « {slug} » est déjà ouverte : « rallynov edition list » les montre.", USAGE
                )
            made = Edition(slug, clean_line(title) or (before.edition.title if before else slug))
            service.open_edition(store, made, clock())
        finally:
            store.close()
    typer.echo(
        f"{made.title} ({made.slug}) est l'édition en cours. Redémarrez « rallynov run » pour qu'elle soit servie."
    )


@edition.command(name="late-code", cls=Command, rich_help_panel="Commandes")
def late_code(
    name: Annotated[str, typer.Option("--nom", metavar="NOM", help="Pour qui est ce code.")],
    days: Annotated[
        int, typer.Option("--jours", min=1, max=60, metavar="N", help="Jours entiers avant qu'il expire.")
    ] = 3,
    people: Annotated[
        int,
        typer.Option("--personnes", min=1, max=50, metavar="N", help="Personnes qui peuvent s'en servir."),
    ] = 1,
) -> None:
    """Faire un code qui permet de déposer après la clôture."""
    settings = read_settings()
    logs.configure(settings.log_format, level=40)
    now, code = clock(), code_of(new_secret(), Purpose.LATE)
    until = last_second(day_of(now) + timedelta(days=days))
    with told(settings):
        store = shared(settings)
        try:
            made = late.LateCode(late.digest_of(code), until, people)
            with store.write() as tx:
                late.make(tx, service.current(store).slug, made, name, now)
        finally:
            store.close()
    shown = "-".join(code[at : at + 4] for at in range(0, len(code), 4))
    typer.echo(f"Code de retard pour « {name} » : {shown}")
    typer.echo(
        f"Il sert à {people} personne{'s' * (people > 1)}, jusqu'au {told_at(until)}, 23:59 (heure de Paris)."
    )
    typer.echo("La personne l'écrit dans la conversation. Notez-le : il ne sera plus affiché.")


def _set(store: Store, current: Edition, call: _Days, whole: _Days) -> Calendar:
    with store.write() as tx:
        service.set_calendar(tx, current, *call)
        service.set_span(tx, current, *whole)
        now = service.read_calendar(tx, current)
        for first, last, wrong in (
            (now.opens_at, now.closes_at, "L'appel fermerait avant d'ouvrir"),
            (now.begins_at, now.ends_at, "L'édition finirait avant de commencer"),
        ):
            if first and last and last < first:
                raise fail(f"{wrong} : rien n'a été changé.", USAGE)
        return now


def _shown(current: Edition, dates: Calendar, now: datetime) -> str:
    lines = [f"{current.title} ({current.slug})"]
    if dates.opens_at:
        lines.append(f"Ouverture : {told_at(dates.opens_at)}, 00:00 (heure de Paris)")
    if dates.closes_at:
        lines.append(f"Clôture : {told_at(dates.closes_at)}, 23:59:59 (heure de Paris)")
    if dates.begins_at or dates.ends_at:
        first = told_at(dates.begins_at) if dates.begins_at else "date non fixée"
        last = told_at(dates.ends_at) if dates.ends_at else "date non fixée"
        lines.append(f"Édition : du {first} au {last}")
    return "\n".join([*lines, _STANDS[dates.standing(now)]])
