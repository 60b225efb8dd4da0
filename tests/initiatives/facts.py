"""What the dialogue of dossiers is told, and what it decides, without any database."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from bot.settings import Settings
from rallynov.diagnosis.model import Diagnosis
from rallynov.diagnosis.service import load_grid
from rallynov.dialogue.screens import Screen
from rallynov.dialogue.turn import Move, Place, Scene
from rallynov.editions.model import Calendar
from rallynov.initiatives.communes import load_places
from rallynov.initiatives.flow import DossierDialogue
from rallynov.initiatives.model import Answer, Dossier, Dossiers, Json, Right, Status
from rallynov.initiatives.pending import reader
from rallynov.initiatives.service import load_form
from rallynov.initiatives.spots import Spot, View
from rallynov.people.consents.model import Consents
from rallynov.people.model import Person
from rallynov.wording import Wording

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


FORM = load_form()
D1 = "d1"


@cache
def dialogue() -> DossierDialogue:
    settings = Settings(_env_file=None)
    wording = Wording({"operator": settings.operator, "contact": settings.contact})
    return DossierDialogue(FORM, reader(load_places(), wording), load_grid(), "1")


def dossier(status: Status = Status.DRAFT, /, right: Right = Right.OWN, **given: Json) -> Dossier:
    return Dossier(D1, status, right, {name: Answer(value) for name, value in given.items()})


def scene(*dossiers: Dossier, notes: dict[str, str] | None = None, calendar: Calendar | None = None) -> Scene:
    facts = (
        Person("me", "1"),
        Dossiers(dossiers),
        Diagnosis(1, notes=notes) if notes else Diagnosis(),
        calendar or Calendar(),
        Consents(),
    )
    return Scene(NOW, NOW, "fr", "web", {type(fact): fact for fact in facts}, "a" * 26, NOW)


def at(view: View, target: str = "", seen: int | None = None) -> Place:
    return Spot(view, D1, target, seen).place


def typed(text: str, place: Place, facts: Scene) -> Move:
    move = dialogue().write(place, text, facts)
    assert move
    return move


def told(move: Move) -> Dossier:
    assert move.scene
    return move.scene.of(Dossiers).mine[0]


def shown(move: Move) -> Screen:
    assert move.to
    assert move.scene
    return dialogue().screen(move.to, move.scene)
