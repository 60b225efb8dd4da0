"""Announcements as calls: a text, or the words under a file that is uploaded once; and what corrects them later."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from telegram.error import BadRequest

from bot.telegram import render
from bot.telegram.calls import Api
from bot.telegram.links import Links
from bot.telegram.parcels import Parcel, Parcels
from bot.telegram.render import html, keyboard
from rallynov.delivery.decisions import Sent
from rallynov.delivery.message import Message
from rallynov.delivery.outbox import CAPTION, DELETE, Outgoing, Part
from rallynov.text import split_message, utf16_len

MOST = 1024
"""UTF-16 units of the words under a file; Telegram refuses more."""
LAST = 2
"""Blocks that end every announcement: who writes, and the way out."""
KEPT = 16
"""Circulars whose form is kept."""
_NO_PREVIEW = {"is_disabled": True}


class News:
    """Sends announcements; ``paid`` asks for the rate that Telegram sells."""

    def __init__(self, api: Api, files: Parcels, links: Links, *, paid: bool) -> None:
        self._api = api
        self._files = files
        self._links = links
        self._more: dict[str, Any] = {"allow_paid_broadcast": True} if paid else {}
        self._texts: dict[str, dict[str, Any]] = {}
        self._known: dict[str, str] = {}
        """How Telegram calls the files that were uploaded, by ref."""
        self._refused: set[str] = set()
        """Names that Telegram knows no more."""
        self._uploading: dict[str, asyncio.Lock] = {}

    async def send(self, message: Outgoing, chat: int, *, plain: bool) -> Sent:
        """Make the call that a message asks for; raises what ``classify`` sorts."""
        drawn, part = message.message(), message.part
        if part and part.act:
            return await self._correct(drawn, part, chat, plain=plain)
        if drawn.media:
            return await self._with_file(drawn, message, chat, plain=plain)
        answer = await self._api.call("sendMessage", chat_id=chat, **self._text(drawn, part, plain=plain))
        return Sent(int(answer["message_id"]))

    async def _correct(self, drawn: Message, part: Part, chat: int, *, plain: bool) -> Sent:
        target = int(part.target)
        where: dict[str, Any] = {"chat_id": chat, "message_id": target}
        if part.act == DELETE:
            await self._api.call("deleteMessage", **where)
        elif part.act == CAPTION:
            await self._api.call("editMessageCaption", **where, **self._caption(drawn, plain=plain))
        else:
            said = {
                name: value
                for name, value in self._text(drawn, part, plain=plain).items()
                if name not in self._more
            }
            await self._api.call("editMessageText", **where, **said)
        return Sent(target)

    def _text(self, drawn: Message, part: Part | None, *, plain: bool) -> dict[str, Any]:
        """Return what a text is called with; the same for all who receive a circular."""
        if plain or part is None:
            return self._written(drawn, plain=plain)
        kept = self._texts.get(part.circular)
        if kept is None:
            if len(self._texts) >= KEPT:
                self._texts.clear()
            kept = self._texts[part.circular] = self._written(drawn, plain=False)
        return kept

    def _written(self, drawn: Message, *, plain: bool) -> dict[str, Any]:
        text = self._words(drawn, plain=plain)
        mode = {} if plain else {"parse_mode": "HTML"}
        buttons = {"reply_markup": keyboard(drawn)} if drawn.choices or drawn.actions else {}
        return {"text": text, "link_preview_options": _NO_PREVIEW, **mode, **buttons, **self._more}

    def _caption(self, drawn: Message, *, plain: bool) -> dict[str, Any]:
        text = self._words(drawn, plain=plain)
        if plain and utf16_len(text) > MOST:
            text = self._shortened(drawn)
        mode = {} if plain else {"parse_mode": "HTML"}
        return {"caption": text, "reply_markup": keyboard(drawn), **mode}

    def _words(self, drawn: Message, *, plain: bool) -> str:
        links = self._links.lines(drawn) if plain else self._links.html(drawn)
        return "\n\n".join([part for part in (_shown(drawn, plain=plain), "\n".join(links)) if part])

    def _shortened(self, drawn: Message) -> str:
        """Cut words that are too long before their last two blocks: who writes, and the way out."""
        told, last = replace(drawn, blocks=drawn.blocks[:-LAST]), replace(drawn, blocks=drawn.blocks[-LAST:])
        tail = f"…\n\n{self._words(last, plain=True)}"
        head = split_message(_shown(told, plain=True), max(2, MOST - utf16_len(tail)))
        return f"{head[0] if head else ''}{tail}"

    async def _with_file(self, drawn: Message, message: Outgoing, chat: int, *, plain: bool) -> Sent:
        """Send a file with its words: uploaded by the first call, named by all others."""
        kind, ref, _ = drawn.media or ("", "", "")
        name = self._name(message, ref)
        if not name:
            async with self._uploading.setdefault(ref, asyncio.Lock()):
                name = self._known.get(ref, "")
                if not name:
                    return await self._upload(drawn, message.address, chat, plain=plain)
        try:
            answer = await self._file(kind, chat, self._caption(drawn, plain=plain), name=name)
        except BadRequest as error:
            if "file" in error.message.lower():  # the name is refused, not the words
                self._refused.add(name)
                self._known.pop(ref, None)
            raise
        return Sent(int(answer["message_id"]), file_id=name)

    def _name(self, message: Outgoing, ref: str) -> str:
        """Return how Telegram calls a file, as far as it is known and was not refused."""
        kept = message.part.file_id if message.part else ""
        return kept if kept and kept not in self._refused else self._known.get(ref, "")

    async def _upload(self, drawn: Message, address: str, chat: int, *, plain: bool) -> Sent:
        kind, ref, _ = drawn.media or ("", "", "")
        made = await self._files.pack(drawn, address)
        if isinstance(made, str):
            said = self._written(drawn, plain=plain)
            answer = await self._api.call("sendMessage", chat_id=chat, **said)
            return Sent(int(answer["message_id"]))
        answer = await self._file(kind, chat, self._caption(drawn, plain=plain), made=made)
        name = self._known[ref] = _named(answer, kind)
        return Sent(int(answer["message_id"]), file_id=name)

    async def _file(
        self, kind: str, chat: int, said: dict[str, Any], *, name: str = "", made: Parcel | None = None
    ) -> Any:
        files = {kind: made.file} if made else None
        named = {kind: name} if name else {}
        method = f"send{kind.capitalize()}"
        return await self._api.call(method, files=files, chat_id=chat, **named, **said, **self._more)


def _shown(drawn: Message, *, plain: bool) -> str:
    return render.plain(drawn) if plain else html(drawn)


def _named(answer: dict[str, Any], kind: str) -> str:
    """Return how Telegram calls a file that it was sent; a photo has several sizes, the last is the largest."""
    held = answer.get(kind)
    largest = held[-1] if isinstance(held, list) and held else held
    return str(largest["file_id"]) if isinstance(largest, dict) else ""
