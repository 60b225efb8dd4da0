"""Roles on both databases: had once whoever tries, revoked at once, gone with the person, and a trace of each change."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from conversation import Clock, Talk, core
from people.appointed import appoint, dismiss, invite
from sqlalchemy import func, select, update

from bot import plain
from bot.wiring import Core
from rallynov.delivery import inbox
from rallynov.delivery.inbox import Incoming
from rallynov.delivery.message import load
from rallynov.delivery.tables import AuditRow, ConversationRow, OutboxRow
from rallynov.people import granting
from rallynov.people.permissions import Action, may
from rallynov.people.roles import INVITATION, Grant, Role
from rallynov.people.tables import GrantRow, InvitationRow, PersonRow
from rallynov.privacy.service import VISITS, purge
from rallynov.storage.store import Store


def audited(store: Store) -> list[tuple[str, str, str]]:
    with store.read() as tx:
        known = select(AuditRow.actor, AuditRow.action, AuditRow.subject)
        rows = tx.execute(known.where(AuditRow.action.endswith("Role")).order_by(AuditRow.id))
        return [(row.actor, row.action, row.subject) for row in rows]


def holding(store: Store) -> int:
    with store.read() as tx:
        held = select(func.count()).select_from(GrantRow).where(GrantRow.revoked_at.is_(None))
        return tx.execute(held).scalar_one()


def person_of(store: Store, address: str = "web:someone") -> str:
    with store.read() as tx:
        mine = select(ConversationRow.person_id).where(ConversationRow.address == address)
        return tx.execute(mine).scalar_one() or ""


def shown(store: Store) -> list[str]:
    with store.read() as tx:
        return [load(body).screen for body in tx.execute(select(OutboxRow.body)).scalars()]


def come(core_: Core, clock: Clock, code: str, people: int) -> None:
    events = [
        Incoming("web", f"e{n}", f"web:{n}", plain.text_payload(f"/start {code}"), clock())
        for n in range(people)
    ]
    with core_.store.write() as tx:
        inbox.store(tx, events)


def accept_all(core_: Core, clock: Clock, people: int) -> None:
    """Everybody says yes to whatever they were asked."""
    events = [Incoming("web", f"y{n}", f"web:{n}", plain.text_payload("oui"), clock()) for n in range(people)]
    with core_.store.write() as tx:
        inbox.store(tx, events)
    while core_.turns.run().handled:
        pass


def test_twenty_at_once_and_one_has_it(store: Store, clock: Clock) -> None:
    built = core(store, clock)
    come(built, clock, invite(built, clock, Role.COORDINATOR), 20)
    assert len(built.turns.run().handled) == 20
    assert shown(store).count("offer") == 1
    accept_all(built, clock, 20)
    assert holding(store) == 1


def test_twenty_in_two_processes_and_one_has_it(store: Store, clock: Clock) -> None:
    """On PostgreSQL both read the code at once: its row is locked, and the second sees that it is held."""
    built = [core(store, clock) for _ in range(2)]
    come(built[0], clock, invite(built[0], clock, Role.COORDINATOR), 20)
    start = threading.Barrier(2)

    def work(one: Core) -> None:
        start.wait()
        while one.turns.run(limit=1).handled:
            pass

    threads = [threading.Thread(target=work, args=(one,)) for one in built]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert shown(store).count("offer") == 1
    accept_all(built[0], clock, 20)
    assert holding(store) == 1


def test_only_the_digest_of_a_code_is_kept(store: Store, clock: Clock) -> None:
    built = core(store, clock)
    code = invite(built, clock, Role.JUROR)
    talk = Talk(built, clock)
    talk.say(f"/start {code}")
    talk.press("accept")
    with store.read() as tx:
        kept = [
            str(tx.execute(select(table.__table__)).all()) for table in (InvitationRow, GrantRow, AuditRow)
        ]
    assert not [one for one in kept if code in one]


@pytest.mark.parametrize(("before", "held"), [(timedelta(seconds=2), 1), (timedelta(0), 0)])
def test_an_invitation_lasts_three_days(before: timedelta, held: int, sqlite: Store, clock: Clock) -> None:
    built = core(sqlite, clock)
    talk = Talk(built, clock)
    talk.say(f"/start {invite(built, clock, Role.READER)}")
    clock.at += INVITATION - before
    talk.say("oui")
    assert holding(sqlite) == held


def test_a_role_is_revoked_at_once_and_its_invitations_with_it(store: Store, clock: Clock) -> None:
    built = core(store, clock)
    talk = Talk(built, clock)
    talk.say("bonjour")
    appoint(built, clock, talk.address, Role.COORDINATOR)
    talk.say("/inviter")
    talk.press("juror")
    code = talk.say("Camille Exemple").code
    assert code
    talk.say("/inviter")
    dismiss(built, clock)
    assert "ouvert" in str(talk.press("juror").blocks)
    other = Talk(built, clock, "web:other")
    assert "Je ne connais pas ce code" in str(other.say(f"/start {code}").blocks)
    assert holding(store) == 0


def test_an_invitation_is_withdrawn_under_who_is_about_to_accept_it(store: Store, clock: Clock) -> None:
    built = core(store, clock)
    claude, amina = Talk(built, clock), Talk(built, clock, "web:amina")
    claude.say("bonjour")
    appoint(built, clock, claude.address, Role.COORDINATOR)
    claude.say("/inviter")
    claude.press("juror")
    amina.say(f"/start {claude.say('Amina Exemple').code}")
    dismiss(built, clock)
    assert amina.press("accept").screen == "gone"
    assert holding(store) == 0


def test_a_right_is_in_one_edition(sqlite: Store, clock: Clock) -> None:
    built = core(sqlite, clock)
    talk = Talk(built, clock)
    talk.say("bonjour")
    appoint(built, clock, talk.address, Role.COORDINATOR)
    with sqlite.read() as tx:
        here = granting.grants_in(tx, built.edition.slug, person_of(sqlite))
        elsewhere = granting.grants_in(tx, "another", person_of(sqlite))
        acting = granting.people_acting(tx, built.edition.slug, Role.COORDINATOR)
    assert may(here, Action.EDIT_FAQ)
    assert not may(elsewhere, Action.EDIT_FAQ)
    assert acting == [person_of(sqlite)]


def test_each_change_leaves_a_trace(sqlite: Store, clock: Clock) -> None:
    built = core(sqlite, clock)
    talk = Talk(built, clock)
    talk.say(f"/start {invite(built, clock, Role.COORDINATOR)}")
    talk.press("accept")
    dismiss(built, clock)
    assert [(actor, action) for actor, action, _ in audited(sqlite)] == [
        ("command-line", "GrantRole"),
        (person_of(sqlite), "AcceptRole"),
        ("command-line", "RevokeRole"),
    ]


def test_erasing_a_person_takes_their_roles_and_their_name_off_the_trace(store: Store, clock: Clock) -> None:
    built = core(store, clock)
    claude, amina = Talk(built, clock), Talk(built, clock, "web:amina")
    claude.say("bonjour")
    appoint(built, clock, claude.address, Role.COORDINATOR)
    claude.say("/inviter")
    claude.press("juror")
    code = claude.say("Amina Exemple").code
    amina.say(f"/start {code}")
    amina.press("accept")
    person = person_of(store)
    claude.say("/effacer")
    claude.press("erase")
    with store.read() as tx:
        left = tx.execute(select(GrantRow.role, GrantRow.granted_by)).all()
        others = select(AuditRow.actor, AuditRow.subject).where(AuditRow.action != "EraseMe")
        traces = str(tx.execute(others).all())
    assert [tuple(row) for row in left] == [("juror", None)]
    assert person not in traces
    assert [actor for actor, action, _ in audited(store) if action == "GrantRole"] == ["command-line", ""]


def test_what_is_held_by_somebody_erased_may_be_given_again(sqlite: Store, clock: Clock) -> None:
    built = core(sqlite, clock)
    code = invite(built, clock, Role.READER)
    claude = Talk(built, clock)
    for said in ("commencer", "oui", "4", f"/start {code}", "/effacer"):
        claude.say(said)
    claude.press("erase")
    assert Talk(built, clock, "web:other").say(f"/start {code}").screen == "offer"


def test_who_is_not_seen_for_long_is_kept_as_long_as_their_role(sqlite: Store, clock: Clock) -> None:
    built = core(sqlite, clock)
    talk = Talk(built, clock)
    talk.say(f"/start {invite(built, clock, Role.READER)}")
    talk.press("accept")
    clock.at += VISITS + timedelta(days=1)
    with sqlite.write() as tx:
        purge(tx, clock())
    assert holding(sqlite) == 1
    with sqlite.write() as tx:
        tx.execute(update(GrantRow).values(revoked_at=clock()))
        purge(tx, clock())
    with sqlite.read() as tx:
        assert tx.execute(select(func.count()).select_from(PersonRow)).scalar() == 0


def test_a_role_moves_to_another_device_with_its_person(sqlite: Store, clock: Clock) -> None:
    built = core(sqlite, clock)
    claude, phone = Talk(built, clock), Talk(built, clock, "web:phone")
    claude.say(f"/start {invite(built, clock, Role.COORDINATOR)}")
    claude.press("accept")
    code = claude.say("/continuer").code
    assert code
    phone.say(f"/start {code}")
    assert phone.say("/inviter").screen == "invite"


def test_a_partner_name_is_one_however_it_is_typed(sqlite: Store, clock: Clock) -> None:
    built = core(sqlite, clock)
    talk = Talk(built, clock)
    talk.say("bonjour")
    appoint(built, clock, talk.address, Role.WRITER, "Réseau exemple")
    assert talk.say(f"/start {invite(built, clock, Role.APPROVER, 'RESEAU EXEMPLE')}").screen == "offer"
    talk.press("accept")
    assert talk.say(f"/start {invite(built, clock, Role.APPROVER, 'Autre réseau')}").screen != "offer"


def test_roles_are_read_in_one_statement_whatever_the_batch(sqlite: Store, clock: Clock) -> None:
    built = core(sqlite, clock)
    talk = Talk(built, clock)
    talk.say("bonjour")
    appoint(built, clock, talk.address, Role.READER)
    with sqlite.write() as tx:
        read: list[str] = []
        raw = tx.connection.driver_connection
        raw.set_trace_callback(read.append)
        found = granting.grants_of(tx, built.edition.slug, [person_of(sqlite), *map(str, range(200))])
        raw.set_trace_callback(None)
    assert found == {person_of(sqlite): granting.Grants((Grant(Role.READER),))}
    assert len(read) == 1
