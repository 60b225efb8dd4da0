"""Announcements on a clock that jumps: paced, behind every answer, held by a storm, broken off, given back."""

from __future__ import annotations

import asyncio
import itertools
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from conversation import START
from delivery.feeds import Doubtful, Planned
from delivery.stage import Inline, Stage, scene
from sqlalchemy import func, select

from rallynov.delivery import outbox, stream
from rallynov.delivery.decisions import Failure, FailureKind, Klass
from rallynov.delivery.pacing import Pacer
from rallynov.delivery.tables import OutboxRow

K = FailureKind


@pytest.fixture
def inline(tmp_path: Path, migrated: Path) -> Iterator[Inline]:
    opened = Inline(f"sqlite:///{shutil.copy(migrated, tmp_path)}")
    raw = opened.engine.raw_connection()
    raw.cursor().execute("PRAGMA synchronous=OFF")
    raw.close()
    yield opened
    opened.close()


def densest(times: Sequence[float]) -> int:
    """Return the most calls in any second."""
    return max(sum(1 for other in times[n : n + 2000] if other < at + 1) for n, at in enumerate(times))


def bulk(stage: Stage) -> list[float]:
    return [call[0] for call in stage.channel.exact if call[1].startswith("n:")]


def test_the_free_limit_is_used_and_never_passed(inline: Inline) -> None:
    @scene
    async def play(stage: Stage) -> None:
        await stage.recast(Pacer(30, 30), Planned(stage, 900))
        await asyncio.sleep(10)
        times = bulk(stage)
        assert densest(times) <= 30
        assert len(times) >= 0.97 * 30 * 10

    play(inline)


def test_answers_leave_at_once_and_announcements_make_room_for_them(inline: Inline) -> None:
    @scene
    async def play(stage: Stage) -> None:
        await stage.recast(Pacer(30, 30), Planned(stage, 900))
        for n in range(40):
            await asyncio.sleep(0.2)
            asked = stage.loop.time()
            stage.post(f"r:{n}", chat=n + 1)
            await stage.settled(f"r:{n}")
            assert stage.channel.at(f"r:{n}") == pytest.approx([asked], abs=0.11)
        late = [at for at, _ in stage.channel.exact if at > 3]
        assert densest(late) <= 30
        assert len([at for at in bulk(stage) if at > 3]) > 15 * 5

    play(inline)


def test_an_answer_overtakes_the_announcement_that_waits_for_the_same_person(inline: Inline) -> None:
    @scene
    async def play(stage: Stage) -> None:
        stage.channel.told["n:0"] = [Failure(K.NOT_SENT)] * 3
        await stage.recast(Pacer(30, 30), Planned(stage, 1))
        await asyncio.sleep(2)
        stage.post("r:0", chat=1000)
        assert await stage.settled("r:0", "n:0") == ["sent", "sent"]
        assert stage.channel.at("r:0") == pytest.approx([2.0], abs=0.26)
        assert stage.channel.at("n:0") == pytest.approx([0, 1.0, 3.0, 7.0], abs=0.3)

    play(inline)


def test_an_announcement_waits_until_its_person_has_been_answered(inline: Inline) -> None:
    @scene
    async def play(stage: Stage) -> None:
        await stage.recast(Pacer(30, 30), None, seconds=0.5)
        stage.post("r:0", "r:1", chat=7)
        stage.post("n:0", chat=7, klass=Klass.BULK)
        await stage.settled("n:0")
        assert [call[2] for call in stage.channel.calls] == ["r:0", "r:1", "n:0"]

    play(inline)


def test_after_a_storm_nothing_leaves_until_it_is_over(inline: Inline) -> None:
    @scene
    async def play(stage: Stage) -> None:
        feed = Planned(stage, 400)
        await stage.recast(Pacer(1000, 1000), feed, seconds=0.05)
        for n in range(30, 100):
            stage.channel.told[f"n:{n}"] = [Failure(K.FLOOD, retry_after=30)]
        keys = [f"n:{n}" for n in range(400)]
        await asyncio.sleep(5)
        before = bulk(stage)
        in_flight_end = before[-1] + 0.06
        await asyncio.sleep(40)
        assert stage.channel.most >= 40
        assert [at for at in bulk(stage) if in_flight_end < at < before[30] + 30] == []
        assert await stage.settled(*keys) == ["sent"] * 400

    play(inline)


def test_a_refusal_of_one_chat_slows_no_other(inline: Inline) -> None:
    @scene
    async def play(stage: Stage) -> None:
        stage.channel.told["n:5"] = [Failure(K.FLOOD, retry_after=3)]
        await stage.recast(Pacer(30, 30), Planned(stage, 150))
        await asyncio.sleep(5.2)
        others = [at for at, key in stage.channel.exact if key != "n:5"]
        assert len(others) >= 149
        assert max(b - a for a, b in itertools.pairwise(others)) < 0.15
        assert stage.channel.at("n:5") == pytest.approx([0.2, 3.3], abs=0.3)

    play(inline)


def test_a_long_wait_of_one_chat_holds_the_others_for_a_moment(inline: Inline) -> None:
    @scene
    async def play(stage: Stage) -> None:
        stage.channel.told["n:5"] = [Failure(K.FLOOD, retry_after=60)]
        await stage.recast(Pacer(30, 30), Planned(stage, 400))
        await asyncio.sleep(20)
        others = [at for at, key in stage.channel.exact if key != "n:5"]
        assert len(others) == 399
        assert max(b - a for a, b in itertools.pairwise(others)) < 1.2
        await asyncio.sleep(50)
        assert stage.channel.at("n:5") == pytest.approx([0.2, 60.3], abs=1.1)

    play(inline)


def test_what_must_wait_long_waits_in_its_row(inline: Inline) -> None:
    @scene
    async def play(stage: Stage) -> None:
        stage.channel.told["n:0"] = [Failure(K.FLOOD, retry_after=3)]
        stage.channel.told["n:1"] = [Failure(K.NOT_SENT)] * 2
        feed = Planned(stage, 2)
        await stage.recast(Pacer(30, 30), feed)
        await asyncio.sleep(0.5)
        rows = [stage.row("n:0"), stage.row("n:1")]
        assert [(row.status, row.attempts, row.lease_owner) for row in rows] == [("queued", 1, None)] * 2
        waits = [(row.not_before - START).total_seconds() for row in rows]
        assert waits == pytest.approx([3.1, 1.0], abs=0.2)
        with stage.store.write() as tx:  # they say stop
            outbox.give_up_bulk(tx, ["telegram:1000"], stage.now())
        await asyncio.sleep(10)
        assert len(stage.channel.at("n:0")) == 1
        assert stage.channel.at("n:1") == pytest.approx([0, 1.0, 3.0], abs=1.2)
        assert stage.row("n:1").attempts == 3

    play(inline)


def test_while_all_is_held_nothing_waits_in_memory(inline: Inline) -> None:
    @scene
    async def play(stage: Stage) -> None:
        await stage.recast(Pacer(30, 30), Planned(stage, 300), seconds=0.05)
        for n in range(20, 40):
            stage.channel.told[f"n:{n}"] = [Failure(K.FLOOD, retry_after=30)]
        await asyncio.sleep(3)
        with stage.store.read() as tx:
            held = tx.execute(select(OutboxRow.status, func.count()).group_by(OutboxRow.status)).all()
        assert {status for status, _ in held} == {"sent", "queued"}

    play(inline)


def test_little_is_fetched_ahead_and_nothing_during_a_storm(inline: Inline) -> None:
    @scene
    async def play(stage: Stage) -> None:
        feed = Planned(stage, 900)
        await stage.recast(Pacer(30, 30), feed)
        await asyncio.sleep(10)
        assert 900 - len(feed.left) <= len(bulk(stage)) + 16
        for chat in (3, 4):
            stage.channel.told[f"r:{chat}"] = [Failure(K.FLOOD, retry_after=20)]
            stage.post(f"r:{chat}", chat=chat)
        await asyncio.sleep(1)
        held = len(feed.left)
        await asyncio.sleep(15)
        assert len(feed.left) == held

    play(inline)


def test_a_content_that_is_refused_again_and_again_is_broken_off(inline: Inline) -> None:
    @scene
    async def play(stage: Stage) -> None:
        feed = Planned(stage, 400)
        for n in range(400):
            stage.channel.told[f"n:{n}"] = (
                [Failure(K.BAD_CONTENT, detail="can't parse")] * 2 if n % 3 == 0 else []
            )
        await stage.recast(Pacer(30, 30), feed)
        await asyncio.sleep(20)
        assert feed.broke == [("b", "can't parse")]
        failed = len([key for key in range(120) if stage.channel.at(f"n:{key}")])
        assert 58 <= failed <= 70
        assert stage.row("n:0").status == "failed"

    play(inline)


def test_people_who_blocked_the_bot_break_nothing_off(inline: Inline) -> None:
    @scene
    async def play(stage: Stage) -> None:
        feed = Planned(stage, 100)
        stage.channel.always = {f"n:{n}": Failure(K.BLOCKED) for n in range(100)}
        await stage.recast(Pacer(30, 30), feed)
        await asyncio.sleep(5)
        assert await stage.settled(*(f"n:{n}" for n in range(12))) == ["skipped"] * 12
        assert feed.broke == []
        assert len(bulk(stage)) == 100

    play(inline)


def test_a_leader_that_may_be_cut_off_sends_nothing_and_gives_back(inline: Inline) -> None:
    @scene
    async def play(stage: Stage) -> None:
        leader, feed = Doubtful(), Planned(stage, 100)
        await stage.recast(Pacer(30, 30), feed, leader)
        await asyncio.sleep(1)
        leader.sure = False
        made = len(stage.channel.calls)
        await asyncio.sleep(30)
        assert len(stage.channel.calls) == made
        taken = [f"n:{n}" for n in range(100 - len(feed.left))]
        assert {stage.row(key).status for key in taken} == {"sent", "queued"}
        leader.sure = True
        await stage.sender.collect()
        assert await stage.settled(*taken) == ["sent"] * len(taken)

    play(inline)


def test_who_closed_the_door_gets_nothing_that_waits(inline: Inline) -> None:
    @scene
    async def play(stage: Stage) -> None:
        await stage.recast(Pacer(30, 1))
        for chat in (1, 2, 3):
            stage.post(f"n:{chat}", chat=chat, klass=Klass.BULK)
        await asyncio.sleep(0.5)
        stage.sender.forget(["telegram:3"])
        assert await stage.settled("n:1", "n:2") == ["sent", "sent"]
        await asyncio.sleep(5)
        assert stage.channel.at("n:3") == []

    play(inline)


def test_announcements_leave_room_for_calls_of_conversations(inline: Inline) -> None:
    @scene
    async def play(stage: Stage) -> None:
        await stage.recast(Pacer(10_000, 10_000), Planned(stage, 600), seconds=5)
        await asyncio.sleep(1)
        assert stage.channel.most == stream.AT_ONCE
        stage.post("r:0", chat=1)
        await asyncio.sleep(0.1)
        assert stage.channel.at("r:0") == [1.0]

    play(inline)
