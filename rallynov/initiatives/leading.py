"""The commands by which the page of a dossier leads into its conversation: written, and read back as words. Pure."""

from __future__ import annotations

import re

from rallynov.dialogue.screens import Choice
from rallynov.dialogue.turn import Place
from rallynov.dialogue.words import Term, Words, say
from rallynov.initiatives.form import DossierForm
from rallynov.initiatives.screens.home import REOPEN, WITHDRAW
from rallynov.initiatives.screens.parts import CARRY_ON, MISSING, PEOPLE, SUBMIT
from rallynov.initiatives.screens.people import REMARKS
from rallynov.initiatives.spots import NAME, Spot, View, spot_of

CHANGE, ANSWER, COMMENT = say("Change"), say("Answer"), say("Comment")
_ON_A_FIELD = {View.EDIT: CHANGE, View.NEXT: ANSWER, View.REMARKS: COMMENT}
_VIEWS = {View(choice.key): choice.label for choice in (MISSING, PEOPLE, REMARKS, WITHDRAW, REOPEN)}
_NAMED = {choice.key: choice.label for choice in (CARRY_ON, SUBMIT)}
_WRITTEN = re.compile(r"/(?P<name>[a-z]+) (?P<focus>[a-z0-9]{26,32}\b.*)", re.ASCII)


def to(view: View, dossier: str, field: str = "") -> str:
    """Return the command that leads to a view of a dossier."""
    return f"/{NAME} {Spot(view, dossier, field).place.focus}"


def by(choice: Choice, dossier: str) -> str:
    """Return the command that does with one dossier what an action does where one is."""
    return f"/{choice.key} {dossier}"


def told(form: DossierForm, text: str) -> Words | None:
    """Return in words what such a command asks for; None for anything else, which is shown as it was typed."""
    written = _WRITTEN.fullmatch(text)
    if written is None:
        return None
    if written["name"] != NAME:
        return _NAMED.get(written["name"])
    spot = spot_of(Place(NAME, written["focus"]))
    if form.find(spot.target) and spot.view in _ON_A_FIELD:
        return say(
            "{question}: {answer}", question=_ON_A_FIELD[spot.view], answer=Term(f"form:{spot.target}:short")
        )
    return _VIEWS.get(spot.view)
