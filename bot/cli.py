"""The command line, in French: `rallynov demo | run | chat | check | migrate | invite | roles | telegram`."""

from __future__ import annotations

import asyncio
import getpass
import os
import shutil
import signal
import sys
from importlib.metadata import version
from typing import Annotated

import typer
import uvloop

from bot import logs, starting
from bot.backup_cli import backup, restore, verify_backup
from bot.doctor_cli import doctor
from bot.editions_cli import edition
from bot.export_cli import export, export_request
from bot.faq_cli import faq
from bot.french import Command, Group
from bot.invitations_cli import invite, roles
from bot.opening import migrated, read_settings, shared, told, unstored, warn
from bot.partner_cli import partner_link
from bot.privacy_cli import privacy
from bot.settings import Settings
from bot.wiring import build, clock, new_id
from rallynov.storage import schema
from rallynov.storage.store import Store

_TRY, _SERVE, _RALLY, _KEEP = "Essayer", "Servir", "Conduire le rallye", "Garder et protéger les données"
app = typer.Typer(
    cls=Group,
    subcommand_metavar="COMMANDE",
    options_metavar="[OPTIONS]",
    help="Rally'nov, le robot de conversation d'un rallye régional de l'innovation sociale.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
telegram = typer.Typer(
    cls=Group,
    subcommand_metavar="COMMANDE",
    options_metavar="[OPTIONS]",
    help="Régler le robot sur Telegram.",
    no_args_is_help=True,
)


@app.callback(invoke_without_command=True)
def main(
    show_version: Annotated[bool, typer.Option("--version", help="Afficher la version.")] = False,  # noqa: FBT002
) -> None:
    """Rally'nov, le robot de conversation d'un rallye régional de l'innovation sociale."""
    os.umask(0o077)  # what is written here is read by nobody else
    if show_version:
        typer.echo(version("rallynov"))
        raise typer.Exit


@app.command(cls=Command, rich_help_panel=_TRY)
def demo() -> None:
    """Essayer Rally'nov sur cette machine : conversation web, édition exemple, sans jeton ni réseau."""
    from bot.run import serve_demo  # noqa: PLC0415

    alone = {"telegram_token": None, "webhook_url": None, "database_url": None}
    settings = read_settings().model_copy(update=alone)
    logs.configure(settings.log_format, level=30)
    with told(settings):
        raise typer.Exit(serve_demo(settings, migrated(settings)))


@app.command(cls=Command, rich_help_panel=_SERVE)
def run() -> None:
    """Servir la conversation web et Telegram, après avoir mis la base à jour."""
    raise typer.Exit(starting.run())


@app.command(cls=Command, rich_help_panel=_TRY)
def chat(
    name: Annotated[
        str, typer.Option("--nom", help="Pour distinguer plusieurs personnes sur une machine.")
    ] = "",
) -> None:
    """Converser dans ce terminal : le même dialogue que sur le web et Telegram."""
    settings = read_settings()
    logs.configure(settings.log_format, level=40)
    with told(settings), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_talk(settings, shared(settings), name or getpass.getuser()))


async def _talk(settings: Settings, store: Store, name: str) -> None:
    from bot.terminal import Documents, Terminal  # noqa: PLC0415

    core = build(settings, store)
    documents = Documents(core.papers, settings.data_dir / "documents")
    terminal = Terminal(core.delivery, core.wording, name, clock, new_id, settings.language, documents)
    terminal.greet(shutil.get_terminal_size().columns, typer.echo)

    def leave() -> None:
        """End at once: a thread waits for a line, and everything said before is stored."""
        terminal.part(typer.echo)
        sys.stdout.flush()
        os._exit(0)

    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, leave)
    core.delivery.start()
    core.librarian.start()
    leave_office = core.office.open(core.delivery)
    try:
        await terminal.talk(input, typer.echo)
    finally:
        leave_office()
        core.librarian.close()
        await core.delivery.close()
        store.close()


@app.command(cls=Command, rich_help_panel=_SERVE)
def migrate() -> None:
    """Mettre la base de données à jour ; une copie de la base SQLite est faite avant."""
    settings = read_settings()
    logs.configure(settings.log_format, level=30)
    with told(settings):
        store = migrated(settings)
        typer.echo(f"La base est à jour (schéma {schema.revision(store)}).")
        store.close()


@app.command(cls=Command, rich_help_panel=_SERVE)
def check() -> None:
    """Vérifier les réglages et les fichiers de contenu, sans rien démarrer."""
    settings = read_settings()
    logs.configure(settings.log_format, level=40)
    with told(settings):
        unstored(settings)
    if settings.webhook_url and not settings.token:
        warn("RALLYNOV_WEBHOOK_URL ne sert à rien sans RALLYNOV_TELEGRAM_TOKEN : Telegram n'est pas lu.")
    typer.echo("Les réglages et les contenus conviennent.")


@telegram.command(cls=Command, rich_help_panel="Commandes")
def setup(
    name: Annotated[str, typer.Option("--nom", help="Donner aussi ce nom au robot.")] = "",
    web: Annotated[  # noqa: FBT002
        bool,
        typer.Option(
            "--bouton-web", help="Le bouton du menu ouvre le web, à la place de la liste des commandes."
        ),
    ] = False,
) -> None:
    """Poser sur Telegram les commandes et les descriptions du robot ; ce qui est déjà en place ne change pas."""
    from bot.telegram.setup import Wish, set_up  # noqa: PLC0415

    settings = read_settings()
    logs.configure(settings.log_format, level=40)
    with told(settings):
        core = unstored(settings)
        wish = Wish(core.commands, settings.web_url, name, web)
        asyncio.run(set_up(settings, wish, core.wording, typer.echo))


app.command(cls=Command, rich_help_panel=_SERVE)(doctor)
app.add_typer(telegram, name="telegram", rich_help_panel=_SERVE)
app.add_typer(edition, name="edition", rich_help_panel=_RALLY)
app.command(cls=Command, rich_help_panel=_RALLY)(invite)
app.add_typer(roles, name="roles", rich_help_panel=_RALLY)
app.command("partner-link", cls=Command, rich_help_panel=_RALLY)(partner_link)
app.add_typer(faq, name="faq", rich_help_panel=_RALLY)
app.command(cls=Command, rich_help_panel=_RALLY)(export)
app.command("export-request", hidden=True)(export_request)
app.command(cls=Command, rich_help_panel=_KEEP)(backup)
app.command("verify-backup", cls=Command, rich_help_panel=_KEEP)(verify_backup)
app.command(cls=Command, rich_help_panel=_KEEP)(restore)
app.add_typer(privacy, name="privacy", rich_help_panel=_KEEP)


def entry() -> None:
    """Start from ``bot.__main__``."""
    app(prog_name="rallynov", args=sys.argv[1:])
