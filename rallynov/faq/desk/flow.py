"""The dialogue of whoever answers questions: taking one, answering it, and teaching the FAQ. Pure.

Rights are asked again at every step, with the grants of this turn; a version is compared with the one that was shown, so
that of two who answer, the second is told.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from rallynov.dialogue.events import Commanded
from rallynov.dialogue.screens import Screen, note, quote, text
from rallynov.dialogue.turn import Command, Move, Place, Scene
from rallynov.dialogue.words import Typed, Words, say
from rallynov.faq.commands import AnswerTicket, CloseTicket, LearnWays, SetAside, TakeTicket
from rallynov.faq.desk import screens
from rallynov.faq.desk.teaching import NAME, allowed, entered, group_of, grouped, kept, learned, near
from rallynov.faq.model import DeskView, Faq, Reply
from rallynov.faq.naming import title_of
from rallynov.faq.ticket import Line, Stage, Ticket
from rallynov.people.model import Person
from rallynov.people.permissions import Action
from rallynov.text import clean_line

HERE = Place(NAME)
_NUMBER = 5


class DeskDialogue:
    """The desk in conversation; ``replies`` are those ready to be sent, by language, ``fields`` what forms may ask."""

    name = NAME
    commands: Sequence[str] = ("questions", "inbox")

    def __init__(self, replies: Mapping[str, Sequence[Reply]], fields: Collection[str] = ()) -> None:
        self._replies = replies
        self._fields = frozenset(fields)

    def screen(self, place: Place, scene: Scene) -> Screen:
        """Return the screen of a place; the queue where it names nothing that there is."""
        faq = scene.of(Faq)
        if faq.desk is None or not allowed(scene, Action.ANSWER_QUESTION):
            return screens.refused()
        view, target, tail = _read(place)
        if ticket := faq.desk.find(target):
            return self._drawn(ticket, view, tail, scene)
        found = group_of(faq, target)
        match view:
            case "closed":
                return screens.closed(faq)
            case "learn":
                return screens.groups(grouped(faq))
            case "g" if found:
                return screens.group(found, near(faq, found, scene.language))
            case "new" if found:
                return screens.new(title_of(found[0].words))
            case "weeks":
                return screens.weeks(faq, scene.language)
            case _:
                return screens.queue(faq)

    def _drawn(self, ticket: Ticket, view: str, tail: str, scene: Scene) -> Screen:
        """Return a screen that is about one question."""
        answer = self.answer(ticket)
        match view:
            case "r":
                return screens.replies(self.ready(scene.language))
            case "p" if reply := self._reply(tail, scene):
                return screens.reply(reply)
            case "keep":
                return screens.keep(title_of(ticket.words), answer)
            case _:
                context = self.context(ticket, scene)
                return screens.ticket(ticket, scene.of(Person).id, context, answered=bool(answer))

    def context(self, ticket: Ticket, scene: Scene) -> list[Words]:
        """Tell what helps to answer a question: when it came, and what the person had before their eyes."""
        return screens.context(ticket, scene.of(Faq), scene, self._fields)

    def choose(self, place: Place, key: str, scene: Scene) -> Move:
        """Decide on a choice or an action."""
        faq = scene.of(Faq)
        if faq.desk is None or not allowed(scene, Action.ANSWER_QUESTION):
            return Move(to=HERE)
        _, target, tail = _read(place)
        ticket = faq.desk.find(target)
        head, _, name = key.partition("-")
        match head:
            case "queue":
                return Move(to=HERE)
            case "learn" | "weeks" | "closed":
                return Move(to=Place(NAME, head))
            case "t":
                return _opened(faq.desk.find(name))
            case "g":
                return Move(to=Place(NAME, f"g:{name}"))
            case "w" | "drop" | "new":
                return self._taught(target, head, name, scene)
            case _:
                return self._on_ticket(ticket, head, name or tail, place, scene) if ticket else Move(to=HERE)

    def _on_ticket(self, ticket: Ticket, head: str, name: str, place: Place, scene: Scene) -> Move:
        match head:
            case "take":
                return _taken(ticket, scene)
            case "replies":
                return Move(to=Place(NAME, f"r:{ticket.id}@{_seen(place)}"))
            case "r":
                return Move(to=Place(NAME, f"p:{ticket.id}@{_seen(place)}:{name}"))
            case "go" if reply := self._reply(name, scene):
                return self._answering(ticket, reply.text, _seen(place), scene)
            case "keep":
                return Move(to=Place(NAME, f"keep:{ticket.id}@{_seen(place)}"))
            case "c":
                return kept(ticket, self.answer(ticket), name, scene)
            case "close":
                return _closed(ticket, _seen(place), scene)
            case _:
                return _opened(ticket)

    def write(self, place: Place, text: str, scene: Scene) -> Move | None:
        """Send what is typed on a question as its answer; keep what is typed as the answer of a new entry."""
        faq = scene.of(Faq)
        if faq.desk is None or not allowed(scene, Action.ANSWER_QUESTION):
            return None
        view, target, _ = _read(place)
        ticket = faq.desk.find(target)
        if view == "t" and ticket:
            return self._answering(ticket, text, _seen(place), scene)
        if view == "t":
            return gone(text)
        found = group_of(faq, target)
        return entered(found, text, scene) if view == "new" and found else None

    def enter(self, command: Commanded, place: Place, scene: Scene) -> Move:
        """Show the questions received."""
        return Move(to=HERE)

    def _taught(self, target: str, head: str, slug: str, scene: Scene) -> Move:
        """Make a group a new way of asking, set it aside, or ask for the answer of a new entry."""
        faq = scene.of(Faq)
        found = group_of(faq, target)
        if not found or not allowed(scene, Action.EDIT_FAQ):
            return Move(to=Place(NAME, "learn"))
        if head == "new":
            return Move(to=Place(NAME, f"new:{target}"))
        ids = tuple(one.id for one in found)
        order: Command = SetAside(ids)
        said = say("Set aside: these questions are not shown any more.")
        if head == "w":
            order = LearnWays(slug, found[0].language, tuple(one.words for one in found), ids)
            said = say("Learned: this way of asking leads to its answer from now on, for everybody.")
        return Move(Place(NAME, "learn"), (order,), (note(said),), learned(ids, scene))

    def ready(self, language: str) -> Sequence[Reply]:
        """Return the replies ready to be sent, in a language."""
        return self._replies.get(language, ())

    def answer(self, ticket: Ticket) -> str:
        """Return the last answer that a ticket was given; a reply that waits is none."""
        said = (line.text for line in reversed(ticket.lines) if line.team and not self.waits(line.text))
        return next(said, "")

    def waits(self, typed: str) -> bool:
        """Tell whether a text is a reply that answers nothing yet."""
        known = (one for replies in self._replies.values() for one in replies)
        return any(one.waits and clean_line(one.text) == clean_line(typed) for one in known)

    def _answering(self, ticket: Ticket, typed: str, seen: int, scene: Scene) -> Move:
        if typed.strip().isdecimal() and len(typed.strip()) < _NUMBER:
            return _not_a_choice(ticket, typed, seen)
        return answering(ticket, typed, seen, scene, waits=self.waits(typed))

    def _reply(self, key: str, scene: Scene) -> Reply | None:
        return next((one for one in self.ready(scene.language) if one.key == key), None)


def gone(typed: str) -> Move:
    """Say that a question is there no more, and give back what was typed for it."""
    why = say("This question is gone: its person has erased it, or it was too old. Your answer was not sent:")
    return Move(to=HERE, lead=(text(why), quote(Typed(typed))))


def _not_a_choice(ticket: Ticket, typed: str, seen: int) -> Move:
    """A number alone is a choice that missed its screen: it is not sent as an answer."""
    why = say(
        "“{number}” is no choice here, and a number alone is not sent as an answer. Type your answer as a sentence.",
        number=Typed(typed.strip()),
    )
    return Move(to=Place(NAME, f"t:{ticket.id}@{seen}"), lead=(text(why),))


def _closed(ticket: Ticket, seen: int, scene: Scene) -> Move:
    """Close a question that is as it was seen; one that is closed stays so."""
    number = Typed(str(ticket.number))
    if ticket.open and seen not in {0, ticket.version}:
        why = say("Question {number} has changed meanwhile: read it again. It was not closed.", number=number)
        return replace(_opened(ticket), lead=(text(why),))
    lead = (note(say("Question {number} is closed.", number=number)),)
    if not ticket.open:
        return Move(HERE, lead=lead)
    closed = replace(ticket, stage=Stage.CLOSED, version=ticket.version + 1)
    return Move(HERE, (CloseTicket(ticket.id, ticket.version),), lead, _told(closed, scene))


def answering(ticket: Ticket, typed: str, seen: int, scene: Scene, *, waits: bool = False) -> Move:
    """Answer a question; what was typed without having seen a newer state is given back, and nothing is sent."""
    me, number = scene.of(Person).id, Typed(str(ticket.number))
    here = Place(NAME, f"t:{ticket.id}@{ticket.version}")
    others = ticket.holder not in {"", me}
    answered = ticket.lines[-1] if ticket.lines and ticket.lines[-1].team else None
    if others or seen != ticket.version:
        if others and answered:
            why = say(
                "Somebody of the coordination answered question {number} meanwhile, on {at}. Yours was not sent:",
                number=number,
                at=answered.at,
            )
        elif others:
            why = say(
                "Somebody else of the coordination has question {number} in hand. Your answer was not sent:",
                number=number,
            )
        else:
            why = say(
                "Question {number} has changed meanwhile: read it again. Your answer was not sent:",
                number=number,
            )
        return Move(to=here, lead=(text(why), quote(Typed(typed))))
    told = replace(
        ticket.saying(Line(team=True, text=typed, at=scene.now), waits=waits),
        holder=me,
        version=ticket.version + 1,
    )
    sent = say("Sent. The person reads your answer where they are.")
    if waits:
        sent = say("Sent. It answers nothing yet: the question stays open, and its delay runs.")
    to = Place(NAME, f"t:{ticket.id}@{told.version}")
    return Move(
        to, (AnswerTicket(ticket.id, typed, ticket.version, waits),), (note(sent),), _told(told, scene)
    )


def _taken(ticket: Ticket, scene: Scene) -> Move:
    me = scene.of(Person).id
    stage = Stage.TAKEN if ticket.stage is Stage.WAITING else ticket.stage
    told = replace(ticket, holder=me, stage=stage, version=ticket.version + 1)
    lead = (note(say("You look after it; the person is told that somebody does.")),)
    to = Place(NAME, f"t:{ticket.id}@{told.version}")
    return Move(to, (TakeTicket(ticket.id, ticket.version),), lead, _told(told, scene))


def _opened(ticket: Ticket | None) -> Move:
    return Move(to=Place(NAME, f"t:{ticket.id}@{ticket.version}") if ticket else HERE)


def _told(ticket: Ticket, scene: Scene) -> Scene:
    """Return what is true once a ticket has changed."""
    faq = scene.of(Faq)
    desk = faq.desk or DeskView()
    own = faq.having(ticket) if faq.find(ticket.id) else faq
    return scene.having(replace(own, desk=desk.having(ticket)))


def _read(place: Place) -> tuple[str, str, str]:
    """Read a place: the view, what it is about, and what of it."""
    view, _, rest = (place.focus or "").partition(":")
    named, _, tail = rest.partition(":")
    return view, named.partition("@")[0], tail


def _seen(place: Place) -> int:
    """Return the version of the ticket that was shown; 0 when none was."""
    version = (place.focus or "").partition("@")[2].partition(":")[0]
    return int(version) if version.isdecimal() and version.isascii() else 0
