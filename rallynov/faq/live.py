"""What an entry marked live says first: computed from the calendar, the person's own dossiers and live counts. Pure.

What the calendar does not know is said so: no date is ever guessed. The technical delay after the closing is never told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from rallynov.dialogue.screens import Block, listing, note, text
from rallynov.dialogue.turn import Scene
from rallynov.dialogue.words import Day, Term, Typed, Words, plural, say
from rallynov.editions.known import KNOWN
from rallynov.editions.model import Calendar, Standing, day_of
from rallynov.editions.stages.model import Stages, next_stages
from rallynov.editions.stages.screens import line
from rallynov.faq.model import Faq
from rallynov.initiatives.model import Dossiers
from rallynov.initiatives.screens.parts import standing

_STAGES = 3
FEWEST = 5
"""A count below is never told."""


def live(rule: str, scene: Scene) -> tuple[Block, ...]:
    """Return what a rule says now, to this person; nothing for a rule that there is not."""
    compute = _RULES.get(rule)
    if compute is None:
        return ()
    made_up = (note(_SAMPLE),) if scene.of(Calendar).sample and rule not in _UNDATED else ()
    return (*compute(scene), *made_up)


def _at(scene: Scene) -> datetime:
    return scene.said or scene.received


def _stands(scene: Scene) -> Standing:
    """Tell how the call stands, as people are told it: the technical delay is a closed call."""
    found = scene.of(Calendar).standing(_at(scene))
    return Standing.CLOSED if found is Standing.GRACE else found


def _deadline(scene: Scene) -> tuple[Block, ...]:
    calendar = scene.of(Calendar)
    opens, closes = calendar.opens_at, calendar.closes_at
    match _stands(scene):
        case Standing.BEFORE if opens and closes:
            told: Words = say(
                "The call for dossiers opens on {opens} and closes on {closes} (Paris time).",
                opens=Day(opens),
                closes=closes,
            )
        case Standing.BEFORE if opens:
            told = say(
                "The call for dossiers opens on {opens}. Its closing date is not set yet.", opens=Day(opens)
            )
        case Standing.OPEN if closes:
            told = _left(closes, scene)
        case Standing.OPEN:
            told = say("The call for dossiers is open. Its closing date is not set yet.")
        case Standing.LATE | Standing.CLOSED:
            return _closed(scene)
        case _:
            told = say(
                "No date is set yet for this edition. You may already prepare your dossier. Ask me again later: once the "
                "closing date is set, I know it."
            )
    return (text(told),)


def _left(closes: datetime, scene: Scene) -> Words:
    days = (day_of(closes) - day_of(_at(scene))).days
    if days == 0:
        return say(
            "The call for dossiers closes today: {closes} (Paris time). Submit in good time.", closes=closes
        )
    return plural(
        "The call for dossiers is open until {closes} (Paris time): {n} day is left.",
        "The call for dossiers is open until {closes} (Paris time): {n} days are left.",
        days,
        closes=closes,
    )


def _closed(scene: Scene) -> tuple[Block, ...]:
    calendar = scene.of(Calendar)
    closed = (text(say("The call for dossiers closed on {at} (Paris time).", at=calendar.closes_at)),) if (
        calendar.closes_at
    ) else ()  # fmt: skip
    if _stands(scene) is Standing.LATE and calendar.late_until:
        until = say("Your late code lets you submit until {until}.", until=calendar.late_until)
        return (*closed, text(until))
    return closed


def _late(scene: Scene) -> tuple[Block, ...]:
    if _stands(scene) in {Standing.LATE, Standing.CLOSED}:
        return _closed(scene)
    return (text(say("The closing date has not passed.")), *_deadline(scene))


def _my_dossier(scene: Scene) -> tuple[Block, ...]:
    mine = scene.of(Dossiers).mine
    if not mine:
        return (
            text(
                say(
                    "You have no dossier in this conversation. If you began one elsewhere, type “elsewhere” on that side."
                )
            ),
        )
    known = [
        _titled(one.given.get("title") or one.given.get("name"), standing(one, _at(scene))) for one in mine
    ]
    if len(known) == 1:
        return (text(say("Your dossier: {standing}", standing=standing(mine[0], _at(scene)))),)
    return (text(say("Your dossiers:")), listing(*known))


def _titled(title: object, stands: Words) -> Words:
    name: Words = Typed(title) if isinstance(title, str) and title else say("untitled dossier")
    return say("“{dossier}”: {standing}", dossier=name, standing=stands)


def _past_editions(scene: Scene) -> tuple[Block, ...]:
    counts = scene.of(Faq).counts
    earlier = dict.fromkeys((*(one.edition.title for one in KNOWN), *counts.editions))
    blocks: list[Block] = [
        text(say("The editions of before that I know of:")),
        listing(*map(Typed, earlier)),
    ]
    if counts.submitted is not None and counts.submitted >= FEWEST:
        now = plural(
            "In this edition, {n} dossier is submitted so far.",
            "In this edition, {n} dossiers are submitted so far.",
            counts.submitted,
        )
        blocks.append(text(now))
    return tuple(blocks)


def _jury(scene: Scene) -> tuple[Block, ...]:
    unknown = say("The jury of this edition is not recorded here yet: I cannot name its members.")
    return (text(unknown), *_when(scene))


def _answer_date(scene: Scene) -> tuple[Block, ...]:
    unknown = say("The date of the answers is not set in the calendar yet: I do not want to guess it.")
    mine = scene.of(Dossiers).mine
    own = (text(say("Your dossier: {standing}", standing=standing(mine[0], _at(scene)))),) if mine else ()
    return (text(unknown), *_when(scene), *own)


def _when(scene: Scene) -> tuple[Block, ...]:
    """Say where the edition is, for what comes after the closing."""
    calendar = scene.of(Calendar)
    match _stands(scene):
        case Standing.UNSET:
            return ()
        case Standing.LATE | Standing.CLOSED:
            return _closed(scene)
        case Standing.BEFORE if calendar.opens_at:
            return (text(say("The call for dossiers opens on {opens} only.", opens=Day(calendar.opens_at))),)
        case _ if calendar.closes_at:
            first = say(
                "It comes after the closing of the call, on {closes}.", closes=Day(calendar.closes_at)
            )
            return (text(first),)
        case _:
            return (text(say("It comes after the closing of the call, whose date is not set yet.")),)


def _next_stage(scene: Scene) -> tuple[Block, ...]:
    known = scene.facts.get(Stages, Stages())
    ahead = next_stages(known.all, scene.now, known.chosen)[:_STAGES]
    if ahead:
        lines = (line(one, known.mine.get(one.number)) for one in ahead)
        all_ = note(say("All stages, by département: “/etapes”."))
        return (text(say("The next stages:")), listing(*lines), all_)
    unknown = say("No stage is recorded in the calendar so far: I can name neither place nor date.")
    match _stands(scene):
        case Standing.UNSET:
            return (text(unknown),)
        case Standing.LATE | Standing.CLOSED:
            return (text(unknown), *_closed(scene))
        case _:
            return (text(unknown), *_deadline(scene))


def _where_rules(_scene: Scene) -> tuple[Block, ...]:
    return (text(Term("privacy:rules:where")),)


_UNDATED = frozenset(("my-dossier", "past-editions", "rules"))
"""The rules that tell nothing of the calendar."""
_SAMPLE = say("These dates are made up, for this demonstration.")
_RULES: Mapping[str, Callable[[Scene], tuple[Block, ...]]] = {
    "deadline": _deadline,
    "late": _late,
    "my-dossier": _my_dossier,
    "past-editions": _past_editions,
    "jury": _jury,
    "answer-date": _answer_date,
    "next-stage": _next_stage,
    "rules": _where_rules,
}
