"""What all pages of the desk begin with: who asks and may look, a form that is ours, and how a page is written.

Everything works by ordinary links and forms. Rights are asked at each request; an act asks them again as it writes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from fastapi import HTTPException, Request, Response
from fastapi.responses import HTMLResponse

from bot.web import visitors
from bot.web.desk.nav import DOSSIERS, HOME, TEAM, links
from bot.web.desk.words import WORDS
from bot.web.door import Door
from bot.web.limits import Pace, read_form
from bot.web.reader import Reader, Readers
from bot.web.view import View, desk_of
from rallynov.coordination.lot import Outcome
from rallynov.coordination.model import Staff
from rallynov.coordination.screens import draft
from rallynov.coordination.service import Bureau
from rallynov.dialogue.words import Day, Term, Words, say
from rallynov.initiatives.screens.parts import BADGES
from rallynov.people.permissions import Action, Whose
from rallynov.text import clean_text

RESERVED = (
    say("This page is for the team"),
    say(
        "It is for whoever coordinates the rally or reads for it. If you do, open it in the browser in which you accepted "
        "your role."
    ),
)
_FAST = (
    say("One moment, please"),
    say("This goes faster than we can follow. Go back, wait a few seconds, then send again."),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for a page."""

    reader: Reader
    who: Staff
    address: str


@dataclass(frozen=True, slots=True)
class Posted(Asked):
    """Who sent a form, and what it holds."""

    form_id: str
    given: Mapping[str, str]

    def text(self, name: str, most: int) -> str:
        """Return what was typed in a field, cleaned and cut."""
        return clean_text(self.given.get(name, "")).strip()[:most]


class Front:
    """The door of the desk."""

    def __init__(self, door: Door, view: View, readers: Readers) -> None:
        self.door = door
        self._view = view
        self._readers = readers
        self._pace = Pace(door.clock)

    @property
    def bureau(self) -> Bureau:
        """The desk; 404 where there is none."""
        if self.door.bureau is None:
            raise HTTPException(404)
        return self.door.bureau

    async def asked(self, request: Request) -> Asked | Response:
        """Return who asks for a page, or the answer to whoever may not."""
        reader = await self._readers.of(request)
        cookie = visitors.cookie_of(request, secure=self.door.secure)
        if cookie is None or visitors.is_embedded(request):
            return self.reserved(reader)
        address = visitors.address_of(cookie)
        who = await asyncio.to_thread(self.bureau.who, address)
        return Asked(reader, who, address) if who else self.reserved(reader)

    async def posted(self, request: Request) -> Posted | Response:
        """Return who sent a form of ours and what it holds, or the answer to anything else."""
        reader = self._readers.at(request)
        cookie = visitors.cookie_of(request, secure=self.door.secure)
        if not cookie or not visitors.comes_from_here(request):
            return HTMLResponse(self._view.trouble(403, reader), 403)
        form = await read_form(request, fields=120)
        given = {name: value for name, value in form.items() if isinstance(value, str)}
        form_id = given.get("id", "")[:64]
        if not visitors.token_agrees(cookie, form_id, given.get("token", "")):
            return HTMLResponse(self._view.trouble(403, reader), 403)
        reader = await self._readers.of(request)
        address = visitors.address_of(cookie)
        who = await asyncio.to_thread(self.bureau.who, address)
        if who is None:
            return self.reserved(reader)
        posted = Posted(reader, who, address, form_id, given)
        return self.hurried(posted) or posted

    def hurried(self, asked: Asked) -> Response | None:
        """Count a form that is sent, and return the answer to whoever goes too fast."""
        return None if self._pace.allows(asked.address) else self._plain(asked.reader, 429, *_FAST)

    def page(
        self, template: str, request: Request, asked: Asked, status: int = 200, **context: object
    ) -> Response:
        """Write a page of the desk."""
        word, language = self.door.wording.word, asked.reader.language
        named = {name: word(one, language) for name, one in WORDS.items()}
        may = {action.name.lower(): asked.who.may(action, Whose.OTHER) for action in Action}
        page = self._view.write(
            f"desk/{template}",
            asked.reader,
            d=named,
            form=desk_of(request, self.door),
            home=HOME,
            dossiers=DOSSIERS,
            who=asked.who,
            team=links(asked.who.grants),
            team_called=TEAM,
            may=may,
            badges=BADGES,
            draft_of=draft,
            term=Term,
            day=lambda at: word(say("{at}", at=Day(at)), language) if at else "",
            moment=lambda at: word(say("{at}", at=at), language),
            **context,
        )
        return HTMLResponse(page, status)

    def told(self, words: Words, asked: Asked) -> str:
        """Put words into the language of whoever asks."""
        return self.door.wording.word(words, asked.reader.language)

    def trouble(self, asked: Asked, status: int, head: Words, said: Words) -> Response:
        """Say what went wrong."""
        return self._plain(asked.reader, status, head, said)

    def reserved(self, reader: Reader) -> Response:
        """Say that a page is for the team."""
        return self._plain(reader, 403, *RESERVED)

    def _plain(self, reader: Reader, status: int, head: Words, said: Words) -> Response:
        title, text = (self.door.wording.word(one, reader.language) for one in (head, said))
        return HTMLResponse(self._view.write("trouble.html", reader, title=title, text=text), status)


class Named:
    """An act with some of its arguments, under its own name: the audit says which it was."""

    def __init__(self, doing: partial[Outcome]) -> None:
        self._doing = doing
        self.__name__ = doing.func.__name__

    def __call__(self, *args: object) -> Outcome:
        """Do it."""
        return self._doing(*args)


def named(request: Request) -> str:
    """Return the dossier of an address; 404 for what is no id."""
    dossier = str(request.path_params["dossier"])
    if not dossier.isalnum() or not dossier.isascii() or len(dossier) > 64:
        raise HTTPException(404)
    return dossier


def pairs(request: Request) -> Mapping[str, str]:
    """Return the parameters of an address, the last of each name."""
    return dict(request.query_params)


def many(request: Request, name: str) -> Sequence[str]:
    """Return all values of a parameter that are ids."""
    return [one for one in request.query_params.getlist(name) if one.isalnum() and len(one) <= 64]


def day_in(text: str) -> date | None:
    """Read a day as a field of dates gives it, or as it is written in French; None when it is none."""
    for pattern in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text.strip(), pattern).date()  # noqa: DTZ007  # a day, of no zone
        except ValueError:
            continue
    return None
