"""The dialogue of the stages: those to come, one of them, and saying that one comes or does not. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from rallynov.dialogue.events import Commanded
from rallynov.dialogue.screens import Screen, note
from rallynov.dialogue.turn import Move, Place, Scene
from rallynov.dialogue.words import Say, Typed, say
from rallynov.editions.stages import screens
from rallynov.editions.stages.model import EVERYWHERE, Attend, ChooseTerritory, GiveUp, Seat, Stage, Stages

NAME = "stages"
ALL = Place(NAME)
WHERE = Place(NAME, screens.WHERE)
_LONGEST = 60


class StagesDialogue:
    """Stages in conversation. ``dwells`` tells the département of a person by what else they gave; empty when nothing
    tells.
    """

    name = NAME
    commands: Sequence[str] = ("etapes", "etape", "stages", "stage")

    def __init__(self, dwells: Callable[[Scene], str]) -> None:
        self._dwells = dwells

    def near(self, scene: Scene) -> str:
        """Return the département whose stages come first: the one that was chosen, else the person's; empty for none."""
        chosen = scene.of(Stages).chosen
        return "" if chosen == EVERYWHERE else chosen or self._dwells(scene)

    def screen(self, place: Place, scene: Scene) -> Screen:
        """Return a stage, or all of them when the place names none that there is."""
        if place == WHERE:
            return screens.asked_where()
        number, _, part = (place.focus or "").partition(":")
        known = scene.of(Stages)
        stage = known.find(number)
        if stage is None:
            return screens.listed(known, self.near(scene), scene.now)
        return screens.card(stage, known.mine.get(stage.number), scene.now, keep=part == screens.DATE)

    def choose(self, place: Place, key: str, scene: Scene) -> Move:
        """Open a stage, say that one comes or does not, or come back to where the person was."""
        if key == "back":
            return Move(back=True)
        if key == screens.WHERE:
            return Move(to=WHERE, over=True)
        if place == WHERE:
            after = scene.having(replace(scene.of(Stages), chosen=key))
            return Move(to=ALL, commands=(ChooseTerritory(key),), scene=after, over=True)
        stage = scene.of(Stages).find((place.focus or "").partition(":")[0])
        return _card(key) if stage is None else _said(stage, key, scene)

    def write(self, place: Place, text: str, scene: Scene) -> Move | None:
        """Open the stage that a text names: "étape 3"."""
        known = scene.of(Stages)
        if place == WHERE or not known.names(text):
            return None
        stage = known.find(text)
        return _card(str(stage.number)) if stage else _unknown(text)

    def enter(self, command: Commanded, place: Place, scene: Scene) -> Move:
        """Open the stage that a command names, or show them all."""
        stage = scene.of(Stages).find(command.argument)
        if stage:
            return _card(str(stage.number))
        return _unknown(command.argument) if command.argument else Move(to=ALL, over=True)


def _card(number: str, part: str = "") -> Move:
    return Move(to=Place(NAME, f"{number}:{part}" if part else number), over=True)


def _unknown(typed: str) -> Move:
    cut = Typed(typed if len(typed) <= _LONGEST else typed[:_LONGEST] + "…")
    lead = note(say("There is no stage “{typed}”. Here are those to come.", typed=cut))
    return Move(to=ALL, over=True, lead=(lead,))


def _said(stage: Stage, key: str, scene: Scene) -> Move:
    """Do what a stage's card offers; what was counted meanwhile is checked again when it is written."""
    number, known = str(stage.number), scene.of(Stages)
    match key:
        case "come" | "wait":
            seat = Seat(placed=key == "come")
            moved = _card(number, screens.DATE if seat.placed else "")
            order = Attend(stage.id, seat.placed)
            return replace(
                moved,
                commands=(order,),
                scene=scene.having(known.seated(stage, seat)),
                lead=(note(_COMES if seat.placed else _WAITS),),
            )
        case "leave":
            seated = known.mine.get(stage.number)
            gone = (_NEXT if stage.waiting else _GONE) if seated and seated.placed else _OUT
            after = scene.having(known.unseated(stage))
            return replace(_card(number), commands=(GiveUp(stage.id),), scene=after, lead=(note(gone),))
        case _:
            return _card(number, screens.DATE)


_COMES: Say = say("Thank you, it is noted. Here is the file to put the date in your calendar.")
_WAITS: Say = say("It is noted: you are on the waiting list.")
_GONE: Say = say("It is noted: you are not expected any more.")
_NEXT: Say = say("It is noted: you are not expected any more. Your place goes to whoever waited for one.")
_OUT: Say = say("It is noted: you are not on the waiting list any more.")
