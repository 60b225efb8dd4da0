"""Exports as pages: what to export, how far it is, its file. Rights are asked at each request, and again when it is made.

A file is streamed from where it was made, for whoever asked for it, and kept by no cache.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse

from bot.web import visitors
from bot.web.desk.nav import TEAM, links
from bot.web.door import Door
from bot.web.limits import Pace, read_form
from bot.web.papers import handed_over
from bot.web.reader import Reader, Readers
from bot.web.view import View, desk_of
from rallynov.dialogue.words import Plural, Say, Term, Typed, Words, plural, say
from rallynov.exports.formats import FORMATS
from rallynov.exports.model import FAILED, REGISTERED, Outcome, Selection, Who
from rallynov.exports.model import Request as Asked
from rallynov.exports.screens import KINDS, PAGE, PERSONAL, REFUSALS
from rallynov.exports.table import DOSSIERS, HISTORY, INDICATORS, PEOPLE, PIECES
from rallynov.exports.workshop import MIMES, Workshop
from rallynov.initiatives.model import Status
from rallynov.initiatives.reading.places import DEPARTEMENTS
from rallynov.papers.model import File
from rallynov.text import clean_line, fold

A_MINUTE = 10
"""Exports that one person may ask for in a minute."""
SUBJECTS = (DOSSIERS, INDICATORS, PEOPLE, PIECES, HISTORY)
ANY = ""
"""The dossiers that are registered: what a draft holds is its people's alone, and leaves by no page."""
WORDS: Mapping[str, Say] = {
    "title": say("Export dossiers"),
    "about": say(
        "The file is made beside the robot, which goes on answering. It may be fetched for an hour."
    ),
    "view": say("View"),
    "kind": say("Format"),
    "status": say("Dossiers"),
    "any": say("Submitted, and later"),
    "places": say("Places"),
    "places_hint": say("Départements or communes, with commas. For example: 25, Lure. Empty: all."),
    "table": say("Table, in CSV"),
    "make": say("Make the export"),
    "mine": say("My exports of the last hour"),
    "when": say("Asked on"),
    "stands": say("Where it stands"),
    "fetch": say("Fetch the file"),
    "again": say("See how far it is"),
    "under_way": say("Under way"),
    "ready": say("Ready"),
    "back": say("All exports"),
    "personal": PERSONAL,
}
RESERVED = (
    say("This page is for the team"),
    say(
        "Exports are for the team of the rally. If you are of it, open this page in the browser where you are known."
    ),
)
BUSY = say("That is many exports at once. Wait a minute, then try again.")


@dataclass(frozen=True, slots=True)
class Given:
    """What a form asks for, as it was typed."""

    view: str = ""
    kind: str = "xlsx"
    status: str = ANY
    places: str = ""
    table: str = DOSSIERS


class ExportPages:
    """The exports."""

    def __init__(self, door: Door, view: View, readers: Readers) -> None:
        self._door = door
        self._view = view
        self._readers = readers
        self._pace = Pace(door.clock, A_MINUTE)

    def mount(self, app: FastAPI) -> None:
        """Give the pages their addresses; where nothing is exported, there are none."""
        if self._door.workshop:
            app.add_route(PAGE, self.all, methods=["GET"])
            app.add_route(PAGE, self.ask, methods=["POST"])
            app.add_route(PAGE + "/{name}", self.one, methods=["GET"])
            app.add_route(PAGE + "/{name}/fichier", self.fetch, methods=["GET"])

    async def all(self, request: Request) -> Response:
        """Ask what to export, and list what was asked for."""
        reader, who = await self._who(request)
        return self._form(request, reader, who, Given()) if who else self._reserved(reader)

    async def ask(self, request: Request) -> Response:
        """Have an export made; what does not suit is told with what was typed still there."""
        reader, cookie = self._readers.at(request), visitors.cookie_of(request, secure=self._door.secure)
        if not cookie or not visitors.comes_from_here(request):
            return HTMLResponse(self._view.trouble(403, reader), 403)
        form = await read_form(request)
        said = {name: value for name, value in form.items() if isinstance(value, str)}
        if not visitors.token_agrees(cookie, said.get("id", "")[:64], said.get("token", "")):
            return HTMLResponse(self._view.trouble(403, reader), 403)
        reader, who = await self._who(request)
        if who is None:
            return self._reserved(reader)
        given = _given(said)
        if not self._pace.allows(who.actor):
            return self._form(request, reader, who, given, BUSY, 429)
        only = self._read(given, who)
        if not isinstance(only, Selection):
            return self._form(request, reader, who, given, only, 422)
        asked = await asyncio.to_thread(
            self._workshop.ask, who.actor, "", reader.language, given.view, given.kind, only, said["id"][:64]
        )
        await self._wait(asked)
        return RedirectResponse(f"{PAGE}/{asked.id}{reader.query}", 303)

    async def one(self, request: Request) -> Response:
        """Show where one export stands."""
        reader, who = await self._who(request)
        asked = await self._mine(request)
        outcome = self._workshop.spool.outcome(asked.id)
        done, total = self._workshop.spool.progress(asked.id)
        far = say("{done} dossiers of {total}", done=done, total=total) if total else None
        page = self._write(
            request,
            "export.html",
            reader,
            who,
            asked=asked,
            outcome=outcome,
            far=far,
            said=_said(outcome),
            counted=_counted(outcome),
        )
        return HTMLResponse(page)

    async def fetch(self, request: Request) -> Response:
        """Hand the file over."""
        asked = await self._mine(request)
        path = self._workshop.spool.file(asked.id)
        if path is None:
            raise HTTPException(404)
        mime = MIMES[path.suffix[1:]]
        return FileResponse(path, media_type=mime, headers=handed_over(File(path.name, mime, b"")))

    async def _wait(self, asked: Asked) -> None:
        """Give a short export the time to be ready."""
        for _ in range(int(self._door.patience * 5)):
            if await asyncio.to_thread(self._workshop.spool.outcome, asked.id):
                return
            await asyncio.sleep(0.2)

    def _read(self, given: Given, who: Who) -> Selection | Words:
        """Read what a form asks for; say what does not suit."""
        view = self._workshop.exports.views.get(given.view)
        if view is None or not view.allowed(who):
            return say("Choose one of these views.")
        if given.kind not in FORMATS:
            return say("Choose one of these formats.")
        if given.table not in view.subjects and given.kind == "csv":
            return REFUSALS["no_such_table"]
        statuses = frozenset(one for one in REGISTERED if one == given.status)
        if view.hidden(statuses):
            return REFUSALS["status_hidden"]
        named = [one.strip() for one in given.places.split(",") if one.strip()]
        unknown = next((one for one in named if one.isdecimal() and one not in DEPARTEMENTS), "")
        if unknown:
            known = Typed(", ".join(DEPARTEMENTS))
            return say(
                "“{place}” is no département of the rally: they are {known}.",
                place=Typed(unknown),
                known=known,
            )
        return Selection(statuses, frozenset(map(fold, named)), subject=given.table)

    def _form(
        self,
        request: Request,
        reader: Reader,
        who: Who,
        given: Given,
        wrong: Words | None = None,
        status: int = 200,
    ) -> Response:
        views = [one.id for one in self._workshop.exports.views.values() if one.allowed(who)]
        statuses = [one.value for one in Status if one in REGISTERED]
        mine = [(one, self._workshop.spool.outcome(one.id)) for one in self._workshop.spool.of(who.actor)]
        page = self._write(
            request,
            "exports.html",
            reader,
            who,
            given=given,
            wrong=wrong,
            views=[(one, Term(f"exports:views:{one}")) for one in views],
            kinds=KINDS.items(),
            statuses=[(one, Term(f"exports:statuses:{one}")) for one in statuses],
            subjects=[(one, Term(f"exports:tables:{one}")) for one in SUBJECTS],
            mine=mine,
        )
        return HTMLResponse(page, status)

    def _write(
        self, request: Request, template: str, reader: Reader, who: Who | None, **context: object
    ) -> str:
        word, language = self._door.wording.word, reader.language
        words = {name: word(one, language) for name, one in WORDS.items()}
        moment = {
            "at": lambda at: word(say("{at}", at=at), language),
            "called": lambda one: word(Term(f"exports:views:{one}"), language),
        }
        form = desk_of(request, self._door)
        team = {"team": links(who.grants) if who else (), "team_called": TEAM, "here": "exports"}
        return self._view.write(template, reader, x=words, form=form, home=PAGE, **team, **moment, **context)

    async def _who(self, request: Request) -> tuple[Reader, Who | None]:
        reader, address = await self._readers.of(request), self._address(request)
        return reader, await asyncio.to_thread(self._workshop.who, address) if address else None

    async def _mine(self, request: Request) -> Asked:
        """Return the export of an address; 404 when it is nobody's, or another's."""
        address, name = self._address(request), request.path_params["name"]
        asked = await asyncio.to_thread(self._workshop.mine, address, name) if address else None
        if asked is None:
            raise HTTPException(404)
        return asked

    def _address(self, request: Request) -> str:
        cookie = visitors.cookie_of(request, secure=self._door.secure)
        return visitors.address_of(cookie) if cookie and not visitors.is_embedded(request) else ""

    def _reserved(self, reader: Reader) -> Response:
        title, text = (self._door.wording.word(words, reader.language) for words in RESERVED)
        return HTMLResponse(self._view.write("trouble.html", reader, title=title, text=text), 403)

    @property
    def _workshop(self) -> Workshop:
        if self._door.workshop is None:
            raise HTTPException(404)
        return self._door.workshop


def _given(said: Mapping[str, str]) -> Given:
    return Given(
        said.get("view", "")[:40],
        said.get("kind", "")[:10],
        said.get("status", "")[:20],
        clean_line(said.get("places", ""))[:200],
        said.get("table", DOSSIERS)[:20],
    )


def _said(outcome: Outcome | None) -> Say | None:
    return REFUSALS.get(outcome.refused, REFUSALS[FAILED]) if outcome and outcome.refused else None


def _counted(outcome: Outcome | None) -> Plural | None:
    return plural("{n} dossier", "{n} dossiers", outcome.dossiers) if outcome and outcome.file else None
