"""When an announcement should leave, as people type it: « demain à 9 h », « lundi 14h30 », « 12 mars 2027 ». Pure.

Hours are those that clocks show in Paris, on the two nights of the year on which they jump too. A wish is kept as it was
meant; that nobody is written to at night, on Sundays and public holidays is told beside it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from rallynov.dialogue.screens import Block, note
from rallynov.dialogue.words import Words, say
from rallynov.editions.model import PARIS, day_of
from rallynov.editions.quiet import awake
from rallynov.editions.stages.hours import Missing, Twice, read_hour
from rallynov.editions.stages.screens import day as named_day
from rallynov.initiatives.form import Field, Kind
from rallynov.initiatives.reading.dates import read_date
from rallynov.initiatives.reading.places import Places
from rallynov.initiatives.reading.result import Doubt, Given, Value
from rallynov.text import clean_line, fold

USUAL: Final = time(9)
"""The hour of a day that is given without one."""
FARTHEST: Final = timedelta(days=366)
_LONGEST: Final = 80
MEND: Final = say(
    "I cannot read a day and an hour in this. Type for example: tomorrow at 9:00, Monday 14:30, or 12 March 2027 at 9:00."
)
PAST: Final = say("This moment is over. Give a day and an hour that are still to come.")
FAR: Final = say("This is more than a year ahead. Give an earlier day.")


@dataclass(frozen=True, slots=True)
class Wish:
    """A moment that was read, in UTC (None: as soon as it may leave), and what is to be said of it."""

    at: datetime | None
    said: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True)
class Unread:
    """Why no moment was read, and how to mend it."""

    words: Words


def read(typed: str, now: datetime) -> Wish | Unread:
    """Read when an announcement should leave; a day without a year is the next one."""
    line = clean_line(typed)
    if not fold(line) or len(line) > _LONGEST:
        return Unread(MEND)
    if fold(line) in _AT_ONCE:
        return Wish(None)
    if later := _later(fold(line), now):
        return later
    rest, hour = _hour(line.casefold())
    if hour is None:
        return Unread(MEND)
    day = _day(fold(rest), now, hour)
    return (
        Unread(MEND)
        if day is None
        else _moment(day, hour, now, usual=hour == USUAL and rest == line.casefold())
    )


def tomorrow(now: datetime) -> datetime:
    """Return the usual hour of the next day, in Paris."""
    return datetime.combine(day_of(now) + timedelta(days=1), USUAL, PARIS).astimezone(UTC)


def told(at: datetime) -> Words:
    """Tell a moment by its day and hour in Paris."""
    return say("{day}, {hour} (Paris time)", day=named_day(at), hour=at.astimezone(PARIS).time())


def shifted(at: datetime) -> tuple[Block, ...]:
    """Say to when a moment is moved, if it is one at which nobody is written to."""
    due = awake(at)
    if due == at:
        return ()
    why = say(
        "Nobody is written to between 20:00 and 8:00, on Sundays and on public holidays. It will leave on {moment}.",
        moment=told(due),
    )
    return (note(why),)


def _moment(day: date, hour: time, now: datetime, *, usual: bool) -> Wish | Unread:
    found = read_hour(day, hour)
    said: tuple[Words, ...] = (say("You gave no hour: I took 9:00."),) if usual else ()
    match found:
        case Missing(after):
            jump = say(
                "No clock shows {hour} that night: summer time begins, and it becomes {after} at once. I took that.",
                hour=hour,
                after=after.time(),
            )
            at, said = after.astimezone(UTC), (jump,)
        case Twice(summer):
            twice = say(
                "Clocks show {hour} twice that night: summer time ends. I took the first.",
                hour=hour,
            )
            at, said = summer, (twice,)
        case datetime():
            at = found
    if at <= now:
        return Unread(PAST)
    return Unread(FAR) if at > now + FARTHEST else Wish(at, said)


def _hour(line: str) -> tuple[str, time | None]:
    """Take the hour out of a line; the usual one when there is none, None when it is no hour."""
    found = _CLOCK.search(line) or _HALF_DAY.search(line)
    if found is None:
        for words, hour in _PARTS:
            if match := words.search(line):
                return line[: match.start()] + " " + line[match.end() :], hour
        return line, USUAL
    rest = line[: found.start()] + " " + line[found.end() :]
    hours, minutes = int(found["hours"]), int(found.groupdict().get("minutes") or 0)
    half = found["half"]
    if half:
        if not 1 <= hours <= 12:
            return rest, None
        hours = hours % 12 + (12 if half == "pm" else 0)
    return rest, time(hours % 24, minutes) if hours <= 23 and minutes <= 59 else None


def _day(said: str, now: datetime, hour: time) -> date | None:
    today = day_of(now)
    words = [word for word in said.split() if word not in _AROUND]
    bare = " ".join(words)
    if not bare:
        passed = hour <= now.astimezone(PARIS).time()
        return today + timedelta(days=passed)
    if bare in _NAMED:
        return today + timedelta(days=_NAMED[bare])
    if ahead := _AHEAD.fullmatch(bare):
        return _counted(today, ahead)
    if len(words) == 1 and bare in _WEEKDAYS:
        return today + timedelta(days=(_WEEKDAYS[bare] - today.weekday() - 1) % 7 + 1)
    return _dated(bare, today)


def _dated(bare: str, today: date) -> date | None:
    """Read a date; one without a year is the first to come."""
    for said in (bare, f"{bare} {today.year}", f"{bare} {today.year + 1}"):
        reading = read_date(_FIELD, said, Given(today, _NOWHERE))
        value = reading.value if isinstance(reading, Value | Doubt) else None
        if isinstance(value, str) and len(value) == len("2027-03-12"):
            found = date.fromisoformat(value)
            if found >= today or said == bare:
                return found
    return None


def _later(said: str, now: datetime) -> Wish | None:
    """Read "in two hours"."""
    found = _HOURS.fullmatch(said)
    return Wish(now.astimezone(UTC) + timedelta(hours=int(found["many"]))) if found else None


def _counted(today: date, ahead: re.Match[str]) -> date:
    many = int(ahead["many"]) if ahead["many"].isdigit() else 1
    return today + timedelta(days=many * (7 if ahead["unit"].startswith(("sem", "week")) else 1))


_AT_ONCE: Final = frozenset(
    (
        "tout de suite", "maintenant", "immediatement", "des que possible", "des maintenant", "aussitot", "sans attendre",
        "now", "right now", "at once", "right away", "immediately", "asap", "as soon as possible",
    )
)  # fmt: skip
_CLOCK: Final = re.compile(
    r"(?<!\d)(?P<hours>\d{1,2}) ?(?:h(?:eures?|ours?|rs?)?(?![a-z])|:) ?(?P<minutes>\d{2})?(?!\d)(?: ?(?P<half>[ap]m)\b)?"
)
_HALF_DAY: Final = re.compile(r"(?<!\d)(?P<hours>\d{1,2}) ?(?P<half>[ap]m)\b")
_PARTS: Final = (
    (
        re.compile(r"\b(?:dans l['’]|cet |l['’]|in the |this )?(?:(?:après|apres)[- ]midi|afternoon)\b"),
        time(14),
    ),
    (re.compile(r"\b(?:à |a |at )?(?:midi|noon)\b"), time(12)),
    (re.compile(r"\b(?:à |a |at )?(?:minuit|midnight)\b"), time(0)),
    (re.compile(r"\b(?:ce |au |le |in the |this )?(?:matin|morning)\b"), USUAL),
    (re.compile(r"\b(?:ce |au |le |in the |this )?(?:soir|evening)\b"), time(18)),
)
_AROUND: Final = frozenset(
    (
        *(
            "a",
            "à",
            "au",
            "d",
            "de",
            "du",
            "en",
            "l",
            "la",
            "le",
            "pour",
            "vers",
            "prochain",
            "prochaine",
            "envoyer",
        ),
        *("at", "in", "next", "of", "on", "send", "the"),
    )
)
_NAMED: Final = {
    **dict.fromkeys(("aujourd hui", "aujourdhui", "auj", "today", "jour"), 0),
    **dict.fromkeys(("demain", "tomorrow"), 1),
    **dict.fromkeys(("apres demain", "surlendemain", "day after tomorrow", "after tomorrow"), 2),
}
_WEEKDAYS: Final = {
    name: nth
    for nth, names in enumerate(
        (
            "lundi monday", "mardi tuesday", "mercredi wednesday", "jeudi thursday", "vendredi friday", "samedi saturday",
            "dimanche sunday",
        )
    )
    for name in names.split()
}  # fmt: skip
_AHEAD: Final = re.compile(
    r"(?:dans )?(?P<many>\d{1,3}|un|une|one) (?P<unit>jours?|days?|semaines?|weeks?)(?: from now)?"
)
_HOURS: Final = re.compile(r"(?:dans|in) (?P<many>\d{1,2}) ?(?:h|heures?|hours?)")
_FIELD: Final = Field(id="when", kind=Kind.DATE)
_NOWHERE: Final = Places(())
