"""Turns in batches: what fails is taken out, the rest goes on, and the person is told."""

from __future__ import annotations

import pytest
from conversation import Clock, Talk, core
from sqlalchemy import select, text

from bot.wiring import Core
from rallynov.delivery import inbox
from rallynov.delivery.inbox import Incoming
from rallynov.delivery.tables import AuditRow, InboxRow, OutboxRow
from rallynov.dialogue.turn import Turn
from rallynov.storage.store import Store


def test_walks_to_the_first_question(store: Store) -> None:
    clock = Clock()
    talk = Talk(core(store, clock), clock)
    talk.say("bonjour")
    talk.press("begin")
    talk.press("accept")
    assert talk.last.screen == "q:R1.1"
    talk.say("4")
    assert talk.last.screen == "q:R1.2"


def arrive(built: Core, clock: Clock, address: str, text_: str, external_id: str) -> None:
    event = Incoming("web", external_id, address, f'{{"text": "{text_}"}}', clock())
    with built.store.write() as tx:
        inbox.store(tx, [event])


def statuses(built: Core) -> dict[str, str]:
    with built.store.read() as tx:
        return {
            row.external_id: row.status for row in tx.execute(select(InboxRow.external_id, InboxRow.status))
        }


def answered(built: Core, address: str) -> int:
    with built.store.read() as tx:
        return len(tx.execute(select(OutboxRow.id).where(OutboxRow.address == address)).all())


def breaking(built: Core, monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    """Make the engine fail on one word."""
    step = built.turns._decider._engine.step

    def broken(talk: object, event: object, scene: object) -> Turn:
        if getattr(event, "text", "") == word:
            raise ValueError(word)
        return step(talk, event, scene)  # type: ignore[arg-type]

    monkeypatch.setattr(built.turns._decider._engine, "step", broken)


def test_an_event_that_fails_is_taken_out_of_its_batch(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    built = core(store, clock)
    breaking(built, monkeypatch, "boum")
    for n in range(5):
        arrive(built, clock, f"web:{n}", "boum" if n == 2 else "bonjour", f"e{n}")
    batch = built.turns.run()
    assert [event.external_id for event in batch.handled] == ["e0", "e1", "e3", "e4"]
    assert statuses(built) == {"e0": "done", "e1": "done", "e2": "new", "e3": "done", "e4": "done"}
    assert [answered(built, f"web:{n}") for n in range(5)] == [1, 1, 0, 1, 1]


def test_three_failures_set_it_aside_tell_the_person_and_let_the_rest_go_on(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = Clock()
    built = core(store, clock)
    breaking(built, monkeypatch, "boum")
    arrive(built, clock, "web:a", "boum", "e1")
    arrive(built, clock, "web:a", "bonjour", "e2")
    built.turns.run()
    assert not built.turns.run().claimed, "a second try waits, and so does what came after it"
    for _ in range(2):
        clock.pass_(seconds=6)
        built.turns.run()
    assert statuses(built) == {"e1": "poison", "e2": "new"}
    built.turns.run()
    assert statuses(built) == {"e1": "poison", "e2": "done"}
    with built.store.read() as tx:
        bodies = tx.execute(select(OutboxRow.body).order_by(OutboxRow.id)).scalars().all()
    assert "problème technique" in bodies[0]
    assert "Bienvenue" in bodies[1]
    assert "boum" not in capsys.readouterr().err


def test_a_broken_write_is_found_event_by_event(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    built = core(store, clock)
    for n in range(3):
        talk = Talk(built, clock, f"web:{n}")
        talk.say("bonjour")
        talk.press("begin")
    people = built.turns._subjects[0]
    apply = people.apply

    def broken(tx: object, orders: list[object]) -> None:
        if any(getattr(order, "address", "") == "web:1" for order in orders):
            raise RuntimeError
        apply(tx, orders)  # type: ignore[arg-type]

    monkeypatch.setattr(people, "apply", broken)
    for n in range(3):
        talk = Talk(built, clock, f"web:{n}")
        event = Incoming("web", f"a{n}", f"web:{n}", f'{{"press": "{talk.last.token("accept")}"}}', clock())
        with built.store.write() as tx:
            inbox.store(tx, [event])
    batch = built.turns.run()
    assert sorted(event.external_id for event in batch.handled) == ["a0", "a2"]
    with built.store.read() as tx:
        assert tx.execute(text("SELECT count(*) FROM person")).scalar() == 2
        accepted = select(AuditRow.id).where(AuditRow.action == "AcceptNotice")
        assert len(tx.execute(accepted).all()) == 2
