"""The chat page: a conversation read, and a message said.

Everything works by ordinary forms; ``chat.js`` asks the same addresses for fragments. A message is stored before anyone
is told that it is kept.
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
from bot.web.limits import Newcomers, Pace, number, read_form
from bot.web.view import Desk, Talk, View
from rallynov.delivery.inbox import Incoming

log = structlog.get_logger("rallynov.web")
STORING = 10.0
"""Seconds that the database has to keep a message before the person is told that it is away."""


@dataclass(frozen=True, slots=True)
class _Said:
    """A form as it came: its payload, and what must not be lost if it cannot be kept."""

    payload: str
    desk: Desk


class Chat:
    """The pages of the conversation."""

    def __init__(self, door: Door, view: View) -> None:
        self._door = door
        self._view = view
        self._pace = Pace(door.clock)
        self._newcomers = Newcomers(door.clock, door.new_token)

    def mount(self, app: FastAPI) -> None:
        """Give the pages their addresses."""
        app.add_route("/", self.page, methods=["GET"])
        app.add_route("/say", self.say, methods=["POST"])
        app.add_route("/fragment", self.fragment, methods=["GET"])

    async def page(self, request: Request) -> Response:
        """Show the conversation; a newcomer is shown the welcome and nothing is set or kept."""
        cookie = self._cookie(request)
        refused = cookie is None and request.query_params.get("suite") == "1"
        notice = self._view.words["cookies"] if refused else ""
        return await self._shown(cookie, Desk(self._door.new_token(), notice=notice))

    async def fragment(self, request: Request) -> Response:
        """Give what came after a message."""
        cookie = self._cookie(request)
        if cookie is None or visitors.is_foreign(request):
            return Response(status_code=403)
        return await self._news(cookie, number(request.query_params.get("after")))

    async def say(self, request: Request) -> Response:
        """Keep what the person said, wait for the answer, and show it."""
        if not visitors.comes_from_here(request):
            return HTMLResponse(self._view.trouble(403), 403)
        cookie, quick = self._cookie(request), "x-fragment" in request.headers
        try:
            form = await read_form(request)
        except HTTPException as error:
            return await self._refused(cookie, Desk(""), error.status_code, quick=quick)
        texts = {name: value for name, value in form.items() if isinstance(value, str)}
        said = self._read(texts)
        if cookie and not visitors.token_agrees(cookie, texts.get("token", "")):
            return await self._refused(cookie, said.desk, 403, quick=quick)
        cookie = cookie or self._newcomers.cookie(said.desk.form_id)
        if not self._pace.allows(visitors.address_of(cookie)):
            return await self._refused(cookie, said.desk, 429, quick=quick)
        known = self._cookie(request) is not None
        response = await self._kept(cookie, said, known=known, quick=quick, after=number(texts.get("after")))
        visitors.keep(response, cookie, secure=self._door.secure)
        return response

    def _read(self, texts: dict[str, str]) -> _Said:
        text, press = texts.get("text", ""), texts.get("press", "")
        payload = plain.press_payload(press) if press else plain.text_payload(text)
        form_id = texts.get("id", "")[:64] or self._door.new_token()
        return _Said(payload, Desk(form_id, text=text, press=press))

    async def _kept(self, cookie: str, said: _Said, *, known: bool, quick: bool, after: int) -> Response:
        address = visitors.address_of(cookie)
        event_id = _event_id(address, said)
        event = Incoming(CHANNEL, event_id, address, said.payload, self._door.clock())
        try:
            async with asyncio.timeout(STORING):
                await self._door.delivery.take([event])
        except Exception as error:
            log.error("message_not_kept", error=type(error).__name__)  # no typed text in logs
            # The same id comes back with the form: sent again, it is still one message.
            return await self._refused(cookie, said.desk, 503, quick=quick)
        try:
            await self._door.delivery.handled(CHANNEL, event_id, self._door.patience)
        except Exception as error:
            log.warning("answer_not_seen", error=type(error).__name__)
        if quick:
            return await self._news(cookie, after)
        return RedirectResponse("/#fin" if known else "/?suite=1#fin", 303)

    async def _refused(self, cookie: str | None, desk: Desk, status: int, *, quick: bool) -> Response:
        """Say why a message was not kept, with what was typed still in its field."""
        name = {403: "outdated", 413: "long", 429: "busy", 503: "away"}.get(status, "malformed")
        notice = self._view.words[name]
        again = replace(desk, notice=notice, form_id=desk.form_id or self._door.new_token())
        if quick:
            response: Response = PlainTextResponse(notice, status)
        elif status == 503:
            response = self._bare(cookie, again)
        else:
            response = await self._shown(cookie, again, status)
        if status in {429, 503}:
            response.headers["Retry-After"] = "5"
        return response

    async def _shown(self, cookie: str | None, desk: Desk, status: int = 200) -> Response:
        if cookie is None:
            return HTMLResponse(self._view.chat(self._view.newcomer(), desk), status)
        talk = await self._talk(cookie)
        if talk is None:
            return self._bare(cookie, replace(desk, notice=desk.notice or self._view.words["closed"]))
        return HTMLResponse(self._view.chat(talk, replace(desk, token=visitors.form_token(cookie))), status)

    def _bare(self, cookie: str | None, desk: Desk) -> Response:
        """Show the page without its conversation: the form, to send again, needs no database."""
        desk = replace(desk, token=visitors.form_token(cookie) if cookie else "")
        return HTMLResponse(self._view.chat(None, desk), 503)

    async def _news(self, cookie: str, after: int) -> Response:
        talk = await self._talk(cookie, after, whole=False)
        if talk is None:
            return PlainTextResponse(self._view.words["closed"], 503)
        return HTMLResponse(
            self._view.fragment(talk, Desk(self._door.new_token(), visitors.form_token(cookie)))
        )

    async def _talk(self, cookie: str, after: int = 0, *, whole: bool = True) -> Talk | None:
        """Read a conversation; None when the database is away."""
        try:
            return await asyncio.to_thread(self._view.talk, visitors.address_of(cookie), after, whole=whole)
        except Exception as error:
            log.error("conversation_not_read", error=type(error).__name__)  # no typed text in logs
            return None

    def _cookie(self, request: Request) -> str | None:
        return visitors.cookie_of(request, secure=self._door.secure)


def _event_id(address: str, said: _Said) -> str:
    """Name an event: the same form sent again by the same person with the same words is the same event."""
    return hashlib.sha256(f"{address}\n{said.desk.form_id}\n{said.payload}".encode()).hexdigest()
