"""What is not said as an answer is said: none at an optional field, a yes to a doubt, the end of a correction."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from initiatives.facts import FORM, NOW, at, dialogue, dossier, scene, typed

from rallynov.dialogue.screens import Screen
from rallynov.dialogue.words import Term
from rallynov.editions.model import last_second
from rallynov.initiatives.commands import KeepAnswer, KeepDraft, SkipField
from rallynov.initiatives.model import Kind, Status
from rallynov.initiatives.spots import View


def _sent_back(now: datetime) -> Screen:
    late = dossier(Status.TO_CORRECT, name="Atelier exemple")
    late = replace(late, correct_by=last_second(date(2026, 12, 2)), reason="Le budget, par exemple.")
    return dialogue().screen(at(View.STATUS), replace(scene(late), said=now, received=now, now=now))


def test_in_time_a_dossier_that_was_sent_back_is_to_be_submitted_again() -> None:
    seen = _sent_back(NOW)
    assert "submit it again by" in str(seen.blocks)
    assert not seen.offers("contact")


def test_when_the_time_to_correct_is_over_nothing_tells_to_correct_and_a_person_is_offered() -> None:
    seen = _sent_back(NOW + timedelta(days=20))
    assert "submit it again by" not in str(seen.blocks)
    assert "counts once you have submitted" not in str(seen.blocks)
    assert "The time to correct this dossier ended" in str(seen.blocks)
    assert "Le budget" in str(seen.blocks)
    assert seen.offers("contact")


def test_a_yes_takes_the_address_that_was_meant_and_a_no_gives_back_what_was_typed() -> None:
    typed_ = "nadia@gmial.com"
    draft = replace(dossier(), drafts={"email": typed_})
    place = at(View.EDIT, "email")
    seen = dialogue().screen(place, scene(draft))
    assert seen.choices[0].synonyms == "choices:yes:synonyms"
    move = dialogue().choose(place, seen.choices[0].key, scene(draft))
    assert [order.value for order in move.commands if isinstance(order, KeepAnswer)] == ["nadia@gmail.com"]
    assert seen.choices[-1].synonyms == "choices:no:synonyms"
    assert typed_ in str(dialogue().choose(place, seen.choices[-1].key, scene(draft)).lead)


@pytest.mark.parametrize("none", ["non", "Aucun", "aucune.", "rien", "je n'en ai pas", "none"])
@pytest.mark.parametrize("field", ["partner", "naf", "website", "links", "lasting"])
def test_none_at_a_field_that_is_optional_leaves_it(field: str, none: str) -> None:
    move = typed(none, at(View.EDIT, field), scene(dossier()))
    assert [type(order) for order in move.commands] == [SkipField]


def test_none_is_a_name_where_one_must_be_given() -> None:
    move = typed("Rien", at(View.EDIT, "name"), scene(dossier()))
    assert [order.value for order in move.commands if isinstance(order, KeepAnswer)] == ["Rien"]


@pytest.mark.parametrize("given", ["http://exemple.fr", "camille@exemple.fr", "www.exemple.fr"])
def test_the_name_of_a_person_is_no_address(given: str) -> None:
    move = typed(given, at(View.EDIT, "person"), scene(dossier()))
    assert [type(order) for order in move.commands] == [KeepDraft]


def test_the_rules_say_where_they_are_read_and_nothing_else_does() -> None:
    where = Term("privacy:rules:where")
    fields = [one.id for one in FORM.fields if one.kind is not Kind.FILES]
    shown = {
        one: dialogue().screen(at(View.EDIT, one), scene(dossier(legal="other", stage="trial")))
        for one in fields
    }
    assert [one for one in fields if any(where in block.items for block in shown[one].blocks)] == ["rules"]
