"""The command line, in French: `rallynov demo | run | chat | check | migrate`."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import getpass
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer
import uvloop
from pydantic import ValidationError
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from typer.core import TyperCommand, TyperGroup

from bot import logs
from bot.settings import Settings
from bot.wiring import StartError, build, clock, new_id
from rallynov.storage import schema
from rallynov.storage.store import AlreadyRunningError, Store
from rallynov.wording import ContentError


class _French:
    """The words of typer that people see first, in French."""

    def get_usage(self, ctx: Any) -> str:
        """Return the line of usage."""
        usage: str = super().get_usage(ctx)  # type: ignore[misc]
        return usage.replace("Usage:", "Utilisation :", 1)

    def get_help_option(self, ctx: Any) -> Any:
        """Return the option ``--help``."""
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = "Afficher cette aide."
        return option


class _Command(_French, TyperCommand):
    """A command, helped in French."""


class _Group(_French, TyperGroup):
    """The commands, helped in French."""


app = typer.Typer(
    cls=_Group,
    subcommand_metavar="COMMANDE",
    options_metavar="[OPTIONS]",
    help="Rally'nov, le robot de conversation d'un rallye régional de l'innovation sociale.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
CONFIG, UNAVAILABLE = 78, 69
"""Exit codes of sysexits.h: bad settings, database away."""
OSERRORS = {
    errno.EACCES: "l'accès est refusé",
    errno.EPERM: "l'accès est refusé",
    errno.EROFS: "il est en lecture seule",
    errno.ENOSPC: "le disque est plein",
    errno.ENOTDIR: "ce n'est pas un dossier",
    errno.EEXIST: "ce n'est pas un dossier",
}


def _fail(sentence: str, code: int = CONFIG) -> typer.Exit:
    typer.echo(sentence, err=True)
    return typer.Exit(code)


def _mistake(kind: str, message: str, told: Mapping[str, Any]) -> str:
    """Say in French what pydantic found."""
    match kind:
        case "value_error":
            return message.removeprefix("Value error, ")
        case "int_parsing" | "int_type":
            return "un nombre entier est attendu"
        case "greater_than_equal" | "less_than_equal":
            most, least = told.get("le"), told.get("ge")
            return f"le nombre est trop petit : {least} au moins" if most is None else f"{most} au plus"
        case "literal_error":
            return f"l'une de ces valeurs est attendue : {str(told['expected']).replace(' or ', ', ')}"
        case _:
            return "cette valeur ne convient pas"


def _settings() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        lines = [
            f"RALLYNOV_{str(e['loc'][0]).upper()} : {_mistake(e['type'], e['msg'], e.get('ctx', {}))}"
            for e in error.errors(include_input=False)
        ]
        raise _fail("Un réglage ne convient pas.\n" + "\n".join(lines)) from None


@contextlib.contextmanager
def _told(settings: Settings) -> Iterator[None]:
    """Turn whatever prevents the start into a sentence and an exit code."""
    try:
        yield
    except StartError as error:
        raise _fail(str(error), error.code) from None
    except ContentError as error:
        raise _fail(f"Un fichier de contenu ne convient pas : {error}") from None
    except AlreadyRunningError:
        raise _fail(
            f"Rally'nov tourne déjà sur cette base ({settings.data_dir}) : un seul « run » par fichier SQLite."
        ) from None
    except schema.NewerSchemaError as error:
        raise _fail(
            f"Cette base vient d'une version plus récente de Rally'nov (schéma {error}) : mettez le logiciel à jour."
        ) from None
    except schema.BrokenReferencesError:
        raise _fail(
            "La mise à jour de la base laisserait des références rompues : elle a été annulée."
        ) from None
    except DBAPIError as error:
        raise _database_failed(settings, error) from None


def _database_failed(settings: Settings, error: DBAPIError) -> typer.Exit:
    said = logs.redact(str(error.orig)).strip()
    if settings.database.startswith("sqlite") and "locked" not in said:
        return _fail(f"Le fichier de la base de données ne peut pas être utilisé : {said}")
    if isinstance(error, OperationalError):
        return _fail(f"La base de données ne répond pas : {said}", UNAVAILABLE)
    return _fail(f"La base de données ne peut pas être utilisée : {said}")


def _store(settings: Settings) -> Store:
    """Open the database, in a folder that only this user reads."""
    try:
        store = Store(settings.database)
    except (ArgumentError, ValueError):
        raise StartError(
            "RALLYNOV_DATABASE_URL : cette adresse ne se lit pas ; "
            "exemple : postgresql://compte:motdepasse@machine:5432/base",
            CONFIG,
        ) from None
    if store.is_sqlite and store.url.database:
        Path(store.url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return store


def _opened(settings: Settings, *, own: bool) -> Store:
    try:
        store = _store(settings)
        if own:
            store.own()
        return store
    except OSError as error:
        why = OSERRORS.get(error.errno or 0, error.strerror)
        raise StartError(f"Le dossier {error.filename} ne peut pas être utilisé : {why}.", CONFIG) from None


def _migrated(settings: Settings, *, checked: bool = False) -> Store:
    """Take the database for this process, and bring it up to date."""
    store = _opened(settings, own=True)
    if checked and store.is_sqlite:
        with store.read() as tx:
            found = tx.exec_driver_sql("PRAGMA quick_check(1)").scalar()
        if found != "ok":
            raise StartError(
                f"La base {store.url.database} est abîmée ({found}) : remettez une sauvegarde à sa place.",
                CONFIG,
            )
    if copy := schema.migrate_apart(store):
        typer.echo(f"Copie de la base avant la mise à jour : {copy}", err=True)
    return store


def _shared(settings: Settings) -> Store:
    """Open the database beside a ``run``; it is taken, for a moment, only when it must be brought up to date."""
    store = _opened(settings, own=False)
    if schema.revision(store) != schema.head():
        try:
            _migrated(settings).close()
        except AlreadyRunningError:
            raise StartError(
                f"Rally'nov tourne sur cette base ({settings.data_dir}) dans une autre version : "
                "arrêtez-le, puis recommencez.",
                CONFIG,
            ) from None
    return store


@app.callback(invoke_without_command=True)
def main(
    show_version: Annotated[bool, typer.Option("--version", help="Afficher la version.")] = False,  # noqa: FBT002
) -> None:
    """Rally'nov, le robot de conversation d'un rallye régional de l'innovation sociale."""
    os.umask(0o077)  # what is written here is read by nobody else
    if show_version:
        typer.echo(version("rallynov"))
        raise typer.Exit


@app.command(cls=_Command, rich_help_panel="Commandes")
def run() -> None:
    """Servir la conversation web et Telegram, après avoir mis la base à jour."""
    from bot.run import serve  # noqa: PLC0415  # the other commands start without a web server

    settings = _settings()
    logs.configure(settings.log_format)
    with _told(settings):
        raise typer.Exit(serve(settings, _migrated(settings, checked=True)))


@app.command(cls=_Command, rich_help_panel="Commandes")
def demo() -> None:
    """Essayer Rally'nov sur cette machine : conversation web, édition exemple, sans jeton ni réseau."""
    from bot.run import serve_demo  # noqa: PLC0415

    alone = {"telegram_token": None, "webhook_url": None, "database_url": None}
    settings = _settings().model_copy(update=alone)
    logs.configure(settings.log_format, level=30)
    with _told(settings):
        raise typer.Exit(serve_demo(settings, _migrated(settings)))


@app.command(cls=_Command, rich_help_panel="Commandes")
def chat(
    name: Annotated[
        str, typer.Option("--nom", help="Pour distinguer plusieurs personnes sur une machine.")
    ] = "",
) -> None:
    """Converser dans ce terminal : le même dialogue que sur le web et Telegram."""
    settings = _settings()
    logs.configure(settings.log_format, level=40)
    with _told(settings), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_talk(settings, _shared(settings), name or getpass.getuser()))


async def _talk(settings: Settings, store: Store, name: str) -> None:
    from bot.terminal import Terminal  # noqa: PLC0415

    core = build(settings, store)
    terminal = Terminal(core.delivery, core.wording, name, clock, new_id)

    def leave() -> None:
        """End at once: a thread waits for a line, and everything said before is stored."""
        terminal.part(typer.echo)
        sys.stdout.flush()
        os._exit(0)

    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, leave)
    core.delivery.start()
    try:
        await terminal.talk(input, typer.echo)
    finally:
        await core.delivery.close()
        store.close()


@app.command(cls=_Command, rich_help_panel="Commandes")
def migrate() -> None:
    """Mettre la base de données à jour ; une copie de la base SQLite est faite avant."""
    settings = _settings()
    logs.configure(settings.log_format, level=30)
    with _told(settings):
        store = _migrated(settings)
        typer.echo(f"La base est à jour (schéma {schema.revision(store)}).")
        store.close()


@app.command(cls=_Command, rich_help_panel="Commandes")
def check() -> None:
    """Vérifier les réglages et les fichiers de contenu, sans rien démarrer."""
    settings = _settings()
    logs.configure(settings.log_format, level=40)
    with _told(settings):
        store = Store("sqlite://")
        schema.migrate(store)
        build(settings, store)
    typer.echo("Les réglages et les contenus conviennent.")


def entry() -> None:
    """Start from ``python -m bot``."""
    app(prog_name="rallynov", args=sys.argv[1:])
