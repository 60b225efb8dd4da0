"""The reception: the first words, the menu, help, and how to reach a person. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from rallynov.diagnosis.asking import closed
from rallynov.diagnosis.model import Diagnosis, Grid
from rallynov.diagnosis.opening import LEFT, Opening
from rallynov.diagnosis.screens.asking import PAUSED
from rallynov.dialogue.dialogue import Dialogue
from rallynov.dialogue.events import Commanded
from rallynov.dialogue.screens import Block, Choice, Screen, listing, note, text, title
from rallynov.dialogue.turn import Move, Place, Scene
from rallynov.dialogue.words import Say, Typed, Words, plural, say
from rallynov.editions.stages.model import Stages
from rallynov.editions.stages.screens import doorway
from rallynov.initiatives.model import Dossiers, Status
from rallynov.initiatives.screens.home import paused
from rallynov.initiatives.screens.parts import CARRY_ON, STATUS, standing
from rallynov.initiatives.spots import spot_of
from rallynov.people.consents.flow import entrance
from rallynov.people.roles import Grants
from rallynov.people.screens import RoleChoice, acting, choices_of

NAME = "reception"
DIAGNOSIS = "diagnosis"
DOSSIER = "dossier"


_ANSWERS = (
    Choice("recap", say("Read and change my answers")),
    Choice("collegues", say("Answer with colleagues")),
)
_AGAIN = Choice("restart", say("Start a new diagnosis"))
_GO_ON, _RESUME = (
    Choice("diagnostic", say("Go on with the diagnosis")),
    Choice("resume", say("Resume"), "choices:resume:synonyms"),
)


class Reception:
    """The reception in conversation; ``contact`` tells how to reach a person, ``edition`` names the rally.

    ``codes`` reads what comes with ``/start`` when it is not the name of a place; ``roles`` are the lines of the menu that
    roles open, declared by the rooms in the wiring.
    """

    name = NAME
    commands: Sequence[str] = ("start", "menu", "pause", "annuler", "aide", "help", "aidecomplete", "contact")

    def __init__(
        self, grid: Grid, edition: str, contact: str, codes: Dialogue, roles: Sequence[RoleChoice] = ()
    ) -> None:
        self._grid = grid
        self._form = grid.form()
        self._opening = Opening(grid)
        self._edition = edition
        self._contact = contact
        self._codes = codes
        self._roles = tuple(roles)

    def screen(self, place: Place, scene: Scene) -> Screen:
        """Return the welcome of a newcomer, or the menu of who comes back; stages are there while some are to come."""
        shown = self._screen(place, scene)
        first, *others = shown.actions
        return replace(shown, actions=(first, *doorway(scene.facts.get(Stages), scene.now), *others))

    def _screen(self, place: Place, scene: Scene) -> Screen:
        """Return what there is without stages: first what the person's roles open."""
        own, grants = self._own(place, scene), scene.of(Grants)
        if not grants.held:
            return own
        blocks = (text(_WHAT),) if own.name == "welcome" else own.blocks
        choices = (*choices_of(self._roles, grants), *own.choices)
        actions = own.actions if _ELSEWHERE in own.actions else (_ELSEWHERE, *own.actions)
        return Screen("menu", (*acting(grants), *blocks), choices, actions)

    def _own(self, place: Place, scene: Scene) -> Screen:
        """Return what everybody has."""
        mine, dossiers = scene.of(Diagnosis), scene.of(Dossiers)
        if not mine.run and not dossiers.mine:
            met = self._welcome() if scene.first else (text(_WHAT),)
            return Screen("welcome", met, (_BEGIN, _TRIAGE, _DOSSIER), (_CODE, *_ASIDE))
        first, known = _dossier(dossiers, scene.said or scene.received)
        if not mine.run:
            return Screen(
                "menu", (*known, text(_WHAT)), (first, _BEGIN, _TRIAGE), (_ELSEWHERE, _CODE, *_ASIDE)
            )
        if self._opening.under_way(mine, place):
            return Screen(
                "menu",
                (*known, self._to_open(mine)),
                (_TRIAGE_ON, _WHOLE, *_ANSWERS, first),
                (_ELSEWHERE, _CODE, *_ASIDE),
            )
        pending = self._form.next_open(mine.given)
        if pending is None:
            done = text(say("Your diagnosis is complete. What would you like to do?"))
            choices = (Choice("result", say("See my result")), *_ANSWERS, _AGAIN, first)
            return Screen("menu", (*known, done), choices, (_ELSEWHERE, _CODE, *_ASIDE))
        number, total = self._form.number(pending.id), len(self._form.questions)
        under_way = text(
            say(
                "Your diagnosis is under way: question {number} of {total} comes next. What would you like to do?",
                number=number,
                total=total,
            )
        )
        onward = _GO_ON if known else _RESUME
        triage = (_TRIAGE,) if self._opening.left(mine) else ()
        choices = (onward, *triage, *_ANSWERS, first)
        return Screen("menu", (*known, under_way), choices, (_ELSEWHERE, _CODE, *_ASIDE))

    def _to_open(self, mine: Diagnosis) -> Block:
        """Say how many of the opening questions are left."""
        return text(
            plural(
                "Whether you are concerned: {n} question of {total} is left. What would you like to do?",
                "Whether you are concerned: {n} questions of {total} are left. What would you like to do?",
                self._opening.left(mine),
                total=self._opening.total,
            )
        )

    def choose(self, place: Place, key: str, scene: Scene) -> Move:
        """Go where the person chose."""
        match key:
            case "result" | "recap" | "restart":
                return closed(self._grid, self._form, Move(to=Place(DIAGNOSIS, key)), scene)
            case "begin" | "resume" | "whole":
                return Move(to=Place(DIAGNOSIS))
            case _:
                return self.enter(Commanded(key), place, scene)

    def write(self, place: Place, text: str, scene: Scene) -> Move | None:
        """Use no text here."""
        return None

    def enter(self, command: Commanded, place: Place, scene: Scene) -> Move:
        """Show the menu; or help and the contact, then the pending question again."""
        match command.name:
            case "start" if command.argument:
                return self._led(command.argument, place, scene)
            case "start":
                return Move(to=Place(), scene=replace(scene, first=True))
            case "aide" | "help" if place.dialogue in _SHORT_HELP:
                return Move(lead=_SHORT_HELP[place.dialogue])
            case "aidecomplete" if place.dialogue in _SHORT_HELP:
                return Move(lead=_OF_THE_REST[place.dialogue])
            case "aide" | "help" | "aidecomplete":
                return Move(lead=_HELP if place.dialogue == NAME else _HELP_ASIDE)
            case "contact" | "person":
                return Move(lead=(title(say("Talk to a person")), text(self._reach()), text(_HERE)))
            case "pause" | "annuler" if place.dialogue == DOSSIER and scene.of(Dossiers).mine:
                mine = scene.of(Dossiers)
                return Move(
                    to=Place(), lead=(note(paused(mine.find(spot_of(place).dossier) or mine.mine[0])),)
                )
            case "pause" | "annuler" if scene.of(Diagnosis).run:
                return Move(to=_left(place), lead=(note(PAUSED),))
            case _:
                return Move(to=_left(place))

    def _led(self, argument: str, place: Place, scene: Scene) -> Move:
        """Follow a deep link: to the diagnosis, the opening questions, a sheet or a stage; else it is a code."""
        head, _, tail = argument.partition("-")
        match head:
            case "diagnostic":
                return Move(to=Place(DIAGNOSIS))
            case "triage":
                return Move(to=Place("triage"))
            case "annonces":
                return Move(to=entrance(tail))
            case "fiche":
                return Move(to=Place("sheets", tail))
            case "etape":
                return Move(to=Place("stages", tail))
            case _:
                return self._codes.enter(Commanded("code", argument), place, scene)

    def _reach(self) -> Words:
        return say("Here is whom to contact: {contact}.", contact=Say(self._contact))

    def _welcome(self) -> tuple[Block, ...]:
        return (
            title(say("Welcome to {edition}", edition=Typed(self._edition))),
            text(
                say(
                    "This self-diagnosis helps you recognise the socially innovative practices that you may already have. "
                    "It takes about ten minutes: {total} questions, one at a time, and you may stop and come back. "
                    "We do not ask your name; your answers serve to show you your result, and you can erase them any time.",
                    total=len(self._form.questions),
                )
            ),
        )


def _left(place: Place) -> Place:
    """Return the reception; it remembers who left the opening questions."""
    return LEFT if place.dialogue == "triage" else Place()


def _dossier(dossiers: Dossiers, at: datetime) -> tuple[Choice, tuple[Block, ...]]:
    """Return the choice that leads to the dossiers of a person, and where the last one stands."""
    if not dossiers.mine:
        return _DOSSIER, ()
    last = dossiers.mine[0]
    known = (text(say("Your dossier: {standing}", standing=standing(last, at))),)
    if len(dossiers.mine) > 1:
        return Choice("dossiers", say("My dossiers")), known
    return (CARRY_ON if last.status is Status.DRAFT else STATUS), known


_WHAT = say("What would you like to do?")
_HERE = say("To put a question to the team here, and be answered here, type “/question”.")
_DOSSIER = Choice("dossier", say("Prepare my dossier"))
_BEGIN = Choice("begin", say("Begin the diagnosis"), "choices:yes:synonyms")
_TRIAGE = Choice("triage", say("Am I concerned? Four questions, one minute"), "choices:triage:synonyms")
_TRIAGE_ON = Choice("triage", say("Resume"), "choices:resume:synonyms")
_WHOLE = Choice("whole", say("Do the whole diagnosis"))
_CODE = Choice("code", say("I have a code"))
_ELSEWHERE = Choice("continuer", say("Go on elsewhere"))
_ASIDE = (
    Choice("fiches", say("Fact sheets")),
    Choice("faq", say("Frequent questions")),
    Choice("confidentialite", say("Your data")),
    Choice("help", say("Help")),
    Choice("person", say("Talk to a person")),
    Choice("langue", say("English / Français")),
)
_HOW = text(say("Press a button, or type the number or the words of your answer. At any time you may type:"))
_BACK = say("“back”: return to the previous question")
_SKIP = say("“skip”: leave a question for later; it counts as “I do not know”")
_LEAVE = say("“skip”: leave a question for later")
_PAUSE = say("“pause”: stop here; your answers are kept for three months, and “resume” brings you back")
_STOP_HERE = say("“pause”: stop here; “resume” brings you back")
_RECAP = say("“recap”: read and change your answers")
_WHY = say("“why”: know why a question is asked")
_TO_A_PERSON = say("“talk to a person”: reach the team of the rally")
_MORE = note(say("“full help”: everything that you may type."))
_OF_THE_GRID = (title(say("Help")), _HOW, listing(_BACK, _SKIP, _PAUSE, _WHY, _TO_A_PERSON), _MORE)
_OF_A_DOSSIER = (title(say("Help")), _HOW, listing(_BACK, _LEAVE, _STOP_HERE, _RECAP, _TO_A_PERSON), _MORE)
_SHORT_HELP: Mapping[str, tuple[Block, ...]] = {
    DIAGNOSIS: _OF_THE_GRID,
    "triage": _OF_THE_GRID,
    DOSSIER: _OF_A_DOSSIER,
}
"""What helps where questions are put: it stands above the pending one, and is short."""
_NOTE = say("a whole sentence: it is kept as a note beside the question")
_REST = (
    say("a question, in your own words: I answer it, or hand it over to the team"),
    say("“frequent questions”: read them; “sheets”: read the twelve fact sheets"),
    say("“elsewhere”: go on with this conversation on another device"),
    say("“my dossier”: prepare and submit your dossier; “where is my dossier”: know where it stands"),
    say("“announcements”: choose those that you receive; “no more messages”: receive none"),
    say("“/privacy”: what becomes of your data; “erase everything”: erase it"),
    say("“menu”: all that there is; “language”: change to English or French"),
)
_BESIDES = (title(say("Full help")), text(say("Besides what “help” tells, you may type:")))
_REST_OF_THE_GRID = (*_BESIDES, listing(_NOTE, _RECAP, *_REST))
_OF_THE_REST: Mapping[str, tuple[Block, ...]] = {
    DIAGNOSIS: _REST_OF_THE_GRID,
    "triage": _REST_OF_THE_GRID,
    DOSSIER: (*_BESIDES, listing(*_REST)),
}
"""What the short help of a place leaves out."""
_HELP: tuple[Block, ...] = (
    title(say("Help")),
    _HOW,
    listing(_BACK, _SKIP, _PAUSE, _RECAP, _NOTE, _WHY, _TO_A_PERSON, *_REST),
)
_HELP_ASIDE = (title(say("Help")), _HOW, listing(_PAUSE, _TO_A_PERSON, *_REST))
"""What helps where nothing of the diagnosis nor of a dossier is asked."""
