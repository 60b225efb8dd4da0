"""What a stage is given at the command line, read; whatever does not suit is refused with what to write instead."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.moments import USAGE, moment, read_day, read_season, read_time, told_day
from bot.opening import fail
from rallynov.editions.model import PARIS
from rallynov.editions.stages.model import TERRITORIES, Stage
from rallynov.text import clean_line, fold, told_hour

LONGEST = 200
"""Characters of a text on a line: a place, a host, an address, the words on accessibility."""
MOST = 100_000


def read_given(
    territory: str, place: str, address: str, host: str, places: str, access: str, point: str
) -> dict[str, Any]:
    """Read what was given of a stage but its hours; what was not given is not there."""
    texts = {"place": ("--lieu", place), "address": ("--adresse", address), "host": ("--hote", host)}
    texts["access"] = ("--acces", access)
    given: dict[str, Any] = {
        name: line for name, (option, typed) in texts.items() if (line := read_line(option, typed))
    }
    if territory:
        given["territory"] = _territory(territory)
    if places:
        given["capacity"] = _places(places)
    if point:
        given["point"] = _point(point)
    return given


def read_line(option: str, typed: str) -> str:
    """Read a text of one line; empty when nothing was typed."""
    line = clean_line(typed)
    if len(line) > LONGEST:
        raise fail(f"{option} : ce texte a {len(line)} caractères ; {LONGEST} au plus.", USAGE)
    if typed and not line:
        raise fail(f"{option} : ce texte est vide.", USAGE)
    return line


def _territory(typed: str) -> str:
    said = fold(typed)
    for code, name in TERRITORIES.items():
        if said in {code, fold(name)}:
            return code
    known = ", ".join(f"{code} ({name})" for code, name in TERRITORIES.items())
    raise fail(f"« {typed} » n'est pas un département du rallye : {known}.", USAGE)


def _places(typed: str) -> int | None:
    if fold(typed) in {"sans", "sans limite"}:
        return None
    if typed.isascii() and typed.isdigit() and 1 <= int(typed) <= MOST:
        return int(typed)
    raise fail(
        f"« {typed} » : écrivez un nombre de places, 1 au moins, ou « sans » pour ne pas en fixer.", USAGE
    )


def _point(typed: str) -> tuple[float, float]:
    try:
        latitude, longitude = (float(part) for part in typed.split(","))
    except ValueError:
        latitude = longitude = float("nan")
    if -90 <= latitude <= 90 and -180 <= longitude <= 180:
        return latitude, longitude
    raise fail(
        f"« {typed} » n'est pas une position : écrivez la latitude, une virgule, la longitude (47.24,6.02).",
        USAGE,
    )


def read_hours(
    before: Stage | None, day: str, last_day: str, starts: str, ends: str, season: str
) -> tuple[datetime, datetime]:
    """Read when a stage begins and ends; what is not given stays as it was, and so does how many days it lasts."""
    clocks, first, last = read_season(season), read_day(day), read_day(last_day)
    from_, to = read_time(starts), read_time(ends)
    if before:
        old, end = before.starts.astimezone(PARIS), before.ends.astimezone(PARIS)
        shift = end.date() - old.date()
        first, from_, to = first or old.date(), from_ or old.time(), to or end.time()
        last = last or first + shift
    if first is None or from_ is None or to is None:
        raise fail("Donnez le jour (--jour), l'heure de début (--de) et l'heure de fin (--a).", USAGE)
    begins, over = moment(first, from_, clocks), moment(last or first, to, clocks)
    if over <= begins:
        raise fail(
            f"L'étape finirait ({_at(over)}) avant de commencer ({_at(begins)}), ou au même moment : rien n'a été "
            "changé. Vérifiez --de et --a ; si elle dure plusieurs jours, ajoutez --jour-fin.",
            USAGE,
        )
    return begins, over


def _at(at: datetime) -> str:
    local = at.astimezone(PARIS)
    return f"{told_day(local.date())}, {told_hour(local.time())}"
