"""What people who are expected at a stage are told without having asked: a place, another date, a cancellation. Pure."""

from __future__ import annotations

from rallynov.dialogue.screens import Block, Choice, Screen, listing, note, quote, text, title
from rallynov.dialogue.words import Typed, say
from rallynov.editions.stages import screens
from rallynov.editions.stages.model import Stage, Status

_SEE = Choice(screens.ALL, say("See the stages"))


def freed(stage: Stage) -> Screen:
    """Tell the first in line that a place is theirs."""
    named = say("{place}, {day}", place=Typed(stage.place), day=screens.day(stage.starts))
    return _letter(
        stage,
        title(say("A place is yours")),
        text(
            say(
                "You were waiting for a place at this stage: {stage}. One is free, and it is kept for you.",
                stage=named,
            )
        ),
    )


def changed(before: Stage | None, stage: Stage) -> Screen:
    """Tell those who are expected how a stage now stands; what it was, when that is what they were last told."""
    moved = stage.moved(before) if before else stage.status is Status.POSTPONED
    heading = title(say("A stage has another date") if moved else say("A stage has changed"))
    kept = text(say("What you had said still holds: your place, or your turn on the waiting list."))
    facts = listing(*screens.facts(stage))
    return _letter(stage, heading, *_was(before), text(say("Here is how it now stands:")), facts, kept)


def _was(before: Stage | None) -> tuple[Block, ...]:
    if before is None:
        return ()
    place, hours = Typed(before.place), screens.when(before)
    return (text(say("It was planned so: {place}, {when}.", place=place, when=hours)),)


def cancelled(stage: Stage, reason: str) -> Screen:
    """Tell those who were expected that a stage does not take place; ``reason`` is the team's words, or empty."""
    named = say("{place}, {when}", place=Typed(stage.place), when=screens.when(stage))
    told = text(say("This stage does not take place: {stage}. You have nothing to do.", stage=named))
    why = (text(say("The team says why:")), quote(Typed(reason))) if reason else ()
    how = note(say("The file that comes with this message marks the date as cancelled in your calendar."))
    heading = title(say("A stage is cancelled"))
    return Screen(
        f"stage-news:{stage.number}", (heading, told, *why, how), (), (_SEE,), papers=(screens.paper(stage),)
    )


def _letter(stage: Stage, *blocks: Block) -> Screen:
    leave = note(
        say(
            "If you cannot come, type “/etape {number}” and say so: your place goes to somebody else.",
            number=stage.number,
        )
    )
    return Screen(f"stage-news:{stage.number}", (*blocks, leave), (), (_SEE,), papers=(screens.paper(stage),))
