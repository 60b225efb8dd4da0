"""What a typed text means on a screen: one of its choices, a verb, a near match to ask about, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from rallynov.dialogue.screens import Choice, Screen
from rallynov.dialogue.speech import FRENCH, SPEECHES, Speech
from rallynov.dialogue.understand import Exact, Near, Nothing, Option, understand, verb
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
    "language": "langue",
    "sheets": "fiches",
    "elsewhere": "continuer",
    "colleagues": "collegues",
    "report": "rapport",
    "triage": "triage",
    "dossier": "dossier",
    "status": "statut",
    "submit": "deposer",
    "faq": "faq",
    "question": "question",
    "stop": "stop",
    "news": "annonces",
    "stages": "etapes",
}
"""The command that a verb gives where the screen does not offer it as an action."""


INSTEAD: Mapping[str, Sequence[str]] = {
    "back": ("keep", "resume", "result", "recap", "menu"),
    "skip": ("keep", "resume"),
    "recap": ("relire",),
    "resume": ("suite", "dossiers"),
}
"""What a verb chooses where the screen does not offer it: the first of these actions that it offers."""


STOOD_FOR = frozenset(COMMANDS[verb] for verb in INSTEAD if verb in COMMANDS)
"""The commands that a screen may answer itself."""


def instead(command: str, drawn: Screen) -> str:
    """Return the action of a screen that stands there for a command of elsewhere; empty when none does."""
    meant = next((verb for verb, name in COMMANDS.items() if name == command), "")
    known = () if drawn.offers(meant) else INSTEAD.get(meant, ())
    return next((key for key in known if drawn.offers(key)), "")


class Lexicon(Protocol):
    """The words of each language, as far as understanding needs them."""

    @property
    def languages(self) -> Sequence[str]:
        """Name the languages."""

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


NOTHING = Heard()


class Hearing:
    """Typed answers against what was drawn, in the person's language."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def hear(
        self, typed: str, drawn: Screen, screen: Screen, commands: frozenset[str], language: str
    ) -> Heard:
        """Understand a text: numbers count on what was drawn, words on the whole screen.

        What means nothing in the person's language may be the very words of another: no typo is forgiven there.
        """
        own = self._hear(typed, drawn, screen, commands, language)
        if own != NOTHING:
            return own
        others = (other for other in self._lexicon.languages if other != language)
        abroad = (self._hear(typed, drawn, screen, commands, other, own=False) for other in others)
        return next((heard for heard in abroad if heard != NOTHING), NOTHING)

    def _hear(
        self,
        typed: str,
        drawn: Screen,
        screen: Screen,
        commands: frozenset[str],
        language: str,
        *,
        own: bool = True,
    ) -> Heard:
        reading = self._understand(typed, drawn.choices, language, numbered=own)
        if isinstance(reading, Exact):
            return Heard(key=reading.key)
        if drawn is not screen and not typed.strip().isdigit():
            whole = self._understand(typed, screen.choices, language, numbered=own)
            if isinstance(whole, Exact):
                return Heard(key=whole.key)
        named = self._named(typed, drawn, commands, language, typos=own and not drawn.free)
        if named != NOTHING:
            return named
        if isinstance(reading, Near) and own and not drawn.free:
            return Heard(near=reading.keys)
        return NOTHING

    def _named(
        self, typed: str, drawn: Screen, commands: frozenset[str], language: str, *, typos: bool
    ) -> Heard:
        action = self._understand(typed, drawn.actions, language, numbered=False)
        if isinstance(action, Exact):
            return Heard(key=action.key)
        meant = verb(typed, self._lexicon.verbs(language), typos=typos, speech=_speech(language))
        if meant is None:
            return NOTHING
        for key in (meant, *INSTEAD.get(meant, ())):
            if drawn.offers(key):
                return Heard(key=key)
        command = COMMANDS.get(meant, "")
        return Heard(command=command) if command in commands else Heard(verb=meant)

    def _understand(
        self, typed: str, choices: Sequence[Choice], language: str, *, numbered: bool
    ) -> Exact | Near | Nothing:
        options = [
            Option(
                choice.key,
                self._lexicon.word(choice.label, language),
                self._lexicon.synonyms(choice.synonyms, language) if choice.synonyms else (),
            )
            for choice in choices
        ]
        return understand(typed, options, numbered=numbered, speech=_speech(language))


def _speech(language: str) -> Speech:
    return SPEECHES.get(language, FRENCH)
