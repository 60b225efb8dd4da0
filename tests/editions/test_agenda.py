"""The calendar file of a stage, read back by a library: one event for ever, further at each change."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest
from conversation import Clock
from editions.waiting_room import POST, WORDING, Room
from sqlalchemy import select

from rallynov.dialogue.words import Words
from rallynov.editions.model import DEFAULT, PARIS
from rallynov.editions.stages import rows, scheduling
from rallynov.editions.stages.agenda import Sender, stage_maker, written
from rallynov.editions.stages.model import Stage, Status
from rallynov.editions.stages.tables import StageRow
from rallynov.storage.store import Store

SENDER = Sender("Association exemple", "L'équipe, bonjour@exemple.fr", "https://rallye.exemple/")
NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
STAGE = Stage(
    "a1",
    3,
    "70",
    "Salle exemple ; étage 2, à droite",
    datetime(2027, 3, 28, 8, 0, tzinfo=UTC),
    datetime(2027, 3, 28, 15, 0, tzinfo=UTC),
    address="1 rue de l'Exemple",
    point=(47.62, 6.15),
    access="Plain-pied" + " et boucle magnétique" * 6,
)


def file(stage: Stage, sender: Sender = SENDER, language: str = "fr") -> bytes:
    def word(words: Words) -> str:
        return WORDING.word(words, language)

    return written(stage, word, "Rally’nov exemple", sender, NOW)


def event(content: bytes) -> Any:
    [found] = icalendar.Calendar.from_ical(content).walk("VEVENT")
    return found


def test_the_file_says_what_the_card_says() -> None:
    content = file(STAGE)
    calendar = icalendar.Calendar.from_ical(content)
    assert (calendar["METHOD"], calendar["VERSION"]) == ("PUBLISH", "2.0")
    one = event(content)
    assert (one["UID"], one["SEQUENCE"], one["STATUS"]) == ("a1@rallynov", 0, "CONFIRMED")
    assert one["DTSTART"].dt == STAGE.starts
    assert f"{one['DTSTART'].dt:%H:%M}" == "10:00"
    assert one["DTSTART"].params["TZID"] == "Europe/Paris"
    assert one["LOCATION"] == "Salle exemple ; étage 2, à droite, 1 rue de l'Exemple, Haute-Saône"
    assert one["URL"] == "https://rallye.exemple/etapes/3"
    assert str(one["ORGANIZER"]) == "mailto:bonjour@exemple.fr"
    assert one["ORGANIZER"].params["CN"] == "Association exemple"
    assert (one["GEO"].latitude, one["GEO"].longitude) == STAGE.point
    assert "Accessibilité" in one["DESCRIPTION"]
    assert one["DTSTAMP"].dt == NOW


def test_lines_are_folded_and_end_as_the_standard_says() -> None:
    content = file(STAGE)
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert content.count(b"\n") == content.count(b"\r\n")


@pytest.mark.parametrize("year", [2013, 2014, 2027, 2030])
def test_its_clocks_are_those_of_paris(year: int) -> None:
    """Every hour of the weeks in which clocks change, read by the rules of the file alone."""
    [zone] = icalendar.Calendar.from_ical(file(STAGE)).walk("VTIMEZONE")
    rules = zone.to_tz(lookup_tzid=False)
    for month, hours in itertools.product((3, 10), range(7 * 24)):
        local = (datetime(year, month, 25, tzinfo=UTC) + timedelta(hours=hours)).astimezone(PARIS)
        twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
        assert twice or rules.utcoffset(local.replace(tzinfo=None)) == local.utcoffset(), local


def test_who_gives_no_address_has_none_made_up() -> None:
    assert (
        str(event(file(STAGE, Sender("Association exemple", "au 03 00 00 00 00")))["ORGANIZER"])
        == "invalid:nomail"
    )
    assert "URL" not in event(file(STAGE, Sender("Association exemple", "")))


def test_a_cancelled_stage_frees_the_hours() -> None:
    one = event(file(replace(STAGE, status=Status.CANCELLED, version=4)))
    assert (one["STATUS"], one["SEQUENCE"], one["TRANSP"]) == ("CANCELLED", 4, "TRANSPARENT")
    assert "annulée" in one["DESCRIPTION"]


def test_the_same_event_goes_further_at_each_change(sqlite: Store, clock: Clock) -> None:
    room = Room(sqlite, clock)
    before = room.stage(capacity=2)
    make = stage_maker(lambda: read(sqlite), WORDING, "Rally’nov", SENDER, clock)
    seen = []
    for changes in ({}, {"place": "Autre salle exemple"}, {"starts": before.starts - timedelta(days=1)}):
        with sqlite.write() as tx:
            held = rows.named(tx, DEFAULT, 1)
            assert held
            scheduling.change(tx, held, changes, clock(), POST)
        made = make("web:x", "1", "en")
        assert made
        assert (made.name, made.mime) == ("etape-1.ics", "text/calendar")
        seen.append(event(made.content))
    assert {str(one["UID"]) for one in seen} == {f"{before.id}@rallynov"}
    assert [int(one["SEQUENCE"]) for one in seen] == [0, 1, 2]
    assert "Accessibility" in seen[0]["DESCRIPTION"]
    assert make("web:x", "9", "fr") is None
    with sqlite.read() as tx:
        assert tx.execute(select(StageRow.status)).scalar_one() == Status.POSTPONED


def read(store: Store) -> tuple[Stage, ...]:
    with store.read() as tx:
        return rows.read(tx, DEFAULT)
