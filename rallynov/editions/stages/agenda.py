"""A stage as a calendar file (RFC 5545): the same event for ever, one version further at each change.

A calendar that has the file already replaces its event: the UID stays, and SEQUENCE grows.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from rallynov.dialogue.words import Say, Typed, Words, say
from rallynov.editions.model import PARIS
from rallynov.editions.stages import screens
from rallynov.editions.stages.model import Stage, Stages, Status
from rallynov.papers.model import File, Maker
from rallynov.wording import Wording

if TYPE_CHECKING:
    from icalendar import Event, Timezone, vCalAddress

MIME = "text/calendar"
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")
_CLOCKS = (
    ("TimezoneDaylight", "CEST", datetime(1996, 3, 31, 2), 1, 2, 3),  # noqa: DTZ001  # a VTIMEZONE's hours are local
    ("TimezoneStandard", "CET", datetime(1996, 10, 27, 3), 2, 1, 10),  # noqa: DTZ001
)
"""How clocks change in Paris since 1996: name, first change, hours from UTC before and after, month."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who publishes the file: ``contact`` may hold an e-mail address, ``web`` begins the addresses of our pages."""

    operator: str
    contact: str
    web: str = ""


def stage_maker(
    read: Callable[[], tuple[Stage, ...]],
    wording: Wording,
    edition: str,
    sender: Sender,
    now: Callable[[], datetime],
) -> Maker:
    """Return the maker of calendar files; a ref is the number of a stage."""

    def make(_address: str, ref: str, language: str) -> File | None:
        stage = Stages(read()).find(ref)
        if stage is None:
            return None

        def word(words: Words) -> str:
            return wording.word(words, language)

        content = written(stage, word, edition, sender, now())
        return File(f"etape-{stage.number}.ics", MIME, content)

    return make


def written(stage: Stage, word: Callable[[Words], str], edition: str, sender: Sender, now: datetime) -> bytes:
    """Write the calendar file of a stage."""
    from icalendar import Calendar  # noqa: PLC0415  # seldom needed, and large

    calendar = Calendar()
    calendar.add("prodid", "-//Rally'nov//Etapes//FR")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add_component(_paris())
    calendar.add_component(_event(stage, word, edition, sender, now))
    content: bytes = calendar.to_ical()
    return content


def _event(stage: Stage, word: Callable[[Words], str], edition: str, sender: Sender, now: datetime) -> Event:
    from icalendar import Event  # noqa: PLC0415

    event = Event()
    event.add("uid", f"{stage.id}@rallynov")
    event.add("sequence", stage.version)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("last-modified", (stage.changed or now).astimezone(UTC))
    event.add("dtstart", stage.starts.astimezone(PARIS))
    event.add("dtend", stage.ends.astimezone(PARIS))
    event.add("summary", word(say("{edition}: {place}", edition=Typed(edition), place=Typed(stage.place))))
    event.add("location", ", ".join(filter(None, (stage.place, stage.address, stage.department))))
    event.add("description", _description(stage, word))
    event.add("status", "CANCELLED" if stage.status is Status.CANCELLED else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if stage.status is Status.CANCELLED else "OPAQUE")
    event.add("organizer", _organizer(sender, word))
    if stage.point:
        event.add("geo", stage.point)
    if sender.web:
        event.add("url", f"{sender.web.rstrip('/')}/etapes/{stage.number}")
    return event


def _description(stage: Stage, word: Callable[[Words], str]) -> str:
    status = [item for block in screens.told(stage)[1:-1] for item in block.items]
    return "\n".join(map(word, (*status, *screens.facts(stage))))


def _organizer(sender: Sender, word: Callable[[Words], str]) -> vCalAddress:
    """Name who publishes, which a published event must tell; who gives no e-mail address has none made up."""
    from icalendar import vCalAddress  # noqa: PLC0415

    found = _MAIL.search(sender.contact)
    address = vCalAddress(f"mailto:{found[0]}" if found else "invalid:nomail")
    address.params["CN"] = word(Say(sender.operator))
    return address


def _paris() -> Timezone:
    """Return the rules of clocks in Paris, in the form that every calendar knows."""
    import icalendar  # noqa: PLC0415

    zone = icalendar.Timezone()
    zone.add("tzid", PARIS.key)
    for kind, name, first, before, after, month in _CLOCKS:
        rule = getattr(icalendar, kind)()
        rule.add("dtstart", first)
        rule.add("tzoffsetfrom", timedelta(hours=before))
        rule.add("tzoffsetto", timedelta(hours=after))
        rule.add("tzname", name)
        rule.add("rrule", {"freq": "yearly", "bymonth": month, "byday": "-1su"})
        zone.add_component(rule)
    return zone
