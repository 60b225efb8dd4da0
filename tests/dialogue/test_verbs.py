"""The verbs of navigation, as they are typed, against the French phrases."""

import tomllib
from pathlib import Path

import pytest

from rallynov.dialogue.understand import Verb, verb
from rallynov.text import fold

ROOT = Path(__file__).parents[2]
VERBS: dict[str, list[str]] = tomllib.loads((ROOT / "locales/fr/verbs.toml").read_text("utf-8"))["verbs"]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        *(
            (text, Verb.BACK)
            for text in ("retour", "Retour !", "/retour", "précédent", "PRECEDENT", "revenir", "arrière")
        ),
        *((text, Verb.BACK) for text in ("retuor", "retoour", "precedant", "je voudrais revenir en arrière")),
        *(
            (text, Verb.SKIP)
            for text in ("passer", "suivant", "sauter", "je passe", "passer svp", "suivnat", "ok passe")
        ),
        *(
            (text, Verb.PAUSE)
            for text in ("pause", "puase", "plus tard", "stop pour aujourd’hui", "à demain", "arrêter")
        ),
        *((text, Verb.PAUSE) for text in ("on peut faire une pause ?", "arreter", "arrtêer", "j'arrête là")),
        *((text, Verb.HELP) for text in ("aide", "help", "?", "??", "? ?", "au secours", "besoin d'aide")),
        *(
            (text, Verb.UNCLEAR)
            for text in (
                "je ne comprends pas",
                "Je comprends pas la question !",
                "ça veut dire quoi ?",
                "c'est-à-dire ?",
            )
        ),
        *((text, Verb.HELP) for text in ("Aide svp", "je veux de l'aide", "aidez-moi")),
        *(
            (text, Verb.WHY)
            for text in ("pourquoi", "Pourquoi ?", "pourqoui", "pourquoi cette question ?", "à quoi ça sert")
        ),
        *((text, Verb.MENU) for text in ("menu", "accueil", "acceuil", "retour au menu", "slt", "Bjr !")),
        *((text, Verb.REPORT) for text in ("mon rapport en pdf", "PDF", "télécharger le rapport")),
        *(
            (text, Verb.RECAP)
            for text in ("récap", "mes réponses", "relire", "voir mes reponses", "mes répnoses")
        ),
        *((text, Verb.RESULT) for text in ("résultat", "resultat", "mon résultat", "résulat")),
        *((text, Verb.RESUME) for text in ("reprendre", "continuer", "je reprends", "repredre", "contineur")),
        *((text, Verb.PERSON) for text in ("parler à une personne", "humain", "un conseiller", "contacter")),
        *(
            (text, Verb.PERSON)
            for text in ("je voudrais parler à quelqu'un", "parler a qelqu'un", "je veux parler à un humain")
        ),
        *((text, Verb.RESTART) for text in ("recommencer", "tout recommencer", "recomencer")),
    ],
)
def test_a_verb_is_understood_anywhere(text: str, meant: Verb) -> None:
    assert verb(text, VERBS) == meant


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "!",
            "retourner à l'emploi",
            "barrière",
            "cause",
            "humains",
            "conseiller",
            "personne",
            "oui",
            "2",
        ),
        *(
            "les retours des usagers",
            "une aide à domicile",
            "le menu de la cantine",
            "adie",
            "mneu",
            "hepl",
            "casser",
        ),
        "on a mis en pause le projet pour le reprendre plus tard",
        "x" * 16_000,
    ],
)
def test_an_answer_is_no_verb(text: str) -> None:
    assert verb(text, VERBS) is None


def test_typos_are_forgiven_only_where_asked() -> None:
    assert verb("puase", VERBS, typos=False) is None
    assert verb("pause", VERBS, typos=False) == Verb.PAUSE


def test_a_typo_between_two_verbs_is_none() -> None:
    assert verb("pixte", {"back": ["piste"], "skip": ["pinte"]}) is None


def test_an_unknown_verb_stops_the_start() -> None:
    with pytest.raises(ValueError, match="dance"):
        verb("danse", {"dance": ["danse"]})


def test_the_french_verbs_are_complete_and_apart() -> None:
    assert set(VERBS) == set(Verb)
    owners: dict[str, str] = {}
    for meant, phrases in VERBS.items():
        for phrase in phrases:
            name = fold(phrase) or phrase
            assert owners.setdefault(name, meant) == meant, phrase
            assert verb(phrase, VERBS) == meant
        assert len({fold(phrase) or phrase for phrase in phrases}) == len(phrases), meant
