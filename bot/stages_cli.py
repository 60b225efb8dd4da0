"""`rallynov edition stage`: the stages of the edition, in French; whoever is expected there is told of what changes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

import typer
from sqlalchemy import Connection

from bot import logs
from bot.french import Command, Group
from bot.moments import USAGE, told_day
from bot.opening import fail, read_settings, shared, told
from bot.settings import Settings
from bot.stages_given import read_given, read_hours, read_line
from bot.wiring import PULL, clock, new_id
from rallynov.delivery.posting import Post
from rallynov.editions import service
from rallynov.editions.known import span
from rallynov.editions.model import PARIS, Edition
from rallynov.editions.stages import rows, scheduling, screens
from rallynov.editions.stages.model import Stage, Status
from rallynov.storage.store import Store
from rallynov.wording import Wording

_PANEL = "Commandes"
stage = typer.Typer(
    cls=Group,
    subcommand_metavar="COMMANDE",
    options_metavar="[OPTIONS]",
    help="Régler les étapes : les ajouter, les reporter, les annuler.",
    no_args_is_help=True,
)
Territory = Annotated[
    str, typer.Option("--territoire", metavar="N", help="Département : 25, 39, 70 ou 90, ou son nom.")
]
Place = Annotated[str, typer.Option("--lieu", metavar="LIEU", help="Nom du lieu.")]
Day = Annotated[str, typer.Option("--jour", metavar="JOUR", help="Jour (12/05/2027).")]
From = Annotated[str, typer.Option("--de", metavar="HEURE", help="Heure de début, à Paris (14:00).")]
To = Annotated[str, typer.Option("--a", metavar="HEURE", help="Heure de fin, à Paris (17:00).")]
LastDay = Annotated[
    str, typer.Option("--jour-fin", metavar="JOUR", help="Dernier jour, s'il y en a plusieurs.")
]
Clocks = Annotated[
    str,
    typer.Option(
        "--saison", metavar="ete|hiver", help="La nuit du changement d'heure : heure d'été ou d'hiver."
    ),
]
Address = Annotated[str, typer.Option("--adresse", metavar="ADRESSE", help="Adresse, avec la commune.")]
Host = Annotated[str, typer.Option("--hote", metavar="NOM", help="Partenaire qui accueille.")]
Places = Annotated[
    str, typer.Option("--places", metavar="N", help="Nombre de places ; « sans » : pas de limite.")
]
Access = Annotated[str, typer.Option("--acces", metavar="TEXTE", help="Accessibilité, en mots.")]
Point = Annotated[
    str, typer.Option("--position", metavar="LAT,LON", help="Latitude et longitude (47.24,6.02).")
]
_EXAMPLE = (
    'rallynov edition stage add --territoire 25 --lieu "Salle exemple" --jour 12/05/2027 --de 14:00 --a 17:00'
)
_NONE = "Aucune étape : « rallynov edition stage add » en ajoute une."
Demo = Annotated[bool, typer.Option("--demo", help="Dans l'édition exemple de « rallynov demo ».")]
_STATES = {Status.PLANNED: "prévue", Status.POSTPONED: "reportée", Status.CANCELLED: "annulée"}


@dataclass(frozen=True, slots=True)
class _Open:
    """The database of a command, in one transaction."""

    tx: Connection
    edition: Edition
    post: Post
    wording: Wording
    now: datetime

    def told(self, one: Stage) -> str:
        """Tell a stage in two lines."""
        word = self.wording.word
        when = word(screens.when(one), "fr")
        taken = (
            f"{one.coming} sur {one.capacity}" if one.capacity is not None else f"{one.coming}, sans limite"
        )
        waits = f", {one.waiting} en attente" if one.waiting else ""
        head = f"Étape {one.number} ({_STATES[one.status]}) : {one.place}, {one.department}"
        return f"{head}\n  {when} ; places prises : {taken}{waits}"


@contextmanager
def _opened(*, demo: bool) -> Iterator[_Open]:
    settings = read_settings()
    logs.configure(settings.log_format, level=40)
    with told(settings):
        store = shared(settings)
        try:
            with _transaction(settings, store, demo=demo) as found:
                yield found
        finally:
            store.close()


@contextmanager
def _transaction(settings: Settings, store: Store, *, demo: bool) -> Iterator[_Open]:
    wording = Wording({"operator": settings.operator, "contact": settings.contact})
    edition = service.current(store, sample=demo)
    with store.write() as tx:
        yield _Open(tx, edition, Post(wording, PULL), wording, clock())


@stage.command(cls=Command, rich_help_panel=_PANEL)
def add(  # noqa: PLR0913, PLR0917  # what a stage is
    territory: Territory = "",
    place: Place = "",
    day: Day = "",
    starts: From = "",
    ends: To = "",
    last_day: LastDay = "",
    season: Clocks = "",
    address: Address = "",
    host: Host = "",
    places: Places = "",
    access: Access = "",
    point: Point = "",
    demo: Demo = False,  # noqa: FBT002
) -> None:
    """Ajouter une étape : département, lieu, jour et heures (de Paris) sont nécessaires, le reste peut venir plus tard."""
    needed = {"--territoire": territory, "--lieu": place, "--jour": day, "--de": starts, "--a": ends}
    if missing := [option for option, typed in needed.items() if not typed]:
        raise fail(f"Il manque {', '.join(missing)}. Exemple : {_EXAMPLE}", USAGE)
    given = read_given(territory, place, address, host, places, access, point)
    hours = read_hours(None, day, last_day, starts, ends, season)
    with _opened(demo=demo) as found:
        given |= _checked(found, hours)
        one = Stage(new_id(), 0, **given)
        added = found.told(scheduling.add(found.tx, found.edition, one, found.now))
    typer.echo(f"Ajoutée. {added}")


@stage.command(cls=Command, rich_help_panel=_PANEL)
def move(  # noqa: PLR0913, PLR0917  # what a stage is
    number: Annotated[int, typer.Argument(metavar="NUMÉRO", help="Numéro de l'étape.")],
    day: Day = "",
    starts: From = "",
    ends: To = "",
    last_day: LastDay = "",
    season: Clocks = "",
    territory: Territory = "",
    place: Place = "",
    address: Address = "",
    host: Host = "",
    places: Places = "",
    access: Access = "",
    point: Point = "",
    demo: Demo = False,  # noqa: FBT002
) -> None:
    """Reporter une étape, ou changer son lieu, ses places ; les personnes inscrites sont prévenues."""
    given = read_given(territory, place, address, host, places, access, point)
    with _opened(demo=demo) as found:
        before = _held(found, number)
        if any((day, starts, ends, last_day)):
            given |= _checked(found, read_hours(before, day, last_day, starts, ends, season))
        if not given:
            raise fail(
                "Rien à changer : donnez au moins une option, par exemple « --jour 12/05/2027 ».", USAGE
            )
        _fits(found, before, given)
        changed = scheduling.change(found.tx, before, given, found.now, found.post)
        done = found.told(_counted(found, changed.after))
    typer.echo(f"{_told_to(changed.people)} {done}")


@stage.command(cls=Command, rich_help_panel=_PANEL)
def cancel(
    number: Annotated[int, typer.Argument(metavar="NUMÉRO", help="Numéro de l'étape.")],
    reason: Annotated[
        str, typer.Option("--motif", metavar="TEXTE", help="Pourquoi ; les personnes inscrites le lisent.")
    ] = "",
    demo: Demo = False,  # noqa: FBT002
) -> None:
    """Annuler une étape (ou la reporter sans date connue, à dire par --motif) ; les personnes inscrites sont prévenues."""
    why = read_line("--motif", reason)
    with _opened(demo=demo) as found:
        before = _held(found, number)
        changed = scheduling.cancel(found.tx, before, why, found.now, found.post)
        done = found.told(_counted(found, changed.after))
    typer.echo(f"{_told_to(changed.people)} {done}")


@stage.command(name="list", cls=Command, rich_help_panel=_PANEL)
def list_(demo: Demo = False) -> None:  # noqa: FBT002
    """Montrer les étapes de l'édition, et combien de personnes y sont attendues."""
    with _opened(demo=demo) as found:
        stages = rows.read(found.tx, found.edition)
        lines = [f"{found.edition.title} ({found.edition.slug})", *map(found.told, stages)]
    typer.echo("\n".join(lines if stages else [*lines, _NONE]))


def _held(found: _Open, number: int) -> Stage:
    """Return a stage, locked; one that is cancelled is not changed any more."""
    one = rows.named(found.tx, found.edition, number)
    if one is None:
        raise fail(f"Il n'y a pas d'étape {number} : « rallynov edition stage list » les montre.", USAGE)
    if one.status is Status.CANCELLED:
        raise fail(
            f"L'étape {number} est déjà annulée, et les personnes le savent : ajoutez-en une nouvelle.", USAGE
        )
    return one


def _counted(found: _Open, one: Stage) -> Stage:
    """Return a stage with how many people are now expected there."""
    return next(read for read in rows.read(found.tx, found.edition) if read.id == one.id)


def _told_to(people: int) -> str:
    if not people:
        return "C'est fait ; personne n'était inscrit."
    return f"C'est fait ; {people} personne{'s' * (people > 1)} prévenue{'s' * (people > 1)}."


def _checked(found: _Open, hours: tuple[datetime, datetime]) -> dict[str, Any]:
    """Return hours as a stage has them; refuse days outside the edition, and days gone by when nothing bounds it."""
    begins, over = hours
    first, last = begins.astimezone(PARIS).date(), over.astimezone(PARIS).date()
    bounds = span(found.edition, service.read_calendar(found.tx, found.edition))
    if bounds is None and begins <= found.now:
        raise fail(f"Le {told_day(first)} est déjà passé : vérifiez l'année. Rien n'a été changé.", USAGE)
    outside = [day for day in (first, last) if bounds and not bounds[0] <= day <= bounds[1]]
    if bounds and outside:
        raise fail(_outside(found.edition, outside[0], bounds), USAGE)
    return {"starts": begins, "ends": over}


def _outside(edition: Edition, day: date, bounds: tuple[date, date]) -> str:
    return (
        f"Le {told_day(day)} est hors de l'édition « {edition.title} », qui va du {told_day(bounds[0])} au "
        f"{told_day(bounds[1])}. Vérifiez l'année, ou changez les dates de l'édition : "
        "« rallynov edition calendar --commence … --finit … ». Rien n'a été changé."
    )


def _fits(found: _Open, before: Stage, given: dict[str, Any]) -> None:
    """Refuse fewer places than people have."""
    wanted, taken = given.get("capacity"), _counted(found, before).coming
    if wanted is not None and wanted < taken:
        raise fail(
            f"{taken} personnes ont déjà une place : écrivez « --places {taken} » au moins. Rien n'a été changé.",
            USAGE,
        )
