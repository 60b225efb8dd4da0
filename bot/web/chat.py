"""The chat page: a conversation read, and a message said.

Everything works by ordinary forms; htmx sends the same forms, and is answered with fragments. A message is stored before
anyone is told that it is kept.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, replace

import structlog
from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse

from bot import plain
from bot.web import visitors
from bot.web.door import CHANNEL, Door
from bot.web.limits import Arrivals, Newcomers, Pace, is_known, number, read_form
from bot.web.reader import Reader, Readers
from bot.web.view import Desk, Talk, View
from rallynov.delivery.inbox import Incoming

log = structlog.get_logger("rallynov.web")
STORING = 10.0
"""Seconds that the database has to keep a message before the person is told that it is away."""
REFUSALS = {403: "outdated", 413: "long", 429: "busy", 503: "away"}
"""The words of a refusal by status; any other one is a form that cannot be read."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who sends a form: their cookie when they had one, how they read, and whether htmx wants a fragment."""

    cookie: str | None
    reader: Reader
    quick: bool


@dataclass(frozen=True, slots=True)
class _Said:
    """A form as it came: its payload, what must not be lost if it cannot be kept, and the last message it followed."""

    payload: str
    desk: Desk
    after: int


class Chat:
    """The pages of the conversation."""

    def __init__(self, door: Door, view: View, readers: Readers) -> None:
        self._door = door
        self._view = view
        self._readers = readers
        self._pace = Pace(door.clock)
        self._arrivals = Arrivals(door.clock, lambda address: is_known(door.delivery.store, address))
        self._newcomers = Newcomers(door.clock, door.new_token)

    def mount(self, app: FastAPI) -> None:
        """Give the pages their addresses."""
        app.add_route("/", self.page, methods=["GET"])
        app.add_route("/say", self.say, methods=["POST"])
        app.add_route("/fragment", self.fragment, methods=["GET"])

    async def page(self, request: Request) -> Response:
        """Show the conversation; a newcomer is shown the welcome and nothing is set or kept."""
        asked = self._asked(request)
        refused = asked.cookie is None and request.query_params.get("suite") == "1"
        notice = self._view.words[asked.reader.language]["cookies"] if refused else ""
        return await self._shown(asked, Desk(self._door.new_token(), notice=notice))

    async def fragment(self, request: Request) -> Response:
        """Give what came after a message."""
        asked = self._asked(request)
        if asked.cookie is None or visitors.is_foreign(request):
            return Response(status_code=403)
        return await self._news(asked.cookie, asked.reader, number(request.query_params.get("after")))

    async def say(self, request: Request) -> Response:
        """Keep what the person said, wait for the answer, and show it."""
        asked = self._asked(request)
        if not visitors.comes_from_here(request):
            return HTMLResponse(self._view.trouble(403, asked.reader), 403)
        try:
            form = await read_form(request)
        except HTTPException as error:
            return await self._refused(asked, Desk(""), error.status_code)
        texts = {name: value for name, value in form.items() if isinstance(value, str)}
        asked = replace(asked, reader=self._readers.at(request, texts.get("lang", "")))
        said = self._read(texts, asked.reader.language)
        if asked.cookie and not visitors.token_agrees(
            asked.cookie, said.desk.form_id, texts.get("token", "")
        ):
            return await self._refused(asked, said.desk, 403)
        cookie = asked.cookie or self._newcomers.cookie(said.desk.form_id)
        address = visitors.address_of(cookie)
        allowed = await self._arrivals.allows(address, returning=asked.cookie is not None)
        if not allowed or not self._pace.allows(address):
            return await self._refused(asked, said.desk, 429)
        response = await self._kept(cookie, said, asked)
        visitors.keep(response, cookie, secure=self._door.secure)
        return response

    def _asked(self, request: Request) -> _Asked:
        cookie = visitors.cookie_of(request, secure=self._door.secure)
        return _Asked(cookie, self._readers.at(request), request.headers.get("hx-request") == "true")

    def _read(self, texts: dict[str, str], language: str) -> _Said:
        text, press = texts.get("text", ""), texts.get("press", "")
        payload = plain.press_payload(press, language) if press else plain.text_payload(text, language)
        form_id = texts.get("id", "")[:64] or self._door.new_token()
        return _Said(payload, Desk(form_id, text=text, press=press), number(texts.get("after")))

    async def _kept(self, cookie: str, said: _Said, asked: _Asked) -> Response:
        address = visitors.address_of(cookie)
        event_id = _event_id(address, said)
        event = Incoming(CHANNEL, event_id, address, said.payload, self._door.clock())
        delivery = self._door.delivery
        with delivery.expecting(CHANNEL, event_id) as handled:
            try:
                async with asyncio.timeout(STORING):
                    await delivery.take([event])
            except Exception as error:
                log.error("message_not_kept", error=type(error).__name__)  # no typed text in logs
                # The same id comes back with the form: sent again, it is still one message.
                return await self._refused(replace(asked, cookie=cookie), said.desk, 503)
            try:
                await handled(self._door.patience)
            except Exception as error:
                log.warning("answer_not_seen", error=type(error).__name__)
        if asked.quick:
            return await self._news(cookie, asked.reader, said.after)
        return RedirectResponse("/#debut" if asked.cookie else "/?suite=1#debut", 303)

    async def _refused(self, asked: _Asked, desk: Desk, status: int) -> Response:
        """Say why a message was not kept, with what was typed still in its field."""
        notice = self._view.words[asked.reader.language][REFUSALS.get(status, "malformed")]
        again = replace(desk, notice=notice, form_id=desk.form_id or self._door.new_token())
        if asked.quick:
            response: Response = PlainTextResponse(notice, status)
        elif status == 503:
            response = self._bare(asked, again)
        else:
            response = await self._shown(asked, again, status)
        if status in {429, 503}:
            response.headers["Retry-After"] = "5"
        return response

    async def _shown(self, asked: _Asked, desk: Desk, status: int = 200) -> Response:
        reader = asked.reader
        if asked.cookie is None:
            return HTMLResponse(self._view.chat(self._view.newcomer(reader), desk, reader), status)
        talk = await self._talk(asked.cookie, reader)
        if talk is None:
            notice = desk.notice or self._view.words[reader.language]["closed"]
            return self._bare(asked, replace(desk, notice=notice))
        return HTMLResponse(
            self._view.chat(talk, desk.signed(asked.cookie), reader.speaking(talk.language)), status
        )

    def _bare(self, asked: _Asked, desk: Desk) -> Response:
        """Show the page without its conversation: the form, to send again, needs no database."""
        return HTMLResponse(self._view.chat(None, desk.signed(asked.cookie), asked.reader), 503)

    async def _news(self, cookie: str, reader: Reader, after: int) -> Response:
        """Give what came after a message; the whole page anew when its own words are in another language."""
        talk = await self._talk(cookie, reader, after, whole=False)
        if talk is None:
            return PlainTextResponse(self._view.words[reader.language]["closed"], 503)
        if talk.language and talk.language != reader.language:
            return Response(headers={"HX-Refresh": "true"})
        desk = Desk(self._door.new_token()).signed(cookie)
        headers = {} if talk.follows else {"HX-Reswap": "innerHTML"}
        return HTMLResponse(self._view.fragment(talk, desk, reader), headers=headers)

    async def _talk(self, cookie: str, reader: Reader, after: int = 0, *, whole: bool = True) -> Talk | None:
        """Read a conversation; None when the database is away."""
        address = visitors.address_of(cookie)
        try:
            return await self._door.delivery.store.reading(
                lambda tx: self._view.talk(tx, address, reader, after, whole=whole)
            )
        except Exception as error:
            log.error("conversation_not_read", error=type(error).__name__)  # no typed text in logs
            return None


def _event_id(address: str, said: _Said) -> str:
    """Name an event: the same form sent again by the same person with the same words is the same event, in any language."""
    desk = said.desk
    words = f"press\n{desk.press}" if desk.press else f"text\n{desk.text}"
    return hashlib.sha256(f"{address}\n{desk.form_id}\n{words}".encode(errors="surrogatepass")).hexdigest()
