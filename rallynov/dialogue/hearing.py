"""What a typed text means on a screen: one of its choices, a verb, a near match to ask about, or nothing."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from rallynov.dialogue.asides import NONE, proposes
from rallynov.dialogue.screens import Choice, Screen
from rallynov.dialogue.speech import FRENCH, SPEECHES, Speech
from rallynov.dialogue.understand import (
    Exact,
    Near,
    Nothing,
    Option,
    Verb,
    of_question,
    spelled,
    understand,
    verb,
)
from rallynov.dialogue.words import Words
from rallynov.text import fold

YES, NO = "yes", "no"
_AGREED = ((YES, "choices:right:synonyms"), (NO, "choices:wrong:synonyms"))
COMMANDS: Mapping[str, str] = {
    "help": "aide",
    "unclear": "aide",
    "full_help": "aidecomplete",
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


OF_THE_TEAM = frozenset(
    (
        *(
            "bureau",
            "desk",
            "equipe",
            "team",
            "questions",
            "inbox",
            "repondre",
            "chiffres",
            "figures",
            "export",
            "exporter",
        ),
        *(
            "inviter",
            "invitation",
            "roles",
            "journal",
            "diffuser",
            "broadcast",
            "lien",
            "link",
            "valider",
            "review",
        ),
        *("envois", "sendings"),
    )
)
"""The commands that a role opens: to anybody else these are words, and need their slash."""
INSTEAD: Mapping[str, Sequence[str]] = {
    "back": ("keep", "resume", "result", "recap", "menu"),
    "skip": ("keep", "resume"),
    "recap": ("relire",),
    "resume": ("suite", "dossiers"),
    "unclear": ("why",),
}
"""What a verb chooses where the screen does not offer it: the first of these actions that it offers."""


_CONFIRMED = frozenset(("erase",))
"""What no verb chooses: the words that ask for it do not confirm it."""
STOOD_FOR = frozenset(COMMANDS[verb] for verb in INSTEAD if verb in COMMANDS and verb != "unclear")
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
    """At most one of: the key of a choice or action, the name of a command, a verb that does nothing here, near matches.

    ``argument`` is that of the command.
    """

    key: str = ""
    command: str = ""
    verb: str = ""
    near: tuple[str, ...] = ()
    argument: str = ""


NOTHING = Heard()


class Hearing:
    """Typed answers against what was drawn, in the person's language."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def hear(
        self,
        typed: str,
        drawn: Screen,
        screen: Screen,
        commands: frozenset[str],
        language: str,
        *,
        numbered: bool = True,
    ) -> Heard:
        """Understand a text: numbers count on what was drawn, words on the whole screen.

        ``numbered`` is False where the numbers that the person sees are those of something else. What means nothing in the
        person's language may be the very words of another: no typo is forgiven there.
        """
        own = self._hear(typed, drawn, screen, commands, language, numbered=numbered)
        if own != NOTHING:
            return own
        others = (other for other in self._lexicon.languages if other != language)
        abroad = (self._hear(typed, drawn, screen, commands, other, own=False) for other in others)
        return next((heard for heard in abroad if heard != NOTHING), NOTHING)

    def agreed(self, typed: str, drawn: Screen, language: str) -> str:
        """Tell whether a text takes what was guessed (``YES``) or refuses it (``NO``); empty for any other text.

        Whatever the words of a guess are: under « Pas encore ? », « non » refuses. Its whole label is no such word.
        """
        spoken = (language, *(other for other in self._lexicon.languages if other != language))
        told = (one for one in drawn.choices if one.key != NONE)
        labels = [Option(one.key, self._lexicon.word(one.label, language)) for one in told]
        if spelled(typed, labels, _speech(language)):
            return ""
        for one in spoken:
            options = [Option(key, "", self._lexicon.synonyms(words, one)) for key, words in _AGREED]
            if isinstance(read := understand(typed, options, numbered=False, speech=_speech(one)), Exact):
                return read.key
        return ""

    def _hear(
        self,
        typed: str,
        drawn: Screen,
        screen: Screen,
        commands: frozenset[str],
        language: str,
        *,
        own: bool = True,
        numbered: bool = True,
    ) -> Heard:
        reading = self._understand(typed, drawn.choices, language, numbered=own and numbered)
        if drawn.notes and not isinstance(reading, Nothing) and self._rather(typed, drawn.choices, language):
            return self._named(typed, drawn, commands, language, typos=False)
        if isinstance(reading, Exact):
            return Heard(key=reading.key)
        if drawn is not screen and not typed.strip().isdigit():
            whole = self._understand(typed, screen.choices, language, numbered=own and not proposes(drawn))
            if isinstance(whole, Exact):
                return Heard(key=whole.key)
        unseen = self._understand(typed, screen.unseen, language, numbered=False)
        if isinstance(unseen, Near) and spelled(
            typed, self._options(screen.unseen, language), _speech(language)
        ):
            return Heard(near=unseen.keys)
        named = self._named(typed, drawn, commands, language, typos=own and not drawn.free)
        if named != NOTHING:
            return named
        if isinstance(unseen, Exact):
            return Heard(key=unseen.key)
        if isinstance(reading, Near) and own and not drawn.free:
            return Heard(near=reading.keys)
        return NOTHING

    def _named(
        self, typed: str, drawn: Screen, commands: frozenset[str], language: str, *, typos: bool
    ) -> Heard:
        if drawn.free and _QUOTED.fullmatch(typed):
            return NOTHING
        action = self._understand(typed, drawn.actions, language, numbered=False)
        if isinstance(action, Exact):
            return Heard(key=action.key)
        speech = _speech(language)
        meant = verb(typed, self._lexicon.verbs(language), typos=typos, speech=speech)
        question, number = of_question(typed, speech)
        if number and drawn.notes and set(question.split()[:-1]) <= speech.articles:
            meant = Verb.RECAP
        if meant is None or (drawn.free and self._prose(typed, language)):
            return NOTHING
        if meant is Verb.RECAP and number:
            return Heard(command=COMMANDS[meant], argument=str(number))
        for key in (meant, *INSTEAD.get(meant, ())):
            if drawn.offers(key) and key not in _CONFIRMED:
                return Heard(key=key)
        command = COMMANDS.get(meant, "")
        return Heard(command=command) if command in commands else Heard(verb=meant)

    def _prose(self, typed: str, language: str) -> bool:
        """Tell whether a text is a verb that may as well be an answer: it is one where any text is."""
        return spelled(
            typed,
            [Option("", "", self._lexicon.synonyms("choices:prose:synonyms", language))],
            _speech(language),
        )

    def _rather(self, typed: str, choices: Sequence[Choice], language: str) -> bool:
        """Tell whether a text is the very phrase of a verb, and a choice only by a part of it: « non merci »."""
        speech = _speech(language)
        verbs = {} if typed.strip().isdigit() else self._lexicon.verbs(language)
        meant = verb(typed, verbs, typos=False, speech=speech)
        return meant is not None and not spelled(typed, self._options(choices, language), speech)

    def _understand(
        self, typed: str, choices: Sequence[Choice], language: str, *, numbered: bool
    ) -> Exact | Near | Nothing:
        options = self._options(choices, language)
        return understand(typed, options, numbered=numbered, speech=_speech(language))

    def _options(self, choices: Sequence[Choice], language: str) -> list[Option]:
        return [
            Option(
                choice.key,
                self._lexicon.word(choice.label, language),
                self._lexicon.synonyms(choice.synonyms, language) if choice.synonyms else (),
            )
            for choice in choices
        ]


def named(typed: str, commands: Container[str], asking: Screen) -> str:
    """Return the command whose very name a text is, with or without spaces: « effacer », « mes données »; else empty.

    At a question of the grid, to correct is to change an answer.
    """
    name = fold(typed).replace(" ", "")
    if name not in commands or name in OF_THE_TEAM:
        return ""
    return COMMANDS["recap"] if asking.notes and name in _TO_CORRECT else name


_QUOTED = re.compile(r"\s*(«.*»|“.*”|\".*\")\s*", re.DOTALL)
"""What stands between quotation marks is said, and no word to find one's way."""
_TO_CORRECT = frozenset(("corriger", "correct"))


def _speech(language: str) -> Speech:
    return SPEECHES.get(language, FRENCH)
