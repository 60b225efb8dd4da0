"""Live answers under every calendar: before the opening, while the call is open, after the closing, and without dates."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from spoken import WORDING

from rallynov.dialogue.turn import Scene
from rallynov.editions.model import Calendar, first_second, last_second
from rallynov.faq.live import live
from rallynov.faq.model import LIVE, Counts, Faq
from rallynov.initiatives.model import Answer, Dossier, Dossiers, Status

OPENS, CLOSES = first_second(date(2026, 12, 1)), last_second(date(2027, 3, 31))
SET = Calendar(OPENS, CLOSES)
BEFORE = datetime(2026, 11, 22, 9, tzinfo=UTC)
OPEN = datetime(2027, 3, 21, 9, tzinfo=UTC)
AFTER = datetime(2027, 4, 10, 9, tzinfo=UTC)
CALENDARS = {"before": (SET, BEFORE), "open": (SET, OPEN), "after": (SET, AFTER), "unset": (Calendar(), OPEN)}
SUBMITTED = Dossier(
    "d", Status.SUBMITTED, answers={"title": Answer("Exemple")}, receipt="RN-1", submitted_at=OPEN
)


def said(rule: str, when: str, *dossiers: Dossier, counts: Counts = Counts(), language: str = "fr") -> str:  # noqa: B008
    calendar, now = CALENDARS[when]
    facts = {Calendar: calendar, Dossiers: Dossiers(dossiers), Faq: Faq(counts=counts)}
    blocks = live(rule, Scene(now, now, language, facts=facts))
    return "\n".join(WORDING.word(item, language) for block in blocks for item in block.items).replace(
        "\xa0", " "
    )


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("before", "ouvre le 1er décembre 2026 et ferme le 31 mars 2027, 23 h 59"),
        ("open", "ouvert jusqu’au 31 mars 2027, 23 h 59 (heure de Paris) : il reste 10 jours"),
        ("after", "a fermé le 31 mars 2027, 23 h 59"),
        ("unset", "Aucune date n’est encore fixée"),
    ],
)
def test_the_deadline_is_the_calendar_s(when: str, expected: str) -> None:
    assert expected in said("deadline", when)


def test_the_last_day_says_so() -> None:
    now = CLOSES - timedelta(hours=8)
    facts = {Calendar: SET, Dossiers: Dossiers(), Faq: Faq()}
    [block] = live("deadline", Scene(now, now, facts=facts))
    assert "aujourd’hui" in WORDING.word(block.items[0], "fr")


def test_the_technical_delay_after_the_closing_is_never_told() -> None:
    now = CLOSES + timedelta(minutes=30)
    facts = {Calendar: SET, Dossiers: Dossiers(), Faq: Faq()}
    [block] = live("deadline", Scene(now, now, facts=facts))
    assert "a fermé le 31 mars 2027" in WORDING.word(block.items[0], "fr")


def test_a_late_code_is_told_to_its_holder_alone() -> None:
    calendar = SET.with_late(last_second(date(2027, 4, 12)))
    facts = {Calendar: calendar, Dossiers: Dossiers(), Faq: Faq()}
    words = [WORDING.word(block.items[0], "fr") for block in live("late", Scene(AFTER, AFTER, facts=facts))]
    assert any("12 avril 2027" in one for one in words)
    assert "12 avril" not in said("late", "after")


@pytest.mark.parametrize("when", CALENDARS)
def test_one_s_own_dossier_is_told_as_it_stands(when: str) -> None:
    assert "RN-1" in said("my-dossier", when, SUBMITTED)
    assert "n’avez pas de dossier" in said("my-dossier", when)
    assert "RN-1" in said("answer-date", when, SUBMITTED)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("jury", "pas encore enregistré"),
        ("answer-date", "pas encore dans le calendrier"),
        ("next-stage", "Aucune étape"),
    ],
)
@pytest.mark.parametrize("when", CALENDARS)
def test_what_the_calendar_does_not_know_is_said(rule: str, expected: str, when: str) -> None:
    words = said(rule, when)
    assert expected in words
    assert ("2027" in words) is (when != "unset") or when == "before"


def test_few_dossiers_are_not_counted_aloud() -> None:
    assert "déposés" not in said("past-editions", "open", counts=Counts((), 4))
    assert "17 dossiers" in said("past-editions", "open", counts=Counts((), 17))
    assert "Rally’nov 2013" in said("past-editions", "open")


@pytest.mark.parametrize("rule", LIVE)
@pytest.mark.parametrize("when", CALENDARS)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_rule_says_something_under_every_calendar(rule: str, when: str, language: str) -> None:
    assert said(rule, when, language=language).strip()


def test_made_up_dates_are_told_as_such() -> None:
    facts = {Calendar: Calendar(OPENS, CLOSES, sample=True), Dossiers: Dossiers(), Faq: Faq()}
    words = [WORDING.word(block.items[0], "fr") for block in live("deadline", Scene(OPEN, OPEN, facts=facts))]
    assert "inventées" in words[-1]
