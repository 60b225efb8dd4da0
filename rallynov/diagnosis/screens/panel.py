"""The screens of several colleagues: the role, the invitation, and what they see differently. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rallynov.diagnosis.model import Diagnosis, Grid, Role
from rallynov.diagnosis.reading import Gap, gaps, read
from rallynov.diagnosis.screens.asking import MENU
from rallynov.diagnosis.screens.radar import radar
from rallynov.dialogue.screens import Block, Choice, Screen, listing, note, text, title
from rallynov.dialogue.words import Term, Words, plural, say

INVITED: tuple[Block, ...] = (
    title(say("A colleague invites you")),
    text(
        say(
            "You are invited to answer the same questions for your organisation, about one initiative: the one that your "
            "colleague told you of. Your levels are shown beside those of your colleagues once you have finished, with the "
            "role that you choose; your notes never are."
        )
    ),
)
ALONE: tuple[Block, ...] = (
    title(say("Answer with colleagues")),
    text(
        say(
            "Several people see an organisation differently: each answers alone, then you see side by side what you "
            "see alike and what is worth discussing. Your colleagues see your levels and your role, never your notes."
        )
    ),
)
INVITATION: tuple[Block, ...] = (
    title(say("Invite a colleague")),
    text(
        say(
            "Send one of these links to one colleague: it works once, for fourteen days. Make another for each "
            "person. Tell everyone which initiative you answer about: the same for all."
        )
    ),
)
MOST = 6
"""Colleagues that one picture can tell apart."""


def role(lead: tuple[Block, ...]) -> Screen:
    """Ask as what somebody answers."""
    choices = tuple(
        Choice(f"role-{each}", Term(f"grid:role.{each}:label"), f"grid:role.{each}:synonyms") for each in Role
    )
    return Screen("role", (*lead, text(say("As what do you answer?"))), choices, (MENU,))


def which() -> Screen:
    """Ask which answers to bring."""
    words = say("You already have answers here. Do you bring them, or begin new ones for this organisation?")
    choices = (
        Choice("mine", say("Bring the answers I have"), "choices:yes:synonyms"),
        Choice("again", say("Begin new ones")),
    )
    return Screen("which_answers", (text(words),), choices, (MENU,))


def group(grid: Grid, mine: Diagnosis) -> Screen:
    """Who has finished; and once this person has, what all who have see differently."""
    form = grid.form()
    left = len(form.questions) - form.answered(mine.given)
    done = [each for each in mine.colleagues if each.finished]
    blocks: list[Block] = [
        title(say("Your group")),
        text(_who(len(mine.colleagues) + 1, len(done) + (not left))),
    ]
    onward = Choice("onward", say("Go on with the questions") if left else say("See my result"))
    invite = Choice("invite", say("Invite a colleague"))
    if left or not done:
        waits = (
            say("You will see what your colleagues answered once you have finished.") if left else _ALONE_YET
        )
        return Screen("group", (*blocks, note(waits)), (onward, invite), (MENU,))
    roles = [mine.role or Role.OTHER, *(each.role for each in done)]
    voices = [mine.given, *(each.answers for each in done)]
    names = _names(roles)
    blocks += _to_discuss(gaps(grid, voices), names)
    series = list(zip(names, (read(grid, voice) for voice in voices), strict=True))[:MOST]
    figure = radar(say("Your points of view, in points of 100"), series)
    return Screen("group", tuple(blocks), (onward, invite), (MENU,), figure=figure)


_ALONE_YET = say("You will see your differences as soon as a colleague has finished too.")


def _who(people: int, finished: int) -> Words:
    return plural(
        "{n} person answers, {finished} finished.",
        "{n} people answer, {finished} finished.",
        people,
        finished=finished,
    )


def _names(roles: Sequence[Role]) -> list[Words]:
    """Name each voice by its role, the first being you; the same role twice is numbered."""
    total, seen = Counter(roles), Counter[Role]()
    names: list[Words] = []
    for each in roles:
        seen[each] += 1
        label = Term(f"grid:role.{each}:label")
        names.append(label if total[each] == 1 else say("{role} {n}", role=label, n=seen[each]))
    return [say("You ({role})", role=names[0]), *names[1:]]


def _to_discuss(found: Sequence[Gap], names: Sequence[Words]) -> list[Block]:
    if not found:
        return [text(say("You see things alike: no answer is two levels apart."))]
    heading = plural("{n} question to discuss", "{n} questions to discuss", len(found))
    intro = say("On these, you are two levels apart or more. Nothing is averaged: talk about them.")
    return [title(heading), text(intro), *(block for gap in found for block in _gap(gap, names))]


def _gap(gap: Gap, names: Sequence[Words]) -> list[Block]:
    said = [
        say("{who}: {level}", who=name, level=Term(f"grid:scale.{value}:label"))
        for name, value in zip(names, gap.values, strict=True)
        if value is not None
    ]
    return [text(Term(f"grid:{gap.question}:short")), listing(*said)]
