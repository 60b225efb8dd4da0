"""Answers on both databases: kept, compared with what stands, never lost; and what is known of each dossier."""

from __future__ import annotations

from typing import cast

import orjson
import pytest
from initiatives.life import FORM, FULL, TEXT, Life, shared
from sqlalchemy import Connection, select

from rallynov.dialogue.events import Ignored
from rallynov.editions.model import DEFAULT
from rallynov.initiatives.commands import (
    AddRemark,
    KeepAnswer,
    KeepDraft,
    SkipField,
    WithdrawDossier,
)
from rallynov.initiatives.lookalikes import Group, Sign, lookalikes
from rallynov.initiatives.model import Lookalike, Right, Status, missing
from rallynov.initiatives.tables import DossierRow, WriteRow


def writes(life: Life, field: str) -> list[tuple[str, int, str]]:
    """Everything that was ever written in a field."""
    mine = select(WriteRow.value, WriteRow.version, WriteRow.author).where(WriteRow.field == field)
    with life.store.read() as tx:
        return [
            (orjson.loads(value), version, author)
            for value, version, author in tx.execute(mine.order_by(WriteRow.id))
        ]


def test_what_is_answered_is_kept_with_its_author_and_its_trace(life: Life) -> None:
    life.open("amina", title="Un premier titre")
    life.order("amina", KeepAnswer("d1", "title", "Un second titre", 1, "diagnosis"))
    answer = life.dossier("amina").holds("title")
    assert answer
    assert (answer.value, answer.version, answer.by, answer.source) == (
        "Un second titre",
        2,
        "amina",
        "diagnosis",
    )
    assert writes(life, "title") == [("Un premier titre", 1, "amina"), ("Un second titre", 2, "amina")]


def test_a_full_dossier_lacks_nothing(life: Life) -> None:
    life.full("amina")
    assert missing(FORM, life.dossier("amina")) == []
    assert dict(FORM.given(life.dossier("amina"))) == FULL


def test_whoever_has_no_dossier_costs_one_query(life: Life) -> None:
    life.open("bruno")
    cursors: list[str] = []
    with life.store.read() as tx:
        counted = cast("Connection", _Counting(tx, cursors))
        assert life.subject.load(counted, {"amina": Ignored(), "claude": Ignored()}) == {}
        assert len(cursors) == 1
        life.subject.load(counted, {"bruno": Ignored()})
        assert len(cursors) == 8


class _Counting:
    """A connection that counts the cursors taken from its driver."""

    def __init__(self, tx: object, cursors: list[str]) -> None:
        self._tx, self._cursors = tx, cursors

    def __getattr__(self, name: str) -> object:
        if name == "connection":
            self._cursors.append(name)
        return getattr(self._tx, name)


def test_a_value_that_met_a_newer_one_stays_beside_it(life: Life) -> None:
    shared(life)
    life.order("amina", KeepAnswer("d1", "title", "Le titre d'Amina", 1))
    life.order("bruno", KeepAnswer("d1", "title", "Le titre de Bruno", 1))
    answer = life.dossier("bruno").holds("title")
    assert answer
    assert (answer.value, answer.version) == ("Le titre d'Amina", 2)
    assert [(rival.value, rival.by) for rival in answer.rivals] == [("Le titre de Bruno", "bruno")]
    assert writes(life, "title")[1:] == [("Le titre d'Amina", 2, "amina"), ("Le titre de Bruno", 0, "bruno")]


@pytest.mark.parametrize("first", ["amina", "bruno"])
def test_two_who_write_in_one_batch_do_not_overwrite_each_other(life: Life, first: str) -> None:
    shared(life)
    second = "bruno" if first == "amina" else "amina"
    life.orders(
        (first, [KeepAnswer("d1", "title", f"Le titre de {first}", 1)]),
        (second, [KeepAnswer("d1", "title", f"Le titre de {second}", 1)]),
    )
    answer = life.dossier("amina").holds("title")
    assert answer
    assert answer.value == f"Le titre de {first}"
    assert [rival.value for rival in answer.rivals] == [f"Le titre de {second}"]


def test_different_fields_of_one_dossier_are_no_conflict(life: Life) -> None:
    shared(life)
    before = life.dossier("amina")
    life.orders(
        ("amina", [KeepAnswer("d1", "title", "Un autre titre exemple", 1)]),
        ("bruno", [KeepAnswer("d1", "street", "2 rue de l'Exemple", 1)]),
    )
    after = life.dossier("amina")
    assert (after.given["title"], after.given["street"]) == ("Un autre titre exemple", "2 rue de l'Exemple")
    assert after != before
    assert all(not answer.rivals for answer in (after.answers or {}).values())


def test_the_same_value_written_twice_is_no_conflict(life: Life) -> None:
    shared(life)
    for who in ("amina", "bruno"):
        life.order(who, KeepAnswer("d1", "title", "Le même titre", 1))
    answer = life.dossier("amina").holds("title")
    assert answer
    assert (answer.value, answer.rivals) == ("Le même titre", ())


def test_a_choice_between_two_values_settles_it(life: Life) -> None:
    shared(life)
    life.order("amina", KeepAnswer("d1", "title", "Le titre d'Amina", 1))
    life.order("bruno", KeepAnswer("d1", "title", "Le titre de Bruno", 1))
    answer = life.dossier("bruno").holds("title")
    assert answer
    [rival] = answer.rivals
    life.order("bruno", KeepAnswer("d1", "title", rival.value, answer.version, settles=(rival.id,)))
    answer = life.dossier("amina").holds("title")
    assert answer
    assert (answer.value, answer.version, answer.rivals) == ("Le titre de Bruno", 3, ())
    assert len(writes(life, "title")) == 4


def test_a_choice_that_comes_too_late_settles_nothing(life: Life) -> None:
    shared(life)
    life.order("amina", KeepAnswer("d1", "title", "Le titre d'Amina", 1))
    life.order("bruno", KeepAnswer("d1", "title", "Le titre de Bruno", 1))
    [rival] = life.dossier("bruno").holds("title").rivals  # type: ignore[union-attr]
    life.order("amina", KeepAnswer("d1", "title", "Un troisième titre", 2))
    life.order("bruno", KeepAnswer("d1", "title", rival.value, 2, settles=(rival.id,)))
    answer = life.dossier("amina").holds("title")
    assert answer
    assert answer.value == "Un troisième titre"
    assert [one.value for one in answer.rivals] == ["Le titre de Bruno", "Le titre de Bruno"]


def test_a_draft_belongs_to_one_person_and_goes_with_the_answer(life: Life) -> None:
    shared(life)
    life.order(
        "amina", KeepDraft("d1", "summary", "trop court"), KeepDraft("d1", "indicators", {"label": "A"})
    )
    assert life.dossier("amina").drafts == {"summary": "trop court", "indicators": {"label": "A"}}
    assert life.dossier("bruno").drafts == {}
    life.order("amina", KeepDraft("d1", "summary", "un peu plus long"))
    life.order("bruno", KeepAnswer("d1", "summary", TEXT, 1))
    assert life.dossier("amina").drafts == {"summary": "un peu plus long", "indicators": {"label": "A"}}
    life.order("amina", KeepAnswer("d1", "summary", TEXT, 2), KeepDraft("d1", "indicators", None))
    assert life.dossier("amina").drafts == {}


def test_a_skipped_field_holds_nothing_and_one_that_changed_is_not_skipped(life: Life) -> None:
    shared(life)
    life.order("bruno", KeepAnswer("d1", "website", "https://exemple.fr", 0))
    life.order("amina", SkipField("d1", "website", 0))
    assert life.dossier("amina").given["website"] == "https://exemple.fr"
    life.order("amina", SkipField("d1", "website", 1))
    answer = life.dossier("amina").holds("website")
    assert answer
    assert (answer.skipped, answer.version) == (True, 2)
    assert "website" not in life.dossier("amina").given
    assert [value for value, *_ in writes(life, "website")] == ["https://exemple.fr", None]


def test_what_was_begun_stays_when_a_field_is_left_for_later(life: Life) -> None:
    life.open("amina")
    life.order("amina", KeepDraft("d1", "summary", "trop court"))
    life.order("amina", SkipField("d1", "summary", 0))
    assert life.dossier("amina").drafts == {"summary": "trop court"}


def test_remarks_are_read_by_all(life: Life) -> None:
    shared(life, Right.COMMENT)
    life.order("bruno", AddRemark("d1", "need", "Ajoutez un chiffre."))
    life.submit("amina")
    life.order("bruno", AddRemark("d1", "", "Bravo."))
    found = [(remark.field, remark.by, remark.text) for remark in life.dossier("amina").remarks]
    assert found == [("need", "bruno", "Ajoutez un chiffre."), ("", "bruno", "Bravo.")]


def test_a_dossier_that_looks_like_another(life: Life) -> None:
    life.full("amina")
    life.full("bruno", "d2", title="  UNE initiative, exemple !", registry="W251000001")
    life.full("bruno", "d3", title="Tout autre chose", registry="73282932000082")
    assert life.dossier("amina").lookalikes == ()
    assert life.dossier("bruno", "d2").lookalikes == ()
    life.submit("bruno", "d2")
    life.submit("bruno", "d3")
    assert life.dossier("amina").lookalikes == (
        Lookalike("", Status.SUBMITTED, mine=False),
        Lookalike("", Status.SUBMITTED, mine=False),
    )
    life.order("bruno", WithdrawDossier("d2"))
    assert life.dossier("amina").lookalikes == (Lookalike("", Status.SUBMITTED, mine=False),)
    life.full("bruno", "d4", title="Tout autre chose", registry="W391000001")
    assert life.dossier("bruno", "d4").lookalikes == (
        Lookalike("Tout autre chose", Status.SUBMITTED, mine=True),
    )
    life.order("amina", SkipField("d1", "registry", 1), KeepAnswer("d1", "title", "Un titre à moi", 1))
    assert life.dossier("amina").lookalikes == ()


def test_the_last_touched_comes_first(life: Life) -> None:
    for nth in (1, 2, 3):
        life.open("amina", f"d{nth}")
    life.order("amina", KeepAnswer("d2", "title", "Un titre exemple", 0))
    assert life.of("amina").mine[0].id == "d2"


def test_only_the_dossiers_of_the_edition_are_known(life: Life) -> None:
    life.open("amina")
    with life.store.write() as tx:
        tx.execute(DossierRow.__table__.update().values(edition="autre"))  # type: ignore[attr-defined]
    assert life.of("amina").mine == ()


def test_the_team_sees_which_dossiers_look_alike(life: Life) -> None:
    life.full("amina")
    life.full("bruno", "d2", title="UNE initiative, exemple !", registry="W251000001")
    life.full("bruno", "d3", title="Tout autre chose", registry="73282932000082")
    life.full("bruno", "d4", title="Une quatrième", registry="W391000001")
    life.full("bruno", "d5", title="Tout autre chose")
    life.order("bruno", WithdrawDossier("d5"))
    with life.store.read() as tx:
        assert lookalikes(tx, DEFAULT.slug) == [
            Group(Sign.SIREN, "732829320", ("d1", "d3")),
            Group(Sign.TITLE, "une initiative exemple", ("d1", "d2")),
        ]
        assert lookalikes(tx, "autre") == []
