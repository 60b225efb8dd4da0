"""What people are shown of the stages: all that are to come, and one of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time

from rallynov.dialogue.screens import Block, Choice, Paper, Pin, Screen, listing, note, text, title
from rallynov.dialogue.words import Day, Plural, Say, Typed, Words, plural, say
from rallynov.editions.model import PARIS
from rallynov.editions.stages.model import (
    EVERYWHERE,
    KEPT,
    TERRITORIES,
    Seat,
    Stage,
    Stages,
    Status,
    upcoming,
)

ALL, WHERE, DATE = "etapes", "where", "date"
PAPER = "stage"
"""The kind of paper that a stage's calendar file is; its ref is the stage's number."""
SHOWN = 20
"""Stages offered in a message; the page of the web has them all."""
_BACK = Choice("back", say("Back to where I was"))
_MENU = Choice("menu", say("Menu"))
_ALL = Choice(ALL, say("All the stages"))
_STAGES = Choice(ALL, say("Stages of the rally"))
_WEEKDAYS = (
    say("Monday"),
    say("Tuesday"),
    say("Wednesday"),
    say("Thursday"),
    say("Friday"),
    say("Saturday"),
    say("Sunday"),
)


def day(at: datetime) -> Words:
    """Tell a moment by its day: "Wednesday 12 May 2027"."""
    return say("{weekday} {day}", weekday=_WEEKDAYS[at.astimezone(PARIS).weekday()], day=Day(at))


def _hour(at: datetime) -> time:
    return at.astimezone(PARIS).time()


def when(stage: Stage) -> Words:
    """Tell when a stage is: its day and hours in Paris."""
    one_day = stage.starts.astimezone(PARIS).date() == stage.ends.astimezone(PARIS).date()
    starts, ends = _hour(stage.starts), _hour(stage.ends)
    if one_day:
        return say(
            "{day}, from {starts} to {ends} (Paris time)", day=day(stage.starts), starts=starts, ends=ends
        )
    return say(
        "from {day}, {starts}, to {last}, {ends} (Paris time)",
        day=day(stage.starts),
        starts=starts,
        last=day(stage.ends),
        ends=ends,
    )


def line(stage: Stage, seat: Seat | None = None) -> Words:
    """Tell a stage in one line, with what matters most of it to the person."""
    told = say(
        "{day}: {place} ({department})",
        day=day(stage.starts),
        place=Typed(stage.place),
        department=Typed(stage.department),
    )
    mark = _mark(stage, seat)
    return say("{stage}, {mark}", stage=told, mark=mark) if mark else told


def _mark(stage: Stage, seat: Seat | None) -> Say | None:
    if stage.status is Status.CANCELLED:
        return say("cancelled")
    if seat:
        return say("you are expected") if seat.placed else say("you are on the waiting list")
    if stage.free == 0:
        return say("full, with a waiting list")
    return say("a new date") if stage.status is Status.POSTPONED else None


def listed(stages: Stages, near: str, now: datetime) -> Screen:
    """Return the stages to come, those of the person's département first."""
    ahead = upcoming(stages.all, now, near)
    blocks: list[Block] = [title(say("The stages of the rally")), *_sample(ahead)]
    if not ahead:
        none = say("No stage to come is in the calendar: I can name neither place nor date.")
        return Screen("stages", (*blocks, text(none)), (), (_BACK, _MENU))
    if near in TERRITORIES:
        here = any(stage.territory == near for stage in ahead)
        name = Typed(TERRITORIES[near])
        first = say("Near you first: {department}.", department=name)
        blocks.append(
            note(first if here else say("None in your département ({department}).", department=name))
        )
    choices = tuple(Choice(str(one.number), line(one, stages.mine.get(one.number))) for one in ahead[:SHOWN])
    asked = text(say("Which one do you want to see?"))
    where = Choice(WHERE, say("Choose my département"))
    return Screen("stages", (*blocks, asked), choices, (where, _BACK, _MENU), page="/etapes", read=True)


def doorway(stages: Stages | None, now: datetime) -> tuple[Choice, ...]:
    """Return what leads to the stages from elsewhere; nothing when none is to come."""
    return (_STAGES,) if stages and upcoming(stages.all, now) else ()


def asked_where() -> Screen:
    """Ask for the département whose stages come first."""
    blocks = (
        title(say("Your département")),
        text(say("The stages of which département do you want to see first?")),
        note(say("I keep this choice to sort the stages, and for nothing else.")),
    )
    choices = tuple(
        Choice(code, Typed(name), f"choices:territory-{code}:synonyms") for code, name in _OFFERED
    )
    return Screen("stages:where", blocks, (*choices, Choice(EVERYWHERE, say("No preference"))), (_BACK,))


_OFFERED = tuple(TERRITORIES.items())


def card(stage: Stage, seat: Seat | None, now: datetime, *, keep: bool = False) -> Screen:
    """Return one stage; with its calendar file when it is to be kept."""
    said = _seat(stage, seat) if now < stage.ends else ()
    blocks = (*told(stage), *_begun(stage, now), *said, *_consent(stage, seat, now))
    choices = _choices(stage, seat, now)
    past = keep or stage.status is Status.CANCELLED or now >= stage.ends
    date = () if past else (Choice(DATE, say("Put it in my calendar")),)
    return Screen(
        f"stage:{stage.number}",
        blocks,
        choices,
        (*date, _ALL, _BACK, _MENU),
        papers=(paper(stage),) if keep else (),
        page=f"/etapes/{stage.number}",
        pin=pinned(stage) if keep else None,
        read=True,
    )


def pinned(stage: Stage) -> Pin | None:
    """Show where a stage is on a map; None when its point is not known, or when it is cancelled."""
    if stage.point is None or stage.status is Status.CANCELLED:
        return None
    return Pin(stage.point, Typed(stage.place), Typed(_spots(stage.address, stage.department)))


def _spots(*parts: str) -> str:
    return ", ".join(filter(None, parts))


def paper(stage: Stage) -> Paper:
    """Offer the calendar file of a stage."""
    label = say("{place}, {day} (file for your calendar)", place=Typed(stage.place), day=day(stage.starts))
    return Paper(PAPER, str(stage.number), label)


def told(stage: Stage) -> tuple[Block, ...]:
    """Tell what everybody may know of a stage."""
    name = say("{place}, {day}", place=Typed(stage.place), day=day(stage.starts))
    places = () if stage.status is Status.CANCELLED else (say("Places: {left}", left=left(stage)),)
    return (title(name), *_sample((stage,)), *status(stage), listing(*facts(stage), *places))


def _sample(stages: Sequence[Stage]) -> tuple[Block, ...]:
    made_up = say("This is an example, made up for this demonstration: neither place nor date is real.")
    return (note(made_up),) if any(stage.sample for stage in stages) else ()


def status(stage: Stage) -> tuple[Block, ...]:
    """Tell that a stage is cancelled, or has another date."""
    match stage.status:
        case Status.CANCELLED:
            return (text(say("This stage is cancelled: it does not take place.")),)
        case Status.POSTPONED:
            return (text(say("This stage has another date: the one below is the new one.")),)
        case _:
            return ()


def facts(stage: Stage) -> tuple[Words, ...]:
    """Tell when and where a stage is, who is its host, how accessible it is; nothing that changes with each visitor."""
    spots = _spots(stage.place, stage.address, stage.department)
    unknown = say("not told yet; the team can tell you (“talk to a person”)")
    access: Words = Typed(stage.access) if stage.access else unknown
    host = (say("Host: {host}", host=Typed(stage.host)),) if stage.host else ()
    return (
        say("When: {when}", when=when(stage)),
        say("Where: {place}", place=Typed(spots)),
        *host,
        say("Accessibility: {access}", access=access),
    )


def left(stage: Stage) -> Words:
    """Tell how many people come, and how many places are left."""
    coming: Words = say("nobody has signed up yet")
    if stage.coming:
        coming = plural("{n} person will be there", "{n} people will be there", stage.coming)
    if stage.free is None:
        return say("{coming}; everyone may come", coming=coming)
    if stage.free:
        free = plural("{n} place is left", "{n} places are left", stage.free)
        return say("{coming}; {left}", coming=coming, left=free)
    return say("{coming}; {left}", coming=coming, left=_line(stage))


def _line(stage: Stage) -> Plural | Say:
    if not stage.waiting:
        return say("all places are taken, nobody waits yet")
    return plural(
        "all places are taken, {n} person waits", "all places are taken, {n} people wait", stage.waiting
    )


def _begun(stage: Stage, now: datetime) -> tuple[Block, ...]:
    if stage.status is Status.CANCELLED or now < stage.starts:
        return ()
    over = say("This stage is over.")
    return (
        text(over if now >= stage.ends else say("This stage has begun: you can no longer sign up here.")),
    )


def _seat(stage: Stage, seat: Seat | None) -> tuple[Block, ...]:
    if seat is None or stage.status is Status.CANCELLED:
        return ()
    if seat.placed:
        return (text(say("You are expected there: a place is kept for you.")),)
    waits = say("You are on the waiting list: I write to you here as soon as a place is yours.")
    if seat.ahead is None:
        return (text(waits),)
    before = plural("{n} person is before you.", "{n} people are before you.", seat.ahead)
    return (text(waits), note(before if seat.ahead else say("You are first in line.")))


def _consent(stage: Stage, seat: Seat | None, now: datetime) -> tuple[Block, ...]:
    if seat or not stage.takes(now):
        return ()
    agreed = say(
        "Nothing obliges you to sign up. If you do, you agree that I keep one thing, that you come, to count the places and "
        "to tell you of a change: no name is asked. It is erased {days} days after the stage, or at once if you change "
        "your mind or type “/effacer”.",
        days=KEPT.days,
    )
    return (note(agreed),)


_COME: Mapping[bool, Choice] = {
    True: Choice("come", say("I will be there"), "choices:come:synonyms"),
    False: Choice("wait", say("Put me on the waiting list"), "choices:come:synonyms"),
}


def _choices(stage: Stage, seat: Seat | None, now: datetime) -> tuple[Choice, ...]:
    if not stage.takes(now):
        return ()
    if seat:
        return (Choice("leave", say("I will not be there any more"), "choices:leave:synonyms"),)
    return (_COME[stage.free != 0],)
