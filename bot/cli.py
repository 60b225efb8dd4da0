"""The command line, in French: `rallynov demo | run | chat | check | migrate`."""

from __future__ import annotations

import asyncio
import getpass
import sys
from collections.abc import Coroutine, Mapping
from importlib.metadata import version
from typing import Annotated, Any

import typer
import uvloop
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError

from bot import logs
from bot.settings import Settings
from bot.wiring import build, clock, new_id
from rallynov.storage import schema
from rallynov.storage.store import AlreadyRunningError, Store
from rallynov.wording import ContentError

app = typer.Typer(
    help="Rally'nov, le robot de conversation d'un rallye régional de l'innovation sociale.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
CONFIG, UNAVAILABLE, DEAF = 78, 69, 70
"""Exit codes of sysexits.h: bad settings, database away, no updates any more."""


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


def _store(settings: Settings) -> Store:
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Store(settings.database)
    except OSError as error:
        raise _fail(f"Le dossier {settings.data_dir} ne peut pas être utilisé : {error.strerror}.") from None


def _migrated(settings: Settings, *, own: bool = False) -> Store:
    store = _store(settings)
    try:
        if own:
            store.own()
        copy = schema.migrate(store)
    except AlreadyRunningError:
        raise _fail(
            f"Rally'nov tourne déjà sur cette base ({settings.data_dir}) : un seul « run » par fichier SQLite."
        ) from None
    except schema.NewerSchemaError as error:
        raise _fail(
            f"Cette base vient d'une version plus récente de Rally'nov (schéma {error}) : mettez le logiciel à jour."
        ) from None
    except OperationalError as error:
        raise _fail(
            f"La base de données ne répond pas : {logs.redact(str(error.orig))}", UNAVAILABLE
        ) from None
    if copy:
        typer.echo(f"Copie de la base avant la mise à jour : {copy}", err=True)
    return store


def _run(work: Coroutine[Any, Any, int]) -> int:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


@app.callback(invoke_without_command=True)
def main(
    show_version: Annotated[bool, typer.Option("--version", help="Afficher la version.")] = False,  # noqa: FBT002
) -> None:
    """Rally'nov, le robot de conversation d'un rallye régional de l'innovation sociale."""
    if show_version:
        typer.echo(version("rallynov"))
        raise typer.Exit


@app.command()
def run() -> None:
    """Servir la conversation web et Telegram, après avoir mis la base à jour."""
    from bot.run import serve  # noqa: PLC0415  # the other commands start without a web server

    settings = _settings()
    logs.configure(settings.log_format)
    store = _migrated(settings, own=True)
    raise typer.Exit(_run(serve(settings, store)))


@app.command()
def demo() -> None:
    """Essayer Rally'nov sur cette machine : conversation web, édition exemple, sans jeton ni réseau."""
    from bot.run import serve_demo  # noqa: PLC0415

    settings = _settings().model_copy(update={"telegram_token": None, "webhook_url": None})
    logs.configure(settings.log_format, level=30)
    store = _migrated(settings, own=True)
    raise typer.Exit(_run(serve_demo(settings, store)))


@app.command()
def chat(
    name: Annotated[
        str, typer.Option("--nom", help="Pour distinguer plusieurs personnes sur une machine.")
    ] = "",
) -> None:
    """Converser dans ce terminal : le même dialogue que sur le web et Telegram."""
    from bot.terminal import Terminal  # noqa: PLC0415

    settings = _settings()
    logs.configure(settings.log_format, level=40)
    store = _migrated(settings)

    async def talk() -> int:
        core = build(settings, store)
        core.delivery.start()
        try:
            terminal = Terminal(core.delivery, core.wording, name or getpass.getuser(), clock, new_id)
            await terminal.talk(input, typer.echo)
        finally:
            await core.delivery.close()
            store.close()
        return 0

    raise typer.Exit(_run(talk()))


@app.command()
def migrate() -> None:
    """Mettre la base de données à jour ; une copie de la base SQLite est faite avant."""
    settings = _settings()
    store = _migrated(settings)
    typer.echo(f"La base est à jour (schéma {schema.revision(store)}).")
    store.close()


@app.command()
def check() -> None:
    """Vérifier les réglages et les fichiers de contenu, sans rien démarrer."""
    settings = _settings()
    logs.configure(settings.log_format, level=40)
    store = Store("sqlite://")
    try:
        schema.migrate(store)
        build(settings, store)
    except ContentError as error:
        raise _fail(f"Un fichier de contenu ne convient pas : {error}") from None
    typer.echo("Les réglages et les contenus conviennent.")


def entry() -> None:
    """Start from ``python -m bot``."""
    app(prog_name="rallynov", args=sys.argv[1:])
