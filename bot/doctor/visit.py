"""Everything that is looked at, the nearest first. Changes nothing."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from bot import logs, unusable
from bot.doctor import database, machine, serving, telegram
from bot.doctor.finding import Finding, bad, examine, good, look
from bot.opening import beside, unstored
from bot.settings import Settings
from bot.wiring import Core, StartError, clock
from rallynov.storage.store import Store


def examined(settings: Settings) -> Iterator[Finding]:
    """Look at everything, the nearest first."""
    core: list[Core] = []
    yield from examine("contents", lambda: _contents(settings, core))
    yield from examine("folder", lambda: machine.folder(settings))
    yield from examine("disk", lambda: machine.disk(settings))
    yield from examine("address", lambda: machine.addresses(settings))
    yield from examine("certificates", lambda: machine.certificates(settings))
    if core:
        yield from examine("paper", lambda: machine.paper(core[0]))
    yield from examine("database", lambda: _database(settings))
    yield from examine("restore", lambda: machine.restored(settings))
    yield from examine("backup", lambda: machine.backup(settings, clock()))
    yield from examine("run", lambda: serving.ready(settings))
    if settings.token:
        yield from examine("clock", lambda: telegram.clock(settings, clock))
    if core:
        yield from examine("telegram", lambda: iter(asyncio.run(_account(settings, core[0]))))


def _contents(settings: Settings, core: list[Core]) -> Iterator[Finding]:
    core.append(unstored(settings))
    if settings.webhook_url and not settings.token:
        yield look(
            "contents", "RALLYNOV_WEBHOOK_URL ne sert à rien sans jeton.", "Voyez RALLYNOV_TELEGRAM_TOKEN."
        )
    yield good("contents", "Les réglages et les textes conviennent.")


def _database(settings: Settings) -> Iterator[Finding]:
    if settings.database.startswith("sqlite"):
        missing = list(_missing(_file(settings)))
        yield from missing
        if missing:
            return
    store: Store | None = None
    try:
        store = beside(settings)
        yield from database.state(store)
        yield from database.waiting(store, clock())
    except StartError as error:
        yield bad("database", str(error))
    except DBAPIError as error:
        if found := unusable.trouble(settings, error):
            yield bad("database", found.sentence, found.mend)
            return
        said = logs.redact(str(error.orig)).strip().splitlines()[0]
        yield bad(
            "database",
            f"La base de données ne répond pas : {said}.",
            "Voyez RALLYNOV_DATABASE_URL, et le serveur.",
        )
    finally:
        if store:
            store.close()


def _missing(file: Path) -> Iterator[Finding]:
    """Tell why a database that is a file cannot be opened at all."""
    try:
        there = file.is_file()
    except PermissionError:
        there = True
    if not there:
        yield look("database", f"Il n'y a pas encore de base ({file}).", "« rallynov run » la crée.")
    elif not os.access(file, os.R_OK | os.W_OK):
        yield bad("database", f"La base {file} est fermée à ce compte.", machine.MEND_OWNER)


async def _account(settings: Settings, core: Core) -> list[Finding]:
    return [one async for one in telegram.account(settings, core)]


def _file(settings: Settings) -> Path:
    return Path(settings.database.removeprefix("sqlite:///"))
