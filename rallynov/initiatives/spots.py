"""Where a person is in a dossier: the focus of a place, read and written. Pure.

``<dossier>`` alone is its next open field, ``<dossier>:<field>`` a field being changed; the rest is as in
``dialogue.focus``, with the version of the field as what was seen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from rallynov.dialogue.focus import Focus, read_focus
from rallynov.dialogue.turn import Place

NAME = "dossier"


class View(StrEnum):
    """What is shown of a dossier; those of no dossier come first."""

    HOME = "home"
    LIST = "list"
    OPEN = "open"
    BLANK = "blank"
    """The form to prepare on paper."""
    JOIN = "join"
    NEXT = "next"
    """A field asked in its turn; without a target, the next that is open."""
    EDIT = "edit"
    """A field being changed, from the recap."""
    FIX = "fix"
    """A field that is missing, from the list of those."""
    GONE = "gone"
    """A field that is asked no more: it was when its question was shown."""
    RECAP = "recap"
    MISSING = "missing"
    SUBMIT = "submit"
    STATUS = "status"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"
    PEOPLE = "people"
    INVITE = "invite"
    REMOVE = "remove"
    TRANSFER = "transfer"
    LEAVE = "leave"
    REMARKS = "remarks"
    PAPERS = "papers"


ASKING = frozenset((View.NEXT, View.EDIT, View.FIX))
"""The views in which a field is asked."""
_APART = frozenset((View.HOME, View.LIST, View.OPEN, View.BLANK))


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the dossiers; ``seen`` is None where no version was noted."""

    view: View = View.HOME
    dossier: str = ""
    target: str = ""
    seen: int | None = None

    @property
    def place(self) -> Place:
        """Return the place that stands for this spot."""
        return Place(NAME, self._focus())

    def _focus(self) -> str | None:
        if self.view in _APART:
            return None if self.view is View.HOME else self.view
        if self.view is View.JOIN:
            return f"join:{self.dossier}:{self.target}"
        bare = self.view is View.EDIT or (self.view is View.NEXT and not self.target)
        return str(Focus(self.dossier, "" if bare else self.view, self.target, self.seen))

    def to(self, view: View, target: str = "", seen: int | None = None) -> Spot:
        """Return another spot of the same dossier."""
        return replace(self, view=view, target=target, seen=seen)


def spot_of(place: Place) -> Spot:
    """Read a place; what cannot be read, or is of no release any more, is home."""
    focus = place.focus or ""
    if focus in _APART:
        return Spot(View(focus))
    if focus.startswith("join:"):
        _, dossier, right = (*focus.split(":"), "", "")[:3]
        return Spot(View.JOIN, dossier, right)
    found = read_focus(focus)
    if found is None:
        return Spot()
    view = found.view or (View.EDIT if found.target else View.NEXT)
    if view not in set(View):
        return Spot(View.NEXT, found.thing)
    return Spot(View(view), found.thing, found.target, found.seen)
