"""The dialogue of whoever approves announcements: one is read exactly as it will be received, then approved or refused. Pure.

What was read is what is approved: the place holds its version and the number of its recipients, which are compared with
what now is, here and again when the order is applied.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rallynov.announcements.commands import Approve, Refuse, TakeBack, TestToSelf
from rallynov.announcements.crowd_model import Crowd, Sizes, moved
from rallynov.announcements.lifecycle import Act, Refusal, allowed, may_do
from rallynov.announcements.model import CERTAIN, REGRET, Announcement, News, Status
from rallynov.announcements.screens import reading as screens
from rallynov.announcements.when import told as moment
from rallynov.dialogue.events import Commanded
from rallynov.dialogue.screens import Block, Choice, Screen, note, quote, text
from rallynov.dialogue.turn import Command, Move, Place, Scene
from rallynov.dialogue.words import Say, Typed, say
from rallynov.editions.quiet import awake
from rallynov.editions.stages.model import Stage, Stages
from rallynov.people.model import Person
from rallynov.people.permissions import Action, Whose, may
from rallynov.people.roles import Grants
from rallynov.people.screens import RoleChoice, refused
from rallynov.text import clean_text, fold

NAME = "review"
HERE = Place(NAME)
REVIEW_CHOICE = RoleChoice(
    Action.APPROVE_ANNOUNCEMENT, Choice("valider", say("Announcements to read")), Whose.OTHER
)
_FOCUS = re.compile(r"(?P<view>[a-z]+):(?P<id>[a-z0-9]+)@(?P<seen>\d+):(?P<count>\d+)", re.ASCII)
_FIGURE = re.compile(r"\d[\d\s.,']*(?: (?:personnes?|people|person))?")
"""A number as people type it: 1204, 1 204, 1,204."""
_GONE = say("This announcement does not wait to be read any more: it was read, or taken back.")
_CHANGED = say("It was changed since you read it: here it is as it now stands.")
_BLANK = say("A reason is needed: those who wrote it must know what to change.")
_TEST = say("Sent: look at it as they will see it. You alone received it.")


@dataclass(frozen=True, slots=True)
class Spot:
    """Where whoever reads is: one announcement, as it was shown to them (its version, the number of its recipients)."""

    view: str = ""
    id: str = ""
    seen: int = 0
    count: int = 0

    def place(self, view: str = "") -> Place:
        """Return the place of a view of the same announcement."""
        return Place(NAME, f"{view or self.view}:{self.id}@{self.seen}:{self.count}")


class ReviewDialogue:
    """Approval in conversation; rights are asked again at every step."""

    name = NAME
    commands: Sequence[str] = ("valider", "review")

    def screen(self, place: Place, scene: Scene) -> Screen:
        """Return what a place shows; what waits to be read where it names nothing that does."""
        if not _may(scene):
            return refused()
        spot, one = _at(place, scene)
        if one is None:
            return screens.waiting(scene.of(News).to_read, _approved(scene))
        stage = _stage_of(one, scene)
        match spot.view:
            case "count":
                return screens.certain(one, spot.count)
            case "why":
                return screens.why(one)
            case _ if one.correction:
                return screens.correction(one, stage)
            case _:
                return screens.reading(
                    one, stage, spot.count, scene.of(Sizes).crowds.get(one.id, Crowd()), scene.now
                )

    def choose(self, place: Place, key: str, scene: Scene) -> Move:
        """Decide on a choice or an action."""
        if not _may(scene):
            return Move(to=HERE)
        spot, one = _at(place, scene)
        head, _, name = key.partition("-")
        if head == "r":
            return _opened(name, scene)
        if head == "b":
            return _given_back(name, scene)
        if one is None:
            return Move(to=HERE, lead=(text(_GONE),) if spot.id and key not in {"list", "menu"} else ())
        match key:
            case "approve":
                return _approving(spot, one, scene)
            case "refuse":
                return Move(to=spot.place("why"))
            case "test":
                return Move(None, (TestToSelf(one.id),), (note(_TEST),))
            case "back":
                return _opened(one.id, scene)
            case _:
                return Move(to=HERE)

    def write(self, place: Place, text: str, scene: Scene) -> Move | None:
        """Read the number that is typed, or the reason."""
        spot, one = _at(place, scene)
        if not _may(scene) or spot.view not in {"count", "why"}:
            return None
        if one is None:
            return Move(to=HERE, lead=(note(_GONE), quote(Typed(text))))
        return _certain(spot, one, text, scene) if spot.view == "count" else _refused(spot, one, text, scene)

    def enter(self, command: Commanded, place: Place, scene: Scene) -> Move:
        """Show what waits to be read."""
        if not _may(scene):
            return Move(to=Place(), lead=refused().blocks)
        return Move() if place == HERE else Move(to=HERE)


def _opened(announcement: str, scene: Scene, *lead: Block) -> Move:
    """Show one as it now stands: the place remembers what is shown."""
    one = _waiting(announcement, scene)
    if one is None:
        return Move(to=HERE, lead=(text(_GONE),))
    spot = Spot("read", one.id, one.version, 0 if one.correction else _count(one, scene))
    return Move(to=spot.place(), lead=lead)


def _approving(spot: Spot, one: Announcement, scene: Scene) -> Move:
    """Approve what was read; many recipients are counted by whoever approves."""
    if one.version != spot.seen:
        return _opened(one.id, scene, text(_CHANGED))
    if one.correction:
        return _done(one, spot, scene)
    count = _count(one, scene)
    if moved(spot.count, count):
        return _opened(one.id, scene, text(_moved(one, spot.count, count, scene)))
    return Move(to=spot.place("count")) if spot.count > CERTAIN else _done(one, spot, scene)


def _certain(spot: Spot, one: Announcement, typed: str, scene: Scene) -> Move:
    if not _FIGURE.fullmatch(typed.strip()) or "".join(filter(str.isdigit, typed)) != str(spot.count):
        wrong = say(
            "This is not the number of recipients. Type {count}, or go back without approving.",
            count=spot.count,
        )
        return Move(lead=(text(wrong),))
    count = _count(one, scene)
    if one.version != spot.seen or moved(spot.count, count):
        told = _CHANGED if one.version != spot.seen else _moved(one, spot.count, count, scene)
        return _opened(one.id, scene, text(told))
    return _done(one, spot, scene)


def _moved(one: Announcement, before: int, now: int, scene: Scene) -> Say:
    crowd = scene.of(Sizes).crowds.get(one.id, Crowd())
    if crowd.hides(one, before) or crowd.hides(one, now):
        return say("The number of recipients changed: look again.")
    return say("They were {before}, they are now {n}: look again.", before=before, n=now)


def _done(one: Announcement, spot: Spot, scene: Scene) -> Move:
    """Order the approval, and say when it leaves."""
    act = Act.APPROVE_CORRECTION if one.correction else Act.APPROVE
    person = scene.of(Person).id
    decided = allowed(act, one, person, scene.of(Grants))
    if isinstance(decided, Refusal):
        return Move(to=HERE, lead=(text(decided.words),))
    order = Approve(one.id, spot.count, spot.seen)
    if one.correction:
        done = say("Approved: it is being corrected where it was received.")
        return _leaving(one, order, (note(done),), scene)
    due = awake(max(one.wish or scene.now, scene.now + REGRET))
    told = replace(one, status=decided, approver=person, approved=scene.now, due=due, version=one.version + 1)
    leaves = say(
        "Approved. It leaves on {moment}. Until then you can take your approval back here.",
        moment=moment(due),
    )
    return _leaving(told, order, (note(leaves),), scene)


def _refused(spot: Spot, one: Announcement, typed: str, scene: Scene) -> Move:
    reason = clean_text(typed).strip()
    if not fold(reason):
        return Move(lead=(text(_BLANK),))
    if len(reason) > screens.REASON_MOST:
        long = say(
            "{most} signs fit, you typed {n}: shorten it a little.", most=screens.REASON_MOST, n=len(reason)
        )
        return Move(lead=(text(long), quote(Typed(reason))))
    if one.version != spot.seen:
        return _opened(one.id, scene, text(_CHANGED), quote(Typed(reason)))
    act = Act.REFUSE_CORRECTION if one.correction else Act.REFUSE
    decided = allowed(act, one, scene.of(Person).id, scene.of(Grants))
    if isinstance(decided, Refusal):
        return Move(to=HERE, lead=(text(decided.words),))
    told = replace(one, status=decided, refusal=reason, version=one.version + 1)
    lead = (note(say("Refused: those who wrote it are told why.")), quote(Typed(reason)))
    return _leaving(told, Refuse(one.id, reason, spot.seen), lead, scene)


def _given_back(announcement: str, scene: Scene) -> Move:
    """Take one's approval back, as long as it has not begun to leave."""
    one = scene.of(News).find(announcement)
    if one is None:
        return Move(to=HERE, lead=(text(_GONE),))
    decided = allowed(Act.GIVE_BACK, one, scene.of(Person).id, scene.of(Grants))
    if isinstance(decided, Refusal):
        return Move(to=HERE, lead=(text(decided.words),))
    told = replace(one, status=decided, approver="", approved=None, due=None, version=one.version + 1)
    news = scene.of(News)
    after = scene.having(replace(news.having(told), to_read=(*news.to_read, told)))
    lead = (note(say("Taken back: it does not leave, and waits to be read again.")),)
    return Move(HERE, (TakeBack(one.id),), lead, after)


def _leaving(told: Announcement, order: Command, lead: tuple[Block, ...], scene: Scene) -> Move:
    """Return what becomes of what waits, once one of it was read."""
    news = scene.of(News)
    left = tuple(one for one in news.to_read if one.id != told.id)
    known = told.id in {one.id for one in (*news.mine, *news.others)}
    changed = replace(news.having(told), to_read=left)
    if not known and told.status is Status.APPROVED:
        changed = replace(changed, others=(told, *changed.others))
    return Move(HERE, (order,), lead, scene.having(changed))


def _at(place: Place, scene: Scene) -> tuple[Spot, Announcement | None]:
    """Read a place, and find what waits there."""
    found = _FOCUS.fullmatch(place.focus or "")
    if not found:
        return Spot(), None
    spot = Spot(found["view"], found["id"], int(found["seen"]), int(found["count"]))
    return spot, _waiting(spot.id, scene)


def _waiting(announcement: str, scene: Scene) -> Announcement | None:
    return next((one for one in scene.of(News).to_read if one.id == announcement), None)


def _approved(scene: Scene) -> tuple[Announcement, ...]:
    """Return what one has approved and may take back."""
    person, grants, news = scene.of(Person).id, scene.of(Grants), scene.of(News)
    every = (*news.mine, *news.others)
    return tuple(one for one in every if may_do(Act.GIVE_BACK, one, person, grants))


def _count(one: Announcement, scene: Scene) -> int:
    return scene.of(Sizes).of.get(one.id, 0)


def _stage_of(one: Announcement, scene: Scene) -> Stage | None:
    number = one.content.stage
    return next((stage for stage in scene.of(Stages).all if stage.number == number), None)


def _may(scene: Scene) -> bool:
    return may(scene.of(Grants), Action.APPROVE_ANNOUNCEMENT, Whose.OTHER)
