"""Typed answers and verbs in English, against the words of its files; and each language heard from the other."""

from __future__ import annotations

import pytest

from rallynov.dialogue.hearing import NOTHING, Heard, Hearing
from rallynov.dialogue.screens import Choice, Screen
from rallynov.dialogue.speech import ENGLISH, FRENCH
from rallynov.dialogue.understand import Exact, Near, Nothing, Option, Verb, understand, verb
from rallynov.dialogue.words import Term, say
from rallynov.wording import Wording

WORDING = Wording({"operator": "the team", "contact": "the team"})
VERBS = WORDING.verbs("en")
VALUES = ("0", "1", "2", "3", "4", "nsp", "nc")


def _option(value: str) -> Option:
    label, ways = (f"grid:scale.{value}:{name}" for name in ("label", "synonyms"))
    return Option(value, WORDING.term(label, "en"), WORDING.synonyms(ways, "en"))


SCALE = [_option(value) for value in VALUES]
ANSWERS = {
    "0": "1|first|the first one|1st|no. 1|number 1|option one|not yet|NOT YET!|no, not yet|we haven't|"
    "havent started|not in place|nothing|never|not at all",
    "1": "2|two|#2|the second one|2nd|the 2nd one|answer 2|2 please|no 2|being considered|it's being considered|"
    "considering it|we're thinking about it|planned|soon",
    "2": "being tried out|BEING TRIED OUT.|being tried|on trial|pilot|testing|partly|yes, partly",
    "3": "in place|it's in place|its in place|yes, in place|already done|we already do it, thanks|I'd say in place|"
    "in place I'd say|for us it's in place",
    "4": "in place, tracked and shared|in place tracked & shared|tracked and shared|in place, tracked|monitored",
    "nsp": "I don't know|I don’t know|I dont know|don't know|dunno|not sure|we're not sure|idk|no idea|hard to say|"
    "I think I don't know",
    "nc": "7|the seventh|n/a|N/A|not applicable|doesn't concern us|doesnt concern us|it does not concern us|not for us",
}
ASKED = {
    "2 3 4": "yes|YES!|YESSS|yeah|yep",
    "0 nc": "no|nooo|nope",
    "3": "in plase|in plce|almost in place|in place for two years",
    "0": "not yett|not really in place|isn't in place|isnt in place|nothing in place",
    "1": "consdered|being considred",
    "1 2": "being|2 or 3|2-3|two or three|between 2 and 3",
    "2": "its a pilot|tried",
    "nsp": "dunnno|not surre",
    "3 4": "in pl",
    "1 3": "2 in place",
}


@pytest.mark.parametrize(
    ("text", "key"), [(text, key) for key, texts in ANSWERS.items() for text in texts.split("|")]
)
def test_a_number_or_the_words_of_a_choice_are_an_answer(text: str, key: str) -> None:
    assert understand(text, SCALE, speech=ENGLISH) == Exact(key)


@pytest.mark.parametrize(
    ("text", "keys"), [(text, keys) for keys, texts in ASKED.items() for text in texts.split("|")]
)
def test_a_guess_is_a_question(text: str, keys: str) -> None:
    assert understand(text, SCALE, speech=ENGLISH) == Near(tuple(keys.split()))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "?",
            "0",
            "8",
            "2.5",
            "-2",
            "2 %",
            "one hundred",
            "2 years",
            "t",
            "not",
            "know",
            "I know",
            "hello",
        ),
        *("not tracked and shared", "not being tried out", "without tracking"),
        "we put in place a working group with the staff in 2012",
        "I don't know whether it is really in place in all the workshops",
    ],
)
def test_the_rest_is_left_to_people(text: str) -> None:
    assert understand(text, SCALE, speech=ENGLISH) == Nothing()


@pytest.mark.parametrize(
    "denial", ["not {}", "isn't {}", "isnt {}", "never {}", "it's not {}", "no {}", "hardly {}"]
)
@pytest.mark.parametrize("label", ["in place", "being tried out", "being considered", "in plase"])
def test_no_guess_crosses_a_negation(denial: str, label: str) -> None:
    reading = understand(denial.format(label), SCALE, speech=ENGLISH)
    assert reading in (Nothing(), Exact("0"), Near(("0",)))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        *((text, Verb.BACK) for text in ("back", "/back", "Go back!", "previous", "prevoius")),
        *((text, Verb.SKIP) for text in ("skip", "skip this one please", "next", "I pass")),
        *((text, Verb.PAUSE) for text in ("pause", "puase", "I'd like to take a break", "later", "bye")),
        *((text, Verb.HELP) for text in ("help", "help me please", "?", "im lost")),
        *((text, Verb.UNCLEAR) for text in ("I don't understand", "what does it mean?", "unclear")),
        *((text, Verb.WHY) for text in ("why", "why?", "why do you ask?", "whats the point")),
        *((text, Verb.MENU) for text in ("menu", "main menu", "hello", "hi")),
        *((text, Verb.RECAP) for text in ("recap", "my answers", "show me my answers")),
        *((text, Verb.RESULT) for text in ("result", "results please", "my result")),
        *((text, Verb.RESUME) for text in ("resume", "resmue", "let's continue", "carry on")),
        *(
            (text, Verb.PERSON)
            for text in ("talk to a person", "can I talk to a human", "I want to speak to someone")
        ),
        *((text, Verb.RESTART) for text in ("restart", "start again")),
        *((text, Verb.ERASE) for text in ("erase my data", "forget me")),
        *((text, Verb.LANGUAGE) for text in ("language", "langauge", "in french", "english please")),
    ],
)
def test_a_verb_is_understood_anywhere(text: str, meant: Verb) -> None:
    assert verb(text, VERBS, speech=ENGLISH) == meant


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "!",
            "bcak",
            "hepl",
            "feedback",
            "background",
            "backing",
            "helpful",
            "humane",
            "stopping",
            "advisor",
        ),
        *(
            "phone",
            "nobody",
            "help at home",
            "the menu of the canteen",
            "pass the exam",
            "yes",
            "2",
            "x" * 16_000,
        ),
    ],
)
def test_an_answer_is_no_verb(text: str) -> None:
    assert verb(text, VERBS, speech=ENGLISH) is None


def test_a_rank_may_stand_before_its_noun() -> None:
    options = [Option(key, key) for key in ("Besançon", "Dole", "Vesoul")]
    assert understand("la deuxième réponse", options) == Exact("Dole")
    assert understand("le 2e choix", options) == Exact("Dole")
    assert understand("une réponse", options) == Nothing()
    assert understand("la deuxième fois", options) == Nothing()
    assert understand("one option", options, speech=ENGLISH) == Nothing()


SCREEN = Screen(
    "q",
    (),
    tuple(Choice(v, Term(f"grid:scale.{v}:label"), f"grid:scale.{v}:synonyms") for v in VALUES),
    (Choice("skip", say("Skip")), Choice("keep", say("Keep my answer"))),
)
COMMANDS = frozenset({"aide", "recap", "langue"})


@pytest.mark.parametrize(
    ("language", "text", "heard"),
    [
        ("fr", "being tried out", Heard(key="2")),
        ("fr", "n/a", Heard(key="nc")),
        ("fr", "dunno", Heard(key="nsp")),
        ("fr", "skip it", Heard(key="skip")),
        ("fr", "keep my answer", Heard(key="keep")),
        ("fr", "summary", Heard(command="recap")),
        ("fr", "why", Heard(verb="why")),
        ("en", "à l'essai", Heard(key="2")),
        ("en", "je ne sais pas", Heard(key="nsp")),
        ("en", "passer", Heard(key="skip")),
        ("en", "garder ma réponse", Heard(key="keep")),
        ("en", "mes réponses", Heard(command="recap")),
        ("en", "langue", Heard(command="langue")),
        ("de", "à l'essai", Heard(key="2")),
        # a typo is forgiven in one's own language alone, and a figure in letters counts there alone
        ("fr", "prevoius", NOTHING),
        ("fr", "dunnno", NOTHING),
        ("fr", "seven", NOTHING),
        ("en", "passre", NOTHING),
        ("en", "deux", NOTHING),
        # one's own language comes first
        ("fr", "in place", Heard(near=("3",))),
    ],
)
def test_what_means_nothing_in_ones_own_language_is_heard_in_the_other(
    language: str, text: str, heard: Heard
) -> None:
    assert Hearing(WORDING).hear(text, SCREEN, SCREEN, COMMANDS, language) == heard


def test_an_apostrophe_joins_in_english_and_parts_in_french() -> None:
    options = [Option("a", "C'est à l'essai")]
    assert understand("c est a l essai", options) == Exact("a")
    assert understand("cest à lessai", options) == Near(("a",))
    assert understand("were not sure", [Option("b", "We're not sure")], speech=ENGLISH) == Exact("b")
    assert (FRENCH.joins, ENGLISH.joins) == (False, True)
