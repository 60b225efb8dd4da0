"""Consents as rows, on both databases: a history that is never overwritten, who is written to, erasure, retention."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from conversation import Clock, core
from doors.telegrammer import Telegrammer
from initiatives.life import Life
from people.test_codes import person_of
from sqlalchemy import insert, select
from stored import count

from rallynov.delivery import outbox
from rallynov.delivery.decisions import Klass
from rallynov.delivery.message import load
from rallynov.delivery.outbox import Outgoing
from rallynov.delivery.subject import Order
from rallynov.delivery.tables import AuditRow, ConversationRow, OutboxRow
from rallynov.diagnosis.tables import DiagnosisRow
from rallynov.dialogue.events import Ignored
from rallynov.dialogue.turn import Command
from rallynov.initiatives.commands import JoinDossier
from rallynov.initiatives.model import Right
from rallynov.initiatives.spots import Spot, View
from rallynov.people.consents.model import ChooseTopics, Consents, Remind, StopMessages, Topic, wanted
from rallynov.people.consents.service import Choices, who
from rallynov.people.consents.tables import ConsentRow, ObjectionRow
from rallynov.people.tables import PersonRow
from rallynov.privacy.service import SUBSCRIPTIONS, erase, purge
from rallynov.storage.store import Store

ALL = tuple(Topic)
SUBJECT = Choices()


def order(store: Store, clock: Clock, person: str, *commands: Command) -> None:
    at = clock()
    made = [Order(person, f"web:{person}", one, at, seq) for seq, one in enumerate(commands)]
    with store.write() as tx:
        SUBJECT.apply(tx, made)


def ask(*topics: Topic, source: str = "command") -> ChooseTopics:
    return ChooseTopics(topics, (), source, "1/fr")


def give_up(*topics: Topic) -> ChooseTopics:
    return ChooseTopics((), topics, "command", "1/fr")


def known(store: Store, person: str) -> Consents:
    with store.read() as tx:
        return SUBJECT.load(tx, {person: Ignored()}).get(person) or SUBJECT.blank(person)


def asked_for(store: Store, topic: Topic, people: list[str] | None = None) -> list[str]:
    with store.read() as tx:
        return who(tx, topic, people)


def history(store: Store) -> list[tuple[Any, ...]]:
    columns = [column for column in ConsentRow.__table__.columns if column.name != "person_id"]
    with store.read() as tx:
        return [tuple(row) for row in tx.execute(select(*columns).order_by(ConsentRow.id))]


def test_what_is_said_is_kept_with_its_words_date_and_source_and_closed_once(
    store: Store, clock: Clock
) -> None:
    order(store, clock, "amina", ask(Topic.CALENDAR, Topic.STAGES, source="dossier"))
    clock.pass_(days=1)
    order(store, clock, "amina", ask(Topic.CALENDAR, source="link:cress"))  # it stands already
    [calendar, stages] = history(store)
    assert calendar[1:4] == ("calendar", "1/fr", "dossier")
    assert calendar[5:] == (None, None)
    clock.pass_(days=1)
    order(store, clock, "amina", give_up(Topic.CALENDAR, Topic.ADVICE))
    [closed, _] = history(store)
    assert closed[:5] == calendar[:5]
    assert closed[5] - closed[4] > timedelta(days=1.9)
    assert closed[6] == "command"
    clock.pass_(days=1)
    order(store, clock, "amina", ask(Topic.CALENDAR, source="link:cress"), StopMessages())
    clock.pass_(days=1)
    order(store, clock, "amina", StopMessages(), give_up(*ALL))
    rows = history(store)
    assert rows[0] == closed
    assert [row[1] for row in rows] == ["calendar", "stages", "calendar"]
    assert rows[1][:5] == stages[:5]
    assert [row[6] for row in rows] == ["command", "stop", "stop"]
    assert rows[1][5] == rows[2][5], "the first stop, not the second"


@pytest.mark.parametrize("topic", ALL)
def test_who_is_whoever_wants_it_and_nobody_else(store: Store, clock: Clock, topic: Topic) -> None:
    said: dict[str, list[Command]] = {
        "amina": [ask(*ALL)],
        "bruno": [ask(topic), give_up(topic)],
        "claude": [ask(*ALL), StopMessages()],
        "dominique": [ask(*ALL), StopMessages(), ask(topic)],
        "elise": [ask(*[one for one in ALL if one is not topic])],
        "fatou": [Remind(on=False, source="command")],
    }
    for person, commands in said.items():
        order(store, clock, person, *commands)
    asked = asked_for(store, topic)
    assert asked == ["amina", "dominique"]
    assert asked == [person for person in sorted(said) if wanted(known(store, person), topic)]
    assert asked_for(store, topic, ["bruno", "dominique", "nobody"]) == ["dominique"]
    assert asked_for(store, topic, []) == []
    assert [known(store, one).reminded for one in sorted(said)] == [True, True, False, False, True, False]


def test_coming_back_is_asking_again_topic_by_topic(store: Store, clock: Clock) -> None:
    order(store, clock, "amina", ask(*ALL), StopMessages())
    assert known(store, "amina") == Consents(reminded=False)
    order(store, clock, "amina", ask(Topic.ADVICE))
    assert known(store, "amina") == Consents(frozenset((Topic.ADVICE,)), reminded=False)
    order(store, clock, "amina", Remind(on=True, source="command"), Remind(on=True, source="command"))
    assert known(store, "amina").reminded
    order(store, clock, "amina", Remind(on=False, source="command"))
    with store.read() as tx:
        held = select(ObjectionRow.source, ObjectionRow.lifted_by).order_by(ObjectionRow.id)
        assert [tuple(row) for row in tx.execute(held)] == [("stop", "command"), ("command", None)]


def test_a_stop_takes_what_waits_to_leave_and_leaves_the_answers(store: Store, clock: Clock) -> None:
    life = Life(store, clock)
    life.person("amina", "telegram:1", "telegram:2")
    life.person("bruno", "telegram:3")
    sent = [
        Outgoing(f"{klass}{at}", "telegram", f"telegram:{at}", klass, "{}")
        for klass in (Klass.BULK, Klass.REPLY, Klass.RECEIPT, Klass.STAFF)
        for at in (1, 2, 3)
    ]
    with store.write() as tx:
        outbox.add(tx, sent[:1], clock(), "me", frozenset())  # under way
        outbox.add(tx, sent[1:], clock(), None, frozenset())
    order(store, clock, "amina", StopMessages())
    with store.read() as tx:
        rows = tx.execute(select(OutboxRow.key, OutboxRow.status)).all()
    changed = {key: status for key, status in rows if status != "queued"}
    assert changed == {f"{Klass.BULK}1": "sending", f"{Klass.BULK}2": "skipped"}


def test_erasing_somebody_leaves_nothing_of_their_choices(store: Store, clock: Clock) -> None:
    built = core(store, clock)
    person = Telegrammer(built, clock)
    for said in ("/annonces", "1", "3", "/stop", "/annonces", "2"):
        person.say(said)
    erased = person_of(store, "telegram:7")
    assert count(store, ConsentRow) == 3
    for said in ("/effacer", "oui"):
        person.say(said)
    order(store, clock, "bruno", ask(*ALL), Remind(on=False, source="command"))
    with store.write() as tx:
        erase(tx, ["bruno"], clock())
    assert (count(store, ConsentRow), count(store, ObjectionRow), count(store, PersonRow)) == (0, 0, 0)
    with store.read() as tx:
        assert set(tx.execute(select(AuditRow.action).where(AuditRow.actor == erased)).scalars()) == {
            "EraseMe"
        }


def test_choices_are_kept_three_years_after_the_last_visit_and_answers_three_months(
    sqlite: Store, clock: Clock
) -> None:
    built = core(sqlite, clock)
    person = Telegrammer(built, clock)
    for said in ("/start", "commencer", "oui", "3", "/annonces", "1"):
        person.say(said)
    other = Telegrammer(built, clock, 8, 1000)
    for said in ("/start", "/annonces", "1", "/stop"):
        other.say(said)
    clock.pass_(days=100)
    with sqlite.write() as tx:
        purge(tx, clock())
    assert len(asked_for(sqlite, Topic.CALENDAR)) == 1
    assert (count(sqlite, DiagnosisRow), count(sqlite, OutboxRow)) == (0, 0)
    assert (count(sqlite, PersonRow), count(sqlite, ConversationRow)) == (1, 1)
    clock.at += SUBSCRIPTIONS
    with sqlite.write() as tx:
        purge(tx, clock())
    assert (count(sqlite, PersonRow), count(sqlite, ConversationRow), count(sqlite, ConsentRow)) == (0, 0, 0)


def test_who_blocks_the_robot_is_unreachable_and_has_withdrawn_nothing(sqlite: Store, clock: Clock) -> None:
    person = Telegrammer(core(sqlite, clock), clock)
    person.say("/annonces")
    person.say("1")
    me = person_of(sqlite, "telegram:7")
    before = history(sqlite)
    person.odd("bloque le robot")
    with sqlite.read() as tx:
        assert tx.scalar(select(ConversationRow.unreachable_at)) is not None
    assert asked_for(sqlite, Topic.CALENDAR) == [me]
    person.say("/menu")
    assert history(sqlite) == before
    with sqlite.read() as tx:
        assert tx.scalar(select(ConversationRow.unreachable_at)) is None


def test_a_choice_goes_with_the_person_to_another_device(sqlite: Store, clock: Clock) -> None:
    built = core(sqlite, clock)
    phone, other = Telegrammer(built, clock), Telegrammer(built, clock, 8, 1000)
    phone.say("/annonces")
    phone.say("1")
    phone.say("/continuer")
    with sqlite.read() as tx:
        bodies = list(tx.execute(select(OutboxRow.body)).scalars())
    [code] = [code for body in bodies if (code := load(body).code)]
    other.say(f"/start {code}")
    assert person_of(sqlite, "telegram:8") == person_of(sqlite, "telegram:7")
    other.say("/stop")
    assert asked_for(sqlite, Topic.CALENDAR) == []


def test_the_dossier_asks_for_whoever_answers_and_submitting_it_gives_back_nothing(
    sqlite: Store, clock: Clock
) -> None:
    built, life = core(sqlite, clock), Life(sqlite, clock)
    people = [Telegrammer(built, clock, chat, 1000 * chat) for chat in (7, 8)]
    for one in people:
        for said in ("/start", "commencer", "oui"):
            one.say(said)
    owner, helper = (person_of(sqlite, f"telegram:{chat}") or "" for chat in (7, 8))
    life.full(owner)
    life.order(helper, JoinDossier("d1", Right.EDIT, "Bruno"))
    here = f"/dossier {Spot(View.EDIT, 'd1', 'news').place.focus}"
    for said in (here, "2 3"):
        people[0].say(said)
    assert known(sqlite, owner).given == {Topic.CALENDAR, Topic.STAGES}
    assert [row[1:4] for row in history(sqlite)] == [
        ("calendar", "1/fr", "dossier"),
        ("stages", "1/fr", "dossier"),
    ]
    people[1].say(here)
    [card] = people[1].say("2 3 4")
    assert "Vous-même recevez : Conseils." in " ".join("\n".join(card.texts).split())
    assert known(sqlite, helper).given == {Topic.ADVICE}
    people[0].say("/stop")
    life.submit(owner)
    assert known(sqlite, owner) == Consents(reminded=False)
    assert known(sqlite, helper).given == {Topic.ADVICE}
    assert life.dossier(owner).given["news"] == ["calendar", "stages", "advice"]


def test_an_announcement_finds_its_people_by_an_index(sqlite: Store, clock: Clock) -> None:
    """The plan, not the time: an announcement reads whom it goes to without reading everybody."""
    at = clock()
    with sqlite.write() as tx:
        tx.execute(insert(PersonRow), [{"id": str(n), "created_at": at} for n in range(50)])
    for topic in ALL:
        order(sqlite, clock, "1", ask(topic))
    with sqlite.read() as tx:
        plan = tx.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT person_id FROM consent WHERE topic = 'stages' AND withdrawn_at IS NULL"
        )
        assert "ix_consent_topic" in str(plan.all())
