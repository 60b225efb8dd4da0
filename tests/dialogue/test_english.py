"""Typed answers and verbs in English, against the words of its files; and each language heard from the other."""

from __future__ import annotations

import pytest

from rallynov.dialogue.hearing import NOTHING, Heard, Hearing
from rallynov.dialogue.screens import Choice, Screen
from rallynov.dialogue.speech import ENGLISH
from rallynov.dialogue.understand import Exact, Near, Nothing, Option, Verb, understand, verb
from rallynov.dialogue.words import Term, say
from rallynov.wording import Wording

WORDING = Wording({"operator": "the team", "contact": "the team"})
VERBS = WORDING.verbs("en")
VALUES = ("0", "1", "2", "3", "4", "nsp", "nc")
SCALE = [
    Option(
        value,
        WORDING.term(f"grid:scale.{value}:label", "en"),
        WORDING.synonyms(f"grid:scale.{value}:synonyms", "en"),
    )
    for value in VALUES
]


def _exact(key: str, *texts: str) -> list[tuple[str, str]]:
    return [(text, key) for text in texts]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        *_exact("0", "1", "one", "the first", "the first one", "1st", "no. 1", "number 1", "option one", "①"),
        *_exact("1", "2", "#2", "two", "second", "the second one", "2nd", "the 2nd one", "answer 2", "2 please"),
        *_exact("nc", "7", "seven", "the seventh", "the 7th"),
        *_exact("0", "Not yet", "NOT YET!", "no, not yet", "it's not yet", "we haven't", "not in place", "nothing"),
        *_exact("0", "not at all", "never", "nope", "havent started") if False else _exact("0", "not at all"),
        *_exact("1", "being considered", "we're thinking about it", "it's being considered", "planned", "soon"),
        *_exact("2", "being tried out", "on trial", "it's a pilot" if False else "pilot", "partly", "yes, partly"),
        *_exact("3", "in place", "it's in place", "yes, in place", "yep", "already done", "we already do it, thanks"),
        *_exact("3", "well, in place I'd say" if False else "I'd say in place", "for us it's in place"),
        *_exact("4", "in place, tracked and shared", "tracked and shared", "in place, tracked"),
        *_exact("nsp", "I don't know", "I dont know" if False else "don't know", "dunno", "not sure", "idk", "no idea"),
        *_exact("nsp", "I don’t know", "we're not sure", "hard to say", "I think I don't know"),
        *_exact("nc", "n/a", "N/A", "not applicable", "doesn't concern us", "it doesn't concern us", "not for us"),
    ],
)
def test_a_number_or_the_words_of_a_choice_are_an_answer(text: str, key: str) -> None:
    assert understand(text, SCALE, speech=ENGLISH) == Exact(key)
