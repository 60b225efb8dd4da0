"""The permission table as anyone can read it: of each action, whose things each role may do it to."""

from __future__ import annotations

from rallynov.people.permissions import Action, Whose, may
from rallynov.people.roles import Grant, Grants, Role

MARKS = {Whose.OWN: "own", Whose.OTHER: "other", Whose.NONE: "none"}


def grants(role: Role) -> Grants:
    """What somebody has who has this role alone."""
    return Grants() if role is Role.CONTACT else Grants((Grant(role),))


def matrix() -> str:
    """The whole table: every action, every role, each of own, other and none."""
    rows = [["", *(role.value for role in Role)]]
    rows += [[action.value, *(_cell(role, action) for role in Role)] for action in Action]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = [" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in [lines[0], "-" * len(lines[0]), *lines[1:]]) + "\n"


def _cell(role: Role, action: Action) -> str:
    return " ".join(mark for whose, mark in MARKS.items() if may(grants(role), action, whose)) or "-"
