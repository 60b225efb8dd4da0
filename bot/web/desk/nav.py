"""The pages of the team, as every one of them links to the others: those that somebody may open, no other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rallynov.dialogue.words import Say, say
from rallynov.exports.screens import PAGE as EXPORTS
from rallynov.people.permissions import Action, Whose, may
from rallynov.people.roles import Grant, Grants, Role
from rallynov.statistics.flow import PAGE as FIGURES

HOME = "/equipe"
DOSSIERS, ENTRY, QUESTIONS = f"{HOME}/dossiers", f"{HOME}/saisie", f"{HOME}/questions"
TEAM = say("The team’s desk")
_LINKS: Mapping[str, tuple[str, Say, Action]] = {
    "home": (HOME, say("Desk"), Action.SEE_DOSSIER),
    "table": (DOSSIERS, say("Dossiers"), Action.SEE_DOSSIER),
    "questions": (QUESTIONS, say("Questions"), Action.ANSWER_QUESTION),
    "entry": (ENTRY, say("Paper entry"), Action.ENTER_DOSSIER),
    "figures": (FIGURES, say("Figures"), Action.SEE_FIGURES),
    "exports": (EXPORTS, say("Exports"), Action.EXPORT),
}


def links(grants: Grants) -> Sequence[tuple[str, str, Say]]:
    """Return the pages that somebody may open: the name of each, its address and what it is called."""
    return [
        (name, href, words)
        for name, (href, words, action) in _LINKS.items()
        if may(grants, action, Whose.NONE)
    ]


COORDINATION = links(Grants((Grant(Role.COORDINATOR),)))
"""The pages of whoever coordinates, for those that they alone may open."""
