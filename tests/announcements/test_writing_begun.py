"""Beginning from a template or an earlier one, the preview, who may write what; and every place drawn, in both languages."""

from dataclasses import replace

from announcements.writer import STAGE, TEAM, TEXT, Writer, written

from rallynov.announcements.commands import (
    TestToSelf,
)
from rallynov.announcements.model import Audience, NewsFile, Status
from rallynov.dialogue.turn import Place
from rallynov.editions.stages.model import Stages
from rallynov.people.consents.model import Topic
from rallynov.people.roles import Grants


def test_a_template_is_filled_from_the_calendar_and_what_is_left_keeps_it_back() -> None:
    writer = Writer(TEAM)
    writer.press("models")
    writer.press("m-etape")
    told = writer.press("st-3")
    assert "Salle exemple" in told
    assert writer.draft.content.stage == 3
    assert "[à compléter" in writer.draft.content.text
    assert "submit" not in writer.offered
    writer.press("edit-text")
    writer.say("Un texte sans trou.")
    assert "submit" in writer.offered


def test_the_closing_fills_its_template() -> None:
    writer = Writer(TEAM)
    writer.press("models")
    writer.press("m-cloture")
    assert "31 mars 2027" in writer.draft.content.text
    assert writer.draft.topic is Topic.CALENDAR


def test_an_earlier_one_is_written_again() -> None:
    writer = written()
    first = writer.draft
    writer.having(status=Status.SENT, audience=Audience(("25",)))
    writer.enter()
    writer.press("again")
    writer.press(f"a-{first.id}")
    assert writer.draft.id != first.id
    assert writer.draft.content == first.content
    assert writer.draft.audience == Audience(("25",))
    assert writer.draft.status is Status.DRAFT


def test_the_preview_is_the_very_message_and_the_test_goes_to_oneself() -> None:
    writer = written()
    told = writer.press("preview")
    assert TEXT in told
    assert "Structure exemple" in told
    writer.press("test")
    assert isinstance(writer.orders[-1], TestToSelf)


def test_urgent_is_for_the_team() -> None:
    partner = written()
    partner.press("edit-when")
    assert "urgent" not in partner.offered
    team = Writer(TEAM)
    team.press("write")
    team.press("t-calendar")
    assert team.draft.organisation == ""
    team.place = Place("broadcast", f"{team.draft.id}/edit:when")
    team.press("urgent")
    assert team.draft.urgent


def test_a_moment_in_the_night_is_told_when_it_leaves() -> None:
    writer = written()
    writer.press("edit-when")
    told = writer.say("28 mars 2027 à 2h30")
    assert "2 h 30" in told.replace("\xa0", " ")
    assert "30 mars 2027" in told
    assert writer.draft.wish


def test_a_host_writes_about_stages_too() -> None:
    writer = Writer(facts={Stages: Stages((replace(STAGE, host="structure EXEMPLE"),))})
    writer.press("write")
    assert "t-stages" in writer.offered
    assert "t-calendar" not in writer.offered


def test_nobody_else_writes() -> None:
    stranger = Writer(Grants())
    assert stranger.shown.name == "refused"
    assert stranger.dialogue.write(stranger.place, "x", stranger.scene) is None


def test_every_place_can_be_drawn() -> None:
    writer = written()
    writer.having(
        files=(NewsFile("f", "photo.jpg", "", 1, "kept"),),
        content=replace(writer.draft.content, picture="f", stage=3),
    )
    focus = [None, "models", "model:etape", "again", "nothing", "a/b:c@1", *(
        f"{writer.draft.id}{rest}"
        for rest in ("", "/edit:topic", "/edit:file", "/edit:stage", "/next:when", "/next:bad", "/filter:told", "/filter:x",
                     "/preview", "/submit", "/discard", "/strange:title@5")
    )]  # fmt: skip
    for language in ("fr", "en"):
        writer.language = language
        for one in focus:
            writer.place = Place("broadcast", one)
            assert writer.read()
