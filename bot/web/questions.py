"""The pages of whoever answers questions: the queue, one question, what is to be learned, what is asked by week.

Rights are asked at each request, in its own transaction. Everything works by ordinary forms; an act that could not be done
gives back what was typed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from bot.web import visitors
from bot.web.desk.nav import COORDINATION, TEAM
from bot.web.door import Door
from bot.web.limits import Pace, read_form
from bot.web.reader import Reader, Readers
from bot.web.view import View, desk_of
from bot.web.words import LABELS
from rallynov.delivery.message import Drawing, Message, resolve
from rallynov.dialogue.screens import Screen, text
from rallynov.dialogue.turn import Place, Scene
from rallynov.dialogue.words import Day, Say, say
from rallynov.faq import screens as faq_screens
from rallynov.faq.counter import NAME, NOTHING, Counter, Done
from rallynov.faq.desk import screens
from rallynov.faq.desk.teaching import near
from rallynov.faq.model import CATEGORIES, DeskView, Faq
from rallynov.faq.naming import title_of
from rallynov.faq.queue import Wanted
from rallynov.faq.ticket import Ticket
from rallynov.people.model import Person
from rallynov.text import clean_text

HOME = "/equipe/questions"
WORDS: Mapping[str, Say] = {
    "queue": screens.QUEUE.label,  # type: ignore[dict-item]  # all of these are sentences
    "closed": screens.CLOSED.label,  # type: ignore[dict-item]
    "learn": screens.LEARN.label,  # type: ignore[dict-item]
    "weeks": screens.WEEKS.label,  # type: ignore[dict-item]
    "take": screens.TAKE.label,  # type: ignore[dict-item]
    "take_over": screens.TAKE_OVER.label,  # type: ignore[dict-item]
    "close": screens.CLOSE.label,  # type: ignore[dict-item]
    "keep": screens.KEEP.label,  # type: ignore[dict-item]
    "drop": screens.DROP.label,  # type: ignore[dict-item]
    "new": screens.NEW.label,  # type: ignore[dict-item]
    "none": say("No question is waiting."),
    "nothing": say("Every question was answered well, or dealt with."),
    "quiet": say("Nothing was asked in the last weeks."),
    "number": say("Number"),
    "question": say("Question"),
    "stage": say("Where it stands"),
    "due": say("Answer promised by"),
    "reply": say("Your answer"),
    "ready": say("Or a reply ready to be sent"),
    "ready_none": say("None: what I have typed"),
    "send": say("Send"),
    "title": say("Title"),
    "theme": say("Theme"),
    "answer": say("The answer that everybody will read"),
    "times": say("Times"),
    "no_help": say("Of no help"),
    "no_answer": say("Without an answer"),
}
"""Short words of these pages, by the name that templates use."""
_RESERVED = (
    say("This page is for the team"),
    say(
        "It is for whoever answers the questions of the rally. If you do, open it in the browser in which you accepted "
        "your role."
    ),
)


class QuestionPages:
    """The desk, as pages."""

    def __init__(self, door: Door, view: View, readers: Readers) -> None:
        self._door = door
        self._view = view
        self._readers = readers
        self._pace = Pace(door.clock)

    def mount(self, app: FastAPI) -> None:
        """Give the pages their addresses; where nobody answers questions, there are none."""
        if self._door.counter:
            app.add_route(HOME, self.queue, methods=["GET"])
            app.add_route(HOME, self.act, methods=["POST"])
            app.add_route(f"{HOME}/a-apprendre", self.learn, methods=["GET"])
            app.add_route(f"{HOME}/semaines", self.weeks, methods=["GET"])
            app.add_route(HOME + "/{ticket}", self.one, methods=["GET"])

    async def queue(self, request: Request) -> Response:
        """List the questions received."""
        reader, scene = await self._scene(request)
        if scene is None:
            return self._reserved(reader)
        desk = scene.of(Faq).desk or DeskView()
        more = self._door.wording.word(screens.others(desk.more), reader.language) if desk.more else ""
        lists = {"tickets": desk.tickets, "closed": desk.closed, "more": more}
        return HTMLResponse(
            self._write("questions.html", request, reader, **lists, stages=faq_screens.STAGES)
        )

    async def one(self, request: Request) -> Response:
        """Show one question, and what can be done about it."""
        named = request.path_params["ticket"][:80]
        reader, scene = await self._scene(request, Wanted((named,)))
        if scene is None:
            return self._reserved(reader)
        ticket = Counter.ticket(scene, named)
        if ticket is None:
            raise HTTPException(404)
        return HTMLResponse(self._ticket(request, reader, scene, ticket))

    async def learn(self, request: Request) -> Response:
        """Show what the FAQ did not answer well."""
        reader, scene = await self._scene(request)
        if scene is None:
            return self._reserved(reader)
        faq = scene.of(Faq)
        groups = await asyncio.to_thread(self._counter.groups, scene)
        told = [
            (group, near(faq, group, reader.language), title_of(group[0].words, reader.language))
            for group in groups[:20]
        ]
        return HTMLResponse(self._write("learn.html", request, reader, groups=told, themes=self._themes()))

    async def weeks(self, request: Request) -> Response:
        """Show what is asked, week by week, with the most asked as a picture."""
        reader, scene = await self._scene(request, Wanted(weeks=True))
        if scene is None:
            return self._reserved(reader)
        faq = scene.of(Faq)
        told = [week for week in (faq.desk.weeks if faq.desk else ()) if week.total]
        titles = {slug: screens.named(slug, faq, reader.language) for week in told for slug, _ in week.asked}
        page = self._write(
            "weeks.html", request, reader, weeks=told, titles=titles, drawing=self._drawn(faq, reader)
        )
        return HTMLResponse(page)

    async def act(self, request: Request) -> Response:
        """Do what a form asks; when it cannot be done, say why with what was typed still there."""
        reader = self._readers.at(request)
        cookie = visitors.cookie_of(request, secure=self._door.secure)
        if not cookie or not visitors.comes_from_here(request):
            return HTMLResponse(self._view.trouble(403, reader), 403)
        form = await read_form(request)
        given = {name: value for name, value in form.items() if isinstance(value, str)}
        if not visitors.token_agrees(cookie, given.get("id", "")[:64], given.get("token", "")):
            return HTMLResponse(self._view.trouble(403, reader), 403)
        reader = await self._readers.of(request)
        address = visitors.address_of(cookie)
        if not self._pace.allows(address):
            busy = Done(done=False, said=(text(LABELS["busy"]),))
            return await self._again(request, reader, given, busy, 429)
        if await asyncio.to_thread(self._counter.look, address, reader.language) is None:
            return self._reserved(reader)  # before anything waits for the writer
        done = await self._door.delivery.store.writing(self._done, address, reader.language, given)
        if done is None:
            return self._reserved(reader)
        self._door.delivery.nudge()
        if not done.done and (given.get("text") or done.said):
            return await self._again(request, reader, given, done)
        return RedirectResponse(_next(given), 303)

    def _done(self, address: str, language: str, given: Mapping[str, str]) -> Done | None:
        """Decide and write, on the writer thread."""
        place, key = Place(NAME, given.get("place", "")[:120]), given.get("key", "")[:80]
        typed = clean_text(given.get("text", ""))
        if key == "teach":
            first = given.get("place", "").removeprefix("g:")
            return self._counter.teach(
                address, language, first, given.get("title", "")[:200], given.get("theme", ""), typed
            )
        if key == "answer":
            ready = {one.key: one.text for one in self._counter.replies(language)}
            answer = typed or ready.get(given.get("ready", ""), "")
            return self._counter.act(address, language, place, typed=answer) if answer else Done(done=False)
        return self._counter.act(address, language, place, key=key)

    async def _again(
        self, request: Request, reader: Reader, given: Mapping[str, str], done: Done, status: int = 409
    ) -> Response:
        """Show the question as it now is, what was typed, and why it did not leave."""
        named = given.get("place", "").partition(":")[2].partition("@")[0][:80]
        _, scene = await self._scene(request, Wanted((named,)))
        ticket = Counter.ticket(scene, named) if scene else None
        if scene is None or (ticket is None and not done.said):
            return RedirectResponse(_next(given), 303)
        lead = resolve(Screen("lead", done.said), 0, self._door.wording, reader.language)
        typed = given.get("text", "")
        if ticket is None:
            gone = self._write("question_gone.html", request, reader, lead=_first(lead), typed=typed)
            return HTMLResponse(gone, status)
        return HTMLResponse(self._ticket(request, reader, scene, ticket, lead, typed), status)

    def _ticket(
        self,
        request: Request,
        reader: Reader,
        scene: Scene,
        ticket: Ticket,
        lead: Message | None = None,
        typed: str = "",
    ) -> str:
        word = self._door.wording.word
        return self._write(
            "question.html",
            request,
            reader,
            ticket=ticket,
            stages=faq_screens.STAGES,
            context=[word(one, reader.language) for one in self._counter.context(ticket, scene)],
            exchange=resolve(
                Screen("said", tuple(screens.exchange(ticket))), 0, self._door.wording, reader.language
            ).blocks,
            mine=ticket.holder in {"", scene.of(Person).id},
            replies=self._counter.replies(reader.language),
            themes=self._themes(),
            answered=bool(self._counter.answer(ticket)),
            lead=_first(lead),
            typed=typed,
        )

    def _write(self, template: str, request: Request, reader: Reader, **context: object) -> str:
        form = desk_of(request, self._door)
        words = {name: self._door.wording.word(one, reader.language) for name, one in WORDS.items()}
        day = {"day": lambda at: self._door.wording.word(say("{at}", at=Day(at)), reader.language)}
        more = {"way": screens.way, "week_of": screens.headed}
        team = {"team": COORDINATION, "team_called": TEAM, "here": "questions"}
        return self._view.write(
            template, reader, q=words, form=form, home=HOME, **day, **more, **team, **context
        )

    def _drawn(self, faq: Faq, reader: Reader) -> Drawing | None:
        figure = screens.bars(faq, reader.language)
        screen = Screen("weeks", (), figure=figure)
        return resolve(screen, 0, self._door.wording, reader.language).figure

    @staticmethod
    def _themes() -> list[tuple[str, Say]]:
        return [(name, faq_screens.NAMES[name]) for name in CATEGORIES]

    async def _scene(self, request: Request, needs: Wanted = NOTHING) -> tuple[Reader, Scene | None]:
        """Return who reads and what they see of the desk; None when they may not."""
        reader = await self._readers.of(request)
        cookie = visitors.cookie_of(request, secure=self._door.secure)
        if cookie is None or visitors.is_embedded(request):
            return reader, None
        address = visitors.address_of(cookie)
        return reader, await asyncio.to_thread(self._counter.look, address, reader.language, needs)

    def _reserved(self, reader: Reader) -> Response:
        title, text = (self._door.wording.word(words, reader.language) for words in _RESERVED)
        return HTMLResponse(self._view.write("trouble.html", reader, title=title, text=text), 403)

    @property
    def _counter(self) -> Counter:
        if self._door.counter is None:
            raise HTTPException(404)
        return self._door.counter


def _first(lead: Message | None) -> list[str]:
    """Return what is said first."""
    return [said for _, texts in lead.blocks[:1] for said in texts] if lead else []


def _next(given: Mapping[str, str]) -> str:
    """Return where a form leads: to the question it was about, else to the list it was in."""
    view, _, rest = given.get("place", "").partition(":")
    ticket = rest.partition("@")[0]
    if view == "t" and ticket.isalnum() and given.get("key") not in {"close", "c"}:
        return f"{HOME}/{ticket}"
    return f"{HOME}/a-apprendre" if view == "g" else HOME
