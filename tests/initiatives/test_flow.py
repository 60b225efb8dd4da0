"""The dialogue of a dossier with facts made by hand: where an answer leads, what is kept, what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from initiatives.facts import D1, FORM, NOW, at, dialogue, dossier, scene, shown, told, typed
from initiatives.life import FULL, TEXT

from rallynov.dialogue.events import Commanded
from rallynov.dialogue.turn import Place
from rallynov.dialogue.words import Term
from rallynov.editions.model import Calendar
from rallynov.initiatives.commands import KeepAnswer, KeepDraft, OpenDossier, SkipField, SubmitDossier
from rallynov.initiatives.lifecycle import fingerprint
from rallynov.initiatives.model import Answer, Json, Right, Rival, Sharer, Status
from rallynov.initiatives.spots import Spot, View, spot_of


@pytest.mark.parametrize(
    "spot",
    [
        Spot(),
        Spot(View.LIST),
        Spot(View.OPEN),
        Spot(View.NEXT, "d1"),
        Spot(View.NEXT, "d1", "name", 0),
        Spot(View.EDIT, "d1", "name"),
        Spot(View.EDIT, "d1", "name", 12),
        Spot(View.FIX, "d1", "name", 3),
        Spot(View.RECAP, "d1", "story"),
        Spot(View.SUBMIT, "d1", "0f" * 32),
        Spot(View.JOIN, "d1", "edit"),
    ],
)
def test_a_spot_is_read_back_from_its_place(spot: Spot) -> None:
    assert spot_of(spot.place) == spot


@pytest.mark.parametrize(
    "focus", ["", "d1/", "/", "d1@@", "d1/unknown:x", "join:", "join", ":", "d1:name@x", "été"]
)
def test_a_focus_of_no_release_is_somewhere(focus: str) -> None:
    for facts in (scene(), scene(dossier()), scene(dossier(), replace(dossier(), id="d2"))):
        screen = dialogue().screen(Place("dossier", focus), facts)
        assert screen.choices or screen.actions


def test_an_answer_leads_to_the_next_field_and_says_which_version_was_seen() -> None:
    move = typed("Atelier exemple", at(View.NEXT, "name", 0), scene(dossier()))
    assert move.commands == (KeepAnswer(D1, "name", "Atelier exemple", 0),)
    assert spot_of(move.to or Place()) == Spot(View.NEXT, D1, "registry", 0)


def test_a_newer_answer_is_never_overwritten() -> None:
    stored = replace(dossier(), answers={"name": Answer("Atelier de l'autre", 2, "other", NOW)})
    move = typed("Mon atelier", at(View.NEXT, "name", 1), scene(stored))
    assert move.commands == (KeepAnswer(D1, "name", "Mon atelier", 1),)
    held = told(move).holds("name")
    assert held
    assert (held.value, [one.value for one in held.rivals]) == ("Atelier de l'autre", ["Mon atelier"])
    assert shown(move).name == "clash:name"


def test_the_same_answer_as_the_newer_one_is_no_conflict() -> None:
    stored = replace(dossier(), answers={"name": Answer("Atelier", 2, "other", NOW)})
    move = typed("Atelier", at(View.NEXT, "name", 1), scene(stored))
    held = told(move).holds("name")
    assert held
    assert not held.rivals


@pytest.mark.parametrize(
    ("key", "kept"), [("first", TEXT), ("second", TEXT[:200]), ("both", f"{TEXT}\n{TEXT[:200]}")]
)
def test_a_conflict_is_settled_by_choice(key: str, kept: str) -> None:
    rival = Rival(7, TEXT[:200], "other", NOW)
    torn = replace(dossier(), answers={"summary": Answer(TEXT, 3, "me", NOW, rivals=(rival,))})
    move = dialogue().choose(at(View.EDIT, "summary", 3), key, scene(torn))
    assert move.commands == (KeepAnswer(D1, "summary", kept, 3, "", (7,)),)


def test_a_conflict_that_changed_meanwhile_is_shown_again() -> None:
    torn = replace(
        dossier(), answers={"summary": Answer(TEXT, 4, "me", NOW, rivals=(Rival(7, "x", "other", NOW),))}
    )
    move = dialogue().choose(at(View.EDIT, "summary", 3), "second", scene(torn))
    assert not move.commands
    assert spot_of(move.to or Place()).seen == 4


def test_a_text_too_short_is_kept_and_continued() -> None:
    first = typed("Trop court.", at(View.NEXT, "summary", 0), scene(dossier()))
    assert first.commands == (KeepDraft(D1, "summary", "Trop court."),)
    assert first.scene
    second = typed(TEXT[:200], first.to or Place(), first.scene)
    assert second.commands == (KeepAnswer(D1, "summary", f"Trop court.\n{TEXT[:200].strip()}", 0),)


def test_a_text_sent_again_whole_takes_the_place_of_the_one_too_short() -> None:
    draft = dossier().drafting("summary", TEXT[:60])
    move = typed(TEXT, at(View.NEXT, "summary", 0), scene(draft))
    assert move.commands == (KeepAnswer(D1, "summary", TEXT.strip(), 0),)


def test_the_second_half_of_a_text_too_long_never_takes_its_place_unasked() -> None:
    long = dossier().drafting("summary", "x" * 900)
    move = typed(TEXT, at(View.NEXT, "summary", 0), scene(long))
    assert move.commands == (KeepDraft(D1, "summary", ["x" * 900, TEXT]),)
    assert shown(move).name == "two:summary"
    newer = dialogue().choose(at(View.NEXT, "summary", 0), "newer", scene(told(move)))
    assert newer.commands == (KeepAnswer(D1, "summary", TEXT.strip(), 0),)


def test_a_doubt_is_kept_only_after_a_yes() -> None:
    doubted = typed("nom@gmial.com", at(View.NEXT, "email", 0), scene(dossier()))
    assert doubted.commands == (KeepDraft(D1, "email", "nom@gmial.com"),)
    assert doubted.scene
    assert [choice.key for choice in shown(doubted).choices] == ["meant-0", "meant-1", "no"]
    yes = dialogue().choose(doubted.to or Place(), "meant-0", doubted.scene)
    assert yes.commands == (KeepAnswer(D1, "email", "nom@gmail.com", 0),)
    no = dialogue().choose(doubted.to or Place(), "no", doubted.scene)
    assert no.commands == (KeepDraft(D1, "email", None),)


def test_choices_are_ticked_one_by_one_or_typed_together() -> None:
    facts, here = scene(dossier()), at(View.NEXT, "themes", 0)
    for option in ("mobility", "health"):
        move = dialogue().choose(here, f"o-{option}", facts)
        assert move.scene
        facts = move.scene
    done = dialogue().choose(here, "done", facts)
    assert done.commands == (KeepAnswer(D1, "themes", ["health", "mobility"], 0),)
    together = typed("1 4", here, scene(dossier()))
    assert together.commands == done.commands


def test_one_choice_too_many_is_refused_and_nothing_is_lost() -> None:
    full = dossier().drafting("themes", ["health", "employment", "mobility"])
    move = dialogue().choose(at(View.NEXT, "themes", 0), "o-cohesion", scene(full))
    assert not move.commands
    assert move.lead


@pytest.mark.parametrize(("name", "text"), [("legal", "n'importe quoi"), ("head_informed", "peut-être")])
def test_what_chooses_nothing_is_no_answer_and_the_field_says_how_to_choose(name: str, text: str) -> None:
    place, facts = at(View.NEXT, name, 0), scene(dossier())
    assert dialogue().write(place, text, facts) is None
    assert dialogue().screen(place, facts).mend == Term(f"form:{name}:mend")


def test_a_no_to_what_has_to_be_agreed_to_is_understood_and_kept_nowhere() -> None:
    move = typed("non", at(View.NEXT, "rules", 0), scene(dossier()))
    assert move.lead
    assert not move.commands


def test_what_may_be_published_is_chosen_among_what_was_written() -> None:
    screen = dialogue().screen(at(View.NEXT, "published", 0), scene(dossier(title="Un titre")))
    assert [choice.key for choice in screen.choices] == ["o-all", "o-none", "o-title"]


def test_a_row_is_written_cell_by_cell_or_at_once() -> None:
    facts, here = scene(dossier()), at(View.NEXT, "indicators", 0)
    for cell in ("Absences", "12", "7"):
        move = typed(cell, here, facts)
        assert move.scene
        facts = move.scene
    row: Json = {"label": "Absences", "before": "12", "after": "7", "date": "2013-03"}
    one = typed("mars 2013", here, facts)
    assert one.commands == (KeepAnswer(D1, "indicators", [row], 0),)
    assert spot_of(one.to or Place()) == Spot(View.NEXT, D1, "indicators", 1)
    once = typed("Absences ; 12 ; 7 ; mars 2013", here, scene(dossier()))
    assert once.commands == one.commands


def test_going_back_in_a_row_is_to_its_cell_before() -> None:
    half = dossier().drafting("indicators", {"label": "Absences", "before": "12"})
    move = dialogue().choose(at(View.NEXT, "indicators", 0), "back", scene(half))
    assert move.commands == (KeepDraft(D1, "indicators", {"label": "Absences"}),)


def test_what_the_diagnosis_holds_is_proposed_with_its_provenance() -> None:
    facts = scene(dossier(), notes={"R2.1": TEXT[:200].strip()})
    here = at(View.NEXT, "answer", 0)
    assert dialogue().screen(here, facts).name == "note:answer"
    taken = dialogue().choose(here, "take", facts)
    assert taken.commands == (KeepAnswer(D1, "answer", TEXT[:200].strip(), 0, "diagnosis"),)
    own = dialogue().choose(here, "own", facts)
    assert own.commands == (KeepDraft(D1, "answer", ""),)
    assert shown(own).name == "f:answer"
    assert dialogue().screen(here, taken.scene or facts).name == "f:answer"


def test_leaving_for_later_keeps_what_was_typed() -> None:
    draft = dossier().drafting("summary", "Trop court.")
    move = dialogue().choose(at(View.NEXT, "summary", 0), "skip", scene(draft))
    assert move.commands == (SkipField(D1, "summary", 0),)
    assert (told(move).drafts or {})["summary"] == "Trop court."


def test_all_that_is_optional_in_a_step_is_skipped_at_once() -> None:
    move = dialogue().choose(at(View.NEXT, "flags", 0), "skip_all", scene(dossier(name="x" * 9, legal="sas")))
    assert [command.field for command in move.commands if isinstance(command, SkipField)] == [
        "flags",
        "naf",
        "website",
    ]


def test_what_is_missing_is_listed_before_a_submission() -> None:
    without = dossier(**{name: value for name, value in FULL.items() if name != "title"})
    move = dialogue().enter(Commanded("deposer"), Place(), scene(without))
    assert spot_of(move.to or Place()).view is View.MISSING
    screen = dialogue().screen(move.to or Place(), scene(without))
    assert [choice.key for choice in screen.choices] == ["fix-title"]


def test_what_is_submitted_is_what_was_shown() -> None:
    full = dossier(**FULL)
    asked = dialogue().enter(Commanded("deposer"), Place(), scene(full))
    assert spot_of(asked.to or Place()) == Spot(View.SUBMIT, D1, fingerprint(FORM, full))
    sure = dialogue().choose(asked.to or Place(), "submit", scene(full))
    assert sure.commands == (SubmitDossier(D1, fingerprint(FORM, full), NOW),)
    changed = full.answering("title", Answer("Un autre titre", 2))
    again = dialogue().choose(asked.to or Place(), "submit", scene(changed))
    assert not again.commands
    assert spot_of(again.to or Place()).target == fingerprint(FORM, changed)


def test_values_to_choose_between_stand_before_a_submission() -> None:
    torn = dossier(**FULL).answering("title", Answer("Un titre", 2, rivals=(Rival(1, "Un autre", "x", NOW),)))
    move = dialogue().enter(Commanded("deposer"), Place(), scene(torn))
    assert spot_of(move.to or Place()).view is View.MISSING


def test_nothing_changes_once_submitted() -> None:
    for status in set(Status) - {Status.DRAFT, Status.TO_CORRECT}:
        facts = scene(dossier(status, **FULL))
        assert dialogue().screen(at(View.EDIT, "title", 1), facts).name == "status"
        assert not typed("Un autre titre", at(View.EDIT, "title", 1), facts).commands


@pytest.mark.parametrize("right", [Right.READ, Right.COMMENT, Right.EDIT])
def test_a_right_is_checked_at_every_act(right: Right) -> None:
    facts = scene(replace(dossier(**FULL), right=right, others=(Sharer("o" * 32, "", Right.OWN),)))
    assert (
        dialogue().choose(at(View.SUBMIT, fingerprint(FORM, dossier(**FULL))), "submit", facts).commands == ()
    )
    assert dialogue().choose(at(View.WITHDRAW), "withdrawn", facts).commands == ()
    assert dialogue().choose(at(View.PEOPLE), "invite-edit", facts).commands == ()
    wrote = dialogue().write(at(View.EDIT, "title", 1), "Un autre titre", facts)
    assert bool(wrote and wrote.commands) == (right is Right.EDIT)
    said = dialogue().write(at(View.REMARKS, "title"), "Une remarque", facts)
    assert bool(said and said.commands) == (right is not Right.READ)


def test_a_dossier_is_opened_when_the_call_is() -> None:
    calendar = Calendar(NOW - timedelta(days=1), NOW + timedelta(days=1))
    move = dialogue().choose(Place("dossier", "open"), "begin", scene(calendar=calendar))
    assert move.commands == (OpenDossier("a" * 26, FORM.version, NOW),)
    closed = Calendar(NOW - timedelta(days=9), NOW - timedelta(days=2))
    for early_or_late in (closed, Calendar(NOW + timedelta(days=1))):
        refused = dialogue().choose(Place("dossier", "open"), "begin", scene(calendar=early_or_late))
        assert not refused.commands
        screen = dialogue().screen(refused.to or Place(), scene(calendar=early_or_late))
        assert screen.name == "no_dossier"


def test_who_shares_a_dossier_no_longer_is_told() -> None:
    move = dialogue().write(at(View.EDIT, "title", 1), "Un titre", scene())
    assert move
    assert not move.commands
    assert move.lead
