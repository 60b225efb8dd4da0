"""One dossier as a page of the team: what was submitted, its history, what the team keeps of it, what it does with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from urllib.parse import urlencode

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import FileResponse, RedirectResponse

from bot.web.desk.front import Asked, Front, Posted, day_in, named
from bot.web.desk.nav import DOSSIERS
from bot.web.desk.table import view_of
from bot.web.desk.words import SAVED, VERDICTS, WORDS
from bot.web.uploads import SANDBOX
from rallynov.coordination.lot import Outcome
from rallynov.coordination.model import LABEL_MOST, NOTE_MOST, REASON_MOST
from rallynov.coordination.model import VERDICTS as PREPARED
from rallynov.dialogue.words import Words
from rallynov.editions.model import CORRECTION_DAYS, correction_until, day_of, last_second
from rallynov.initiatives.moving import Verdict
from rallynov.people.model import Purpose, code_of
from rallynov.text import clean_line

Doing = Callable[[], Outcome | None]


class FilePages:
    """The pages of one dossier."""

    def __init__(self, front: Front) -> None:
        self._front = front

    def mount(self, app: FastAPI) -> None:
        """Give the pages their addresses."""
        app.add_route(DOSSIERS + "/{dossier}", self.show, methods=["GET"])
        app.add_route(DOSSIERS + "/{dossier}", self.act, methods=["POST"])
        app.add_route(DOSSIERS + "/{dossier}/pieces/{piece}", self.download, methods=["GET"])

    async def show(self, request: Request) -> Response:
        """Show one dossier; that it was read is kept."""
        asked = await self._front.asked(request)
        if isinstance(asked, Response):
            return asked
        saved = SAVED.get(request.query_params.get("fait", ""))
        return await self._page(request, asked, saved=saved)

    async def act(self, request: Request) -> Response:
        """Do what a form asks; when it cannot be done, say why with what was typed still there."""
        posted = await self._front.posted(request)
        if isinstance(posted, Response):
            return posted
        dossier, name = named(request), posted.given.get("acte", "")
        if name == "late":
            return await self._late(request, posted, dossier)
        doing = self._doing(posted, dossier, name)
        if not callable(doing):
            return await self._page(request, posted, 422, wrong=doing, given=posted.given)
        outcome = await self._front.door.delivery.store.writing(doing)
        if outcome is None:
            return self._front.reserved(posted.reader)
        self._front.door.delivery.nudge()
        if outcome.refused:
            return await self._page(request, posted, 409, wrong=outcome.refused[0][1], given=posted.given)
        view = view_of(self._front.bureau.form, posted.given.get("vue", "")).query
        told = urlencode({"fait": name} | ({"vue": view} if view else {}))
        return RedirectResponse(f"{DOSSIERS}/{dossier}?{told}", 303)

    def _doing(self, posted: Posted, dossier: str, name: str) -> Doing | Words:
        """Return what is to be done, or what is wrong with what was typed."""
        bureau, now = self._front.bureau, self._front.bureau.clock()
        acts, do = bureau.acts, partial(bureau.do, posted.address, (dossier,))
        seen = int(seen) if (seen := posted.given.get("vu", "")).isdecimal() and len(seen) < 10 else 0
        reason = posted.text("reason", REASON_MOST)
        match name:
            case "correct":
                until = _until(posted.given.get("until", ""), now)
                if not reason or until is None:
                    return WORDS["needed_reason"] if not reason else WORDS["needed_day"]
                return partial(do, acts.send_back, Verdict(posted.who.person, now, reason, until), seen)
            case "admit" | "reject":
                if name == "reject" and not reason:
                    return WORDS["needed_reason"]
                verdict = Verdict(posted.who.person, now, reason)
                return partial(do, acts.prepare, PREPARED[name], verdict, seen)
            case "unprepare":
                return partial(do, acts.unprepare)
            case _:
                return self._annotating(posted, dossier, name, now)

    def _annotating(self, posted: Posted, dossier: str, name: str, now: datetime) -> Doing | Words:
        bureau = self._front.bureau
        label, text = clean_line(posted.given.get("label", ""))[:LABEL_MOST], posted.text("text", NOTE_MOST)
        do = partial(bureau.do, posted.address, (dossier,))
        match name:
            case "label" if label:
                return partial(do, bureau.acts.label, label, now)
            case "unlabel" if label:
                return partial(do, bureau.acts.unlabel, label)
            case "note" if text:
                return partial(do, bureau.acts.note, text, now)
            case _:
                return WORDS["needed_text"]

    async def _late(self, request: Request, posted: Posted, dossier: str) -> Response:
        """Give the owner a late code, which this page shows once."""
        bureau, now = self._front.bureau, self._front.bureau.clock()
        until = _until(posted.given.get("until", ""), now)
        if until is None:
            return await self._page(request, posted, 422, wrong=WORDS["needed_day"], given=posted.given)
        code = code_of(bureau.secret(), Purpose.LATE)
        outcome = await self._front.door.delivery.store.writing(
            bureau.do, posted.address, (dossier,), bureau.acts.let_in, code, until, now
        )
        if outcome is None:
            return self._front.reserved(posted.reader)
        self._front.door.delivery.nudge()
        if outcome.refused:
            return await self._page(request, posted, 409, wrong=outcome.refused[0][1], given=posted.given)
        return await self._page(request, posted, code=code, saved=WORDS["late_made"])

    async def _page(
        self,
        request: Request,
        asked: Asked,
        status: int = 200,
        *,
        saved: Words | None = None,
        wrong: Words | None = None,
        given: Mapping[str, str] | None = None,
        code: str = "",
    ) -> Response:
        bureau = self._front.bureau
        file = await asyncio.to_thread(bureau.file, asked.who, named(request))
        if file is None:
            raise HTTPException(404)
        usual = day_of(correction_until(bureau.clock()))
        kept = asked.given if isinstance(asked, Posted) else request.query_params
        return self._front.page(
            "file.html",
            request,
            asked,
            status,
            file=file,
            row=file.row,
            dossier=file.whole,
            offers=bureau.offers(asked.who, file),
            prepared_as=VERDICTS,
            listing=view_of(bureau.form, kept.get("vue", "")),
            given=given or {},
            saved=saved,
            wrong=wrong,
            code=code,
            usual=usual.isoformat(),
            today=day_of(bureau.clock()).isoformat(),
            days=CORRECTION_DAYS,
            fetched=self._front.door.folder is not None,
            here="file",
        )

    async def download(self, request: Request) -> Response:
        """Hand a file of a dossier over, to be saved, never to be shown as a page of ours."""
        asked = await self._front.asked(request)
        if isinstance(asked, Response):
            return asked
        dossier, piece, folder = named(request), request.path_params["piece"], self._front.door.folder
        found = await asyncio.to_thread(self._front.bureau.piece, asked.who, dossier, piece)
        if found is None or folder is None:
            raise HTTPException(404)
        path = folder.place(dossier, piece)
        if not await asyncio.to_thread(path.is_file):
            raise HTTPException(404)
        return FileResponse(path, media_type=found.mime, filename=found.name, headers=SANDBOX)


def _until(typed: str, now: datetime) -> datetime | None:
    """Read the last day of something, from today on and within a year; None when it is none."""
    day = day_in(typed)
    if day is None or not 0 <= (day - day_of(now)).days <= 366:
        return None
    return last_second(day)
