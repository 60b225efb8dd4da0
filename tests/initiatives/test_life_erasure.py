"""What is left of dossiers when somebody is erased, and when their time is over, on both databases."""

from __future__ import annotations

from datetime import datetime

import orjson
import pytest
from conversation import Clock, core
from doors.several import Webber
from initiatives.life import FORM, FULL, Life
from people.test_codes import person_of
from privacy.test_erasure import held
from sqlalchemy import Connection, delete, func, insert, select, update

from rallynov.coordination.tables import EntryRow, LabelRow, MessageRow, MessageToRow, NoteRow, VerdictRow
from rallynov.initiatives import cards
from rallynov.initiatives.commands import (
    AddRemark,
    JoinDossier,
    KeepAnswer,
    KeepDraft,
    WithdrawDossier,
)
from rallynov.initiatives.model import PERSONAL, Right, Status
from rallynov.initiatives.service import load_form
from rallynov.initiatives.tables import AttachmentRow, DossierRow, MoveRow, ShareRow
from rallynov.people import access
from rallynov.people.access import Access, Seen
from rallynov.privacy.service import erase, purge
from rallynov.storage.base import Base
from rallynov.storage.store import Store

WORD = "libellule"
MINE = {**FULL, "person": f"Amina {WORD}", "email": f"{WORD}@exemple.fr"}
OF_DOSSIERS = (
    "access",
    "attachment",
    "dossier",
    "dossier_answer",
    "dossier_card",
    "dossier_draft",
    "dossier_move",
    "dossier_rival",
    "dossier_share",
    "dossier_write",
    "paper_entry",
    "remark",
    "reminder",
    "staff_label",
    "staff_message_to",
    "staff_note",
    "staff_verdict",
)


@pytest.fixture
def life(store: Store, clock: Clock) -> Life:
    made = Life(store, clock)
    for name in ("amina", "bruno", "claude"):
        made.person(name)
    return made


def gone(life: Life, *people: str) -> None:
    """Erase people, as the subject of erasure does."""
    now = life.clock()
    with life.store.write() as tx:
        life.subject._post.send(tx, erase(tx, people, now), now)


def rows(life: Life) -> dict[str, int]:
    """How many rows the tables of dossiers hold, those that hold any."""
    counted = {}
    with life.store.read() as tx:
        for name in OF_DOSSIERS:
            table = Base.metadata.tables[name]
            if number := tx.execute(select(func.count()).select_from(table)).scalar_one():
                counted[name] = number
    return counted


def everything(life: Life) -> None:
    """A dossier of Amina's with something in every table."""
    life.full("amina", "d1", **MINE)
    life.order("bruno", JoinDossier("d1", Right.READ, "Bruno"))
    life.order("amina", KeepAnswer("d1", "street", f"1 rue {WORD}", 9), KeepDraft("d1", "links", WORD))
    life.order("amina", AddRemark("d1", "", f"À revoir : {WORD}"))
    file = {"id": "a1", "dossier_id": "d1", "author": "amina", "address": "web:amina", "origin": "web:x"}
    about = {"name": f"{WORD}.pdf", "mime": "application/pdf", "size": 9, "state": "kept"}
    with life.store.write() as tx:
        tx.execute(insert(AttachmentRow), [file | about | {"created_at": life.clock.at}])
        tx.exec_driver_sql("INSERT INTO reminder VALUES ('d1', '30', '2026-11-22 00:00:00+00:00')")
        cards.make(tx, FORM, [("d1", 1)])
        of_team(tx, life.clock.at)


def of_team(tx: Connection, at: datetime) -> None:
    """What the team keeps of the dossier, and that it was read."""
    access.record(tx, Access("claude", "coordinator", Seen.READ, at), dossiers=["d1"])
    row = {"dossier_id": "d1", "author": "claude", "at": at}
    tx.execute(insert(NoteRow), [row | {"text": f"Une note sur {WORD}"}])
    tx.execute(insert(LabelRow), [row | {"label": WORD}])
    tx.execute(insert(VerdictRow), [row | {"act": "reject", "reason": WORD, "version": 1}])
    tx.execute(insert(EntryRow), [row | {"received_at": at}])
    message = {"id": "m1", "edition": "e", "author": "claude", "at": at, "text": "Bonjour"}
    tx.execute(insert(MessageRow), [message])
    tx.execute(insert(MessageToRow), [{"message_id": "m1", "dossier_id": "d1"}])


def test_every_table_of_dossiers_is_checked_here() -> None:
    owned = {
        table.name
        for table in Base.metadata.sorted_tables
        if any(key.column.table.name == "dossier" for key in table.foreign_keys)
    }
    assert owned | {"dossier"} == set(OF_DOSSIERS)


@pytest.mark.parametrize("submitted", [False, True])
def test_nothing_is_left_of_a_dossier_that_nobody_else_may_edit(life: Life, *, submitted: bool) -> None:
    everything(life)
    assert set(rows(life)) == set(OF_DOSSIERS)
    if submitted:
        life.submit("amina")
    gone(life, "amina")
    assert rows(life) == {}
    with life.store.read() as tx:
        assert held(tx, WORD) == set()
    assert life.headings("web:bruno")[-1] == "Un dossier a été effacé"


def test_a_dossier_that_somebody_may_edit_passes_on_without_the_person(life: Life) -> None:
    everything(life)
    life.order("claude", JoinDossier("d1", Right.EDIT, "Claude"))
    life.order("amina", KeepAnswer("d1", "street", "1 rue de l'Exemple", 1))
    life.submit("amina")
    gone(life, "amina")
    dossier = life.dossier("claude")
    assert (dossier.right, dossier.status, dossier.receipt) == (Right.OWN, Status.SUBMITTED, "2026-0001")
    assert [other.person for other in dossier.others] == ["bruno"]
    assert dict(dossier.given) == {name: value for name, value in FULL.items() if name not in PERSONAL}
    assert {answer.by for answer in (dossier.answers or {}).values()} == {""}
    assert dossier.remarks == ()
    assert [one.name for one in dossier.attachments] == [f"{WORD}.pdf"]
    with life.store.read() as tx:
        assert held(tx, "amina") == {"conversation"}  # where they stand, which holds no words
        theirs = {"attachment", "dossier_move"}  # the name of a file of the organisation's
        assert held(tx, WORD) == theirs | {
            "staff_note",
            "staff_label",
            "staff_verdict",
        }  # the team's own words
        kept = tx.execute(select(MoveRow.content).where(MoveRow.act == "submit")).scalar_one()
    assert set(PERSONAL) & set(orjson.loads(kept or "")["answers"]) == set()
    assert life.headings("web:claude")[-1] == "Vous portez un dossier"
    assert life.headings("web:bruno")[-1] == "Un dossier a changé de mains"


def test_the_contact_goes_with_the_owner_whoever_typed_it(life: Life) -> None:
    """A colleague typed it, or the coordination from a paper dossier."""
    life.full("bruno", "d1", **MINE)
    life.order("amina", JoinDossier("d1", Right.EDIT, "Amina"))
    life.order("claude", JoinDossier("d1", Right.EDIT, "Claude"))
    life.order("claude", KeepDraft("d1", "phone", f"{WORD} 03"))
    life.submit("bruno")
    swap = {"amina": Right.OWN, "bruno": Right.EDIT}
    with life.store.write() as tx:
        for person, right in swap.items():
            tx.execute(update(ShareRow).where(ShareRow.person_id == person).values(right=right))
    gone(life, "amina")
    given = life.dossier("claude").given
    assert set(PERSONAL).isdisjoint(given)
    assert given["title"] == FULL["title"]
    with life.store.read() as tx:
        assert held(tx, WORD) == set()


def test_what_a_colleague_wrote_of_themselves_stays_as_long_as_its_owner(life: Life) -> None:
    life.full("bruno", "d1")
    life.order("amina", JoinDossier("d1", Right.EDIT, "Amina"))
    life.order("claude", JoinDossier("d1", Right.EDIT, "Claude"))
    life.order("amina", KeepAnswer("d1", "email", f"{WORD}@exemple.fr", 1))
    life.order("claude", KeepAnswer("d1", "phone", "+33384000000", 1))
    gone(life, "amina")
    given = life.dossier("claude").given
    assert given["phone"] == "+33384000000"
    assert "email" not in given


def test_a_message_of_the_team_goes_with_the_last_dossier_that_it_was_sent_to(life: Life) -> None:
    everything(life)
    life.full("claude", "d2")
    with life.store.write() as tx:
        tx.execute(insert(MessageToRow), [{"message_id": "m1", "dossier_id": "d2"}])
    for person, left in (("amina", 1), ("claude", 0)):
        gone(life, person)
        with life.store.read() as tx:
            assert tx.execute(select(func.count()).select_from(MessageRow)).scalar() == left


def test_a_message_that_no_dossier_keeps_goes_by_the_hour(life: Life) -> None:
    everything(life)
    with life.store.write() as tx:
        tx.execute(delete(DossierRow))
        purge(tx, life.clock())
        assert tx.execute(select(func.count()).select_from(MessageRow)).scalar() == 0


def test_the_one_who_has_edited_for_longest_becomes_the_owner(life: Life) -> None:
    life.full("amina")
    life.order("bruno", JoinDossier("d1", Right.COMMENT, "Bruno"))
    life.order("claude", JoinDossier("d1", Right.EDIT, "Claude"))
    life.person("dominique")
    life.order("dominique", JoinDossier("d1", Right.EDIT, "Dominique"))
    gone(life, "amina")
    assert life.dossier("claude").right is Right.OWN
    assert life.dossier("dominique").right is Right.EDIT
    gone(life, "claude", "dominique")
    assert rows(life) == {}


def test_somebody_who_only_helped_leaves_the_dossier_to_its_owner(life: Life) -> None:
    life.full("amina")
    life.order("claude", JoinDossier("d1", Right.EDIT, "Claude"))
    life.order("claude", KeepAnswer("d1", "title", "Le titre de Claude", 1))
    before = len(life.told("web:amina"))
    gone(life, "claude")
    dossier = life.dossier("amina")
    assert (dossier.right, dossier.others) == (Right.OWN, ())
    assert dossier.given["title"] == "Le titre de Claude"
    assert len(life.told("web:amina")) == before


def test_the_personal_fields_are_fields_of_the_form() -> None:
    form = load_form()
    assert all((field := form.find(name)) and not field.jury and not field.publishable for name in PERSONAL)


def test_who_asks_for_it_is_erased_with_their_dossiers(store: Store, clock: Clock) -> None:
    """Through the conversation: the same words as ever, and what becomes of the dossiers."""
    built = core(store, clock)
    amina = Webber(built, clock, "amina", "fr")
    for said in ("/start", "commencer", "oui"):
        amina.say(said)
    life = Life(store, clock)
    person = person_of(store, "web:amina") or ""
    life.full(person, "d1", **MINE)
    life.submit(person)
    *_, card = amina.say("/effacer")
    assert "Vos dossiers sont effacés aussi, même déposés" in str(card.texts)
    amina.say("2")
    assert rows(life) == {}
    with store.read() as tx:
        assert held(tx, WORD) == set()


def test_a_withdrawal_keeps_what_was_typed_until_then(life: Life) -> None:
    life.full("amina")
    life.order("amina", WithdrawDossier("d1"))
    assert dict(life.dossier("amina").given) == FULL


def test_numbers_are_not_given_again_after_an_erasure(life: Life) -> None:
    life.full("amina")
    life.submit("amina")
    gone(life, "amina")
    life.full("bruno")
    life.submit("bruno")
    assert life.dossier("bruno").receipt == "2026-0002"
