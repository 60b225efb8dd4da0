"""Approving: what was read is what is approved, many are counted by hand, a refusal has a reason, nothing typed is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from announcements.alone import Alone
from announcements.writer import NOW

from rallynov.announcements.approval import ReviewDialogue
from rallynov.announcements.commands import Approve, Refuse, TakeBack, TestToSelf
from rallynov.announcements.crowd_model import Sizes
from rallynov.announcements.model import Announcement, Audience, Content, News, Status
from rallynov.announcements.screens.reading import REASON_MOST
from rallynov.people.consents.model import Topic
from rallynov.people.roles import Grant, Grants, Role

LUCIE = Grants((Grant(Role.APPROVER, "Structure exemple"),))
ONE = Announcement(
    "a1",
    4,
    "karim",
    NOW,
    "Structure exemple",
    Topic.PARTNERS,
    Content("Atelier exemple", "Venez *lundi*."),
    status=Status.SUBMITTED,
    version=6,
)
TWO = replace(ONE, id="a2", number=5, content=Content("Sortie exemple", "Venez mardi."))


def reading(count: int = 12, grants: Grants = LUCIE, one: Announcement = ONE) -> Alone:
    talk = Alone(
        ReviewDialogue(), grants, News(to_read=(one, TWO)), facts={Sizes: Sizes({"a1": count, "a2": 3})}
    )
    talk.press("r-a1")
    return talk


def test_it_is_read_as_it_will_be_received() -> None:
    shown = reading().read()
    assert "Atelier exemple" in shown
    assert "Venez *lundi*." in shown
    assert "12 personnes la recevraient" in shown
    assert "Structure exemple" in shown


def test_the_link_that_people_came_by_is_that_of_who_wrote() -> None:
    one = replace(ONE, organisation="Autre exemple", audience=Audience(members=True))
    assert "venues par le lien de « Autre exemple »" in reading(one=one).read().replace(
        "\u202f", " "
    ).replace("\xa0", " ")


@pytest.mark.parametrize(
    "grants", [Grants(), Grants((Grant(Role.WRITER, "Structure exemple"),)), Grants((Grant(Role.READER),))]
)
def test_who_may_not_approve_reads_nothing(grants: Grants) -> None:
    talk = Alone(ReviewDialogue(), grants, News(to_read=(ONE,)))
    talk.force("r-a1")
    talk.force("approve")
    assert (talk.orders, "Atelier" in talk.read()) == ([], False)


def test_a_few_are_approved_at_once() -> None:
    talk = reading()
    told = talk.press("approve")
    assert talk.orders == [Approve("a1", 12, 6)]
    assert "mardi 24 novembre 2026, 10\xa0h\xa010" in told
    assert "r-a1" not in talk.offered
    assert "b-a1" in talk.offered


def test_above_two_hundred_the_number_is_typed() -> None:
    talk = reading(1204)
    talk.press("approve")
    for wrong in ("oui", "120", "1 205", "pas 1204", "1204 non"):
        assert "pas le nombre" in talk.say(wrong)
    assert talk.orders == []
    talk.say("1 204")
    assert talk.orders == [Approve("a1", 1204, 6)]


@pytest.mark.parametrize("typed", ["1204", "1\u202f204", "1,204", "1.204", " 1204 personnes"])
def test_a_number_is_typed_as_people_write_it(typed: str) -> None:
    talk = reading(1204)
    talk.press("approve")
    talk.say(typed)
    assert talk.orders == [Approve("a1", 1204, 6)]


@pytest.mark.parametrize(("before", "now"), [(200, 200), (100, 105), (100, 95), (0, 0)])
def test_about_the_same_number_is_approved(before: int, now: int) -> None:
    talk = reading(before)
    talk.facts[Sizes] = Sizes({"a1": now})
    talk.press("approve")
    assert talk.orders == [Approve("a1", before, 6)]


@pytest.mark.parametrize(("before", "now"), [(100, 106), (100, 94), (0, 1)])
def test_a_number_that_moved_by_more_than_a_twentieth_is_read_again(before: int, now: int) -> None:
    talk = reading(before)
    talk.facts[Sizes] = Sizes({"a1": now})
    assert "Le nombre de destinataires a changé" in talk.press("approve")
    assert talk.orders == []
    talk.press("approve")
    assert talk.orders == [Approve("a1", now, 6)]


def test_what_was_changed_since_it_was_read_is_read_again() -> None:
    talk = reading()
    talk.facts[News] = News(
        to_read=(replace(ONE, version=8, content=Content("Atelier exemple", "Venez jeudi.")),)
    )
    told = talk.press("approve")
    assert "Venez jeudi." in told
    assert talk.orders == []


def test_a_refusal_has_a_reason_and_what_was_typed_is_given_back() -> None:
    talk = reading()
    talk.press("refuse")
    assert "Il faut une raison" in talk.say("…")
    long = "mot " * 200
    assert "mot mot" in talk.say(long)
    assert len(long.strip()) > REASON_MOST
    assert talk.orders == []
    told = talk.say("Le lieu manque : dites où.")
    assert talk.orders == [Refuse("a1", "Le lieu manque : dites où.", 6)]
    assert "Le lieu manque" in told


def test_a_reason_typed_too_late_is_given_back() -> None:
    talk = reading()
    talk.press("refuse")
    talk.facts[News] = News()
    assert "Le lieu manque" in talk.say("Le lieu manque")
    assert talk.orders == []


def test_an_approval_is_taken_back_and_it_waits_again() -> None:
    talk = reading()
    talk.press("approve")
    talk.press("b-a1")
    assert talk.orders[-1] == TakeBack("a1")
    assert "r-a1" in talk.offered
    assert "b-a1" not in talk.offered


def test_what_has_begun_to_leave_is_not_taken_back() -> None:
    left = replace(ONE, status=Status.SENDING, approver="me")
    talk = Alone(ReviewDialogue(), LUCIE, News(mine=(left,)))
    assert "b-a1" not in talk.offered
    assert "ne peut plus être reprise" in talk.force("b-a1")
    assert talk.orders == []


def test_a_correction_shows_what_was_and_what_would_be() -> None:
    sent = replace(
        ONE,
        status=Status.SENT,
        started=NOW,
        correction=Content("Atelier exemple", "Venez jeudi."),
        offered=True,
    )
    talk = reading(one=sent)
    shown = talk.read()
    assert shown.index("Venez *lundi*.") < shown.index("Venez jeudi.")
    talk.press("approve")
    assert talk.orders == [Approve("a1", 0, 6)]


def test_a_copy_is_sent_to_who_asks() -> None:
    talk = reading()
    talk.press("test")
    assert talk.orders == [TestToSelf("a1")]
