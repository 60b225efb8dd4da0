"""Following announcements: what may be done is offered, what cannot be undone is asked about, what became of all is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from announcements.alone import Alone
from announcements.writer import NOW
from conversation import core

from rallynov.announcements import commands
from rallynov.announcements.model import Announcement, Content, News, Status
from rallynov.announcements.report import Fate, Report, Reports, changes, figure, read, table
from rallynov.announcements.steering import SendingsDialogue
from rallynov.delivery.tables import OutboxStatus
from rallynov.people.consents.model import Topic
from rallynov.people.roles import Grant, Grants, Role
from rallynov.storage.store import Store

KARIM = Grants((Grant(Role.WRITER, "Structure exemple"),))
TEAM, READER = Grants((Grant(Role.COORDINATOR),)), Grants((Grant(Role.READER),))
ONE = Announcement(
    "a1",
    4,
    "karim",
    NOW,
    "Structure exemple",
    Topic.PARTNERS,
    Content("Atelier exemple", "Venez lundi."),
    status=Status.SENT,
    started=NOW,
    version=6,
)
COUNTS = {
    ("telegram", "sent", ""): 90,
    ("telegram", "skipped", "blocked"): 5,
    ("telegram", "skipped", "chat not found"): 1,
    ("telegram", "unknown", "no answer"): 2,
    ("telegram", "failed", "Bad Gateway"): 1,
    ("telegram", "skipped", "no longer wanted"): 3,
    ("telegram", "skipped", "put off too long"): 4,
    ("web", "sent", ""): 10,
}
AROUND = {"refresh", "list", "menu"}


def following(status: Status = Status.SENT, grants: Grants = KARIM, **more: object) -> Alone:
    one = replace(ONE, status=status, **more)  # type: ignore[arg-type]
    news = News(mine=(one,)) if grants is KARIM else News(others=(one,))
    talk = Alone(SendingsDialogue(), grants, news, facts={Reports: Reports({"a1": read(COUNTS)})})
    talk.press("s-a1")
    return talk


def offered(status: Status, grants: Grants, **more: object) -> set[str]:
    return {key.removeprefix("do-") for key in following(status, grants, **more).offered} - AROUND


@pytest.mark.parametrize(
    ("status", "grants", "keys"),
    [
        (Status.APPROVED, KARIM, {"back-draft", "cancel"}),
        (Status.LATE, KARIM, {"back-draft", "cancel"}),
        (Status.LATE, TEAM, {"late", "back-draft", "cancel"}),
        (Status.SENDING, KARIM, {"pause", "cancel", "correct", "withdraw"}),
        (Status.PAUSED, TEAM, {"resume", "cancel", "correct", "withdraw"}),
        (Status.SENT, KARIM, {"again", "correct", "withdraw"}),
        (Status.SENT, TEAM, {"again", "doubtful", "correct", "withdraw"}),
        (Status.WITHDRAWN, TEAM, set()),
        (Status.SENT, READER, set()),
    ],
)
def test_each_is_offered_what_they_may_do(status: Status, grants: Grants, keys: set[str]) -> None:
    assert offered(status, grants) == keys


def test_what_is_not_offered_is_refused_when_it_is_pressed() -> None:
    talk = following(Status.SENT)
    talk.force("do-doubtful")
    assert "équipe" in talk.force("yes")
    assert talk.orders == []


def test_a_draft_of_others_is_not_followed_and_a_stranger_sees_nothing() -> None:
    talk = Alone(SendingsDialogue(), KARIM, News(mine=(replace(ONE, status=Status.DRAFT),)))
    assert "s-a1" not in talk.offered
    stranger = Alone(SendingsDialogue(), Grants(), News(mine=(ONE,)))
    stranger.force("s-a1")
    assert "Atelier" not in stranger.read()


@pytest.mark.parametrize(
    ("key", "status", "order"),
    [
        ("cancel", Status.SENDING, commands.Cancel("a1")),
        ("withdraw", Status.SENT, commands.Withdraw("a1")),
        ("again", Status.SENT, commands.Resend("a1")),
        ("doubtful", Status.SENT, commands.Resend("a1", doubtful=True)),
    ],
)
def test_what_cannot_be_undone_is_asked_about_first(key: str, status: Status, order: object) -> None:
    talk = following(status, TEAM)
    talk.press(f"do-{key}")
    assert talk.orders == []
    talk.press("no")
    assert talk.orders == []
    talk.press(f"do-{key}")
    talk.press("yes")
    assert talk.orders == [order]


@pytest.mark.parametrize(
    ("key", "status", "order"),
    [
        ("pause", Status.SENDING, commands.Pause("a1")),
        ("resume", Status.PAUSED, commands.Resume("a1")),
        ("late", Status.LATE, commands.SendLate("a1")),
        ("back-draft", Status.APPROVED, commands.TakeBack("a1")),
    ],
)
def test_what_may_be_undone_is_done_at_once(key: str, status: Status, order: object) -> None:
    talk = following(status, TEAM)
    talk.press(f"do-{key}")
    assert talk.orders == [order]


def test_who_approved_it_gives_back_their_approval_alone() -> None:
    talk = following(Status.APPROVED, TEAM, approver="me")
    assert "do-back-draft" not in talk.offered
    assert "attend une nouvelle relecture" in talk.press("do-give-back")
    assert talk.orders == [commands.TakeBack("a1")]


def test_what_is_late_is_asked_about() -> None:
    talk = following(Status.LATE, TEAM, due=NOW - timedelta(hours=7))
    assert "le service était arrêté : l’envoyer quand même ?" in talk.read().replace("\u202f", " ").replace(
        "\xa0", " "
    )


def test_the_risk_of_writing_twice_is_said() -> None:
    talk = following(Status.SENT, TEAM)
    assert "deux fois" in talk.press("do-doubtful")


def test_a_correction_is_written_seen_and_given_to_be_read() -> None:
    talk = following()
    talk.press("do-correct")
    assert "Venez lundi." in talk.read()
    assert "nouveau texte" in talk.say("…")
    assert "rien ne changerait" in talk.say("Venez lundi.")
    long = "mot " * 900
    assert "mot mot" in talk.say(long)
    assert talk.orders == []
    assert "Venez mardi." in talk.say("Venez mardi.")
    assert "do-now" not in talk.offered
    talk.press("do-give")
    content = Content("Atelier exemple", "Venez mardi.")
    assert talk.orders == [commands.Correct("a1", content, 6), commands.OfferCorrection("a1", False, 7)]
    assert "attend d’être relue" in talk.read()


def test_a_correction_is_written_again_or_given_up() -> None:
    talk = following()
    talk.press("do-correct")
    talk.say("Venez mardi.")
    talk.press("do-retype")
    talk.say("Venez jeudi.")
    talk.press("do-drop")
    assert talk.orders[-1] == commands.DropCorrection("a1", 8)
    talk.press("do-correct")
    assert "Venez lundi." in talk.read()


def test_a_title_is_corrected_and_the_text_with_it() -> None:
    talk = following()
    talk.press("do-correct")
    assert "Atelier exemple" in talk.press("do-title")
    assert "trop long" in talk.say("x" * 90)
    assert "rien ne changerait" in talk.say("Atelier  exemple")
    talk.say("Atelier exemple, le mardi")
    talk.press("do-retype")
    talk.say("Venez mardi.")
    assert "le mardi" in talk.read()
    talk.press("do-give")
    both = Content("Atelier exemple, le mardi", "Venez mardi.")
    assert talk.orders[-2:] == [commands.Correct("a1", both, 7), commands.OfferCorrection("a1", False, 8)]


def test_the_team_corrects_at_once_what_is_urgent() -> None:
    talk = following(Status.SENT, TEAM)
    talk.press("do-correct")
    talk.say("Venez mardi.")
    talk.press("do-now")
    assert talk.orders[-1] == commands.OfferCorrection("a1", True, 7)


def test_a_text_typed_for_what_is_gone_is_given_back() -> None:
    talk = following()
    talk.press("do-correct")
    talk.facts[News] = News()
    assert "Venez mardi." in talk.say("Venez mardi.")


def test_an_announcement_is_found_by_its_number() -> None:
    talk = following()
    assert "Atelier exemple" in talk.enter("n° 4")
    assert talk.place.focus == "a1"
    talk.enter("5")
    assert talk.place.focus is None


def test_every_message_has_one_fate_and_none_is_lost() -> None:
    report = read(COUNTS)
    assert report.total == sum(COUNTS.values())
    assert report.many({Fate.BLOCKED}) == 5
    assert report.many({Fate.PUT_OFF, Fate.UNWANTED}) == 7
    assert {line.channel for line in report.lines} == {"telegram", "web"}
    drawn = figure(report)
    assert drawn
    assert sum(values[0] or 0 for _, values in drawn.rows) == report.total


@pytest.mark.parametrize("state", OutboxStatus)
def test_every_state_of_a_message_has_a_fate(state: OutboxStatus) -> None:
    assert read({("telegram", state.value, "what nobody knows"): 2}).total == 2


def test_a_report_of_nothing_draws_nothing() -> None:
    assert figure(Report()) is None
    assert table(Report()) == ()


def test_what_could_not_be_changed_is_told_with_its_reason() -> None:
    changed = read(
        {
            ("telegram", "sent", ""): 80,
            ("telegram", "skipped", "too old"): 6,
            ("telegram", "skipped", "blocked"): 4,
        }
    )
    talk = following(revision=1)
    shown = talk.read(*changes(changed, read(COUNTS)))
    assert "90 messages ont été changés" in shown
    assert "plus de deux jours" in shown
    assert "bloqués depuis" in shown
    assert "sans que nous sachions" in shown


def test_no_key_is_the_name_of_a_command(sqlite: Store) -> None:
    named = core(sqlite).commands
    for status in Status:
        for grants in (KARIM, TEAM):
            one = replace(ONE, status=status, correction=Content("A", "B"))
            talk = Alone(SendingsDialogue(), grants, News(mine=(one,)))
            talk.force("s-a1")
            assert named.isdisjoint({*talk.offered} - {"menu"})


def test_no_two_dialogues_hear_one_command(sqlite: Store) -> None:
    dialogues = core(sqlite).turns._decider._engine._dialogues.values()
    heard = [name for dialogue in dialogues for name in dialogue.commands]
    assert sorted(heard) == sorted(set(heard))
