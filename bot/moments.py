"""Days and hours as commands are given them, in French: each that cannot be is refused with what to write instead."""

from __future__ import annotations

import re
from datetime import date, datetime, time

from babel.dates import format_date

from bot.opening import fail
from rallynov.editions.model import day_of
from rallynov.editions.stages.hours import Missing, Season, Twice, read_hour
from rallynov.text import fold

USAGE = 64
"""Exit code of sysexits.h: a command that was not well given."""
_HOUR = re.compile(r"(\d{1,2}) ?(?:[:h.]|heures?) ?(\d{2})?", re.IGNORECASE)
_SEASONS = {"ete": Season.SUMMER, "hiver": Season.WINTER}


def read_day(typed: str) -> date | None:
    """Read a day, as ``31/03/2027`` or ``2027-03-31``; None when nothing was typed."""
    if not typed:
        return None
    for form in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(typed.strip(), form).date()  # noqa: DTZ007  # a day has no time zone
        except ValueError:
            continue
    raise fail(f"« {typed} » n'est pas un jour : écrivez par exemple 31/03/2027.", USAGE)


def read_time(typed: str) -> time | None:
    """Read an hour, as ``14:00``, ``14h`` or ``14 h 30``; None when nothing was typed."""
    if not typed:
        return None
    found = _HOUR.fullmatch(typed.strip())
    if found and int(found[1]) < 24 and int(found[2] or 0) < 60:
        return time(int(found[1]), int(found[2] or 0))
    raise fail(f"« {typed} » n'est pas une heure : écrivez par exemple 14:00.", USAGE)


def read_season(typed: str) -> Season | None:
    """Read which clocks are meant; None when nothing was typed."""
    if not typed:
        return None
    season = _SEASONS.get(fold(typed))
    if season is None:
        raise fail(f"« {typed} » : écrivez « ete » ou « hiver ».", USAGE)
    return season


def moment(day: date, hour: time, season: Season | None) -> datetime:
    """Return the moment of a day and an hour in Paris; the hours of the two nights of the change are explained."""
    match read_hour(day, hour, season):
        case Missing(after):
            raise fail(
                f"Le {told_day(day)}, {hour:%H:%M} n'existe pas à Paris : cette nuit-là, on passe de 02:00 à 03:00. "
                f"Écrivez {after:%H:%M}, ou une heure avant 02:00.",
                USAGE,
            )
        case Twice():
            raise fail(
                f"Le {told_day(day)}, {hour:%H:%M} existe deux fois à Paris : cette nuit-là, on repasse de 03:00 à 02:00. "
                "Ajoutez « --saison ete » pour la première, « --saison hiver » pour la seconde.",
                USAGE,
            )
        case found:
            return found


def told_day(day: date) -> str:
    """Write a day in French."""
    return format_date(day, "'1er' MMMM y" if day.day == 1 else "d MMMM y", locale="fr")


def told_at(at: datetime) -> str:
    """Write the day of a moment in Paris."""
    return told_day(day_of(at))
