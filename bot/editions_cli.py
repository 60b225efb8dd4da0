"""`rallynov edition`: the dates of the call for dossiers, and the codes for those who are late, in French."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated

import typer
from babel.dates import format_date

from bot import logs
from bot.french import Command, Group
from bot.opening import fail, read_settings, shared, told
from bot.wiring import clock, new_secret
from rallynov.editions import late, service
from rallynov.editions.model import Calendar, Edition, Standing, day_of, last_second
from rallynov.people.model import Purpose, code_of
from rallynov.storage.store import Store

USAGE = 64
"""Exit code of sysexits.h: a command that was not well given."""
edition = typer.Typer(
    cls=Group,
    subcommand_metavar="COMMANDE",
    options_metavar="[OPTIONS]",
    help="Régler l'édition : dates de l'appel à dossiers, codes de retard.",
    no_args_is_help=True,
)
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
) -> None:
    """Montrer ou fixer les dates de l'appel à dossiers, à l'heure de Paris."""
    first, last = _day(opens), _day(closes)
    settings = read_settings()
    logs.configure(settings.log_format, level=40)
    with told(settings):
        store = shared(settings)
        try:
            current = service.current(store)
            dates = _set(store, current, first, last)
        finally:
            store.close()
    typer.echo(_shown(current, dates, clock()))


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
        f"Il sert à {people} personne{'s' * (people > 1)}, jusqu'au {_told(until)}, 23:59 (heure de Paris)."
    )
    typer.echo("La personne l'écrit dans la conversation. Notez-le : il ne sera plus affiché.")


def _day(typed: str) -> date | None:
    """Read a day, as ``31/03/2027`` or ``2027-03-31``."""
    if not typed:
        return None
    for form in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(typed.strip(), form).date()  # noqa: DTZ007  # a day has no time zone
        except ValueError:
            continue
    raise fail(f"« {typed} » n'est pas un jour : écrivez par exemple 31/03/2027.", USAGE)


def _set(store: Store, current: Edition, first: date | None, last: date | None) -> Calendar:
    with store.write() as tx:
        had = service.read_calendar(tx, current)
        opens = first or (had.opens_at and day_of(had.opens_at))
        closes = last or (had.closes_at and day_of(had.closes_at))
        if opens and closes and closes < opens:
            raise fail("L'appel fermerait avant d'ouvrir : rien n'a été changé.", USAGE)
        service.set_calendar(tx, current, first, last)
        return service.read_calendar(tx, current)


def _shown(current: Edition, dates: Calendar, now: datetime) -> str:
    lines = [f"{current.title} ({current.slug})"]
    if dates.opens_at:
        lines.append(f"Ouverture : {_told(dates.opens_at)}, 00:00 (heure de Paris)")
    if dates.closes_at:
        lines.append(f"Clôture : {_told(dates.closes_at)}, 23:59:59 (heure de Paris)")
    return "\n".join([*lines, _STANDS[dates.standing(now)]])


def _told(at: datetime) -> str:
    day = day_of(at)
    return format_date(day, "'1er' MMMM y" if day.day == 1 else "d MMMM y", locale="fr")
