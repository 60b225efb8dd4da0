"""`rallynov run`, without the rest of the command line: a server does without the other commands, which are megabytes."""

from __future__ import annotations

import os

from bot import logs
from bot.ground import read_apart
from bot.lean import deferred, without
from bot.opening import migrated, read_settings, told


def run() -> int:
    """Serve the web chat and Telegram on an up-to-date database; return the exit code."""
    with deferred():
        import fastapi  # noqa: F401, PLC0415  # before anything of ours: no model but its own waits
    with without("rich"), without("pygments"):  # httpx would load them, 5 MB, for a command line of its own
        from bot.run import serve  # noqa: PLC0415  # the other commands start without a web server

    settings = read_settings()
    logs.configure(settings.log_format)
    with told(settings):
        read_apart(settings.operator, settings.contact, settings.rules_url)
        return serve(settings, migrated(settings, checked=True))


def alone() -> int:
    """Do what the command does, for a process that has no command line; return the exit code."""
    os.umask(0o077)  # what is written here is read by nobody else
    try:
        return run()
    except RuntimeError as ended:
        from typer import Exit  # noqa: PLC0415  # loaded already when a start says why it cannot go on

        if isinstance(ended, Exit):
            return ended.exit_code
        raise
