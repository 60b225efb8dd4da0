"""`rallynov invite` and `rallynov roles`: who may act as what, in French."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

import typer
from babel.dates import format_datetime

from bot import logs
from bot.french import Command, Group
from bot.opening import fail, read_settings, shared, told
from bot.settings import Settings
from bot.wiring import clock, new_secret
from rallynov.editions import service as editions
from rallynov.editions.model import PARIS
from rallynov.people import granting
from rallynov.people.model import Purpose, code_of
from rallynov.people.roles import INVITATION, NAMED_MOST, Grant, Role
from rallynov.storage.store import Store
from rallynov.text import clean_line, told_hour

USAGE = 64
"""Exit code of sysexits.h: a command that was not well given."""
GIVEN: Mapping[str, Role] = {
    "coordinator": Role.COORDINATOR,
    "administrator": Role.ADMINISTRATOR,
    "partner": Role.WRITER,
    "jury": Role.JUROR,
    "reader": Role.READER,
    "coordination": Role.COORDINATOR,
    "administration": Role.ADMINISTRATOR,
    "partenaire": Role.WRITER,
    "lecture": Role.READER,
}
"""The roles as they are named to this command."""
NAMES: Mapping[Role, str] = {
    Role.COORDINATOR: "coordination",
    Role.ADMINISTRATOR: "administration",
    Role.WRITER: "partenaire (rédaction)",
    Role.APPROVER: "partenaire (relecture)",
    Role.JUROR: "membre du jury",
    Role.PRESIDENT: "présidence du jury",
    Role.READER: "lecture",
}
Demo = Annotated[bool, typer.Option("--demo", help="Dans l'édition exemple de « rallynov demo ».")]
roles = typer.Typer(
    cls=Group,
    subcommand_metavar="COMMANDE",
    options_metavar="[OPTIONS]",
    help="Voir et retirer les rôles.",
    no_args_is_help=True,
)


def invite(
    role: Annotated[
        str,
        typer.Option(
            "--role",
            metavar="ROLE",
            help="coordinator, administrator, partner, jury ou reader (lecture seule).",
        ),
    ] = "",
    organisation: Annotated[
        str, typer.Option("--organisation", metavar="NOM", help="La structure d'un partenaire.")
    ] = "",
    name: Annotated[
        str, typer.Option("--nom", metavar="NOM", help="Pour qui est ce code ; sert à la liste des rôles.")
    ] = "",
    *,
    approver: Annotated[
        bool, typer.Option("--approver", "--relecture", help="Un partenaire qui valide, au lieu de rédiger.")
    ] = False,
    president: Annotated[
        bool, typer.Option("--president", "--presidence", help="La présidence du jury.")
    ] = False,
    demo: Demo = False,
) -> None:
    """Inviter une personne à un rôle : un code et des liens qui servent une fois, pendant 72 heures."""
    grant = _grant(role, clean_line(organisation), approver=approver, president=president)
    name = _short(clean_line(name))
    settings = read_settings()
    now, code = clock(), code_of(new_secret(), Purpose.ROLE)
    with _opened(settings, demo=demo) as (store, slug), store.write() as tx:
        granting.make(tx, granting.Invited(code, slug, grant, name), now)
        granting.audit_invitation(tx, grant.role, now)
    typer.echo(f"Invitation : {_named(grant)}{f' ({name})' if name else ''}")
    _tell(code, [*_links(settings, code)], _moment(now + INVITATION))


def _tell(code: str, links: Sequence[str], until: str) -> None:
    """Say the code, and how it is used."""
    typer.echo(f"Code : {_grouped(code)}")
    for line in links:
        typer.echo(line)
    typer.echo(f"Il sert une fois, jusqu'au {until} (heure de Paris).")
    opened = "ouvre l'un des liens, ou " if links else ""
    typer.echo(f"La personne {opened}écrit « /code », puis ce code, dans la conversation.")
    typer.echo("Notez-le : il ne sera plus affiché.")


@roles.command(name="list", cls=Command, rich_help_panel="Commandes")
def list_(
    past: Annotated[  # noqa: FBT002
        bool, typer.Option("--all", "--tous", help="Montrer aussi les rôles retirés.")
    ] = False,
    demo: Demo = False,  # noqa: FBT002
) -> None:
    """Montrer qui a quel rôle dans l'édition en cours."""
    with _opened(read_settings(), demo=demo) as (store, slug), store.read() as tx:
        held = granting.holders(tx, slug, past=past)
    if not held:
        typer.echo("Personne n'a de rôle. Pour inviter : rallynov invite --role coordinator")
    for one in held:
        who = f" · {one.name}" if one.name else ""
        until = f", retiré le {_moment(one.revoked_at)}" if one.revoked_at else ""
        typer.echo(f"{one.id} · {_named(one.grant)}{who} · depuis le {_moment(one.since)}{until}")


@roles.command(cls=Command, rich_help_panel="Commandes")
def revoke(
    number: Annotated[int, typer.Argument(metavar="NUMÉRO", help="Le numéro donné par « roles list ».")],
    demo: Demo = False,  # noqa: FBT002
) -> None:
    """Retirer un rôle, aussitôt ; les invitations que cette personne a faites ne servent plus."""
    with _opened(read_settings(), demo=demo) as (store, slug), store.write() as tx:
        taken = granting.revoke(tx, slug, number, granting.COMMAND_LINE, clock())
    if not taken:
        raise fail(f"Aucun rôle en cours ne porte le numéro {number} : voyez « rallynov roles list ».", USAGE)
    typer.echo(f"Le rôle {number} est retiré.")


@contextmanager
def _opened(settings: Settings, *, demo: bool) -> Iterator[tuple[Store, str]]:
    """Open the database beside a ``run``, and tell the current edition, or the demonstration's."""
    logs.configure(settings.log_format, level=40)
    with told(settings):
        store = shared(settings)
        try:
            yield store, editions.current(store, sample=demo).slug
        finally:
            store.close()


def _grant(role: str, organisation: str, *, approver: bool, president: bool) -> Grant:
    """Read what is invited to, or tell what does not fit together."""
    if not role.strip():
        raise fail(
            "Dites à quel rôle, par exemple : rallynov invite --role jury\n"
            "Les rôles : coordinator, administrator, partner, jury ou reader.",
            USAGE,
        )
    given = GIVEN.get(role.strip().casefold())
    if given is None:
        raise fail(
            f"« {role} » n'est pas un rôle : coordinator, administrator, partner, jury ou reader.", USAGE
        )
    if approver and given is not Role.WRITER:
        raise fail("--approver ne va qu'avec --role partner.", USAGE)
    if president and given is not Role.JUROR:
        raise fail("--president ne va qu'avec --role jury.", USAGE)
    if given.partner and not organisation:
        raise fail('Un partenaire agit pour une structure : ajoutez --organisation "Son nom".', USAGE)
    if organisation and not given.partner:
        raise fail("--organisation ne va qu'avec --role partner ; pour un nom, --nom.", USAGE)
    if approver or president:
        given = Role.APPROVER if approver else Role.PRESIDENT
    return Grant(given, _short(organisation))


def _short(name: str) -> str:
    if len(name) > NAMED_MOST:
        raise fail(
            f"Ce nom fait {len(name)} caractères, il en tient {NAMED_MOST} : écrivez-le plus court.", USAGE
        )
    return name


def _links(settings: Settings, code: str) -> Iterator[str]:
    """Write the links that are known: the web's by the settings, Telegram's once it has told the bot's name."""
    from bot.telegram.naming import address_of  # noqa: PLC0415  # the other commands need no network

    if settings.web_url:
        yield f"Sur le web : {settings.web_url.rstrip('/')}/c/{code}"
    if bot := asyncio.run(address_of(settings)):
        yield f"Sur Telegram : {bot}?start={code}"


def _named(grant: Grant) -> str:
    return f"{NAMES[grant.role]} pour {grant.organisation}" if grant.organisation else NAMES[grant.role]


def _grouped(code: str) -> str:
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def _moment(at: datetime) -> str:
    day = format_datetime(at.astimezone(PARIS), "d MMMM y", locale="fr")
    told = f"1er{day[1:]}" if day.startswith("1 ") else day
    return f"{told}, {told_hour(at.astimezone(PARIS).time())}"
