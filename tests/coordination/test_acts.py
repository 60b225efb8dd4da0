"""What the team does with dossiers: told at once or prepared, refused with a reason, and never on what was not read."""

from __future__ import annotations

from datetime import timedelta

import pytest
from conversation import Clock
from initiatives.life import FORM, Life, wording
from sqlalchemy import delete, func, insert, select

from bot.wiring import PULL
from rallynov.coordination import acts as words
from rallynov.coordination import files, lot
from rallynov.coordination.acts import Acts, Mail
from rallynov.coordination.files import Eyes
from rallynov.coordination.lot import Outcome
from rallynov.coordination.model import Staff
from rallynov.coordination.narrowing import Scope
from rallynov.coordination.tables import LabelRow, MessageRow, MessageToRow, NoteRow, VerdictRow
from rallynov.delivery.posting import Post
from rallynov.delivery.tables import OutboxRow
from rallynov.editions.model import DEFAULT, last_second
from rallynov.editions.tables import LateCodeRow
from rallynov.exports.views import load_views
from rallynov.initiatives import cards
from rallynov.initiatives.commands import JoinDossier, KeepAnswer
from rallynov.initiatives.lifecycle import Act
from rallynov.initiatives.model import Right, Status
from rallynov.initiatives.moving import Moves, Verdict
from rallynov.initiatives.tables import ShareRow
from rallynov.people.roles import Grant, Grants, Role
from rallynov.people.tables import RestrictionRow
from rallynov.storage.store import Store

CLAUDE = Staff("claude", Grants((Grant(Role.COORDINATOR),)))
READER = Staff("nadia", Grants((Grant(Role.READER),)))


@pytest.fixture
def life(sqlite: Store, clock: Clock) -> Life:
    """Amina and Bruno have each submitted a dossier."""
    found = Life(sqlite, clock)
    for name, dossier in (("amina", "d1"), ("bruno", "d2")):
        found.person(name)
        found.full(name, dossier, title=f"Initiative de {name}")
        found.submit(name, dossier)
    found.person("claude")
    return found


@pytest.fixture
def acts() -> Acts:
    return Acts(Moves(FORM, DEFAULT), DEFAULT, Post(wording(), PULL))


def verdict(life: Life, reason: str = "Il manque une date.", **more: object) -> Verdict:
    return Verdict("claude", life.clock(), reason, **more)  # type: ignore[arg-type]


def status(life: Life, who: str, dossier: str) -> Status:
    return life.dossier(who, dossier).status


def test_a_correction_is_told_at_once_with_its_reason_and_its_day(life: Life, acts: Acts) -> None:
    until = last_second(life.clock().date() + timedelta(days=20))
    with life.store.write() as tx:
        acts.prepare(tx, CLAUDE, ("d1",), Act.ADMIT, verdict(life))
        outcome = acts.send_back(tx, CLAUDE, ("d1",), verdict(life, until=until))
        assert tx.execute(select(func.count()).select_from(VerdictRow)).scalar() == 0
    assert outcome == Outcome(("d1",))
    found = life.dossier("amina")
    assert (found.status, found.correct_by, found.reason) == (Status.TO_CORRECT, until, "Il manque une date.")
    assert life.headings("web:amina")[-1] == "Votre dossier est à corriger"


def test_no_correction_is_asked_of_a_dossier_that_nobody_owns(life: Life, acts: Acts) -> None:
    scope = Scope(DEFAULT.slug, inner=True, now=life.clock())
    cards.refresh(life.store, FORM, DEFAULT.slug)
    for owned in (True, False):
        with life.store.write() as tx:
            if not owned:
                tx.execute(delete(ShareRow).where(ShareRow.dossier_id == "d1"))
                outcome = acts.send_back(tx, CLAUDE, ("d1",), verdict(life))
                assert outcome == Outcome((), (("d1", words.UNOWNED),))
            file = files.read(tx, FORM, Eyes(scope, "claude", load_views(FORM)), "d1")
            assert file
            assert files.offers(CLAUDE, file, life.clock())["correct"] is owned
            assert file.row.status is Status.SUBMITTED


def test_a_verdict_is_told_when_it_is_released_and_not_before(life: Life, acts: Acts) -> None:
    with life.store.write() as tx:
        acts.prepare(tx, CLAUDE, ("d1",), Act.ADMIT, verdict(life))
        acts.prepare(tx, CLAUDE, ("d2",), Act.REJECT, verdict(life, "Hors du territoire."))
    before = {name: life.headings(f"web:{name}") for name in ("amina", "bruno")}
    assert status(life, "amina", "d1") is status(life, "bruno", "d2") is Status.SUBMITTED
    assert all(len(told) == 1 for told in before.values())  # the receipts
    with life.store.write() as tx:
        assert acts.release(tx, CLAUDE, ("d1", "d2"), life.clock()) == Outcome(("d1", "d2"))
    assert status(life, "amina", "d1") is Status.ADMISSIBLE
    assert status(life, "bruno", "d2") is Status.INADMISSIBLE
    assert life.told("web:bruno")[-1].blocks[2] == ("quote", ("Hors du territoire.",))
    with life.store.write() as tx:
        again = acts.release(tx, CLAUDE, ("d1",), life.clock())
    assert again == Outcome((), (("d1", words.NOT_PREPARED),))


def test_a_verdict_on_what_has_changed_since_is_not_told(life: Life, acts: Acts) -> None:
    with life.store.write() as tx:
        acts.send_back(tx, CLAUDE, ("d1",), verdict(life))
        acts.prepare(tx, CLAUDE, ("d1",), Act.REJECT, verdict(life))
    life.order("amina", KeepAnswer("d1", "title", "Un autre titre exemple", 1))
    with life.store.write() as tx:
        told = acts.release(tx, CLAUDE, ("d1",), life.clock())
    assert told == Outcome((), (("d1", words.CHANGED),))
    assert status(life, "amina", "d1") is Status.TO_CORRECT


def test_nothing_is_done_on_what_was_not_read(life: Life, acts: Acts) -> None:
    with life.store.write() as tx:
        for outcome in (
            acts.send_back(tx, CLAUDE, ("d1",), verdict(life), 1),
            acts.prepare(tx, CLAUDE, ("d1",), Act.ADMIT, verdict(life), 1),
        ):
            assert outcome == Outcome((), (("d1", lot.OLD),))
    assert status(life, "amina", "d1") is Status.SUBMITTED


def test_what_the_life_of_a_dossier_forbids_is_refused_and_the_rest_is_done(life: Life, acts: Acts) -> None:
    life.full("bruno", "d3")
    with life.store.write() as tx:
        outcome = acts.prepare(tx, CLAUDE, ("d3", "d1", "rien"), Act.ADMIT, verdict(life))
    assert outcome.done == ("d1",)
    assert [one for one, _ in outcome.refused] == ["rien", "d3"]


def test_a_reader_does_nothing_and_a_coordinator_nothing_to_their_own(life: Life, acts: Acts) -> None:
    life.order("claude", JoinDossier("d1", Right.READ, "Claude"))
    with life.store.write() as tx:
        refused = [
            acts.send_back(tx, who, ("d1",), verdict(life))
            for who in (READER, CLAUDE)
        ] + [
            acts.prepare(tx, READER, ("d2",), Act.ADMIT, verdict(life)),
            acts.note(tx, READER, ("d2",), "Une note", life.clock()),
            acts.label(tx, READER, ("d2",), "étiquette", life.clock()),
            acts.write(tx, READER, ("d2",), Mail("m", "Bonjour"), life.clock()),
            acts.let_in(tx, READER, ("d2",), "a" * 26, life.clock(), life.clock()),
            acts.release(tx, READER, ("d2",), life.clock()),
        ]  # fmt: skip
    assert all(not one.done and one.refused[0][1] == lot.NOT_ALLOWED for one in refused)


def test_nothing_is_decided_on_a_dossier_that_is_set_aside(life: Life, acts: Acts) -> None:
    with life.store.write() as tx:
        tx.execute(insert(RestrictionRow), [{"person_id": "amina", "source": "web", "at": life.clock()}])
        outcome = acts.prepare(tx, CLAUDE, ("d1", "d2"), Act.ADMIT, verdict(life))
        written = acts.write(tx, CLAUDE, ("d1",), Mail("m", "Bonjour"), life.clock())
    assert outcome == Outcome(("d2",), (("d1", lot.ASIDE),))
    assert written.done == ("d1",)


def test_a_message_reaches_those_who_write_in_it_once(life: Life, acts: Acts) -> None:
    life.person("zoe")
    life.person("lea")
    life.order("zoe", JoinDossier("d1", Right.EDIT, "Zoé"))
    life.order("lea", JoinDossier("d1", Right.READ, "Léa"))
    mail = Mail("m1", "Pensez à la <b>date</b>.")
    for _ in range(2):
        with life.store.write() as tx:
            assert acts.write(tx, CLAUDE, ("d1", "d2"), mail, life.clock()).done == ("d1", "d2")
    for address in ("web:amina", "web:bruno", "web:zoe"):
        assert life.headings(address).count("Un message de l’équipe du rallye") == 1
    assert "Un message de l’équipe du rallye" not in life.headings("web:lea")
    assert life.told("web:zoe")[-1].blocks[2] == ("quote", ("Pensez à la <b>date</b>.",))
    with life.store.read() as tx:
        ranks = set(tx.execute(select(OutboxRow.rank).where(OutboxRow.key.like("message:%"))).scalars())
        kept = tx.execute(select(MessageRow.text, MessageRow.author)).one()
    assert ranks == {1}
    assert tuple(kept) == (mail.text, "claude")


def test_a_late_code_is_sent_to_the_owner_and_only_its_digest_kept(life: Life, acts: Acts) -> None:
    code = "abcdefghijklmnopqrstuvwxyz"
    with life.store.write() as tx:
        until = last_second(life.clock().date() + timedelta(days=3))
        assert acts.let_in(tx, CLAUDE, ("d1",), code, until, life.clock()).done == ("d1",)
        row = tx.execute(select(LateCodeRow.digest, LateCodeRow.uses_left)).one()
    assert life.told("web:amina")[-1].code == code
    assert row.digest != code
    assert row.uses_left == 1


def test_what_the_team_keeps_goes_with_the_dossier_and_its_author_with_themselves(
    life: Life, acts: Acts
) -> None:
    with life.store.write() as tx:
        for dossier in ("d1", "d2"):
            acts.note(tx, CLAUDE, (dossier,), "Une note", life.clock())
            acts.label(tx, CLAUDE, (dossier,), "étiquette", life.clock())
            acts.prepare(tx, CLAUDE, (dossier,), Act.ADMIT, verdict(life))
            acts.write(tx, CLAUDE, (dossier,), Mail("m", "Bonjour"), life.clock())
    tables = (NoteRow, LabelRow, VerdictRow, MessageToRow)
    with life.store.write() as tx:
        tx.exec_driver_sql("DELETE FROM dossier WHERE id = 'd1'")
        tx.exec_driver_sql("DELETE FROM person WHERE id = 'claude'")
        assert [tx.execute(select(func.count()).select_from(one)).scalar() for one in tables] == [1] * 4
        authors = [
            tx.execute(select(one.author)).scalars().all()
            for one in (NoteRow, LabelRow, VerdictRow, MessageRow)
        ]
    assert authors == [[None]] * 4
