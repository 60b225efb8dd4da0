"""The entering of a dossier that came on paper: step by step, what is typed read as everybody's is, nothing typed lost.

A field that could not be read keeps what was typed, with the sentence that says how to mend it; one that is doubtful is
kept once the doubt is ticked away.
"""

from __future__ import annotations

import asyncio
from functools import partial

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from bot.web.desk.fields import Entered, read_step, show_step
from bot.web.desk.front import Asked, Front, Named, Posted, day_in, named
from bot.web.desk.nav import ENTRY
from bot.web.desk.pieces import step_of_files
from bot.web.desk.words import WORDS
from rallynov.coordination.entering import SINCE, Entry
from rallynov.coordination.lot import Outcome
from rallynov.dialogue.words import Typed, Words
from rallynov.editions.model import day_of, last_second
from rallynov.initiatives.attachments.showing import lines
from rallynov.initiatives.form import Step
from rallynov.initiatives.model import missing
from rallynov.people.model import Purpose, code_of
from rallynov.people.permissions import Action, Whose


class EntryPages:
    """The pages of paper dossiers."""

    def __init__(self, front: Front) -> None:
        self._front = front

    def mount(self, app: FastAPI) -> None:
        """Give the pages their addresses."""
        app.add_route(ENTRY, self.all, methods=["GET"])
        app.add_route(ENTRY, self.begin, methods=["POST"])
        app.add_route(ENTRY + "/{dossier}", self.end, methods=["GET"])
        app.add_route(ENTRY + "/{dossier}", self.finish, methods=["POST"])
        app.add_route(ENTRY + "/{dossier}/{step:int}", self.step, methods=["GET"])
        app.add_route(ENTRY + "/{dossier}/{step:int}", self.keep, methods=["POST"])

    async def all(self, request: Request) -> Response:
        """List what is being entered, and offer to begin another one."""
        asked = await self._asked(request)
        return asked if isinstance(asked, Response) else await self._all(request, asked)

    async def begin(self, request: Request) -> Response:
        """Begin one, by the day on which the paper was received."""
        posted = await self._posted(request)
        if isinstance(posted, Response):
            return posted
        bureau, now = self._front.bureau, self._front.bureau.clock()
        day = day_in(posted.given.get("received", ""))
        if day is None or not 0 <= (day_of(now) - day).days <= SINCE.days:
            return await self._all(request, posted, 422, wrong=WORDS["needed_received"])
        received, dossier = min(last_second(day), now), bureau.secret()
        outcome = await self._write(posted, dossier, partial(bureau.entering.open, received=received, at=now))
        if outcome is None or outcome.refused:
            return await self._all(request, posted, 409, wrong=_why(outcome))
        return RedirectResponse(f"{ENTRY}/{dossier}/1", 303)

    async def step(self, request: Request) -> Response:
        """Show one step of the form."""
        asked = await self._asked(request)
        if isinstance(asked, Response):
            return asked
        entry, nth = await self._entry(request, asked)
        if not entry.open:
            return RedirectResponse(f"{ENTRY}/{entry.dossier.id}", 303)
        bureau, word = self._front.bureau, partial(self._front.told, asked=asked)
        read = partial(bureau.entering.read, language=asked.reader.language, at=bureau.clock())
        return self._step(request, asked, entry, nth, show_step(bureau.form, nth, entry.dossier, read, word))

    async def keep(self, request: Request) -> Response:
        """Keep what was typed in a step, and go on; what could not be read is shown again, with why."""
        posted = await self._posted(request)
        if isinstance(posted, Response):
            return posted
        entry, nth = await self._entry(request, posted)
        bureau, now = self._front.bureau, self._front.bureau.clock()
        reader = partial(bureau.entering.read, language=posted.reader.language, at=now)
        word = partial(self._front.told, asked=posted)
        entered = read_step(bureau.form, nth, entry.dossier, posted.given, reader, word)
        outcome = await self._write(
            posted,
            entry.dossier.id,
            partial(bureau.entering.keep, values=entered.values, drafts=entered.drafts, at=now),
        )
        if outcome is None or outcome.refused:
            return self._step(request, posted, entry, nth, entered.shown, 409, _why(outcome))
        if entered.open:
            return self._step(request, posted, entry, nth, entered.shown, 422, WORDS["entry_mend"])
        last = nth >= len(bureau.form.steps)
        return RedirectResponse(f"{ENTRY}/{entry.dossier.id}" + ("" if last else f"/{nth + 1}"), 303)

    async def end(self, request: Request) -> Response:
        """Show what is still missing, and what can be done: submit, give to the contact."""
        asked = await self._asked(request)
        return asked if isinstance(asked, Response) else await self._end(request, asked)

    async def finish(self, request: Request) -> Response:
        """Submit a dossier for its contact, or make the code by which they take it over."""
        posted = await self._posted(request)
        if isinstance(posted, Response):
            return posted
        bureau, now = self._front.bureau, self._front.bureau.clock()
        dossier, code = named(request), ""
        if posted.given.get("acte") == "submit":
            if posted.given.get("signed") != "1":
                return await self._end(request, posted, 422, wrong=WORDS["needed_signed"])
            doing = partial(bureau.entering.submit, at=now)
        elif posted.given.get("acte") == "drop":
            return await self._drop(request, posted, dossier)
        else:
            code = code_of(bureau.secret(), Purpose.COOWNER)
            doing = partial(bureau.entering.invite, code=code, at=now)
        outcome = await self._write(posted, dossier, doing)
        if outcome is None or outcome.refused:
            return await self._end(request, posted, 409, wrong=_why(outcome))
        self._front.door.delivery.nudge()
        return await self._end(request, posted, code=code)

    async def _drop(self, request: Request, posted: Posted, dossier: str) -> Response:
        """Erase what was begun, once that is confirmed."""
        if posted.given.get("sure") != "1":
            return await self._end(request, posted, 422, wrong=WORDS["needed_sure"])
        outcome = await self._write(
            posted, dossier, partial(self._front.bureau.entering.drop, at=self._front.bureau.clock())
        )
        if outcome is None or outcome.refused:
            return await self._end(request, posted, 409, wrong=_why(outcome))
        return RedirectResponse(ENTRY, 303)

    async def _write(self, posted: Posted, dossier: str, doing: partial[Outcome]) -> Outcome | None:
        bureau = self._front.bureau
        act = Named(doing)
        return await self._front.door.delivery.store.writing(bureau.do, posted.address, (dossier,), act)

    async def _asked(self, request: Request) -> Asked | Response:
        asked = await self._front.asked(request)
        return self._may(asked) if isinstance(asked, Asked) else asked

    async def _posted(self, request: Request) -> Posted | Response:
        posted = await self._front.posted(request)
        if isinstance(posted, Posted):
            self._may(posted)
        return posted

    @staticmethod
    def _may(asked: Asked) -> Asked:
        if not asked.who.may(Action.ENTER_DOSSIER, Whose.NONE):
            raise HTTPException(403)
        return asked

    async def _entry(self, request: Request, asked: Asked) -> tuple[Entry, int]:
        nth = int(request.path_params.get("step", 1))
        entry = await asyncio.to_thread(self._front.bureau.entry, asked.who, named(request))
        if entry is None or not 1 <= nth <= len(self._front.bureau.form.steps):
            raise HTTPException(404)
        return entry, nth

    async def _all(
        self, request: Request, asked: Asked, status: int = 200, wrong: Words | None = None
    ) -> Response:
        found = await asyncio.to_thread(self._front.bureau.entries)
        today = day_of(self._front.bureau.clock()).isoformat()
        return self._front.page(
            "entries.html",
            request,
            asked,
            status,
            found=found,
            wrong=wrong,
            today=today,
            entry=ENTRY,
            here="entry",
        )

    def _step(  # what a step may have to say
        self,
        request: Request,
        asked: Asked,
        entry: Entry,
        nth: int,
        shown: list[Entered],
        status: int = 200,
        wrong: Words | None = None,
    ) -> Response:
        steps = self._front.bureau.form.steps
        return self._front.page(
            "entry.html",
            request,
            asked,
            status,
            fields=shown,
            nth=nth,
            steps_of=steps,
            columns_of={one.id: [column.id for column in one.columns] for one in steps[nth - 1].fields},
            files=lines(self._front.bureau.form, entry.dossier, None)
            if nth == step_of_files(self._front.bureau.form)
            else None,
            pieces=entry.dossier.attachments,
            fetched=self._front.door.folder is not None,
            page=f"{ENTRY}/{entry.dossier.id}",
            wrong=wrong,
            here="entry",
        )

    async def _end(
        self, request: Request, asked: Asked, status: int = 200, *, wrong: Words | None = None, code: str = ""
    ) -> Response:
        entry, _ = await self._entry(request, asked)
        form = self._front.bureau.form
        lacks = (
            [(one, _rank(form.steps, one.id)) for one in missing(form, entry.dossier)] if entry.open else []
        )
        return self._front.page(
            "entered.html",
            request,
            asked,
            status,
            entry=entry,
            lacks=lacks,
            steps_of=form.steps,
            page=f"{ENTRY}/{entry.dossier.id}",
            called=Typed(str(entry.dossier.given.get("title") or entry.dossier.given.get("name") or "")),
            wrong=wrong,
            code=code,
            here="entry",
        )


def _rank(steps: tuple[Step, ...], field: str) -> int:
    return next(n for n, step in enumerate(steps, 1) if any(one.id == field for one in step.fields))


def _why(outcome: Outcome | None) -> Words:
    return outcome.refused[0][1] if outcome and outcome.refused else WORDS["empty"]
