"""Telegram as a channel that is called: one message, one call, and every outcome a value."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from telegram.error import BadRequest, TelegramError

from bot.telegram import parcels
from bot.telegram.calls import Api
from bot.telegram.failures import classify, too_long
from bot.telegram.links import Links
from bot.telegram.news import News
from bot.telegram.parcels import Parcels
from bot.telegram.render import html, keyboard, plain
from bot.telegram.updates import CHANNEL
from rallynov.delivery.decisions import Failure, FailureKind, Sent
from rallynov.delivery.message import LONGEST, Message
from rallynov.delivery.outbox import Outgoing
from rallynov.text import split_message, utf16_len

NO_PREVIEW = {"is_disabled": True}
KEPT = 64
"""Messages in parts of which it is known what has left, at most."""
SHOWN = 1.0
"""Seconds that a file waits, once made, for Telegram to have shown that it is coming."""


class TelegramTransport:
    """Sends through the Bot API."""

    channel = CHANNEL

    def __init__(self, api: Api, files: Parcels, links: Links, *, paid: bool = False) -> None:
        self._api = api
        self._files = files
        self._links = links
        self._news = News(api, files, links, paid=paid)
        self._parts: dict[str, list[str]] = {}
        """What is still to leave of messages in parts, by their keys: the next try goes on from there."""

    def chat(self, address: str) -> int:
        """Return the chat id of an address (``telegram:12345``)."""
        return int(address.partition(":")[2])

    async def deliver(self, message: Outgoing, *, plain: bool) -> Sent | Failure:
        """Send one message; as plain text when its markup, or its file, was refused."""
        try:
            drawn = message.message()
            if message.part or drawn.media:
                return await self._news.send(message, self.chat(message.address), plain=plain)
            send = self._text if plain or not parcels.kind(drawn) else self._file
            send = self._venue if drawn.pin and not plain else send
            answer = await send(drawn, message, plain=plain)
            return Sent(int(answer["message_id"]), answered=bool(drawn.card))
        except (KeyError, TypeError, ValueError) as error:
            return Failure(FailureKind.UNKNOWN, detail=type(error).__name__)
        except Exception as error:  # every outcome is a value; classify names it
            return classify(error)

    async def freeze(self, message: Outgoing) -> Sent | Failure:
        """Take the buttons off the card that a message has answered, and leave what was chosen there."""
        try:
            drawn = message.message()
            await self._api.call(
                "editMessageText",
                chat_id=self.chat(message.address),
                message_id=int(drawn.card),
                text=html(Message(drawn.frozen)),
                parse_mode="HTML",
                link_preview_options=NO_PREVIEW,
            )
            return Sent(int(drawn.card))
        except Exception as error:
            return classify(error)

    async def _text(self, drawn: Message, message: Outgoing, *, plain: bool) -> Any:
        address = message.address
        if drawn.pin:
            return await self._said(address, "\n".join(drawn.pin[2:]))
        if parcels.kind(drawn):
            return await self._said(address, self._files.words(drawn))
        if message.key in self._parts:
            return await self._in_parts(drawn, message)
        try:
            return await self._said(address, **self._written(drawn, self.chat(address), plain=plain))
        except BadRequest as error:
            if not too_long(error):
                raise
            return await self._in_parts(drawn, message)

    def _written(self, drawn: Message, chat: int, *, plain: bool) -> dict[str, Any]:
        buttons = keyboard(drawn)
        if plain:
            return {"text": _plain(drawn, self._links), "reply_markup": buttons}
        if rows := self._links.rows(drawn, chat):
            buttons = {"inline_keyboard": [*rows, *(buttons["inline_keyboard"] if buttons else [])]}
        return {"text": _html(drawn, self._links), "reply_markup": buttons, "parse_mode": "HTML"}

    async def _in_parts(self, drawn: Message, message: Outgoing) -> Any:
        """Send in several messages, without markup, what Telegram holds too long for one; the buttons are on the last.

        Where one fails its message does, and begins with that one when it is tried again.
        """
        words = _plain(drawn, self._links)
        cut = split_message(words, max(2, min(LONGEST, utf16_len(words) * 2 // 3)))
        parts = self._parts.setdefault(message.key, cut)
        if len(self._parts) > KEPT:
            del self._parts[next(iter(self._parts))]
        while len(parts) > 1:
            await self._said(message.address, parts[0])
            del parts[0]
        answer = await self._said(message.address, parts[0], reply_markup=keyboard(drawn))
        self._parts.pop(message.key, None)
        return answer

    async def _venue(self, drawn: Message, message: Outgoing, *, plain: bool) -> Any:
        latitude, longitude, name, where = drawn.pin or (0.0, 0.0, "", "")
        return await self._api.call(
            "sendVenue",
            chat_id=self.chat(message.address),
            latitude=latitude,
            longitude=longitude,
            title=name,
            address=where,
        )

    async def _said(self, address: str, text: str, **more: Any) -> Any:
        chat = self.chat(address)
        return await self._api.call(
            "sendMessage", chat_id=chat, text=text, link_preview_options=NO_PREVIEW, **more
        )

    async def _file(self, drawn: Message, message: Outgoing, *, plain: bool) -> Any:
        address = message.address
        async with self._shown(f"upload_{parcels.kind(drawn)}", self.chat(address)):
            made = await self._files.pack(drawn, address)
        if isinstance(made, str):
            return await self._said(address, made)
        method, files = f"send{made.kind.capitalize()}", {made.kind: made.file}
        return await self._api.call(method, files=files, chat_id=self.chat(address), caption=made.caption)

    @contextlib.asynccontextmanager
    async def _shown(self, action: str, chat: int) -> AsyncIterator[None]:
        """Show that something slow is under way, best effort: its end waits ``SHOWN`` seconds at most."""
        showing = asyncio.get_running_loop().create_task(self._show(action, chat))
        try:
            yield
            await asyncio.wait((showing,), timeout=SHOWN)
        finally:
            showing.cancel()

    async def _show(self, action: str, chat: int) -> None:
        with contextlib.suppress(TelegramError):
            await self._api.call("sendChatAction", chat_id=chat, action=action)


def _html(drawn: Message, links: Links) -> str:
    return "\n\n".join([part for part in (html(drawn), "\n".join(links.html(drawn))) if part])


def _plain(drawn: Message, links: Links) -> str:
    return "\n\n".join([part for part in (plain(drawn), "\n".join(links.lines(drawn))) if part])
