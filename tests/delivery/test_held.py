"""Messages that wait for a time of their own: they keep nobody else waiting, and not too many are in hand."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from delivery.stage import Inline, Stage, scene

from rallynov.delivery import lanes, rows, sender
from rallynov.delivery.decisions import Failure, FailureKind
from rallynov.delivery.rows import CLAIM
from rallynov.storage import schema

K = FailureKind


@pytest.fixture
def inline(tmp_path: Path) -> Iterator[Inline]:
    opened = Inline(f"sqlite:///{tmp_path / 'rallynov.db'}")
    schema.migrate(opened)
    yield opened
    opened.close()


def collecting(stage: Stage) -> asyncio.Task[None]:
    """Have messages claimed from the outbox, as where several processes write them."""

    async def collect() -> None:
        while True:
            await stage.sender.collect()
            await asyncio.sleep(0.25)

    return asyncio.ensure_future(collect())


@pytest.mark.parametrize("held", [Failure(K.FLOOD, retry_after=300), Failure(K.NOT_SENT)])
def test_hundreds_of_messages_to_chats_that_are_held_silence_nobody_else(
    inline: Inline, held: Failure
) -> None:
    @scene
    async def play(stage: Stage) -> None:
        for chat in range(1, 12):
            stage.channel.told[f"{chat}:0"] = [held]
            stage.post(*(f"{chat}:{n}" for n in range(20)), chat=chat, owner=None)
        claiming = collecting(stage)
        await asyncio.sleep(0.5)
        now = stage.loop.time()
        stage.post("99:0", chat=99, owner=None)
        assert await stage.settled("99:0") == ["sent"]
        assert stage.channel.at("99:0")[0] - now < 0.5
        claiming.cancel()

    play(inline)


def test_a_chat_of_which_only_a_part_is_in_hand_is_answered_in_order(
    inline: Inline, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (rows, sender):
        monkeypatch.setattr(module, "CLAIM", 30)

    @scene
    async def play(stage: Stage) -> None:
        stage.channel.told["1:0"] = [Failure(K.FLOOD, retry_after=4)]
        stage.post(*(f"1:{n}" for n in range(70)), owner=None)
        stage.post("2:0", chat=2, owner=None)
        claiming = collecting(stage)
        await asyncio.sleep(1)
        assert stage.row("2:0").status == "sent"
        assert stage.sender.pending == 30
        await asyncio.sleep(140)
        claiming.cancel()
        sends = [call[2] for call in stage.channel.calls if call[1] == "telegram:1"]
        assert list(dict.fromkeys(sends)) == [f"1:{n}" for n in range(70)]

    play(inline)


def test_no_more_than_thousands_are_ever_in_hand(inline: Inline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "MOST", 500)

    @scene
    async def play(stage: Stage) -> None:
        for chat in range(1, 1_001):
            stage.channel.told[f"{chat}:0"] = [Failure(K.FLOOD, retry_after=900)]
            stage.post(f"{chat}:0", chat=chat, owner=None)
        claiming = collecting(stage)
        await asyncio.sleep(3)
        assert 500 < stage.sender.pending <= 500 + CLAIM
        claiming.cancel()

    play(inline)
