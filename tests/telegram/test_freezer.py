"""Cards frozen in place: after the answer, at most once, in nobody's way, on a clock that jumps."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from delivery.stage import Channel, Inline, Outcome, Stage, scene

from rallynov.delivery import freezer
from rallynov.delivery.decisions import Failure, FailureKind, Klass, Sent
from rallynov.delivery.outbox import Outgoing
from rallynov.delivery.pacing import CLEAN, Pacer
from rallynov.delivery.sender import Sender
from rallynov.storage import schema

K = FailureKind
ANSWERED = Sent(7, answered=True)
Play = Callable[["Freezing"], Awaitable[None]]


class Cards(Channel):
    """A channel whose every message has answered a card; it edits as told."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.edits: list[tuple[float, str]] = []
        self.edited: Outcome = Sent(1)
        self.stuck = False

    async def deliver(self, message: Outgoing, *, plain: bool) -> Outcome:
        outcome = await super().deliver(message, plain=plain)
        return ANSWERED if isinstance(outcome, Sent) else outcome

    async def freeze(self, message: Outgoing) -> Outcome:
        self.edits.append((round(self.stage.loop.time(), 2), message.key))
        if self.stuck:
            await asyncio.Event().wait()
        await asyncio.sleep(0.01)
        return self.edited


class Freezing:
    """A stage with such a channel."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.channel = stage.channel = Cards(stage)
        self.pacer = Pacer()
        stage.sender = Sender(stage.store, self.channel, self.pacer, stage.now, "me")

    async def answered(self, *keys: str, chat: int = 1, klass: Klass = Klass.REPLY) -> None:
        self.stage.post(*keys, chat=chat, klass=klass)
        assert set(await self.stage.settled(*keys)) == {"sent"}

    @property
    def frozen(self) -> list[str]:
        return [key for _, key in self.channel.edits]

    @property
    def shed(self) -> int:
        return self.stage.sender._freezer.shed


@pytest.fixture
def inline(tmp_path: Path) -> Iterator[Inline]:
    opened = Inline(f"sqlite:///{tmp_path / 'rallynov.db'}")
    schema.migrate(opened)
    yield opened
    opened.close()


def freezing(play: Play) -> Callable[[Inline], None]:
    return scene(lambda stage: play(Freezing(stage)))


def test_a_card_is_frozen_once_the_answer_has_left(inline: Inline) -> None:
    async def play(on: Freezing) -> None:
        await on.answered("1:0")
        assert on.frozen == ["1:0"]
        assert on.channel.edits[0][0] >= on.channel.at("1:0")[0]

    freezing(play)(inline)


def test_a_message_that_did_not_arrive_freezes_nothing(inline: Inline) -> None:
    async def play(on: Freezing) -> None:
        on.channel.always["1:0"] = Failure(K.GONE)
        on.stage.post("1:0")
        assert await on.stage.settled("1:0") == ["skipped"]
        assert on.frozen == []

    freezing(play)(inline)


@pytest.mark.parametrize(
    "outcome",
    [
        Failure(K.NOT_MODIFIED),
        Failure(K.EDIT_LOST),
        Failure(K.NOT_SENT),
        Failure(K.BLOCKED),
        Failure(K.TOKEN),
    ],
)
def test_how_an_edit_ends_changes_nothing_and_it_is_never_tried_again(
    inline: Inline, outcome: Failure
) -> None:
    async def play(on: Freezing) -> None:
        on.channel.edited = outcome
        await on.answered("1:0", "1:1")
        await asyncio.sleep(100)
        assert on.frozen == ["1:0", "1:1"]
        assert on.stage.sender.stopped is None
        assert on.stage.row("1:1").status == "sent"
        assert (on.stage.row("1:1").attempts, on.stage.row("1:1").error) == (1, None)

    freezing(play)(inline)


def test_an_edit_that_hangs_delays_no_message_and_ends_with_the_sender(inline: Inline) -> None:
    async def play(on: Freezing) -> None:
        on.channel.stuck = True
        await on.answered(*(f"1:{n}" for n in range(4)))
        assert on.stage.loop.time() < 1
        before = on.stage.loop.time()
        tasks = set(on.stage.sender._freezer._tasks)
        assert tasks
        await on.stage.sender.close()
        await asyncio.wait(tasks, timeout=1)
        assert all(task.cancelled() for task in tasks)
        assert on.stage.loop.time() - before < 0.1

    freezing(play)(inline)


def test_edits_of_one_chat_keep_the_pace_of_a_chat_and_late_ones_are_left_out(inline: Inline) -> None:
    async def play(on: Freezing) -> None:
        await on.answered(*(f"1:{n}" for n in range(8)))
        assert on.stage.loop.time() < 1  # the answers did not wait
        await asyncio.sleep(20)
        assert 1 <= len(on.frozen) < 8
        assert len(on.frozen) + on.shed == 8
        assert max(at for at, _ in on.channel.edits) <= freezer.LATE + 1

    freezing(play)(inline)


def test_an_edit_counts_in_the_pace_of_what_comes_next(inline: Inline) -> None:
    async def play(on: Freezing) -> None:
        for n in range(2):  # a chat takes three at once: two answers and the first edit
            await on.answered(f"1:{n}")
        now = on.stage.loop.time()
        assert on.frozen == ["1:0"]
        assert on.pacer.ready_at(Klass.STAFF, 1, now) > now

    freezing(play)(inline)


@pytest.mark.parametrize("limit", ["CROWD", "MOST"])
def test_a_busy_sender_leaves_edits_out(inline: Inline, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setattr(freezer, limit, 1_000)  # the other limit is enough

    async def play(on: Freezing) -> None:
        crowd = range(1, 101)
        for chat in crowd:
            on.stage.post(f"{chat}:0", chat=chat)
        await on.stage.settled(*(f"{chat}:0" for chat in crowd))
        assert on.shed > 80
        assert len(on.frozen) + on.shed == 100

    freezing(play)(inline)


def test_after_a_refusal_for_being_too_many_edits_rest(inline: Inline) -> None:
    async def play(on: Freezing) -> None:
        on.channel.told["1:0"] = [Failure(K.FLOOD, retry_after=4)]
        await on.answered("1:0")
        await on.answered("2:0", chat=2)
        assert on.frozen == []
        await asyncio.sleep(4 + CLEAN)
        await on.answered("2:1", chat=2)
        assert on.frozen == ["2:1"]

    freezing(play)(inline)


def test_an_edit_that_is_refused_for_being_too_many_is_heard(inline: Inline) -> None:
    async def play(on: Freezing) -> None:
        on.channel.edited = Failure(K.FLOOD, retry_after=4)
        await on.answered("1:0")
        await on.answered("1:1")
        assert on.frozen == ["1:0"]
        assert on.channel.at("1:1")[0] >= 4  # the chat is held, as Telegram asked

    freezing(play)(inline)
