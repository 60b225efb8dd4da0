"""The dialogue of languages: which one is in force, and the choice of another, each named in itself. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rallynov.dialogue.events import Commanded
from rallynov.dialogue.screens import Choice, Screen, note, text, title
from rallynov.dialogue.turn import Move, Place, Scene
from rallynov.dialogue.words import Term, say

NAME = "language"
HERE = Place(NAME)


class LanguageDialogue:
    """Languages in conversation: choosing one never loses one's place."""

    name = NAME
    commands: Sequence[str] = ("langue", "language", "lang")

    def __init__(self, languages: Sequence[str]) -> None:
        self._languages = tuple(languages)

    def screen(self, place: Place, scene: Scene) -> Screen:
        """Return the choice of a language: the only screen of this dialogue."""
        choices = tuple(
            Choice(code, Term(f"choices:{code}:label"), f"choices:{code}:synonyms")
            for code in self._languages
        )
        blocks = (
            title(say("Language")),
            text(say("We are speaking English at the moment. Which language would you like?")),
        )
        return Screen("language", blocks, choices, (Choice("back", say("Back")),))

    def choose(self, place: Place, key: str, scene: Scene) -> Move:
        """Go on in the language that was chosen, where the person was."""
        return self._speak(key, scene) if key in self._languages else Move(back=True)

    def write(self, place: Place, text: str, scene: Scene) -> Move | None:
        """Use no other text here."""
        return None

    def enter(self, command: Commanded, place: Place, scene: Scene) -> Move:
        """Ask which language; the code of one after the command (``/langue en``) is an answer."""
        code = command.argument.casefold()
        if code in self._languages:
            spoken = self._speak(code, scene)
            return spoken if place == HERE else replace(spoken, back=False)
        return Move() if place == HERE else Move(to=HERE, over=True)

    def _speak(self, code: str, scene: Scene) -> Move:
        """Go on in a language; the welcome is for whoever reads it for the first time in theirs."""
        return Move(lead=_SPOKEN, back=True, language=code, scene=replace(scene, first=True))


_SPOKEN = (note(say("We go on in English.")),)
"""Said in the language that was chosen: each catalogue names its own."""
