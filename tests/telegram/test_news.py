"""Announcements as calls: one text for all, a file uploaded once, edits and deletions, what is paid for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from botapi import BotApi
from loopback import TOKEN

from bot.telegram.calls import Api
from bot.telegram.http import make_request
from bot.telegram.links import Links
from bot.telegram.parcels import Parcels
from bot.telegram.sender import TelegramTransport
from rallynov.delivery.decisions import Failure, FailureKind, Klass, Sent
from rallynov.delivery.message import Message
from rallynov.delivery.outbox import Outgoing, Part
from rallynov.papers.model import File, Papers
from rallynov.text import utf16_len
from rallynov.wording import Wording

PNG = b"\x89PNG\r\n\x1a\n" + bytes(8) + (90).to_bytes(4, "big") * 2
TEXT = Message(
    (("title", ("Étape exemple",)), ("rich", ("Jeudi *18 h 30* <ici>.",))), actions=(("etapes", "Étapes"),)
)
PHOTO = replace(TEXT, media=("photo", "f1", "Affiche exemple"), language="fr")
PAPER = replace(TEXT, media=("document", "f2", "Programme exemple"), language="fr")


class News:
    """The transport, with files that are counted as they are made."""

    def __init__(self, api: Api, wording: Wording) -> None:
        self.made: list[str] = []
        self._api = api
        self._parcels = Parcels(Papers({"media": self._make}), wording)
        self._links = Links(wording)
        self.transport = self.over()

    def over(self, *, paid: bool = False) -> TelegramTransport:
        """Return a transport that knows no file yet."""
        self.transport = TelegramTransport(self._api, self._parcels, self._links, paid=paid)
        return self.transport

    def _make(self, _address: str, ref: str, _language: str) -> File | None:
        self.made.append(ref)
        return File("affiche.png", "image/png", PNG) if ref != "lost" else None

    async def send(
        self, message: Message, *, chat: int = 7, plain: bool = False, **part: str
    ) -> Sent | Failure:
        of = Part("a1", part.pop("circular", "a1:0:fr"), **part)
        one = Outgoing(
            f"news:a1:{chat}", "telegram", f"telegram:{chat}", Klass.BULK, "", drawn=message, part=of
        )
        return await self.transport.deliver(one, plain=plain)


@pytest.fixture
async def news(telegram: BotApi, wording: Wording) -> AsyncIterator[News]:
    calls, updates = make_request("direct", 8), make_request("direct", 1)
    async with Api(TOKEN, api=telegram.url, calls=calls, updates=updates) as ready:
        yield News(ready, wording)


async def test_a_text_is_written_once_for_all_and_its_markup_is_ours(telegram: BotApi, news: News) -> None:
    shared = replace(TEXT, shared=TEXT)
    sent = [await news.send(shared, chat=chat) for chat in (7, 8)]
    assert all(isinstance(one, Sent) for one in sent)
    [first, second] = [call.params for call in telegram.made("sendMessage")]
    assert first["text"] == second["text"] == "<b>Étape exemple</b>\n\nJeudi <b>18 h 30</b> &lt;ici&gt;."
    assert telegram.buttons(8) == ["Étapes"]
    assert "allow_paid_broadcast" not in first


async def test_a_refused_markup_leaves_as_plain_text(telegram: BotApi, news: News) -> None:
    await news.send(TEXT, plain=True)
    [call] = telegram.made("sendMessage")
    assert "parse_mode" not in call.params
    assert call.params["text"] == "Étape exemple\n\nJeudi 18 h 30 <ici>."


async def test_a_rate_above_the_free_one_is_paid_for_by_announcements_alone(
    telegram: BotApi, news: News
) -> None:
    transport = news.over(paid=True)
    await news.send(TEXT)
    await transport.deliver(
        Outgoing("1:0", "telegram", "telegram:7", Klass.REPLY, "", drawn=TEXT), plain=False
    )
    assert [call.params.get("allow_paid_broadcast") for call in telegram.made("sendMessage")] == [True, None]


@pytest.mark.parametrize(
    ("message", "method", "kind"), [(PHOTO, "sendPhoto", "photo"), (PAPER, "sendDocument", "document")]
)
async def test_a_file_is_uploaded_once_even_when_many_leave_together(
    telegram: BotApi, news: News, message: Message, method: str, kind: str
) -> None:
    sent = await asyncio.gather(*(news.send(message, chat=chat) for chat in range(1, 9)))
    calls = [call.params for call in telegram.made(method)]
    assert [isinstance(one[kind], dict) for one in calls] == [True] + [False] * 7
    assert {one.file_id for one in sent if isinstance(one, Sent)} == {calls[1][kind]}
    assert len(news.made) == 1
    assert {one["caption"] for one in calls} == {"<b>Étape exemple</b>\n\nJeudi <b>18 h 30</b> &lt;ici&gt;."}
    assert telegram.buttons(5) == ["Étapes"]


async def test_a_file_that_an_earlier_process_uploaded_is_named(telegram: BotApi, news: News) -> None:
    await news.send(PHOTO, file_id="AgAC-known")
    assert telegram.made("sendPhoto")[0].params["photo"] == "AgAC-known"
    assert news.made == []


async def test_a_name_that_is_refused_is_uploaded_anew(telegram: BotApi, news: News) -> None:
    wrong = {"ok": False, "error_code": 400, "description": "Bad Request: wrong file identifier"}
    telegram.fail("sendPhoto", 400, times=1, body=wrong)
    outcome = await news.send(PHOTO, file_id="AgAC-old")
    assert isinstance(outcome, Failure)
    assert outcome.kind is FailureKind.BAD_CONTENT
    assert isinstance(
        await news.send(PHOTO, file_id="AgAC-old", plain=True), Sent
    )  # what the sender does next
    assert isinstance(telegram.made("sendPhoto")[-1].params["photo"], dict)


async def test_a_refused_markup_keeps_the_file_and_its_last_two_blocks(telegram: BotApi, news: News) -> None:
    ends = (("note", ("De la part de exemple.",)), ("note", ("Tout arrêter : /stop",)))
    long = replace(PHOTO, blocks=(*PHOTO.blocks, ("text", ("😀 mot " * 300,)), *ends))
    assert isinstance(await news.send(long, file_id="AgAC-known", plain=True), Sent)
    [call] = telegram.made("sendPhoto")
    assert call.params["photo"] == "AgAC-known"
    assert news.made == []
    assert call.params["caption"].endswith("…\n\nDe la part de exemple.\n\nTout arrêter : /stop")
    assert 900 < utf16_len(call.params["caption"]) <= 1024


async def test_a_file_that_is_lost_leaves_the_words(telegram: BotApi, news: News) -> None:
    await news.send(replace(PHOTO, media=("photo", "lost", "Affiche")))
    assert "Jeudi" in telegram.messages(7)[-1]["text"]


async def test_what_was_delivered_is_edited_where_it_is(telegram: BotApi, news: News) -> None:
    first = await news.send(TEXT)
    assert isinstance(first, Sent)
    new = replace(TEXT, blocks=(("text", ("Vendredi.",)),))
    told = {"target": str(first.message_id), "circular": "a1:1:fr"}
    assert await news.send(new, act="edit", **told) == Sent(first.message_id)
    assert [one["text"] for one in telegram.messages(7)] == ["Vendredi."]
    again = await news.send(new, act="edit", **told)
    assert isinstance(again, Failure)
    assert again.kind is FailureKind.NOT_MODIFIED
    assert await news.send(TEXT, act="delete", **told) == Sent(first.message_id)
    assert telegram.messages(7) == []
    lost = await news.send(TEXT, act="edit", **told)
    assert isinstance(lost, Failure)
    assert lost.kind is FailureKind.EDIT_LOST


async def test_the_words_under_a_file_are_edited_as_a_caption(telegram: BotApi, news: News) -> None:
    await news.send(TEXT, act="caption", target="41")
    [call] = telegram.made("editMessageCaption")
    assert (call.params["message_id"], "18 h 30" in call.params["caption"]) == (41, True)


async def test_a_message_that_is_too_old_to_be_deleted_says_so(telegram: BotApi, news: News) -> None:
    old = {
        "ok": False,
        "error_code": 400,
        "description": "Bad Request: message can't be deleted for everyone",
    }
    telegram.fail("deleteMessage", 400, body=old)
    outcome = await news.send(TEXT, act="delete", target="41")
    assert isinstance(outcome, Failure)
    assert outcome.kind is FailureKind.TOO_OLD
