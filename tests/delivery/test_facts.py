"""Facts are read when a dialogue asks for them: once for a batch, late if need be, and never to another end."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping

import pytest
from conversation import Clock, Talk, core
from sqlalchemy import Connection, event

from bot import plain
from bot.wiring import Core
from rallynov.delivery import inbox
from rallynov.delivery.facts import Facts, Habits, Kinds, Known, UnreadError
from rallynov.delivery.inbox import Incoming
from rallynov.delivery.tables import InboxStatus
from rallynov.diagnosis.model import Diagnosis
from rallynov.dialogue.events import Commanded, Event, Pressed
from rallynov.dialogue.turn import Scene
from rallynov.editions.model import Calendar
from rallynov.editions.stages.model import Stages
from rallynov.faq.model import Faq
from rallynov.initiatives.model import Dossiers
from rallynov.people.consents.model import Consents
from rallynov.people.model import Person, TypedCode
from rallynov.people.roles import Grants
from rallynov.storage.store import Store

PRESS = ("diagnosis", Pressed, True)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Counter[type]:
    """How often each kind of fact was read."""
    counted: Counter[type] = Counter()
    whole = Facts.read

    def reading(facts: Facts, kinds: set[type]) -> None:
        before = set(facts._read)
        whole(facts, kinds)
        counted.update(set(facts._read) - before)

    monkeypatch.setattr(Facts, "read", reading)
    return counted


@pytest.fixture
def statements(sqlite: Store) -> Iterator[list[str]]:
    """The statements that SQLite is asked."""
    told: list[str] = []

    @event.listens_for(sqlite.engine, "connect")
    def _connected(connection: object, _record: object) -> None:
        connection.set_trace_callback(told.append)  # type: ignore[attr-defined]

    sqlite.engine.dispose()
    yield told
    sqlite.engine.dispose()


def asking(built: Core, clock: Clock, address: str = "web:someone") -> Talk:
    """Somebody who stands at the second question."""
    talk = Talk(built, clock, address)
    for key in ("begin", "accept", "4"):
        talk.say("bonjour") if key == "begin" else None
        talk.press(key)
    assert talk.last.screen == "q:R1.2"
    return talk


def arrive(built: Core, clock: Clock, payloads: Mapping[str, str], mark: str) -> None:
    events = [Incoming("web", f"{mark}:{who}", who, payload, clock()) for who, payload in payloads.items()]
    with built.store.write() as tx:
        inbox.store(tx, events)


def test_an_answer_to_the_diagnosis_takes_ten_statements(sqlite: Store, statements: list[str]) -> None:
    """Seventeen when all facts were read in every turn."""
    clock = Clock()
    talk = asking(core(sqlite, clock), clock)
    arrive(talk.core, clock, {talk.address: plain.press_payload(talk.last.token("3"))}, "counted")
    statements.clear()
    talk.core.turns.run()
    assert talk.last.screen == "q:R1.3"
    turn = statements[: statements.index("COMMIT") + 1]
    read, written = ["SELECT"] * 4, ["INSERT", "UPDATE", "INSERT", "INSERT", "UPDATE"]
    assert [one.split()[0] for one in turn] == ["BEGIN", *read, *written, "SELECT", "COMMIT"]


def test_what_no_dialogue_asks_for_is_not_read(store: Store, read: Counter[type]) -> None:
    clock = Clock()
    talk = asking(core(store, clock), clock)
    read.clear()
    talk.press("3")
    assert dict(read) == {Person: 1, Diagnosis: 1}


def test_what_nobody_expected_is_read_late_and_decided_the_same(store: Store, read: Counter[type]) -> None:
    clock = Clock()
    talk = asking(core(store, clock), clock)
    read.clear()
    shown = talk.press("pause")
    assert shown.screen == "menu"
    assert "Votre diagnostic est en cours" in str(shown.blocks)
    assert read[Dossiers] == read[Grants] == read[Stages] == 1
    assert not read[TypedCode]


def test_each_fact_is_read_once_for_a_batch(store: Store, read: Counter[type]) -> None:
    clock = Clock()
    built = core(store, clock)
    talks = [asking(built, clock, f"web:{n}") for n in range(6)]
    keys = ("3", "pause", "why", "help", "pause", "2")
    read.clear()
    presses = {t.address: plain.press_payload(t.last.token(k)) for t, k in zip(talks, keys, strict=True)}
    arrive(built, clock, presses, "batch")
    built.turns.run()
    assert [t.last.screen for t in talks] == ["q:R1.3", "menu", "q:R1.2", "q:R1.2", "menu", "q:R1.3"]
    assert set(read.values()) == {1}
    assert {Person, Diagnosis, Dossiers, Grants, Stages} <= set(read)


def test_of_two_who_type_one_code_the_first_has_it_though_it_is_read_late(store: Store) -> None:
    clock = Clock()
    built = core(store, clock)
    code = asking(built, clock, "web:owner").say("/continuer").code
    assert code
    typed = plain.text_payload(f"/code {code}")
    for who in ("web:first", "web:second"):
        Talk(built, clock, who).say("bonjour")
    arrive(built, clock, {"web:first": typed, "web:second": typed}, "code")
    built.turns.run()
    assert Talk(built, clock, "web:first").last.screen == "q:R1.2"
    assert Talk(built, clock, "web:second").last.screen != "q:R1.2"


def test_a_stranger_is_told_the_dates_as_they_now_are(store: Store, read: Counter[type]) -> None:
    clock = Clock()
    built = core(store, clock)
    Talk(built, clock, "web:new").say("bonjour")
    assert dict(read) == {Stages: 1}, "of a stranger, only what is the same for all"
    kinds = Kinds(built.turns._subjects)
    assert kinds.shared == {Calendar, Stages, Faq}
    with store.read() as tx:
        facts = Facts(tx, kinds, {})
        with pytest.raises(UnreadError):
            facts.of("stranger")[Calendar]
        assert facts.of("stranger")[Consents] == Consents()


def test_what_is_guessed_changes_nothing_but_how_often_is_read(sqlite: Store) -> None:
    """The same walk with guesses drawn by lot, all wrong, and all right: the same words, the same answers kept."""
    assert len({walked(sqlite, n) for n in range(4)}) == 1


def walked(store: Store, seed: int) -> str:
    clock, lots = Clock(), random.Random(seed)
    built = core(store, clock)
    kinds = list(Kinds(built.turns._subjects).subjects)

    class Drawn(Habits):
        def expected(self, occasions: object) -> set[type]:
            return {kind for kind in kinds if lots.random() < (0.0, 1.0, 0.3, 0.7)[seed]}

    built.turns._decider._habits = Drawn()
    talk = Talk(built, clock, f"web:{seed}")
    talk.say("bonjour")
    for key in ("begin", "accept", "4", "3", "why", "pause", "resume", "2", "back", "1", "help"):
        talk.press(key)
    for text in ("/annonces", "/stop", "combien ça coûte ?", "/dossier", "retour", "/etapes", "/recap"):
        talk.say(text)
    return "\n".join(f"{m.screen} {m.blocks}" for m in talk.messages)


def test_a_step_that_fails_after_a_late_reading_is_the_only_one_taken_out(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    built = core(store, clock)
    talks = [asking(built, clock, f"web:{n}") for n in range(3)]
    step = built.turns._decider._engine.step

    def broken(talk: object, happened: Event, scene: Scene) -> object:
        scene.of(Consents)
        if isinstance(happened, Pressed) and happened.key == "2":
            raise ValueError
        return step(talk, happened, scene)  # type: ignore[arg-type]

    monkeypatch.setattr(built.turns._decider._engine, "step", broken)
    presses = {
        t.address: plain.press_payload(t.last.token(k)) for t, k in zip(talks, ("3", "2", "4"), strict=True)
    }
    arrive(built, clock, presses, "broken")
    batch = built.turns.run()
    assert [one.address for one in batch.handled] == ["web:0", "web:2"]
    with store.read() as tx:
        assert inbox.state_of(tx, "web", "broken:web:1") == InboxStatus.NEW


class Only:
    """A subject whose fact is a number, read from nowhere."""

    orders = ()

    def load(self, tx: Connection, people: Mapping[str, Event]) -> Mapping[str, int]:
        return dict.fromkeys(people, 7)

    def blank(self, person: str) -> int:
        return 0

    def apply(self, tx: Connection, orders: object) -> None:
        pass


def known(person: str) -> Known:
    facts = Facts(None, Kinds([Only()]), {"amina": Commanded("start")})  # type: ignore[arg-type]
    return facts.of(person)


def test_a_fact_that_is_replaced_is_not_read() -> None:
    scene = Scene(Clock()(), Clock()(), facts=known("amina")).having(3)
    assert scene.of(int) == 3
    assert scene.having(4).of(int) == 4
    assert scene.facts.get(int) == 3


@pytest.mark.parametrize("ask", [lambda m: m[int], lambda m: m.get(int), lambda m: int in m, dict])
def test_however_a_fact_is_looked_for_it_must_be_read(ask: object) -> None:
    mine = known("amina")
    with pytest.raises(UnreadError):
        ask(mine)  # type: ignore[operator]
    mine._facts.read({int})
    assert mine[int] == 7
    assert mine.asked == {int}


def test_who_is_wired_nowhere_is_no_fact() -> None:
    assert known("amina").get(str) is None
    with pytest.raises(KeyError):
        known("amina")[str]


def test_what_is_no_longer_asked_is_no_longer_expected() -> None:
    habits = Habits()
    habits.learn(PRESS, {Person, Diagnosis})
    assert habits.expected([PRESS]) == {Person, Diagnosis}
    for _ in range(10):
        habits.learn(PRESS, {Person})
    assert habits.expected([PRESS]) == {Person}
    assert habits.expected([PRESS, PRESS]) == {Person, Diagnosis}, "one of two will likely ask"
    assert not habits.expected([("faq", Pressed, True)])
