"""Dossiers on both databases: answers kept and compared, submission once, and who is told of what."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from typing import cast

import orjson
import pytest
from conversation import START, Clock
from initiatives.life import FORM, FULL, TEXT, Life
from sqlalchemy import Connection, select

from rallynov.delivery.tables import OutboxRow
from rallynov.dialogue.events import Ignored
from rallynov.dialogue.turn import Command
from rallynov.editions.model import DEFAULT
from rallynov.initiatives.commands import (
    AddRemark,
    JoinDossier,
    KeepAnswer,
    KeepDraft,
    LeaveDossier,
    NoReminders,
    OpenDossier,
    RemoveSharer,
    ReopenDossier,
    SkipField,
    SubmitDossier,
    TransferDossier,
    WithdrawDossier,
)
from rallynov.initiatives.coordination import Coordination
from rallynov.initiatives.desk import OvertakenError
from rallynov.initiatives.lifecycle import Reason, Refusal
from rallynov.initiatives.model import Lookalike, Right, Status, missing
from rallynov.initiatives.moving import Moves, Verdict
from rallynov.initiatives.tables import DossierRow, MoveRow, WriteRow
from rallynov.storage.store import Store


@pytest.fixture
def life(store: Store, clock: Clock) -> Life:
    made = Life(store, clock)
    made.person("amina")
    made.person("bruno")
    return made


def shared(life: Life, right: Right = Right.EDIT) -> None:
    """A dossier of Amina's that Bruno shares."""
    life.full("amina")
    life.order("bruno", JoinDossier("d1", right, "Bruno"))


def writes(life: Life, field: str) -> list[tuple[str, int, str]]:
    """Everything that was ever written in a field."""
    mine = select(WriteRow.value, WriteRow.version, WriteRow.author).where(WriteRow.field == field)
    with life.store.read() as tx:
        return [
            (orjson.loads(value), version, author)
            for value, version, author in tx.execute(mine.order_by(WriteRow.id))
        ]


def moves(life: Life, dossier: str = "d1") -> list[tuple[str, str, str]]:
    mine = select(MoveRow.act, MoveRow.status, MoveRow.author).where(MoveRow.dossier_id == dossier)
    with life.store.read() as tx:
        return [tuple(row) for row in tx.execute(mine.order_by(MoveRow.id))]


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


def test_a_submission_gives_a_number_a_fingerprint_and_keeps_what_was_submitted(life: Life) -> None:
    life.full("amina")
    said = life.clock() - timedelta(minutes=10)
    order = life.submission("amina", said=said)
    life.order("amina", order)
    dossier = life.dossier("amina")
    assert (dossier.status, dossier.receipt, dossier.submitted_at) == (Status.SUBMITTED, "2026-0001", said)
    assert dossier.fingerprint == order.fingerprint
    with life.store.read() as tx:
        kept = tx.execute(select(MoveRow.content).where(MoveRow.act == "submit")).scalar_one()
    assert hashlib.sha256((kept or "").encode()).hexdigest() == order.fingerprint
    assert orjson.loads(kept or "")["answers"] == FULL
    assert moves(life) == [("open", "draft", "amina"), ("submit", "submitted", "amina")]


def test_what_changed_since_the_recap_is_not_submitted(life: Life) -> None:
    shared(life)
    order = life.submission("amina")
    life.order("bruno", KeepAnswer("d1", "title", "Un titre changé", 1))
    with pytest.raises(OvertakenError):
        life.order("amina", order)
    assert life.dossier("amina").status is Status.DRAFT
    life.submit("amina")
    assert life.dossier("amina").status is Status.SUBMITTED


def test_an_answer_and_a_submission_in_one_batch(life: Life) -> None:
    """The answer came first: the submission was decided on what it changed, so the batch is done again."""
    shared(life)
    order = life.submission("amina")
    with pytest.raises(OvertakenError):
        life.orders(("bruno", [KeepAnswer("d1", "title", "Un titre changé", 1)]), ("amina", [order]))
    assert life.dossier("amina").given["title"] == FULL["title"]


@pytest.mark.parametrize(
    "order",
    [
        KeepAnswer("d1", "title", "Un titre de trop", 1),
        KeepDraft("d1", "title", "Un"),
        SkipField("d1", "website", 0),
        SubmitDossier("d1", "0" * 64, START),
        ReopenDossier("d1", START),
    ],
)
def test_a_submitted_dossier_is_not_written_to(life: Life, order: Command) -> None:
    life.full("amina")
    life.submit("amina")
    before = life.dossier("amina")
    with pytest.raises(OvertakenError):
        life.order("amina", order)
    assert life.dossier("amina") == before


@pytest.mark.parametrize(
    ("right", "order"),
    [
        (Right.READ, KeepAnswer("d1", "title", "Un titre de trop", 1)),
        (Right.COMMENT, KeepAnswer("d1", "title", "Un titre de trop", 1)),
        (Right.READ, AddRemark("d1", "", "Une remarque")),
        (Right.EDIT, WithdrawDossier("d1")),
        (Right.EDIT, TransferDossier("d1", "bruno")),
        (Right.EDIT, RemoveSharer("d1", "amina")),
    ],
)
def test_a_right_is_checked_when_it_is_used(life: Life, right: Right, order: Command) -> None:
    shared(life, right)
    before = life.dossier("amina")
    with pytest.raises(OvertakenError):
        life.order("bruno", order)
    assert life.dossier("amina") == before


def test_a_stranger_does_nothing_to_a_dossier(life: Life) -> None:
    life.full("amina")
    for order in (
        KeepAnswer("d1", "title", "Un titre de trop", 1),
        LeaveDossier("d1"),
        life.submission("amina"),
        WithdrawDossier("d1"),
        AddRemark("nowhere", "", "Une remarque"),
    ):
        with pytest.raises(OvertakenError):
            life.order("bruno", order)
    assert life.of("bruno").mine == ()


def test_an_incomplete_dossier_is_not_submitted(life: Life) -> None:
    life.open("amina", **{name: value for name, value in FULL.items() if name != "risk"})
    with pytest.raises(OvertakenError):
        life.submit("amina")


def test_numbers_follow_each_other_and_never_come_back(life: Life) -> None:
    for nth in range(1, 4):
        life.full("amina", f"d{nth}", title=f"Une initiative exemple {nth}")
        life.submit("amina", f"d{nth}")
    life.order("amina", WithdrawDossier("d2"), ReopenDossier("d2", life.clock()))
    life.submit("amina", "d2")
    found = {one.id: one.receipt for one in life.of("amina").mine}
    assert found == {"d1": "2026-0001", "d2": "2026-0002", "d3": "2026-0003"}


def test_everybody_is_told_at_each_address_in_their_language(life: Life) -> None:
    life.person("claude", "telegram:7", "web:claude", language="en")
    shared(life)
    life.order("claude", JoinDossier("d1", Right.READ, "Claude"))
    life.submit("amina")
    dossier = life.dossier("amina")
    assert life.headings("web:amina")[-1] == "Dossier déposé\xa0: numéro 2026-0001"
    assert life.headings("web:bruno")[-1] == "Dossier déposé\xa0: numéro 2026-0001"
    for address in ("telegram:7", "web:claude"):
        assert life.headings(address) == ["Dossier submitted: number 2026-0001"]
    shown = str(life.told("telegram:7")[-1].blocks)
    assert "“Une initiative exemple” was submitted on 22 November 2026, 10:00 (Paris time)." in shown
    assert " ".join(dossier.fingerprint[at : at + 4] for at in (0, 4, 8, 12)) in shown


def test_a_letter_to_telegram_waits_to_be_sent_and_one_to_the_web_is_there(life: Life) -> None:
    life.person("claude", "telegram:7", "web:claude")
    life.full("claude")
    life.submit("claude")
    with life.store.read() as tx:
        rows = dict(tx.execute(select(OutboxRow.channel, OutboxRow.status)).all())  # type: ignore[arg-type]
        ranks = set(tx.execute(select(OutboxRow.rank)).scalars())
    assert rows == {"telegram": "queued", "web": "sent"}
    assert ranks == {0}


def coordination(life: Life) -> Coordination:
    return Coordination(Moves(FORM, DEFAULT), life.subject._post)


def test_a_round_trip_of_correction(life: Life) -> None:
    life.call(None, date(2026, 11, 25))
    life.full("amina")
    life.submit("amina")
    first = life.dossier("amina").fingerprint
    life.clock.pass_(days=20)
    office = coordination(life)
    with life.store.write() as tx:
        found = office.request_correction(
            tx, "d1", Verdict("coord", life.clock(), "Le SIRET est celui du siège.")
        )
    assert found is Status.TO_CORRECT
    dossier = life.dossier("amina")
    assert dossier.reason == "Le SIRET est celui du siège."
    assert dossier.correct_by == datetime(2026, 12, 22, 22, 59, 59, tzinfo=UTC)
    assert life.headings("web:amina")[-1] == "Votre dossier est à corriger"
    assert "Le SIRET est celui du siège." in str(life.told("web:amina")[-1].blocks)
    life.order("amina", KeepAnswer("d1", "registry", "35600000000048", 1))
    life.submit("amina")
    dossier = life.dossier("amina")
    assert (dossier.status, dossier.receipt, dossier.reason, dossier.correct_by) == (
        Status.SUBMITTED,
        "2026-0001",
        "",
        None,
    )
    assert dossier.fingerprint != first
    with life.store.write() as tx:
        assert office.declare(tx, "d1", Verdict("coord", life.clock()), admissible=True) is Status.ADMISSIBLE
    assert life.headings("web:amina")[-1] == "Votre dossier est recevable"
    assert [act for act, *_ in moves(life)] == ["open", "submit", "send_back", "submit", "admit"]


def test_a_correction_that_comes_too_late(life: Life) -> None:
    life.full("amina")
    life.submit("amina")
    with life.store.write() as tx:
        coordination(life).request_correction(tx, "d1", Verdict("coord", life.clock(), "À préciser."))
    until = life.dossier("amina").correct_by
    assert until
    with pytest.raises(OvertakenError):
        life.submit("amina", said=until + timedelta(hours=2, seconds=1))
    life.submit("amina", said=until)
    assert life.dossier("amina").status is Status.SUBMITTED


def test_a_coordinator_is_refused_in_words_what_the_table_refuses(life: Life) -> None:
    life.full("amina")
    office = coordination(life)
    with life.store.write() as tx:
        refused = office.declare(tx, "d1", Verdict("coord", life.clock(), "Hors sujet."), admissible=False)
        with pytest.raises(LookupError):
            office.declare(tx, "nowhere", Verdict("coord", life.clock()), admissible=True)
    assert isinstance(refused, Refusal)
    assert refused.reason is Reason.NOT_FROM_HERE
    assert life.dossier("amina").status is Status.DRAFT
    assert life.told("web:amina") == []


def test_an_inadmissible_dossier_says_why(life: Life) -> None:
    life.full("amina")
    life.submit("amina")
    with life.store.write() as tx:
        verdict = Verdict("coord", life.clock(), "L'établissement est hors de la région.")
        coordination(life).declare(tx, "d1", verdict, admissible=False)
    assert life.dossier("amina").status is Status.INADMISSIBLE
    assert life.headings("web:amina")[-1] == "Votre dossier n'est pas recevable".replace("'", "’")
    assert "hors de la région" in str(life.told("web:amina")[-1].blocks)


def test_a_withdrawal_is_told_and_taken_back_while_the_call_is_open(life: Life) -> None:
    life.call(None, date(2026, 11, 25))
    shared(life)
    life.order("amina", WithdrawDossier("d1"))
    assert life.headings("web:bruno")[-1] == "Dossier retiré"
    with pytest.raises(OvertakenError):
        life.order("amina", ReopenDossier("d1", datetime(2026, 11, 26, 1, 0, tzinfo=UTC)))
    life.order("amina", ReopenDossier("d1", life.clock()))
    assert life.dossier("bruno").status is Status.DRAFT
    assert life.headings("web:bruno")[-1] == "Dossier repris"


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


def test_no_more_reminders_is_kept_for_one_person(life: Life) -> None:
    shared(life)
    life.order("amina", NoReminders("d1"))
    assert (life.dossier("amina").reminded, life.dossier("bruno").reminded) == (False, True)


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


def test_a_dossier_opens_by_the_calendar(life: Life) -> None:
    life.call(date(2026, 11, 23), date(2026, 11, 25))
    for said in (datetime(2026, 11, 22, 22, 59, 59, tzinfo=UTC), datetime(2026, 11, 26, 1, 0, tzinfo=UTC)):
        with pytest.raises(OvertakenError):
            life.order("amina", OpenDossier("d1", FORM.version, said))
    life.order("amina", OpenDossier("d1", FORM.version, datetime(2026, 11, 22, 23, 0, tzinfo=UTC)))
    assert life.dossier("amina").status is Status.DRAFT
