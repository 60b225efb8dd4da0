"""What others hold of whoever is erased, and what is kept for a time only: letters, invitations, journals, pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from conversation import Clock, Talk, core
from privacy.test_erasure import held
from sqlalchemy import insert, select

from rallynov.delivery import outbox
from rallynov.delivery.decisions import Klass
from rallynov.delivery.outbox import WARNING, Outgoing
from rallynov.delivery.tables import AuditRow, ConversationRow, OutboxRow
from rallynov.faq.tables import QuestionRow, TicketRow
from rallynov.people import granting
from rallynov.people.consents import service as consents
from rallynov.people.granting import be_somebody, digest_of
from rallynov.people.roles import INVITATION, Grant, Role
from rallynov.people.tables import InvitationRow
from rallynov.privacy.service import JOURNAL, VISITS, _lighten, erase, purge
from rallynov.storage.store import Store

WORD = "dragonfly"
DAY = timedelta(days=1)


def write(store: Store, clock: Clock, *messages: Outgoing) -> None:
    with store.write() as tx:
        outbox.add(tx, messages, clock(), None, frozenset({"web"}))


def letter(key: str, address: str, klass: Klass = Klass.RECEIPT) -> Outgoing:
    return Outgoing(f"{key}:{address}:0", address.partition(":")[0], address, klass, f'{{"b": "{WORD}"}}')


def keys(store: Store) -> list[str]:
    with store.read() as tx:
        return list(tx.execute(select(OutboxRow.key).order_by(OutboxRow.id)).scalars())


def ask(store: Store, clock: Clock, ticket: str, person: str) -> None:
    """Have a question handed over."""
    texts = ("screen", "entries", "dossier", "holder")
    common = {"edition": "e", "person_id": person, "words": WORD, "language": "fr"}
    times = dict.fromkeys(("created_at", "due_at", "updated_at"), clock())
    row = (
        common | times | dict.fromkeys(texts, "") | {"id": ticket, "number": len(ticket), "stage": "waiting"}
    )
    with store.write() as tx:
        tx.execute(insert(QuestionRow), [common | {"id": ticket, "verdict": "unknown", "at": clock()}])
        tx.execute(insert(TicketRow), [row | {"robot": False, "version": 1}])


def test_what_the_team_was_told_of_a_question_goes_with_who_asked_it(store: Store, clock: Clock) -> None:
    ask(store, clock, "T_1", "nadia")
    ask(store, clock, "TX1.", "omar")
    told: Sequence[str] = ("ticket:T_1:came", "ticket:T_1:0:more", "ticket:TX1.:came")
    write(store, clock, *(letter(key, to) for key in told for to in ("telegram:claude", "web:claude")))
    with store.write() as tx:
        erase(tx, ["nadia"], clock())
    assert keys(store) == ["ticket:TX1.:came:telegram:claude:0", "ticket:TX1.:came:web:claude:0"]


def test_who_only_asked_for_announcements_keeps_no_question(sqlite: Store, clock: Clock) -> None:
    ask(sqlite, clock, "T1", "nadia")
    write(sqlite, clock, letter("ticket:T1:came", "telegram:claude"))
    with sqlite.write() as tx:
        _lighten(tx, ["nadia"], clock())
        assert held(tx) == set()


def test_the_pages_of_who_is_kept_go_after_three_months(sqlite: Store, clock: Clock) -> None:
    talk = Talk(core(sqlite, clock), clock)
    talk.say("bonjour")
    with sqlite.write() as tx:
        person = tx.execute(select(ConversationRow.person_id)).scalar_one()
        assert person
        be_somebody(tx, person, clock())
        granting.make(tx, granting.Invited("code", "e", Grant(Role.JUROR), "Marie exemple"), clock())
        granting.hold(tx, digest_of("code"), person)
        granting.accept(tx, "e", digest_of("code"), person, clock())
    write(sqlite, clock, letter("dossier:1", talk.address))
    clock.at += VISITS - DAY
    with sqlite.write() as tx:
        purge(tx, clock())
        assert "outbox" in held(tx)
    clock.at += 2 * DAY
    with sqlite.write() as tx:
        purge(tx, clock())
        assert held(tx) == set()
    assert talk.say("/menu").blocks


def test_the_name_on_an_invitation_goes_when_it_is_accepted_or_its_holder_erased(
    sqlite: Store, clock: Clock
) -> None:
    with sqlite.write() as tx:
        for code, person in (("one", "marie"), ("two", "lise")):
            granting.make(tx, granting.Invited(code, "e", Grant(Role.JUROR), f"{person} {WORD}"), clock())
            granting.hold(tx, digest_of(code), person)
        granting.accept(tx, "e", digest_of("one"), "marie", clock())
        assert list(tx.execute(select(InvitationRow.name).order_by(InvitationRow.held_by)).scalars()) == [
            f"lise {WORD}",
            "",
        ]
        erase(tx, ["marie", "lise"], clock())
        assert held(tx) == set()


def test_invitations_and_the_journal_are_forgotten_by_the_retention(store: Store, clock: Clock) -> None:
    with store.write() as tx:
        granting.make(tx, granting.Invited("one", "e", Grant(Role.JUROR), WORD), clock())
        tx.execute(
            insert(AuditRow), [{"at": clock(), "actor": "marie", "action": "SaveAnswer", "subject": "R1.1"}]
        )
        purge(tx, clock() + INVITATION + granting.KEPT - DAY)
        assert held(tx) == {"invitation"}
        purge(tx, clock() + INVITATION + granting.KEPT + DAY)
        assert held(tx) == set()
        purge(tx, clock() + JOURNAL - DAY)
        assert held(tx, "R1.1") == {"audit"}
        purge(tx, clock() + JOURNAL + DAY)
        assert held(tx, "R1.1") == set()


def test_who_wants_no_more_news_is_still_told_that_their_draft_goes(store: Store, clock: Clock) -> None:
    with store.write() as tx:
        one = {"address": "telegram:1", "channel": "telegram", "person_id": "nadia", "language": "fr"}
        tx.execute(insert(ConversationRow), [one | {"created_at": clock(), "updated_at": clock()}])
        be_somebody(tx, "nadia", clock())
    warning, news = (letter(key, "telegram:1", Klass.BULK) for key in (f"{WARNING}D1:3", "stage:1:news:1"))
    write(store, clock, warning, news)
    with store.write() as tx:
        consents.stop(tx, "nadia", clock())
        assert [m.key for m in outbox.claim(tx, "telegram", "me", clock(), 10)] == [warning.key]
