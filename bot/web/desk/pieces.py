"""The files of a paper dossier: received by a plain form, added or removed under the name of whoever enters it.

They are examined as everybody's are; what became of each stands on the page, and is told to whoever sent it.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from functools import partial

import structlog
from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from bot.web import visitors
from bot.web.desk.front import Asked, Front, Named, named
from bot.web.desk.nav import ENTRY
from bot.web.desk.words import WORDS
from bot.web.receiving import Arrived, Received, Reception
from bot.web.uploads import COMING, CROWDED, TROUBLES
from rallynov.coordination.lot import Outcome
from rallynov.dialogue.words import Words
from rallynov.initiatives.commands import AddAttachment
from rallynov.initiatives.form import DossierForm, Kind
from rallynov.people.permissions import Action, Whose

log = structlog.get_logger("rallynov.web")


class EntryFiles:
    """The form of files of a paper dossier."""

    def __init__(self, front: Front) -> None:
        self._front = front

    def mount(self, app: FastAPI) -> None:
        """Give the form its address; without a folder for files, there is none."""
        if self._front.door.folder:
            app.add_route(ENTRY + "/{dossier}/pieces", self.send, methods=["POST"])

    async def send(self, request: Request) -> Response:
        """Add the files of a form, or remove one; return to the step of files."""
        asked = await self._front.asked(request)
        if isinstance(asked, Response):
            return asked
        if not visitors.comes_from_here(request) or not asked.who.may(Action.ENTER_DOSSIER, Whose.NONE):
            raise HTTPException(403)
        dossier = named(request)
        if hurried := self._front.hurried(asked):
            return hurried
        try:
            async with asyncio.timeout(COMING):
                received = await self._reception(request).read(request)
            outcome = await self._kept(asked, dossier, received)
        except HTTPException:
            raise
        except Exception as error:  # a full disk, the database away, a browser that left
            log.error("files_not_received", error=type(error).__name__)
            return self._front.trouble(asked, 503, *TROUBLES[503])
        why = _why(outcome, received.files)
        if why is not None:
            return self._front.trouble(asked, 422, WORDS["entry_file_refused"], why)
        return RedirectResponse(f"{ENTRY}/{dossier}/{step_of_files(self._front.bureau.form)}#files", 303)

    async def _kept(self, asked: Asked, dossier: str, received: Received) -> Outcome | None:
        """Add the files that came, or remove the one that is named."""
        acts, now = self._front.bureau.entering, self._front.bureau.clock()
        if piece := received.fields.get("remove", ""):
            doing = partial(acts.detach, piece=piece[:64], at=now)
        else:
            form = f"{asked.address}\n{received.fields.get('id', '')}"
            files = [
                _added(dossier, f"{form}\n{nth}", one)
                for nth, one in enumerate(received.files)
                if one.arrival
            ]
            doing = partial(acts.attach, files=files, address=asked.address, at=now)
        store, do = self._front.door.delivery.store, self._front.bureau.do
        return await store.writing(do, asked.address, (dossier,), Named(doing))

    def _reception(self, request: Request) -> Reception:
        door, cookie = self._front.door, visitors.cookie_of(request, secure=self._front.door.secure) or ""
        if door.folder is None or door.folder.arrived() > CROWDED:
            raise HTTPException(503)

        def agrees(given: Mapping[str, str]) -> bool:
            return visitors.token_agrees(cookie, given.get("id", "")[:64], given.get("token", ""))

        return Reception(door.folder, door.new_token, door.heaviest, agrees)


def _added(dossier: str, form: str, file: Arrived) -> AddAttachment:
    """Return what adds a file: sent twice by the same form, it is one."""
    told = f"{form}\n{file.name}\n{file.size}"
    name = hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:32]
    return AddAttachment(dossier, name, f"web:{file.arrival}", file.name, file.size, file.mime)


def step_of_files(form: DossierForm) -> int:
    """Return the step that asks for files."""
    return next(
        nth for nth, step in enumerate(form.steps, 1) if any(one.kind is Kind.FILES for one in step.fields)
    )


def _why(outcome: Outcome | None, files: Sequence[Arrived]) -> Words | None:
    """Return why a file was not added, if one was not."""
    if outcome is None or outcome.refused:
        return outcome.refused[0][1] if outcome else WORDS["empty"]
    return WORDS["entry_file_heavy"] if any(not one.arrival for one in files) else None
