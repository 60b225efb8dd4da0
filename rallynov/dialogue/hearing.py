"""What a typed text means on a screen: one of its choices, a verb, a near match to ask about, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from rallynov.dialogue.screens import Choice, Screen
from rallynov.dialogue.understand import Exact, Near, Option, understand, verb
from rallynov.dialogue.words import Words

YES, NO = "yes", "no"
COMMANDS: Mapping[str, str] = {
    "help": "aide",
    "menu": "menu",
    "pause": "pause",
    "recap": "recap",
    "result": "resultat",
    "resume": "reprendre",
    "person": "contact",
    "restart": "recommencer",
    "erase": "effacer",
}
"""The command that a verb gives where the screen does not offer it as an action."""


INSTEAD: Mapping[str, Sequence[str]] = {
    "back": ("keep", "resume", "result", "recap", "menu"),
    "skip": ("keep", "resume"),
}
"""What a verb chooses where the screen does not offer it: the first of these actions that it offers."""


class Lexicon(Protocol):
    """The words of a language, as far as understanding needs them."""

    def word(self, words: Words, language: str) -> str:
        """Resolve words into a language."""

    def synonyms(self, key: str, language: str) -> tuple[str, ...]:
        """Return other ways of typing a choice; empty when the key names none."""

    def verbs(self, language: str) -> Mapping[str, Sequence[str]]:
        """Return the phrases of each verb of navigation."""


@dataclass(frozen=True, slots=True)
class Heard:
    """At most one of: the key of a choice or action, the name of a command, a verb that does nothing here, near matches."""

    key: str = ""
    command: str = ""
    verb: str = ""
    near: tuple[str, ...] = ()


class Hearing:
    """Typed answers against what was drawn, in the person's language."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def hear(
        self, typed: str, drawn: Screen, screen: Screen, commands: frozenset[str], language: str
    ) -> Heard:
        """Understand a text: numbers count on what was drawn, words on the whole screen."""
        reading = understand(typed, self._options(drawn.choices, language))
        if isinstance(reading, Exact):
            return Heard(key=reading.key)
        if drawn is not screen and not typed.strip().isdigit():
            whole = understand(typed, self._options(screen.choices, language))
            if isinstance(whole, Exact):
                return Heard(key=whole.key)
        named = self._named(typed, drawn, commands, language)
        if named.key or named.command or named.verb:
            return named
        if isinstance(reading, Near):
            return Heard(near=reading.keys)
        return Heard()

    def _named(self, typed: str, drawn: Screen, commands: frozenset[str], language: str) -> Heard:
        action = understand(typed, self._options(drawn.actions, language), numbered=False)
        if isinstance(action, Exact):
            return Heard(key=action.key)
        meant = verb(typed, self._lexicon.verbs(language))
        if meant is None:
            return Heard()
        for key in (meant, *INSTEAD.get(meant, ())):
            if drawn.offers(key):
                return Heard(key=key)
        command = COMMANDS.get(meant, "")
        return Heard(command=command) if command in commands else Heard(verb=meant)

    def _options(self, choices: Sequence[Choice], language: str) -> list[Option]:
        return [
            Option(
                choice.key,
                self._lexicon.word(choice.label, language),
                self._lexicon.synonyms(choice.synonyms, language) if choice.synonyms else (),
            )
            for choice in choices
        ]
