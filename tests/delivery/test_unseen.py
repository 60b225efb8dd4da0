"""A card that may not have reached its reader: what they type next is no answer to it."""

import asyncio
import itertools
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from conversation import Clock, Talk, core
from delivery.stage import Inline, Stage, scene
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.wiring import Core
from rallynov.delivery import conversations, inbox
from rallynov.delivery.decisions import Failure, FailureKind
from rallynov.delivery.inbox import Incoming
from rallynov.delivery.message import Message, load
from rallynov.delivery.tables import OutboxRow
from rallynov.diagnosis.tables import AnswerRow
from rallynov.storage import schema
from rallynov.storage.store import Store

LOST = Failure(FailureKind.UNKNOWN, detail="no answer")
AILING = Failure(FailureKind.AILING, detail="Bad Gateway")
AGAIN = "Mon dernier message ne vous est peut-être pas parvenu"


@pytest.fixture
def inline(tmp_path: Path) -> Iterator[Inline]:
    opened = Inline(f"sqlite:///{tmp_path / 'rallynov.db'}")
    schema.migrate(opened)
    yield opened
    opened.close()


class Person:
    """Somebody on the channel of a stage."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.core: Core = core(stage.store, stage.now)
        self.core.turns.owner = "me"
        self.ids = itertools.count(1)

    def types(self, text: str, *lost: Failure) -> None:
        """Type; the message that answers ends so often as told."""
        self.comes({"message": {"chat": {"id": 1}, "text": text}}, *lost)

    def presses(self, key: str) -> None:
        press = {"id": "1", "data": self.last.token(key), "message": {"chat": {"id": 1}, "message_id": 7}}
        self.comes({"callback_query": press})

    def comes(self, update: dict[str, object], *lost: Failure) -> None:
        number = next(self.ids)
        payload = orjson.dumps({"update_id": number, **update}).decode()
        with self.stage.store.write() as tx:
            inbox.store(tx, [Incoming("telegram", f"42:{number}", "telegram:1", payload, self.stage.now())])
        sent = self.core.turns.run().outgoing
        self.stage.channel.told[sent[-1].key] = list(lost)
        self.stage.sender.offer(sent)

    async def at_the_second_question(self) -> None:
        for key in ("begin", "accept"):
            self.types("bonjour") if key == "begin" else None
            self.presses(key)
        await asyncio.sleep(30)
        assert self.last.screen == "q:R1.1"

    @property
    def last(self) -> Message:
        with self.stage.store.read() as tx:
            return load(
                tx.execute(select(OutboxRow.body).order_by(OutboxRow.id.desc()).limit(1)).scalar_one()
            )

    @property
    def status(self) -> str:
        with self.stage.store.read() as tx:
            return tx.execute(select(OutboxRow.status).order_by(OutboxRow.id.desc()).limit(1)).scalar_one()

    @property
    def answers(self) -> int:
        with self.stage.store.read() as tx:
            return len(tx.execute(select(AnswerRow.__table__)).all())


def said(message: Message) -> str:
    return str(message.blocks).replace("\u202f", " ").replace("\xa0", " ")


@pytest.mark.parametrize("lost", [[LOST] * 2, [AILING] * 5])
def test_an_answer_to_a_question_that_was_perhaps_never_seen_shows_it_instead(
    inline: Inline, lost: list[Failure]
) -> None:
    @scene
    async def play(stage: Stage) -> None:
        one = Person(stage)
        await one.at_the_second_question()
        with capture_logs() as logs:
            one.types("4", *lost)
            await asyncio.sleep(60)
        assert (one.last.screen, one.status, one.answers) == ("q:R1.2", "unknown", 1)
        (told,) = [line for line in logs if line["event"] == "message_uncertain"]
        assert (told["log_level"], told["reason"]) == ("warning", lost[0].detail)
        one.types("4")
        await asyncio.sleep(5)
        assert (one.last.screen, one.status, one.answers) == ("q:R1.2", "sent", 1)
        assert AGAIN in said(one.last)
        one.types("4")
        assert (one.last.screen, one.answers) == ("q:R1.3", 2)

    play(inline)


def test_so_it_is_while_an_ailing_server_is_asked_again(inline: Inline) -> None:
    @scene
    async def play(stage: Stage) -> None:
        one = Person(stage)
        await one.at_the_second_question()
        one.types("4", AILING, AILING, AILING)
        await asyncio.sleep(4)
        one.types("5")
        assert (one.last.screen, one.answers) == ("q:R1.2", 1)
        await asyncio.sleep(30)
        one.types("5")
        assert (one.last.screen, one.answers) == ("q:R1.3", 2)

    play(inline)


@pytest.mark.parametrize("lost", [[LOST], [AILING] * 3, [AILING, LOST]])
def test_a_question_that_came_after_all_is_answered_as_ever(inline: Inline, lost: list[Failure]) -> None:
    @scene
    async def play(stage: Stage) -> None:
        one = Person(stage)
        await one.at_the_second_question()
        one.types("4", *lost)
        await asyncio.sleep(60)
        assert one.status == "sent"
        one.types("4")
        assert (one.last.screen, one.answers) == ("q:R1.3", 2)

    play(inline)


def test_a_button_that_is_pressed_was_seen_and_a_command_is_one(inline: Inline) -> None:
    @scene
    async def play(stage: Stage) -> None:
        one = Person(stage)
        await one.at_the_second_question()
        one.types("4", LOST, LOST)
        await asyncio.sleep(60)
        one.presses("4")
        assert (one.last.screen, one.answers) == ("q:R1.3", 2)
        await asyncio.sleep(5)
        one.types("4", LOST, LOST)
        await asyncio.sleep(60)
        one.types("pause")
        assert (one.last.screen, AGAIN in said(one.last)) == ("menu", False)

    play(inline)


def test_only_the_screen_drawn_last_can_be_unseen(store: Store) -> None:
    clock = Clock()
    talk = Talk(core(store, clock), clock)
    talk.say("bonjour")
    talk.press("begin")
    shown = talk.press("accept")
    for number, unseen in ((shown.nonce - 1, True), (shown.nonce, True), (shown.nonce, False)):
        with store.write() as tx:
            conversations.doubt(tx, {talk.address: number, "web:nobody": 3}, unseen=unseen)
            found = conversations.fetch(tx, [talk.address])[talk.address].talk
        assert found.unseen == (unseen and number == shown.nonce)
    assert talk.say("4").screen == "q:R1.2"
