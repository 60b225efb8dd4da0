"""Changes of state on both databases: submission once, corrections, withdrawal, and who is told of what."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta

import orjson
import pytest
from conversation import START
from initiatives.coordinator import Coordination
from initiatives.life import FORM, FULL, Life, shared
from sqlalchemy import select

from rallynov.delivery.tables import OutboxRow
from rallynov.dialogue.turn import Command
from rallynov.editions.model import DEFAULT
from rallynov.initiatives.commands import (
    AddRemark,
    JoinDossier,
    KeepAnswer,
    KeepDraft,
    LeaveDossier,
    OpenDossier,
    RemoveSharer,
    ReopenDossier,
    SkipField,
    SubmitDossier,
    TransferDossier,
    WithdrawDossier,
)
from rallynov.initiatives.desk import OvertakenError
from rallynov.initiatives.lifecycle import Reason, Refusal
from rallynov.initiatives.model import Right, Status
from rallynov.initiatives.moving import Moves, Verdict
from rallynov.initiatives.tables import MoveRow


def moves(life: Life, dossier: str = "d1") -> list[tuple[str, str, str]]:
    mine = select(MoveRow.act, MoveRow.status, MoveRow.author).where(MoveRow.dossier_id == dossier)
    with life.store.read() as tx:
        return [tuple(row) for row in tx.execute(mine.order_by(MoveRow.id))]


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


def test_a_dossier_opens_by_the_calendar(life: Life) -> None:
    life.call(date(2026, 11, 23), date(2026, 11, 25))
    for said in (datetime(2026, 11, 22, 22, 59, 59, tzinfo=UTC), datetime(2026, 11, 26, 1, 0, tzinfo=UTC)):
        with pytest.raises(OvertakenError):
            life.order("amina", OpenDossier("d1", FORM.version, said))
    life.order("amina", OpenDossier("d1", FORM.version, datetime(2026, 11, 22, 23, 0, tzinfo=UTC)))
    assert life.dossier("amina").status is Status.DRAFT
