"""Typed answers against the scale of the diagnosis and other lists."""

import time
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rallynov.dialogue.understand import Exact, Near, Nothing, Option, understand, verb

ROOT = Path(__file__).parents[2]
VERBS: dict[str, list[str]] = tomllib.loads((ROOT / "locales/fr/verbs.toml").read_text("utf-8"))["verbs"]

SCALE = (
    Option(
        "0",
        "Pas encore",
        ("non", "pas du tout", "rien", "pas commencé", "pas en place", "pas encore en place"),
    ),
    Option("1", "En réflexion", ("réflexion", "on y réfléchit", "on y pense", "en projet", "prévu")),
    Option("2", "À l’essai", ("essai", "en test", "on teste", "oui en partie", "en partie", "oui")),
    Option("3", "En place", ("oui", "c'est fait", "déjà en place", "mis en place")),
    Option("4", "En place, suivi et partagé", ("suivi et partagé", "oui", "en place et suivi")),
    Option("nsp", "Je ne sais pas", ("nsp", "sais pas", "je sais pas", "aucune idée", "ne sait pas")),
    Option("nc", "Ne nous concerne pas", ("nc", "sans objet", "non concerné", "pas concerné", "non")),
)
NOTHING = Nothing()
HEAVY = ("2", "n ", "pas ", "oui ", "euh ", "en place ")


def _exact(key: str, *texts: str) -> list[tuple[str, Exact]]:
    return [(text, Exact(key)) for text in texts]


def _near(keys: str, *texts: str) -> list[tuple[str, str]]:
    return [(text, keys) for text in texts]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *_exact("0", "1", "1.", "n°1", "la 1", "un", "la première", "réponse 1", "①", "1️⃣", "1er"),
        *_exact(
            "1", "2", "2.", "2)", "(2)", "#2", "n°2", "n° 2", "nº2", "N°2 !", "no 2", "la 2", "deux", "Deux."
        ),
        *_exact(
            "1", "réponse 2", "la réponse 2", "réponse n°2", "le numéro deux", "②", "2️⃣", "choix 2", "la 2e"
        ),
        *_exact(
            "1", "la deuxième", "le second", "je choisis la 2", "2 svp", "2, merci", "c'est la 2", "02", "² "
        ),
        *_exact("1", "2 En réflexion", "2. En réflexion", "2 - en réflexion", "２", "\u200b2"),
        *_exact("nc", "7", "sept", "la 7ème"),
        *_exact(
            "0", "pas encore", "PAS ENCORE", "Pas encore…", "non, pas encore", "pas en place", "pas du tout"
        ),
        *_exact("0", "pas encore en place", "rien", "non, rien"),
        *_exact(
            "1",
            "en réflexion",
            "en reflexion",
            "En Réflexion.",
            "réflexion",
            "on est en réflexion",
            "on y pense",
        ),
        *_exact(
            "2", "à l'essai", "A L ESSAI", "à l’essai", "a l'éssai", "essai", "en test", "oui, en partie"
        ),
        *_exact(
            "3", "en place", "EN PLACE !", "« En place »", "c'est en place", "oui, en place", "en place merci"
        ),
        *_exact("3", "euh... en place", "en  place", "déjà en place", "chez nous c'est en place"),
        *_exact(
            "4",
            "en place, suivi et partagé",
            "en place suivi et partage",
            "suivi et partagé",
            "en place, suivi",
        ),
        *_exact(
            "nsp", "je ne sais pas", "je sais pas", "NSP", "aucune idée", "je ne sais", "non, je ne sais pas"
        ),
        *_exact(
            "nc", "ne nous concerne pas", "nc", "sans objet", "ne nous", "Ne nous concerne", "non concerné"
        ),
    ],
)
def test_a_number_or_the_words_of_a_choice_are_an_answer(text: str, expected: Exact) -> None:
    assert understand(text, SCALE) == expected


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        *_near("0", "pas encor", "pas ancore", "pas encore mis en place", "pas en", "jamais en place"),
        *_near("0", "ce n'est pas en place", "n'est pas encore en place"),
        *_near("1", "en refléxoin", "en refexion", "reflexoin"),
        *_near("2", "a lessai", "à l'esai"),
        *_near("3", "en plase", "an place", "presque en place", "plutôt en place", "plus en place"),
        *_near("3", "en place depuis deux ans", "4. en plase"),
        *_near("4", "suivi et partager", "partagé", "en place, suivi et partagé depuis 2012"),
        *_near("nsp", "je ne sai pas", "6 ou 9"),
        *_near("nc", "ne nous conserne pas"),
        *_near("2 3 4", "oui", "OUI !", "ouiiii"),
        *_near("0 nc", "non", "noooon"),
        *_near("3 4", "en pl", "place"),
        *_near("1 2", "2 ou 3", "2-3", "deux ou trois", "en réflexion ou à l'essai"),
        *_near("1 3", "2 en place"),
    ],
)
def test_a_guess_is_a_question(text: str, keys: str) -> None:
    assert understand(text, SCALE) == Near(tuple(keys.split()))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "\n",
            "?",
            "…",
            "👍",
            "0",
            "8",
            "12",
            "100",
            "-2",
            "- 2",
            "2,5",
            "2.5",
            "2 %",
            "2 €",
            "> 2",
        ),
        *("non en place", "pas vraiment en place", "ni en place ni à l'essai", "sans doute en place"),
        *("pas à l'essai", "pas en réflexion", "aucun suivi partagé"),
        *("ça nous concerne", "je sais", "nous concerne", "encore", "concerne", "en", "la", "le", "pl"),
        *(
            "bonjour",
            "besançon",
            "42 salariés",
            "quand est la clôture ?",
            "2 ans",
            "n",
            "n°",
            "réponse",
            "pas",
        ),
        "nous avons mis en place un groupe de travail avec les salariés en 2012",
        "je ne sais pas si c'est vraiment en place dans tous les ateliers",
        "en place " * 40,
        "x" * 16_000,
    ],
)
def test_the_rest_is_left_to_people(text: str) -> None:
    assert understand(text, SCALE) == NOTHING


@pytest.mark.parametrize(
    "denial", ["pas {}", "n'est pas {}", "non {}", "jamais {}", "pas du tout {}", "ne pas {}"]
)
@pytest.mark.parametrize(
    "label", ["en place", "à l'essai", "en réflexion", "en place, suivi et partagé", "en plase"]
)
def test_no_guess_crosses_a_negation(denial: str, label: str) -> None:
    reading = understand(denial.format(label), SCALE)
    assert reading in (NOTHING, Exact("0"), Near(("0",)))


YES_NO = (Option("yes", "Oui"), Option("no", "Non"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("oui", Exact("yes")),
        ("Oui merci", Exact("yes")),
        ("ouiii", Exact("yes")),
        ("NON", Exact("no")),
        ("1", Exact("yes")),
        ("besançon", NOTHING),
        ("noon", NOTHING),
        ("nom", NOTHING),
        ("non non", Exact("no")),
        ("oui ou non", NOTHING),
        ("oui mais non", NOTHING),
    ],
)
def test_short_words_are_exact_or_nothing(text: str, expected: Exact | Nothing) -> None:
    assert understand(text, YES_NO) == expected


STATUTES = (
    Option("9220", "Association déclarée"),
    Option("9230", "Association reconnue d’utilité publique"),
    Option("9300", "Fondation"),
    Option("5458", "SCOP", ("société coopérative",)),
    Option("5499", "SARL"),
    Option("5599", "SA"),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("asso", Near(("9220", "9230"))),
        ("association", Near(("9220", "9230"))),
        ("association déclarée", Exact("9220")),
        ("assoc déclarée", Near(("9220",))),
        ("fond", Exact("9300")),
        ("fon", NOTHING),
        ("scop", Exact("5458")),
        ("sa", Exact("5599")),
        ("sas", NOTHING),
        ("la fondation", Near(("9300",))),
        ("utilité publique", Near(("9230",))),
        ("association reconnue", Exact("9230")),
        ("association recon", Near(("9230",))),
    ],
)
def test_a_beginning_is_an_answer_when_only_one_choice_begins_so(text: str, expected: Exact | Near) -> None:
    assert understand(text, STATUTES) == expected


def test_the_towns_of_the_call() -> None:
    names = ("Besançon", "Lons-le-Saunier", "Vesoul", "Belfort", "Montbéliard")
    towns = [Option(name, name) for name in names]
    assert understand("lons le saulnier", towns) == Near(("Lons-le-Saunier",))
    assert understand("montbeliar", towns) == Exact("Montbéliard")
    assert understand("monbeliard", towns) == Near(("Montbéliard",))
    assert understand("BESANCON", towns) == Exact("Besançon")
    assert understand("belfaure", towns) == NOTHING


def test_without_numbers_a_figure_is_nothing() -> None:
    assert understand("2", SCALE, numbered=False) == NOTHING
    assert understand("en place", SCALE, numbered=False) == Exact("3")
    assert understand("2", ()) == NOTHING


def test_a_label_longer_than_a_sentence_is_understood_whole() -> None:
    label = "Nous avons associé les personnes concernées à chaque étape du projet"
    assert understand(label.upper(), [Option("a", label)]) == Exact("a")


@given(st.text(max_size=60))
def test_whatever_is_typed_there_is_a_reading(text: str) -> None:
    reading = understand(text, SCALE)
    keys = (reading.key,) if isinstance(reading, Exact) else getattr(reading, "keys", ())
    assert set(keys) <= {option.key for option in SCALE}
    assert len(keys) <= 3
    verb(text, VERBS)


@given(
    st.sampled_from(SCALE), st.sampled_from(["{}", " {} ", "{}.", "{} !", "« {} »", "{} svp"]), st.booleans()
)
def test_every_label_is_its_choice(option: Option, around: str, loud: bool) -> None:  # noqa: FBT001
    text = around.format(option.label.upper() if loud else option.label)
    assert understand(text, SCALE) == Exact(option.key)


def test_no_verb_is_an_answer_of_the_scale() -> None:
    for phrases in VERBS.values():
        for phrase in phrases:
            assert not isinstance(understand(phrase, SCALE), Exact), phrase


def test_hostile_texts_are_read_fast() -> None:
    started = time.thread_time()
    for text in ("a" * 100_000, "é" * 100_000, *(word * (300 // len(word)) for word in HEAVY)):
        understand(text, SCALE)
        verb(text, VERBS)
    assert time.thread_time() - started < 0.7  # of the processor: others may have the machine
