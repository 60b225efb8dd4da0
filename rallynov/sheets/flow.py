"""The dialogue of the fact sheets: all of them, and one of them. Reading never loses one's place. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from rallynov.dialogue.events import Commanded
from rallynov.dialogue.screens import Block, Choice, Paper, Screen, listing, note, text, title
from rallynov.dialogue.turn import Move, Place, Scene
from rallynov.dialogue.words import Plural, Say, Term, Typed, plural, say
from rallynov.sheets.model import GESTURES, Sheet, Shelf

NAME = "sheets"
ALL = Place(NAME)
PAPER = "sheet"
"""The kind of paper that a sheet is; its ref is the sheet's number."""

_LONGEST = 60
_BACK = Choice("back", say("Back to where I was"))
_MENU = Choice("menu", say("Menu"))


class SheetsDialogue:
    """The sheets in conversation. All languages have the same ones: ``shelf`` is that of any of them."""

    name = NAME
    commands: Sequence[str] = ("fiches", "fiche", "sheets", "sheet")

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._all = _list(shelf.sheets)
        self._screens = {sheet.number: _screen(sheet) for sheet in shelf.sheets}

    def screen(self, place: Place, scene: Scene) -> Screen:
        """Return a sheet, or all of them when the place names none that we have."""
        sheet = self._shelf.find(place.focus or "")
        return self._screens[sheet.number] if sheet else self._all

    def choose(self, place: Place, key: str, scene: Scene) -> Move:
        """Open a sheet, or come back to where the person was."""
        return Move(back=True) if key == _BACK.key else _to(key)

    def write(self, place: Place, text: str, scene: Scene) -> Move | None:
        """Open the sheet that a text names: "F3", "la fiche 3"."""
        sheet = self._shelf.find(text)
        return _to(sheet.number) if sheet else None

    def enter(self, command: Commanded, place: Place, scene: Scene) -> Move:
        """Open the sheet that a command names, or show them all."""
        sheet = self._shelf.find(command.argument)
        if sheet:
            return _to(sheet.number)
        unknown = note(say("There is no sheet “{typed}”. Here they all are.", typed=_short(command.argument)))
        return Move(to=ALL, over=True, lead=(unknown,) if command.argument else ())


def _to(number: str) -> Move:
    return Move(to=Place(NAME, number), over=True)


def _short(typed: str) -> Typed:
    return Typed(typed if len(typed) <= _LONGEST else typed[:_LONGEST] + "…")


def _list(sheets: Sequence[Sheet]) -> Screen:
    intro = say(
        "Each sheet is short: three steps, a made-up example, a common mistake and a tool ready to use. "
        "Beside each one, the checkpoint that it serves."
    )
    asked = text(say("Which one do you want to open?"))
    choices = tuple(Choice(sheet.number, _served(sheet)) for sheet in sheets)
    blocks = (title(say("The fact sheets")), text(intro), asked)
    return Screen("sheets", blocks, choices, (_BACK, _MENU), shared=True)


def _served(sheet: Sheet) -> Say:
    checkpoint = Term(f"grid:{sheet.checkpoints[0]}:title")
    return say("{title} ({checkpoint})", title=Term(sheet.key("title")), checkpoint=checkpoint)


def _screen(sheet: Sheet) -> Screen:
    blocks: list[Block] = [
        title(say("Sheet {number}: {title}", number=sheet.rank, title=Term(sheet.key("title")))),
        note(_about(sheet)),
        text(Term(sheet.key("question"))),
    ]
    for nth in range(1, GESTURES + 1):
        step = say("Step {n}. {name}", n=nth, name=Term(sheet.key(f"gesture-{nth}")))
        blocks += [title(step), text(Term(sheet.key(f"how-{nth}")))]
    blocks += [
        *_part(sheet, "example"),
        *_part(sheet, "mistake"),
        text(say("Do this instead. {advice}", advice=Term(sheet.key("instead")))),
        *_part(sheet, "tool"),
        listing(Term(sheet.key("lines"))),
    ]
    keep = Paper(PAPER, sheet.number, say("Keep this sheet (PDF)"))
    actions = (Choice("fiches", say("All the sheets")), _BACK, _MENU)
    return Screen(f"sheet:{sheet.number}", tuple(blocks), (), actions, shared=True, papers=(keep,))


def _about(sheet: Sheet) -> Plural:
    return plural(
        "Checkpoint: {name}. {n} minute to read.",
        "Checkpoint: {name}. {n} minutes to read.",
        sheet.minutes,
        name=Term(f"grid:{sheet.checkpoints[0]}:title"),
    )


def _part(sheet: Sheet, name: str) -> tuple[Block, Block]:
    return title(Term(f"sheets:headings:{name}")), text(Term(sheet.key(name)))
