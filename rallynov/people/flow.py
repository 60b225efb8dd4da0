"""The dialogue of one-time codes: going on elsewhere, and giving the code that somebody made. Pure.

A code is spent when it is given, whatever the person then decides: a link that was opened twice opens nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from rallynov.dialogue.events import Commanded
from rallynov.dialogue.screens import Block, Choice, Screen, note, text, title
from rallynov.dialogue.turn import Move, Place, Scene
from rallynov.dialogue.words import Say, say
from rallynov.people.acting import held_already, receive
from rallynov.people.consents.model import Consents
from rallynov.people.model import (
    LeaveBehind,
    MakeCode,
    Person,
    Purpose,
    Standing,
    TypedCode,
    UseCode,
    code_of,
    read_code,
)
from rallynov.people.roles import Grants

NAME = "codes"
ASK = Place(NAME)
REFUSALS: Mapping[Standing, Say] = {
    Standing.UNKNOWN: say(
        "I do not know this code. Check it against the message where you found it, or ask for a new one."
    ),
    Standing.USED: say("This code was already used: each works once. Ask for a new one where it came from."),
    Standing.HELD: say(
        "This invitation is open in another conversation, where nobody has answered yet. Accept or decline it there: once it "
        "is declined, this code works here."
    ),
    Standing.EXPIRED: say("This code has expired. Ask for a new one where it came from."),
}


class CodesDialogue:
    """Codes in conversation. ``home`` is where a conversation goes on, unless it stood in one of the dialogues ``going``
    when the code was made: then there. ``receivers`` names, for each other purpose, the dialogue that receives its code,
    at the focus ``join:<ref>``.
    """

    name = NAME
    commands: Sequence[str] = ("code", "continuer")

    def __init__(self, home: Place, receivers: Mapping[str, str], going: Collection[str] = ()) -> None:
        self._home = home
        self._receivers = receivers
        self._going = going

    def screen(self, place: Place, scene: Scene) -> Screen:
        """Return the question of what to keep, or the question of the code."""
        return _which(scene.of(Grants)) if (place.focus or "").startswith("take:") else _ask()

    def choose(self, place: Place, key: str, scene: Scene) -> Move:
        """Take the other conversation, or keep this one."""
        focus, _, taken = (place.focus or "").partition(":")
        owner, _, at = taken.partition(":")
        if focus == "take" and key == "take":
            return self._take(owner, at, scene)
        lead = (note(say("Nothing has changed here.")),) if focus == "take" else ()
        return Move(back=True, lead=lead)

    def write(self, place: Place, text: str, scene: Scene) -> Move | None:
        """Read a code that was typed where one is asked for."""
        if place != ASK:
            return None
        if read_code(text):
            return self._given(scene)
        return Move(lead=(note(REFUSALS[Standing.UNKNOWN]),)) if _tries(text) else None

    def enter(self, command: Commanded, place: Place, scene: Scene) -> Move:
        """Make a code to go on elsewhere; or read one, or ask for it."""
        if command.name == "continuer":
            return self._make(place, scene)
        if not command.argument:
            return Move(to=ASK, over=True) if place != ASK else Move()
        return self._given(scene)

    def _make(self, place: Place, scene: Scene) -> Move:
        if not _begun(scene):
            return Move(lead=(note(say("There is nothing to take elsewhere yet: begin here first.")),))
        code = code_of(scene.secret, Purpose.MOVE)
        at = f"{place.dialogue}/{place.focus or ''}" if place.dialogue in self._going else ""
        order = MakeCode(Purpose.MOVE, code, at, scene.now + Purpose.MOVE.lasts)
        return Move(commands=(order,), lead=_ELSEWHERE, code=code)

    def _given(self, scene: Scene) -> Move:
        typed = scene.of(TypedCode)
        if typed.standing is not Standing.VALID:
            return Move(lead=(held_already(typed, scene) or note(REFUSALS[typed.standing]),))
        if typed.owner == scene.of(Person).id:
            return Move(lead=(note(_own(typed.purpose)),))
        if typed.purpose == Purpose.ROLE:
            return receive(typed, scene)
        spent = UseCode(typed.purpose, typed.code)
        if typed.purpose != Purpose.MOVE:
            receiver = self._receivers[typed.purpose]
            return Move(Place(receiver, f"join:{typed.ref}"), (spent,))
        if _begun(scene):
            return Move(Place(NAME, f"take:{typed.owner}:{typed.ref}"), (spent,), over=True)
        taken = self._take(typed.owner, typed.ref, scene)
        return Move(taken.to, (spent,), taken.lead, person=taken.person)

    def _take(self, owner: str, at: str, scene: Scene) -> Move:
        lead: tuple[Block, ...] = (
            note(say("Done: your conversation goes on here, and stays open where you began it.")),
        )
        left = (LeaveBehind(),) if _begun(scene) else ()
        dialogue, _, focus = at.partition("/")
        home = Place(dialogue, focus or None) if dialogue in self._going else self._home
        return Move(home, left, lead, person=owner)


def _tries(typed: str) -> bool:
    """Tell whether a text tries to be a code, and is none: one word, or a few letters and figures."""
    bare = typed.replace(" ", "").replace("-", "")
    return bare.isalnum() and (" " not in typed.strip() or len(bare) <= _LONGEST)


_LONGEST = 16


def _begun(scene: Scene) -> bool:
    """Tell whether a person has anything that goes with them."""
    return bool(scene.of(Person).noticed or scene.of(Grants).held) or scene.of(Consents) != Consents()


def _own(purpose: str) -> Say:
    if purpose == Purpose.MOVE:
        return say("This code leads here: open it on the other device to go on there.")
    return say("This code is for somebody else: pass it on to them.")


_ELSEWHERE: tuple[Block, ...] = (
    title(say("Go on elsewhere")),
    text(
        say(
            "Open one of these links on the other device, or type the code there after “/code”. It works once, for "
            "thirty minutes. Your answers are then the same on both sides."
        )
    ),
    note(say("Keep it to yourself: whoever opens it sees your answers.")),
)


def _which(grants: Grants) -> Screen:
    blocks: tuple[Block, ...] = (
        title(say("Which conversation do you want here?")),
        text(
            say(
                "You have already begun something here. If you take the other conversation, what was given on this "
                "side alone is erased."
            )
        ),
    )
    if grants.held:
        blocks = (*blocks, note(say("The roles that you have on this side are lost too.")))
    choices = (
        Choice("take", say("Take the other conversation")),
        Choice("stay", say("Keep this one"), "choices:no:synonyms"),
    )
    return Screen("which", blocks, choices)


def _ask() -> Screen:
    blocks = (
        title(say("You have a code")),
        text(say("Type it or paste it here: capitals, spaces and dashes do not matter.")),
    )
    return Screen("code", blocks, (), (Choice("back", say("Back to where I was")),))
