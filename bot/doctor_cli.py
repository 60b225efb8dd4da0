"""`rallynov doctor`: everything that may be missing, one line each, and how to mend it. Changes nothing."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import orjson
import typer

from bot import logs
from bot.doctor.finding import Level
from bot.opening import read_settings


def doctor(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Pour une machine.")] = False,
) -> None:
    """Regarder tout ce qui peut manquer, et dire comment le réparer ; rend 1 s'il y a un ✗."""
    from bot.doctor.visit import examined  # noqa: PLC0415  # the other commands start without Telegram's library

    settings = read_settings()
    logs.configure(settings.log_format, level=50)
    found = []
    for one in examined(settings):
        found.append(one)
        if not as_json:
            typer.echo(one.line)
    counts = Counter(one.level for one in found)
    if as_json:
        shown = [{"check": f.check, "level": f.level, "sentence": f.sentence, "mend": f.mend} for f in found]
        typer.echo(
            orjson.dumps({"good": not counts[Level.BAD], "findings": shown}, option=orjson.OPT_INDENT_2)
        )
    else:
        typer.echo(_total(counts))
    raise typer.Exit(1 if counts[Level.BAD] else 0)


def _total(counts: Counter[Level]) -> str:
    if counts[Level.BAD]:
        return f"{counts[Level.BAD]} à réparer, {counts[Level.LOOK]} à voir."
    return f"Rien à réparer, {counts[Level.LOOK]} à voir." if counts[Level.LOOK] else "Tout va bien."
