"""The dialogue of whoever follows announcements: what became of each message; pausing, cancelling, correcting. Pure.

What cannot be undone is asked about first. Rights are asked again at every step, by the table of ``lifecycle``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from rallynov.announcements.commands import (
    Cancel,
    Correct,
    DropCorrection,
    OfferCorrection,
    Pause,
    Resend,
    Resume,
    SendLate,
    TakeBack,
    Withdraw,
)
from rallynov.announcements.lifecycle import Act, Refusal, allowed, may_do, taking_back
from rallynov.announcements.model import TITLE_MOST, Announcement, News, Status
from rallynov.announcements.report import Reports
from rallynov.announcements.screens import sending as screens
from rallynov.announcements.screens.parts import title_too_long, too_long
from rallynov.dialogue.events import Commanded
from rallynov.dialogue.focus import read_focus
from rallynov.dialogue.screens import Choice, Screen, note, quote, text
from rallynov.dialogue.turn import Command, Move, Place, Scene
from rallynov.dialogue.words import Say, Typed, say
from rallynov.editions.quiet import awake
from rallynov.editions.stages.model import Stage, Stages
from rallynov.people.model import Person
from rallynov.people.permissions import Action, Whose, may
from rallynov.people.roles import Grants
from rallynov.people.screens import RoleChoice, refused
from rallynov.text import clean_line, clean_text, fold, utf16_len

NAME = "sendings"
HERE = Place(NAME)
SENDINGS_CHOICE = RoleChoice(
    Action.SEE_REPORT, Choice("envois", say("Announcements sent: what became of them")), Whose.OWN
)
_GONE = say("This announcement cannot be followed any more.")
_ACTS: Mapping[str, tuple[Act, Say]] = {
    "pause": (Act.PAUSE, say("Paused: nothing more leaves.")),
    "resume": (Act.RESUME, say("The rest leaves.")),
    "late": (Act.SEND_LATE, say("It leaves as soon as people may be written to.")),
    "back-draft": (Act.TAKE_BACK, say("It is a draft again: nobody receives it until it is approved anew.")),
    "give-back": (Act.GIVE_BACK, say("Taken back: it does not leave, and waits to be read again.")),
    "cancel": (Act.CANCEL, say("Cancelled.")),
    "withdraw": (Act.WITHDRAW, say("It is being withdrawn. Come back in a moment to see what could not be.")),
    "again": (Act.RESEND, say("It leaves again, for those it did not reach.")),
    "doubtful": (Act.RESEND_UNKNOWN, say("It leaves again, for those who may have it already.")),
}
"""What each choice does, and what is said once it is done."""
_TYPED = {"text": screens.asking, "title": screens.asking_title}
"""What is typed of a correction, by the view that asks for it."""


class SendingsDialogue:
    """Following announcements in conversation."""

    name = NAME
    commands: Sequence[str] = ("envois", "sendings")

    def screen(self, place: Place, scene: Scene) -> Screen:
        """Return what a place shows; the list where it names nothing that may be followed."""
        if not _may(scene):
            return refused()
        one, view = _at(place, scene)
        if one is None:
            mine, others = _followed(scene)
            return screens.every(mine, others, scene.of(Reports))
        if view in screens.ASKED:
            return screens.sure(view, one, scene.of(Reports).of(one.id))
        if view in _TYPED and _can(Act.CORRECT, one, scene):
            return _TYPED[view](one)
        if view == "fix" and one.correction and _can(Act.OFFER_CORRECTION, one, scene):
            return screens.correction(one, _stage_of(one, scene), urgent=_can(Act.CORRECT_NOW, one, scene))
        mine_too = one in scene.of(News).mine
        return screens.one(one, scene.of(Reports), _choices(one, scene), mine=mine_too)

    def choose(self, place: Place, key: str, scene: Scene) -> Move:
        """Decide on a choice or an action."""
        if not _may(scene):
            return Move(to=HERE)
        one, view = _at(place, scene)
        head, _, name = key.partition("-")
        if head == "s":
            return Move(to=Place(NAME, name))
        if one is None:
            return Move(to=HERE, lead=(text(_GONE),) if place.focus and key != "list" else ())
        if key == "list":
            return Move(to=HERE)
        if key == "yes" and view in screens.ASKED:
            return _done(one, view, scene)
        return self._on(one, name if head == "do" else "", scene)

    @staticmethod
    def _on(one: Announcement, key: str, scene: Scene) -> Move:
        """Do what is chosen of an announcement, or ask about it first."""
        match key:
            case "correct" | "retype" | "title":
                view = "fix" if key == "correct" and one.correction else "title" if key == "title" else "text"
                return Move(to=Place(NAME, f"{one.id}/{view}"))
            case "give" | "now" | "drop":
                return _corrected(one, key, scene)
            case _ if key in screens.ASKED:
                return Move(to=Place(NAME, f"{one.id}/{key}"))
            case _ if key in _ACTS:
                return _done(one, key, scene)
            case _:
                return Move(to=Place(NAME, one.id))

    def write(self, place: Place, typed: str, scene: Scene) -> Move | None:
        """Keep the words of a correction."""
        one, view = _at(place, scene)
        if view not in _TYPED or not _may(scene):
            return None
        if one is None:
            return Move(to=HERE, lead=(text(_GONE), quote(Typed(typed))))
        return _written(one, clean_line(typed) if view == "title" else clean_text(typed).strip(), view, scene)

    def enter(self, command: Commanded, place: Place, scene: Scene) -> Move:
        """Show the announcements that may be followed; with a number, that one."""
        if not _may(scene):
            return Move(to=Place(), lead=refused().blocks)
        number = command.argument.strip().removeprefix("n°").strip()
        found = next((one for group in _followed(scene) for one in group if str(one.number) == number), None)
        return Move(to=Place(NAME, found.id) if found else HERE)


def _choices(one: Announcement, scene: Scene) -> tuple[Choice, ...]:
    """Offer what may be done now, by this person."""
    sent, back = scene.of(Reports).of(one.id), taking_back(one, scene.of(Person).id)
    offered = (
        (Act.SEND_LATE, (screens.SEND_LATE,)),
        (Act.PAUSE, (screens.PAUSE,)),
        (Act.RESUME, (screens.RESUME,)),
        (back, (screens.GIVE_BACK if back is Act.GIVE_BACK else screens.TAKE_BACK,)),
        (Act.CANCEL, (screens.CANCEL,)),
        (Act.RESEND, screens.left_out(sent)),
        (Act.RESEND_UNKNOWN, screens.unknown(sent)),
        (Act.CORRECT, (screens.CORRECT,)),
        (Act.WITHDRAW, (screens.WITHDRAW,)),
    )
    return tuple(choice for act, choices in offered if _can(act, one, scene) for choice in choices)


def _done(one: Announcement, key: str, scene: Scene) -> Move:
    """Order an act, and show what follows from it."""
    act, said = _ACTS[key]
    decided = allowed(act, one, scene.of(Person).id, scene.of(Grants))
    here = Place(NAME, one.id)
    if isinstance(decided, Refusal):
        return Move(to=here, lead=(text(decided.words),))
    told = replace(one, status=decided, version=one.version + 1)
    match act:
        case Act.SEND_LATE:
            told = replace(told, due=awake(scene.now))
        case Act.CANCEL | Act.WITHDRAW:
            told = replace(told, ended=one.ended or scene.now, correction=None)
        case Act.RESEND | Act.RESEND_UNKNOWN:
            told = replace(told, ended=None)
        case Act.TAKE_BACK | Act.GIVE_BACK:
            told = replace(told, due=None, approver="", approved=None)
    to = HERE if decided in {Status.DRAFT, Status.SUBMITTED} else here
    return Move(to, (_order(act, one),), (note(said),), scene.having(scene.of(News).having(told)))


def _order(act: Act, one: Announcement) -> Command:
    match act:
        case Act.PAUSE:
            return Pause(one.id)
        case Act.RESUME:
            return Resume(one.id)
        case Act.SEND_LATE:
            return SendLate(one.id)
        case Act.TAKE_BACK | Act.GIVE_BACK:
            return TakeBack(one.id)
        case Act.CANCEL:
            return Cancel(one.id)
        case Act.WITHDRAW:
            return Withdraw(one.id)
        case _:
            return Resend(one.id, doubtful=act is Act.RESEND_UNKNOWN)


def _written(one: Announcement, typed: str, view: str, scene: Scene) -> Move:
    """Keep a title or a text of a correction that is typed; one that does not fit is given back."""
    decided = allowed(Act.CORRECT, one, scene.of(Person).id, scene.of(Grants))
    if isinstance(decided, Refusal):
        return Move(to=Place(NAME, one.id), lead=(text(decided.words), quote(Typed(typed))))
    now = one.correction or one.content
    content = replace(now, title=typed) if view == "title" else replace(now, text=typed)
    if not fold(typed):
        return Move(lead=(text(say("I find no words in this: type the whole new text.")),))
    if (over := utf16_len(content.title) - TITLE_MOST) > 0:
        return Move(lead=(text(title_too_long(over)), quote(Typed(typed))))
    if over := content.excess:
        return Move(lead=(text(too_long(content, over)), quote(Typed(typed))))
    if content == one.content:
        return Move(lead=(text(say("These are the words that were sent: nothing would change.")),))
    person = scene.of(Person).id
    told = replace(one, correction=content, corrector=person, offered=False, version=one.version + 1)
    after = scene.having(scene.of(News).having(told))
    return Move(Place(NAME, f"{one.id}/fix"), (Correct(one.id, content, one.version),), (), after)


def _corrected(one: Announcement, key: str, scene: Scene) -> Move:
    """Give a correction to be read, have it made at once, or give it up."""
    acts = {"give": Act.OFFER_CORRECTION, "now": Act.CORRECT_NOW, "drop": Act.DROP_CORRECTION}
    decided = allowed(acts[key], one, scene.of(Person).id, scene.of(Grants))
    here = Place(NAME, one.id)
    if isinstance(decided, Refusal):
        return Move(to=here, lead=(text(decided.words),))
    settled = replace(one, correction=None, offered=False, version=one.version + 1)
    said, order, told = say("Given up: what was received stays as it is."), _drop(one), settled
    if key == "give":
        said = say("Given to be read: it is made once another person has approved it.")
        order, told = (
            OfferCorrection(one.id, False, one.version),
            replace(settled, correction=one.correction, offered=True),
        )
    elif key == "now":
        said = say("It is being corrected. Come back in a moment to see what could not be.")
        content = one.correction or one.content
        order, told = OfferCorrection(one.id, True, one.version), replace(settled, content=content)
    return Move(here, (order,), (note(said),), scene.having(scene.of(News).having(told)))


def _drop(one: Announcement) -> Command:
    return DropCorrection(one.id, one.version)


def _at(place: Place, scene: Scene) -> tuple[Announcement | None, str]:
    found = read_focus(place.focus or "")
    if not found:
        return None, ""
    every = (one for group in _followed(scene) for one in group)
    return next((one for one in every if one.id == found.thing), None), found.view


def _followed(scene: Scene) -> tuple[tuple[Announcement, ...], tuple[Announcement, ...]]:
    """Return the announcements that were approved once and that somebody may follow, one's own first."""
    news = scene.of(News)
    waits = {Status.DRAFT, Status.SUBMITTED}
    mine = tuple(one for one in news.mine if one.status not in waits and _can(Act.FOLLOW, one, scene))
    return mine, tuple(one for one in news.others if _can(Act.FOLLOW, one, scene))


def _can(act: Act, one: Announcement, scene: Scene) -> bool:
    return may_do(act, one, scene.of(Person).id, scene.of(Grants))


def _stage_of(one: Announcement, scene: Scene) -> Stage | None:
    return next((stage for stage in scene.of(Stages).all if stage.number == one.content.stage), None)


def _may(scene: Scene) -> bool:
    grants = scene.of(Grants)
    return any(may(grants, Action.SEE_REPORT, whose) for whose in Whose)
