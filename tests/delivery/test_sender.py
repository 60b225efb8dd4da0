"""The sender on a clock that jumps: every outcome ends in its decision, and every chat is answered in order."""

import asyncio
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from conversation import START, Clock, core
from delivery.stage import OK, Inline, Outcome, Stage, scene
from sqlalchemy import insert, select, update

from rallynov.delivery import inbox, sender
from rallynov.delivery.decisions import Failure, FailureKind, Klass
from rallynov.delivery.inbox import Incoming
from rallynov.delivery.outbox import Outgoing
from rallynov.delivery.tables import ConversationRow, OutboxRow
from rallynov.storage import schema
from rallynov.storage.store import Store

K = FailureKind


@pytest.fixture
def inline(tmp_path: Path) -> Iterator[Inline]:
    opened = Inline(f"sqlite:///{tmp_path / 'rallynov.db'}")
    schema.migrate(opened)
    yield opened
    opened.close()


def unreachable(store: Store, address: str = "telegram:1") -> datetime | None:
    with store.read() as tx:
        return tx.scalar(select(ConversationRow.unreachable_at).where(ConversationRow.address == address))


def meet(store: Store) -> None:
    with store.write() as tx:
        row = {"address": "telegram:1", "channel": "telegram", "language": "fr"}
        tx.execute(insert(ConversationRow), [{**row, "created_at": START, "updated_at": START}])


@pytest.mark.parametrize(
    ("outcomes", "klass", "status", "calls"),
    [
        ([OK], Klass.REPLY, "sent", [0.0]),
        ([Failure(K.UNKNOWN)], Klass.REPLY, "sent", [0, 1.0]),
        ([Failure(K.UNKNOWN)] * 2, Klass.REPLY, "unknown", [0, 1.0]),
        ([Failure(K.UNKNOWN)], Klass.BULK, "unknown", [0]),
        ([Failure(K.NOT_SENT)] * 6, Klass.REPLY, "sent", [0, 1.0, 3.0, 7.0, 15.1, 31.1, 63.1]),
        ([Failure(K.NOT_SENT), Failure(K.UNKNOWN)], Klass.REPLY, "sent", [0, 1.0, 2.0]),
        (
            [Failure(K.NOT_SENT), Failure(K.UNKNOWN), Failure(K.UNKNOWN)],
            Klass.REPLY,
            "unknown",
            [0, 1.0, 2.0],
        ),
        ([Failure(K.AILING)] * 4, Klass.REPLY, "sent", [0, 1.0, 3.0, 7.0, 15.1]),
        ([Failure(K.AILING)] * 5, Klass.REPLY, "unknown", [0, 1.0, 3.0, 7.0, 15.1]),
        ([Failure(K.UNKNOWN), *[Failure(K.AILING)] * 2], Klass.REPLY, "sent", [0, 1.0, 3.0, 7.0]),
        ([Failure(K.AILING), *[Failure(K.UNKNOWN)] * 2], Klass.REPLY, "unknown", [0, 1.0, 2.0]),
        ([Failure(K.AILING)], Klass.BULK, "unknown", [0]),
        ([Failure(K.GONE)], Klass.REPLY, "skipped", [0]),
        ([Failure(K.BLOCKED)], Klass.REPLY, "skipped", [0]),
        ([Failure(K.BLOCKED)], Klass.BULK, "skipped", [0]),
        ([Failure(K.BAD_CONTENT)], Klass.REPLY, "sent", [0, 0]),
        ([Failure(K.BAD_CONTENT)] * 2, Klass.REPLY, "failed", [0, 0]),
        ([Failure(K.NOT_MODIFIED)], Klass.REPLY, "sent", [0]),
        ([Failure(K.EDIT_LOST)], Klass.REPLY, "sent", [0, 0]),
        ([Failure(K.FLOOD, retry_after=30)], Klass.REPLY, "sent", [0, 30.1]),
        ([Failure(K.TOKEN)] * 3, Klass.REPLY, "sent", [0, 1.0, 2.0, 4.0]),
        ([Failure(K.MIGRATED, new_chat=99)], Klass.REPLY, "sent", [0, 0]),
    ],
)
def test_an_outcome_and_its_end(
    inline: Inline, outcomes: list[Outcome], klass: Klass, status: str, calls: list[float]
) -> None:
    @scene
    async def play(stage: Stage) -> None:
        stage.channel.told["1:0"] = list(outcomes)
        stage.post("1:0", klass=klass)
        assert await stage.settled("1:0") == [status]
        assert stage.channel.at("1:0") == pytest.approx(calls, abs=0.11)
        assert unreachable(inline) is None or outcomes[0].kind is K.BLOCKED  # type: ignore[union-attr]

    meet(inline)
    play(inline)


def test_a_person_who_blocked_the_bot_is_reachable_again_once_they_write(inline: Inline) -> None:
    @scene
    async def play(stage: Stage) -> None:
        stage.channel.told["a:0"] = [Failure(K.BLOCKED)]
        stage.post("a:0", "a:1")
        assert await stage.settled("a:0", "a:1") == ["skipped", "sent"]

    meet(inline)
    play(inline)
    assert unreachable(inline) is not None
    payload = '{"update_id": 1, "message": {"chat": {"id": 1}, "text": "bonjour"}}'
    with inline.write() as tx:
        inbox.store(tx, [Incoming("telegram", "42:1", "telegram:1", payload, START)])
    core(inline, Clock()).turns.run()
    assert unreachable(inline) is None


def test_a_refused_markup_is_sent_again_as_plain_text_and_the_reason_of_a_failure_is_kept(
    inline: Inline,
) -> None:
    @scene
    async def play(stage: Stage) -> None:
        stage.channel.told["1:0"] = [Failure(K.BAD_CONTENT, detail="can't parse\x00\ud800 entities")] * 2
        stage.post("1:0")
        await stage.settled("1:0")
        assert [call[3] for call in stage.channel.calls] == [False, True]
        assert stage.row("1:0").error == "can't parse entities"

    play(inline)


def test_a_doubt_is_written_before_the_second_try(inline: Inline) -> None:
    @scene
    async def play(stage: Stage) -> None:
        seen: list[int] = []
        stage.channel.before = lambda message: seen.append(stage.row(message.key).doubts)
        stage.channel.told["1:0"] = [Failure(K.NOT_SENT), Failure(K.UNKNOWN)]
        stage.post("1:0")
        await stage.settled("1:0")
        assert seen == [0, 0, 1]

    play(inline)


def test_what_another_process_took_over_is_neither_doubted_nor_sent_again(inline: Inline) -> None:
    @scene
    async def play(stage: Stage) -> None:
        def lose(message: Outgoing) -> None:
            if message.key == "1:0":
                taken = {"lease_owner": "another", "doubts": 4, "attempts": 6}
                with stage.store.write() as tx:
                    tx.execute(update(OutboxRow).where(OutboxRow.key == message.key).values(taken))

        stage.channel.before = lose
        stage.channel.told["1:0"] = [Failure(K.UNKNOWN)]
        stage.post("1:0", "1:1")
        assert await stage.settled("1:1") == ["sent"]
        row = stage.row("1:0")
        assert (row.lease_owner, row.status, row.doubts, row.attempts) == ("another", "sending", 4, 6)
        assert len(stage.channel.at("1:0")) == 1
        assert stage.sender.pending == 0

    play(inline)


def test_a_flooded_chat_holds_itself_alone(inline: Inline) -> None:
    @scene
    async def play(stage: Stage) -> None:
        stage.channel.told["1:0"] = [Failure(K.FLOOD, retry_after=4)]
        stage.post("1:0", "1:1")
        for chat in range(2, 40):
            stage.post(f"{chat}:0", chat=chat)
        await stage.settled("1:1", "39:0")
        assert max(call[0] for call in stage.channel.calls if call[1] != "telegram:1") < 0.5
        assert stage.channel.at("1:0") == pytest.approx([0, 4.1], abs=0.11)
        assert stage.channel.at("1:1")[0] > 4

    play(inline)


def test_the_next_message_of_a_chat_leaves_once_the_receipt_of_the_one_before_is_committed(
    inline: Inline,
) -> None:
    @scene
    async def play(stage: Stage) -> None:
        keys = [f"1:{n}" for n in range(20)]
        before: list[list[str]] = []
        stage.channel.before = lambda message: before.append(
            [stage.row(key).status for key in keys[: keys.index(message.key)]]
        )
        stage.post(*keys[:10])
        for key in keys[10:]:
            await asyncio.sleep(0.0101)  # offered as the one before ends
            stage.post(key)
        await stage.settled(*keys)
        assert [call[2] for call in stage.channel.calls] == keys
        assert before == [["sent"] * n for n in range(20)]

    play(inline)


def test_many_chats_are_served_together_up_to_a_limit(inline: Inline) -> None:
    @scene
    async def play(stage: Stage) -> None:
        for chat in range(1, 401):
            stage.post(f"{chat}:0", chat=chat)
        await stage.settled("400:0")
        assert stage.channel.most == sender.AT_ONCE

    play(inline)


@pytest.mark.parametrize(
    "outcome", [OK, Failure(K.BLOCKED), Failure(K.UNKNOWN), Failure(K.NOT_SENT), Failure(K.BAD_CONTENT)]
)
def test_a_database_that_is_away_stops_no_chat_for_good(inline: Inline, outcome: Outcome) -> None:
    @scene
    async def play(stage: Stage) -> None:
        stage.channel.told["1:0"] = [outcome]
        stage.post("1:0", "1:1")
        inline.away_until = 30.0
        await asyncio.sleep(29)
        assert stage.channel.at("1:1") == []  # its turn has not come: nothing is known to be written
        stage.post("1:2")
        assert (await stage.settled("1:0", "1:1", "1:2"))[1:] == ["sent", "sent"]
        assert len(stage.channel.at("1:1")) == 1

    play(inline)


def test_a_token_refused_for_a_minute_stops_sending_and_the_rows_stay(inline: Inline) -> None:
    @scene
    async def play(stage: Stage) -> None:
        stage.channel.always = {"1:0": Failure(K.TOKEN), "2:0": Failure(K.TOKEN)}
        stage.post("1:0", "1:1")
        stage.post("2:0", chat=2)
        await stage.sender.over.wait()
        assert 60 <= stage.loop.time() <= 90
        assert stage.sender.stopped
        stage.post("3:0", chat=3)
        made = len(stage.channel.calls)
        await asyncio.sleep(100)
        assert len(stage.channel.calls) <= made + 1  # at most the one that was waiting for its next try
        assert await stage.sender.collect() == 0
        await stage.sender.close()
        assert [stage.row(key).status for key in ("1:0", "1:1", "2:0", "3:0")] == ["queued"] * 4

    play(inline)


@pytest.mark.parametrize(
    "waits",
    [
        Failure(K.FLOOD, retry_after=3600),
        Failure(K.NOT_SENT),
        Failure(K.UNKNOWN),
        Failure(K.TOKEN),
    ],
)
def test_an_end_waits_for_calls_under_way_not_for_what_only_waits(inline: Inline, waits: Failure) -> None:
    @scene
    async def play(stage: Stage) -> None:
        stage.channel.told["1:0"] = [waits]
        stage.post("1:0", "1:1")
        while not stage.channel.calls:
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.5)
        before = stage.loop.time()
        await stage.sender.close()
        assert stage.loop.time() - before < 0.1
        assert [stage.row(key).status for key in ("1:0", "1:1")] == ["queued", "queued"]
        assert len(stage.channel.calls) == 1

    play(inline)
