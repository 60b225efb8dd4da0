"""One-time codes: used once whoever tries, on both databases; nothing lost and nothing left behind by moving."""

from __future__ import annotations

import threading

import pytest
from conversation import Clock, core
from doors.several import Webber
from doors.telegrammer import Telegrammer
from sqlalchemy import select
from stored import count

from bot import plain
from bot.wiring import Core, new_secret
from rallynov.delivery import inbox
from rallynov.delivery.inbox import Incoming
from rallynov.delivery.message import load
from rallynov.delivery.tables import AuditRow, ConversationRow, OutboxRow
from rallynov.people.model import Purpose, code_of, read_code
from rallynov.people.tables import CodeRow, PersonRow
from rallynov.storage.store import Store


def begun(core_: Core, clock: Clock, name: str, *, chat: int = 0) -> Webber | Telegrammer:
    who = (
        Telegrammer(core_, clock, chat=chat, updates=1000 * chat)
        if chat
        else Webber(core_, clock, name, "fr")
    )
    for said in ("/start", "commencer", "oui", "4", "3"):
        who.say(said)
    return who


def last_code(store: Store) -> str:
    with store.read() as tx:
        bodies = tx.execute(select(OutboxRow.body).order_by(OutboxRow.id.desc())).scalars()
        return next(code for body in bodies if (code := load(body).code))


def person_of(store: Store, address: str) -> str | None:
    with store.read() as tx:
        mine = select(ConversationRow.person_id).where(ConversationRow.address == address)
        return tx.execute(mine).scalar()


@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_code_is_read_however_it_is_typed(purpose: Purpose) -> None:
    code = code_of(new_secret(), purpose)
    groups = "-".join(code[at : at + 4] for at in range(0, len(code), 4))
    assert len(code) == purpose.length
    for typed in (
        code,
        code.upper(),
        groups,
        groups.replace("-", " "),
        f"  {groups} ",
        code.replace("o", "0"),
    ):
        assert read_code(typed) == code


@pytest.mark.parametrize("typed", ["", "bonjour", "a" * 13, "é" * 12, "abcd-efgh-ijk!", "9" * 12, "a" * 4000])
def test_what_is_no_code(typed: str) -> None:
    assert read_code(typed) == ""


def test_two_who_give_one_code_in_the_same_batch(store: Store, clock: Clock) -> None:
    built = core(store, clock)
    claude = begun(built, clock, "claude")
    claude.say("/continuer")
    code = last_code(store)
    come = [
        Incoming("web", f"e{n}", f"web:{n}", plain.text_payload(f"/start {code}"), clock())
        for n in ("a", "b")
    ]
    with store.write() as tx:
        inbox.store(tx, come)
    built.turns.run()
    owner = person_of(store, "web:claude")
    assert [person_of(store, f"web:{n}") == owner for n in ("a", "b")].count(True) == 1


def test_two_processes_that_are_given_one_code(store: Store, clock: Clock) -> None:
    """On PostgreSQL both read it at once; the row is locked, and the second sees that it is spent."""
    built = [core(store, clock) for _ in range(2)]
    begun(built[0], clock, "claude").say("/continuer")
    code = last_code(store)
    with store.write() as tx:
        inbox.store(
            tx,
            [
                Incoming("web", f"e{n}", f"web:{n}", plain.text_payload(f"/code {code}"), clock())
                for n in range(20)
            ],
        )
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
    owner = person_of(store, "web:claude")
    assert [person_of(store, f"web:{n}") == owner for n in range(20)].count(True) == 1


def test_only_the_digest_of_a_code_is_kept_in_its_table(store: Store, clock: Clock) -> None:
    begun(core(store, clock), clock, "claude").say("/continuer")
    code = last_code(store)
    with store.read() as tx:
        row = tx.execute(select(CodeRow)).one()
        audited = tx.execute(select(AuditRow.action, AuditRow.subject)).all()
    assert code not in str(row)
    assert ("MakeCode", "code:move") in [tuple(one) for one in audited]
    assert code not in str(audited)


def test_both_addresses_of_a_person_in_one_batch(store: Store, clock: Clock) -> None:
    """The second waits for the next batch, and sees what the first changed: no answer is lost."""
    built = core(store, clock)
    claude = begun(built, clock, "claude")
    claude.say("/continuer")
    there = Telegrammer(built, clock, chat=9)
    there.say(f"/start {last_code(store)}")
    with store.write() as tx:
        inbox.store(
            tx,
            [
                Incoming("web", "x1", "web:claude", plain.text_payload("5"), clock()),
                Incoming("web", "x2", "telegram:9", plain.text_payload("2"), clock()),
            ],
        )
    first = built.turns.run()
    assert (len(first.handled), first.more) == (1, True)
    assert len(built.turns.run().handled) == 1
    assert claude.kept()[1:] == ["diagnostic 1 (en cours) : R1.1 3, R1.2 2, R1.3 4, R2.1 1"]


def test_moving_leaves_nobody_behind(store: Store, clock: Clock) -> None:
    """What was given at the only address of somebody goes with them; what has another address stays."""
    built = core(store, clock)
    begun(built, clock, "claude").say("/continuer")
    other = begun(built, clock, "dominique")
    assert count(store, PersonRow) == 2
    other.say(f"/code {last_code(store)}")
    other.say("1")
    assert count(store, PersonRow) == 1
    assert person_of(store, "web:dominique") == person_of(store, "web:claude")


def test_what_another_address_still_reaches_is_kept(store: Store, clock: Clock) -> None:
    built = core(store, clock)
    dominique = begun(built, clock, "dominique")
    dominique.say("/continuer")
    Webber(built, clock, "ailleurs", "fr").say(f"/code {last_code(store)}")
    begun(built, clock, "claude").say("/continuer")
    dominique.say(f"/code {last_code(store)}")
    dominique.say("1")
    assert count(store, PersonRow) == 2
    assert person_of(store, "web:ailleurs") not in {None, person_of(store, "web:claude")}


def test_a_code_goes_with_the_person_who_made_it(store: Store, clock: Clock) -> None:
    built = core(store, clock)
    claude = begun(built, clock, "claude")
    claude.say("/continuer")
    code = last_code(store)
    claude.say("/effacer")
    claude.say("2")
    [card] = Webber(built, clock, "dominique", "fr").say(f"/start {code}")
    assert "Je ne connais pas ce code" in card.texts[0]
