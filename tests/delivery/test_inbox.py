"""The inbox on both databases: once, in order, one event of a conversation at a time."""

import random
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import pytest
from conversation import START
from postgres import Cluster
from sqlalchemy import func, select

from rallynov.delivery import inbox
from rallynov.delivery.inbox import Incoming, Waiting
from rallynov.delivery.tables import ConversationRow, CursorRow, InboxRow, InboxStatus
from rallynov.storage import schema
from rallynov.storage.store import Store


def event(name: str, who: str = "1", status: InboxStatus = InboxStatus.NEW, payload: str = "{}") -> Incoming:
    return Incoming("telegram", name, f"telegram:{who}" if who else "", payload, START, status)


def keep(store: Store, *events: Incoming) -> None:
    with store.write() as tx:
        inbox.store(tx, events)


def claim(store: Store, now: datetime = START, limit: int = 500) -> list[Waiting]:
    with store.write() as tx:
        return inbox.claim(tx, now, limit)


def names(waiting: Sequence[Waiting]) -> list[str]:
    return [one.external_id for one in waiting]


def finish(store: Store, waiting: Sequence[Waiting]) -> None:
    with store.write() as tx:
        inbox.done(tx, [one.seq for one in waiting])


def fail(store: Store, now: datetime) -> bool:
    with store.write() as tx:
        one = inbox.claim(tx, now, 1)[0]
        return inbox.failed(tx, one, one.attempts + 1, "ValueError", now)


def test_the_first_event_of_each_conversation_in_the_order_of_arrival(store: Store) -> None:
    keep(store, event("a1", "a"), event("b1", "b"), event("a2", "a"), event("c1", "c"))
    keep(store, event("b2", "b"), event("a3", "a"))
    rounds = []
    while (waiting := claim(store)) and len(rounds) < 9:
        rounds.append(names(waiting))
        finish(store, waiting)
    assert rounds == [["a1", "b1", "c1"], ["a2", "b2"], ["a3"]]


def test_an_event_seen_again_changes_nothing(store: Store) -> None:
    keep(store, event("1", payload="first"))
    finish(store, claim(store))
    keep(store, event("1", payload="again"), event("2"), event("2"))
    assert names(claim(store)) == ["2"]
    with store.read() as tx:
        first = select(InboxRow.payload, InboxRow.status).order_by(InboxRow.seq)
        assert tx.execute(first).first() == ("first", "done")


def test_two_channels_do_not_share_their_names(store: Store) -> None:
    keep(store, event("1"), Incoming("web", "1", "web:x", "{}", START))
    assert len(claim(store)) == 2


def test_what_is_set_aside_or_ignored_waits_for_nothing_and_meets_nobody(store: Store) -> None:
    keep(store, event("1", "", InboxStatus.POISON), event("2", "", InboxStatus.IGNORED), event("3", "7"))
    assert names(claim(store)) == ["3"]
    with store.read() as tx:
        assert set(tx.scalars(select(ConversationRow.address))) <= {"telegram:7"}
        assert inbox.state_of(tx, "telegram", "1") == "poison"
        assert inbox.state_of(tx, "telegram", "9") is None


def test_an_event_that_fails_is_tried_after_one_and_five_seconds_then_set_aside(store: Store) -> None:
    keep(store, event("a1", "a"), event("a2", "a"), event("b1", "b"))
    times = [START, START + timedelta(seconds=1), START + timedelta(seconds=6)]
    for nth, now in enumerate(times):
        just_before = now - timedelta(milliseconds=1)
        if nth:
            assert "a1" not in names(claim(store, just_before))
            assert "a2" not in names(claim(store, just_before))  # its turn has not come
        assert fail(store, now) is (nth == 2)
        finish(store, [one for one in claim(store, now) if one.external_id == "b1"])
    assert names(claim(store, times[-1])) == ["a2"]


def test_a_clock_that_goes_back_keeps_nobody_waiting_for_hours(store: Store) -> None:
    keep(store, event("a1", "a"))
    ahead = START + timedelta(hours=2)
    assert not fail(store, ahead)
    assert names(claim(store, ahead)) == []
    assert names(claim(store, START)) == ["a1"]


def test_one_event_alone_is_claimed_in_its_turn(store: Store) -> None:
    keep(store, event("a1", "a"), event("a2", "a"), event("b1", "b"))
    for seq, found in ((1, ["a1"]), (2, []), (3, ["b1"]), (4, [])):
        with store.write() as tx:
            assert names(inbox.claim(tx, START, 500, seq)) == found
    fail(store, START)
    with store.write() as tx:
        assert inbox.claim(tx, START, 500, 1) == []  # its next try has not come


def test_no_more_than_asked_for_and_the_oldest_of_them(sqlite: Store) -> None:
    keep(sqlite, *(event(f"{n}", f"{n}") for n in range(20)))
    assert names(claim(sqlite, limit=5)) == ["0", "1", "2", "3", "4"]


def test_how_far_a_channel_was_read_goes_where_it_is_told(store: Store) -> None:
    for offset in (700, 701, 12):  # Telegram's numbering starts again at random
        with store.write() as tx:
            inbox.move_cursor(tx, "telegram:42", offset, START)
    with store.read() as tx:
        assert inbox.cursor(tx, "telegram:42") == 12
        assert inbox.cursor(tx, "telegram:43") is None
        assert tx.scalar(select(func.count()).select_from(CursorRow)) == 1


@pytest.fixture
def shared(cluster: Cluster) -> Iterator[Store]:
    opened = Store(cluster.database())
    schema.migrate(opened)
    yield opened
    opened.close()


@pytest.mark.postgres
def test_a_conversation_in_another_process_hands_is_left_to_it(shared: Store) -> None:
    keep(shared, event("a1", "a"), event("a2", "a"), event("b1", "b"))
    with shared.write() as one:
        assert names(inbox.claim(one, START, 1)) == ["a1"]
        with shared.write() as two:
            assert names(inbox.claim(two, START, 500)) == ["b1"]
        inbox.done(one, [1])
        with shared.write() as two:
            assert "a2" not in names(inbox.claim(two, START, 500))  # not committed yet: still in their hands
    assert names(claim(shared)) == ["a2", "b1"]


@pytest.mark.postgres
def test_one_event_alone_locks_its_conversation_alone(shared: Store) -> None:
    keep(shared, event("a1", "a"), event("b1", "b"))
    with shared.write() as one:
        assert names(inbox.claim(one, START, 500, 1)) == ["a1"]
        with shared.write() as two:
            assert names(inbox.claim(two, START, 500)) == ["b1"]
            assert inbox.claim(two, START, 500, 1) == []


@pytest.mark.postgres
def test_whoever_has_waited_longest_comes_first_whatever_their_address(shared: Store) -> None:
    """Three times more people wait than a batch takes, and those who were answered write again at once."""
    keep(shared, *(event(f"{n}", f"{999 - n}") for n in range(300)))
    answered: list[int] = []
    for turn in range(3):
        batch = claim(shared, limit=100)
        finish(shared, batch)
        keep(shared, *(event(f"{turn}:{one.seq}", one.address.partition(":")[2]) for one in batch))
        answered += [one.seq for one in batch]
    assert answered == list(range(1, 301))


@pytest.mark.postgres
def test_who_waits_for_another_try_takes_nobodys_place(shared: Store) -> None:
    keep(shared, *(event(f"{n}", f"{n}") for n in range(30)))
    with shared.write() as tx:
        for one in inbox.claim(tx, START, 20):
            inbox.failed(tx, one, 1, "ValueError", START)
    assert names(claim(shared, limit=10)) == [f"{n}" for n in range(20, 30)]


@pytest.mark.postgres
def test_two_processes_that_meet_the_same_people_at_once_do_not_block_each_other(shared: Store) -> None:
    errors: list[BaseException] = []
    ready = threading.Barrier(2)

    def meet(which: int) -> None:
        dice = random.Random(which)
        mine = Store(shared.url)
        try:
            for turn in range(30):
                people = [f"{turn}-{n}" for n in range(40)]
                dice.shuffle(people)
                ready.wait()
                keep(mine, *(event(f"{which}:{who}", who) for who in people))
        except BaseException as error:
            errors.append(error)
            ready.abort()
        finally:
            mine.close()

    threads = [threading.Thread(target=meet, args=(which,)) for which in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with shared.read() as tx:
        assert tx.scalar(select(func.count()).select_from(ConversationRow)) == 30 * 40
        assert tx.scalar(select(func.count()).select_from(InboxRow)) == 2 * 30 * 40


@pytest.mark.postgres
def test_two_processes_that_read_a_channel_for_the_first_time_at_once(shared: Store) -> None:
    errors: list[BaseException] = []
    ready = threading.Barrier(2)

    def move(which: int) -> None:
        mine = Store(shared.url)
        try:
            for turn in range(30):
                ready.wait()
                with mine.write() as tx:
                    inbox.move_cursor(tx, f"telegram:{turn}", which, START)
        except BaseException as error:
            errors.append(error)
            ready.abort()
        finally:
            mine.close()

    threads = [threading.Thread(target=move, args=(which,)) for which in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
