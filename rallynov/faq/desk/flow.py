"""The dialogue of whoever answers questions: taking one, answering it, and teaching the FAQ. Pure.

Rights are asked again at every step, with the grants of this turn; a version is compared with the one that was shown, so
that of two who answer, the second is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from rallynov.dialogue.events import Commanded
from rallynov.dialogue.screens import Screen, note, quote, text
from rallynov.dialogue.turn import Command, Move, Place, Scene
from rallynov.dialogue.words import Typed, say
from rallynov.faq.commands import AnswerTicket, CloseTicket, LearnEntry, LearnWays, SetAside, TakeTicket
from rallynov.faq.desk import screens
from rallynov.faq.model import CATEGORIES, DeskView, Faq, Line, Reply, Stage, Ticket, Unanswered
from rallynov.faq.naming import slug_of, title_of
from rallynov.people.model import Person
from rallynov.people.permissions import Action, may
from rallynov.people.roles import Grants

NAME = "desk"
HERE = Place(NAME)
_NEAR = 3


class DeskDialogue:
    """The desk in conversation; ``replies`` are those ready to be sent, by language."""

    name = NAME
    commands: Sequence[str] = ("questions", "inbox")

    def __init__(self, replies: Mapping[str, Sequence[Reply]]) -> None:
        self._replies = replies

    def screen(self, place: Place, scene: Scene) -> Screen:
        """Return the screen of a place; the queue where it names nothing that there is."""
        faq = scene.of(Faq)
        if faq.desk is None or not _may(scene, Action.ANSWER_QUESTION):
            return screens.refused()
        view, target, tail = _read(place)
        ticket, found = faq.desk.find(target), _group(faq, target)
        match view:
            case "t" if ticket:
                return screens.ticket(ticket, scene.of(Person).id, scene)
            case "r" if ticket:
                return screens.replies(self.ready(scene.language))
            case "p" if ticket and (reply := self._reply(tail, scene)):
                return screens.reply(reply)
            case "keep" if ticket:
                return screens.keep(title_of(ticket.words), _answer(ticket))
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

    def choose(self, place: Place, key: str, scene: Scene) -> Move:
        """Decide on a choice or an action."""
        faq = scene.of(Faq)
        if faq.desk is None or not _may(scene, Action.ANSWER_QUESTION):
            return Move(to=HERE)
        _, target, tail = _read(place)
        ticket = faq.desk.find(target)
        head, _, name = key.partition("-")
        match head:
            case "queue":
                return Move(to=HERE)
            case "learn" | "weeks":
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
                return answering(ticket, reply.text, _seen(place), scene)
            case "keep":
                return Move(to=Place(NAME, f"keep:{ticket.id}@{_seen(place)}"))
            case "c":
                return _kept(ticket, name, scene)
            case "close":
                closed = replace(ticket, stage=Stage.CLOSED, version=ticket.version + 1)
                lead = (note(say("Question {number} is closed.", number=Typed(str(ticket.number)))),)
                return Move(HERE, (CloseTicket(ticket.id),), lead, _told(closed, scene))
            case _:
                return _opened(ticket)

    def write(self, place: Place, text: str, scene: Scene) -> Move | None:
        """Send what is typed on a question as its answer; keep what is typed as the answer of a new entry."""
        faq = scene.of(Faq)
        if faq.desk is None or not _may(scene, Action.ANSWER_QUESTION):
            return None
        view, target, _ = _read(place)
        ticket = faq.desk.find(target)
        if view == "t" and ticket:
            return answering(ticket, text, _seen(place), scene)
        found = _group(faq, target)
        return _entered(found, text, scene) if view == "new" and found else None

    def enter(self, command: Commanded, place: Place, scene: Scene) -> Move:
        """Show the questions received."""
        return Move(to=HERE)

    def _taught(self, target: str, head: str, slug: str, scene: Scene) -> Move:
        """Make a group a new way of asking, set it aside, or ask for the answer of a new entry."""
        faq = scene.of(Faq)
        found = _group(faq, target)
        if not found or not _may(scene, Action.EDIT_FAQ):
            return Move(to=Place(NAME, "learn"))
        if head == "new":
            return Move(to=Place(NAME, f"new:{target}"))
        ids = tuple(one.id for one in found)
        order: Command = SetAside(ids)
        said = say("Set aside: these questions are not shown any more.")
        if head == "w":
            order = LearnWays(slug, found[0].language, tuple(one.words for one in found), ids)
            said = say("Learned: this way of asking leads to its answer from now on, for everybody.")
        return Move(Place(NAME, "learn"), (order,), (note(said),), _learned(ids, scene))

    def ready(self, language: str) -> Sequence[Reply]:
        """Return the replies ready to be sent, in a language."""
        return self._replies.get(language, ())

    def _reply(self, key: str, scene: Scene) -> Reply | None:
        return next((one for one in self.ready(scene.language) if one.key == key), None)


def answering(ticket: Ticket, typed: str, seen: int, scene: Scene) -> Move:
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
        ticket.saying(Line(team=True, text=typed, at=scene.now)), holder=me, version=ticket.version + 1
    )
    lead = (note(say("Sent. The person reads your answer where they are.")),)
    to = Place(NAME, f"t:{ticket.id}@{told.version}")
    return Move(to, (AnswerTicket(ticket.id, typed, ticket.version),), lead, _told(told, scene))


def grouped(faq: Faq) -> list[tuple[Unanswered, ...]]:
    """Group the questions to learn from by likeness, the largest group first; one by one where nothing tells."""
    found = faq.desk.unanswered if faq.desk else ()
    groups: list[tuple[Unanswered, ...]] = []
    for language in dict.fromkeys(one.language for one in found):
        mine = [one for one in found if one.language == language]
        finder = faq.library.finders.get(language)
        alike = finder.group(tuple(one.words for one in mine)) if finder else [[n] for n in range(len(mine))]
        groups += [tuple(mine[n] for n in positions) for positions in alike]
    return sorted(groups, key=len, reverse=True)


def near(faq: Faq, found: Sequence[Unanswered], language: str) -> list[tuple[str, str]]:
    """Return the entries nearest to a group, as slugs and titles."""
    finder = faq.library.finders.get(found[0].language)
    ranked = finder.rank(found[0].words).found if finder else ()
    entries = [(one.entry, faq.library.find(one.entry, language)) for one in ranked]
    return [(slug, entry.title) for slug, entry in entries if entry][:_NEAR]


def new_entry(
    faq: Faq, found: Sequence[Unanswered], answer: str, title: str = "", category: str = ""
) -> LearnEntry:
    """Make an entry of a group: its first question is the title, all of them are ways of asking."""
    heading = title_of(title or found[0].words)
    language = found[0].language
    if category not in CATEGORIES:
        nearest = near(faq, found, language)
        known = faq.library.find(nearest[0][0], language) if nearest else None
        category = known.category if known else CATEGORIES[0]
    taken = {slug for spoken in faq.library.entries.values() for slug in spoken}
    ways, ids = tuple(one.words for one in found), tuple(one.id for one in found if one.id)
    return LearnEntry(slug_of(heading, taken), language, category, heading, answer, ways, ids)


def _entered(found: Sequence[Unanswered], answer: str, scene: Scene) -> Move:
    if not _may(scene, Action.EDIT_FAQ):
        return Move(to=Place(NAME, "learn"))
    order = new_entry(scene.of(Faq), found, answer)
    lead = (note(_MADE),)
    return Move(Place(NAME, "learn"), (order,), lead, _learned(order.questions, scene))


def _kept(ticket: Ticket, category: str, scene: Scene) -> Move:
    """Make a frequent question of a ticket and of its answer."""
    answer = _answer(ticket)
    if not answer or not _may(scene, Action.EDIT_FAQ):
        return _opened(ticket)
    asked = Unanswered("", ticket.words, ticket.language, ticket.at)
    desk = scene.of(Faq).desk
    same = tuple(one.id for one in desk.unanswered if one.words == ticket.words) if desk else ()
    order = replace(new_entry(scene.of(Faq), (asked,), answer, category=category), questions=same)
    return Move(HERE, (order,), (note(_MADE),), _learned(same, scene))


_MADE = say("Learned: this question has its answer from now on, for everybody.")


def _answer(ticket: Ticket) -> str:
    return next((line.text for line in reversed(ticket.lines) if line.team), "")


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
    tickets = tuple(ticket if one.id == ticket.id else one for one in desk.tickets)
    own = faq.having(ticket) if faq.find(ticket.id) else faq
    return scene.having(replace(own, desk=replace(desk, tickets=tickets)))


def _learned(ids: Sequence[str], scene: Scene) -> Scene:
    faq = scene.of(Faq)
    desk = faq.desk or DeskView()
    left = tuple(one for one in desk.unanswered if one.id not in ids)
    return scene.having(replace(faq, desk=replace(desk, unanswered=left)))


def _group(faq: Faq, first: str) -> tuple[Unanswered, ...]:
    """Return the group that begins with a question."""
    if not first or faq.desk is None or all(one.id != first for one in faq.desk.unanswered):
        return ()
    return next((group for group in grouped(faq) if any(one.id == first for one in group)), ())


def _read(place: Place) -> tuple[str, str, str]:
    """Read a place: the view, what it is about, and what of it."""
    view, _, rest = (place.focus or "").partition(":")
    named, _, tail = rest.partition(":")
    return view, named.partition("@")[0], tail


def _seen(place: Place) -> int:
    """Return the version of the ticket that was shown; 0 when none was."""
    version = (place.focus or "").partition("@")[2].partition(":")[0]
    return int(version) if version.isdigit() else 0


def _may(scene: Scene, action: Action) -> bool:
    return may(scene.facts.get(Grants, Grants()), action)
