"""Figures in conversation: the list of tables, then each as a picture with its lines and its file. Pure.

Rights are asked again at every step, with the grants of this turn.
"""

from __future__ import annotations

from collections.abc import Sequence

from rallynov.dialogue.events import Commanded
from rallynov.dialogue.screens import Block, Choice, Paper, Screen, listing, note, text, title
from rallynov.dialogue.turn import Move, Place, Scene
from rallynov.dialogue.words import Typed, Words, say
from rallynov.people.permissions import Action, may
from rallynov.people.roles import Grants
from rallynov.statistics.model import Cell, Figures, Report, Table
from rallynov.statistics.tables import TITLES

NAME, PAPER, PAGE = "figures", "figures", "/equipe/chiffres"
HERE = Place(NAME)
MENU = Choice("menu", say("Menu"))
CHOICE = Choice("chiffres", say("Figures of the rally"))
ALL = Choice("all", say("All figures"))
_COUNTING = say("The figures are being counted: choose again in a moment.")
_LINES = 14
"""Lines told of a table without a picture; the rest is in its file."""


class FiguresDialogue:
    """The figures, for who may see them."""

    name = NAME
    commands: Sequence[str] = ("chiffres", "figures")

    def screen(self, place: Place, scene: Scene) -> Screen:
        """Return the list of tables, or one of them."""
        if not may(scene.of(Grants), Action.SEE_FIGURES):
            return _refused()
        report = scene.of(Figures).report  # asked for by the list too: it is counted anew meanwhile
        if place.focus not in TITLES:
            return _list()
        table = report.find(place.focus or "") if report else None
        return _table(report, table) if report and table else _list()

    def choose(self, place: Place, key: str, scene: Scene) -> Move:
        """Show a table, or all of them."""
        if key in TITLES and may(scene.of(Grants), Action.SEE_FIGURES) and scene.of(Figures).report is None:
            return Move(HERE, lead=(note(_COUNTING),))
        return Move(to=Place(NAME, key) if key in TITLES else HERE)

    def write(self, place: Place, text: str, scene: Scene) -> Move | None:
        """Use no text here."""
        return None

    def enter(self, command: Commanded, place: Place, scene: Scene) -> Move:
        """Show the list."""
        return Move(to=HERE)


def _refused() -> Screen:
    return Screen("figures:no", (text(say("The figures are for the team of the rally.")),), (), (MENU,))


def _list() -> Screen:
    blocks = (
        title(say("Figures of the rally")),
        text(say("Which ones? Each comes as a picture, with its table as a file.")),
    )
    choices = tuple(Choice(key, label) for key, label in TITLES.items())
    return Screen("figures", blocks, choices, (MENU,), page=PAGE)


def _table(report: Report, table: Table) -> Screen:
    figure = table.figure
    blocks: list[Block] = [title(table.title)]
    if len(table.head) > 2 or figure is None or table.hidden:
        blocks.append(listing(*(_line(table, row) for row in table.rows[:_LINES])))
    if len(table.rows) > _LINES:
        blocks.append(note(say("All lines are in the file.")))
    blocks += [note(one) for one in table.notes]
    blocks.append(note(say("Counted on {at}", at=report.at)))
    paper = Paper(PAPER, table.id, say("The table, as a CSV file"))
    return Screen("figures:t", tuple(blocks), (), (ALL, MENU), figure=figure, papers=(paper,), page=PAGE)


def _line(table: Table, row: tuple[Words, tuple[Cell, ...]]) -> Words:
    label, cells = row
    if len(cells) == 1:
        return say("{question}: {answer}", question=label, answer=_shown(cells[0]))
    told: Words = _cell(table.head[1], cells[0])
    for head, cell in zip(table.head[2:], cells[1:], strict=True):
        told = say("{first}; {then}", first=told, then=_cell(head, cell))
    return say("{question}: {answer}", question=label, answer=told)


def _cell(head: Words, cell: Cell) -> Words:
    return say("{head} {figure}", head=head, figure=_shown(cell))


def _shown(cell: Cell) -> Words:
    if cell is None:
        return say("masked")
    return Typed(str(cell)) if isinstance(cell, int) else say("{n}", n=cell)
