"""An answer is never taken for a question, nor a question for an answer; in doubt, the person is asked."""

import pytest

from rallynov.dialogue.asides import Taken
from rallynov.faq.mistaken import idle, signs, taken, thanks
from rallynov.faq.retrieval.model import Verdict

KNOWN, NEAR, STRANGE = Verdict.ANSWER, Verdict.SUGGEST, Verdict.UNKNOWN
ANSWER, QUESTION, DOUBT = Taken.ANSWER, Taken.QUESTION, Taken.DOUBT


@pytest.mark.parametrize(
    ("text", "verdict", "expected"),
    [
        ("732 829 320 00074", KNOWN, ANSWER),
        ("12", KNOWN, ANSWER),
        ("date limite", KNOWN, ANSWER),
        ("je ne sais pas", NEAR, ANSWER),
        ("Dole ?", STRANGE, ANSWER),
        ("quelle est la date limite ?", KNOWN, QUESTION),
        ("c kan la cloture ?", KNOWN, QUESTION),
        ("à quoi ça sert", STRANGE, QUESTION),
        ("faut-il un SIRET", STRANGE, QUESTION),
        ("what is the deadline?", KNOWN, QUESTION),
    ],
)
def test_a_field_of_a_strict_shape_that_refuses_a_text(text: str, verdict: Verdict, expected: Taken) -> None:
    assert taken(text, verdict, strict=True, accepted=False) is expected


@pytest.mark.parametrize("text", ["12 ?", "quand ? le 12/03", "où est Dole ?"])
def test_what_a_strict_field_accepts_is_its_answer_whatever_it_looks_like(text: str) -> None:
    assert taken(text, KNOWN, strict=True, accepted=True) is ANSWER


@pytest.mark.parametrize(
    ("text", "verdict", "expected"),
    [
        ("Atelier des Exemples", KNOWN, ANSWER),
        ("le jury", KNOWN, ANSWER),
        ("quelle est la date limite ?", KNOWN, QUESTION),
        ("combien de temps dure le diagnostic ?", KNOWN, QUESTION),
        ("est-ce que je peux joindre un pdf ?", KNOWN, QUESTION),
        ("et si on partageait nos outils ?", STRANGE, ANSWER),
        ("comment mieux travailler ensemble ?", STRANGE, DOUBT),
        ("comment mieux travailler ensemble", STRANGE, ANSWER),
        ("quelle est la date limite", KNOWN, QUESTION),
        ("le jury, vraiment ?", KNOWN, DOUBT),
        ("où déposer ?", NEAR, DOUBT),
    ],
)
def test_a_field_that_takes_any_text(text: str, verdict: Verdict, expected: Taken) -> None:
    assert taken(text, verdict, strict=False, accepted=True) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nous avons mené dix entretiens avant de commencer", ANSWER),
        ("des entretiens, cela suffit ?", DOUBT),
        ("est-ce que ça compte les intérimaires ?", QUESTION),
    ],
)
def test_beside_choices_a_text_is_only_a_note(text: str, expected: Taken) -> None:
    assert taken(text, STRANGE, strict=False, accepted=False, note=True) is expected


def test_a_story_is_never_a_question() -> None:
    story = (
        "Pourquoi ce projet est né : "
        + "un besoin simple, partagé par toute l'équipe, " * 8
        + "n'est-ce pas ?"
    )
    assert taken(story, KNOWN, strict=False, accepted=True) is ANSWER
    assert taken("Pourquoi ?\nParce que le besoin est là", KNOWN, strict=False, accepted=True) is ANSWER


@pytest.mark.parametrize(
    "text",
    [
        "Bonjour, est-ce que c'est payant ?",
        "svp comment je fais",
        "une question : qui lit mon dossier ?",
        "Can we apply?",
        "cest koi la date limite",
        "c koi le rallye",
        "cest quoi un repère",
        "keske je dois mettre",
        "cb de temps ça prend",
        "quan est la clôture",
    ],
)
def test_greetings_do_not_hide_the_opening_of_a_question(text: str) -> None:
    assert signs(text).opening


@pytest.mark.parametrize(
    "text",
    [
        "Comète",
        "Quentin Exemple",
        "Ouest atelier",
        "Quickly",
        "Howard",
        "Combinaison",
        "Ski pour tous",
        "CB Exemple",
        "Ce qui change",
    ],
)
def test_names_that_begin_like_a_question_are_names(text: str) -> None:
    assert not signs(text).any


@pytest.mark.parametrize(
    "text", ["merci", "Merci !", "ok merci", "super", "c'est parfait", "thank you very much"]
)
def test_a_thank_you_asks_nothing(text: str) -> None:
    assert thanks(text)
    assert idle(text)


@pytest.mark.parametrize(
    "text", ["ok", "bien", "Merci Exemple", "non merci", "super long", "merci de m'appeler"]
)
def test_what_says_more_or_less_is_no_thank_you(text: str) -> None:
    assert not thanks(text)
