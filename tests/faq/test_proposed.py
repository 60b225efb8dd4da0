"""Questions proposed beside a pending one: what is typed then speaks of them, and is no answer until it is said to be one."""

from __future__ import annotations

import pytest
from conversation import Clock, core
from doors.several import Webber
from faq.stage import equip
from faq.test_flow_heard import Person
from sqlalchemy import select

from rallynov.diagnosis.tables import AnswerRow
from rallynov.storage.store import Store

PROPOSED = "Vouliez-vous dire l’une de ces questions"
DOUBT = "Est-ce votre réponse, ou une question"
LEVELS = "  1. Pas encore"
REFUSED = "[Transmettre ma question à l’équipe]"
TOLD = "[Cela m’a aidé]"


@pytest.fixture
def newcomer(sqlite: Store, clock: Clock) -> Person:
    return Person(Webber(equip(core(sqlite, clock)), clock, "a", "fr"))


@pytest.fixture
def asking(newcomer: Person) -> Person:
    """Somebody at the first question, to whom questions are proposed."""
    said = newcomer("bonjour", "commencer", "1", "combien de fichiers ?")
    assert PROPOSED in said
    assert "  4. Aucune de ces questions" in said
    assert LEVELS not in said, "the figures are those of the questions"
    return newcomer


def kept(person: Person) -> list[tuple[str, str | None, str | None]]:
    with person.door.core.store.read() as tx:
        rows = tx.execute(select(AnswerRow.question, AnswerRow.value, AnswerRow.note)).all()
    return [(question, value, note) for question, value, note in rows]


@pytest.mark.parametrize(
    "no",
    ["non", "Non merci", "aucune", "aucune des trois", "aucune de ces questions", "4", "la 4", "no", "nan"],
)
def test_a_no_refuses_the_questions_and_answers_none(asking: Person, no: str) -> None:
    said = asking(no)
    assert REFUSED in said
    assert LEVELS in said, "the pending question is put again, with its levels"
    assert kept(asking) == []


@pytest.mark.parametrize(
    "two", ["2", "la 2", "la deuxième", "la deuxième question", "question 2", "deux", "réponse 2"]
)
def test_a_rank_is_that_of_a_question(asking: Person, two: str) -> None:
    said = asking(two)
    assert "# Combien de temps cela prend-il" in said
    assert TOLD in said
    assert LEVELS in said
    assert kept(asking) == []


def test_a_yes_to_several_asks_which(asking: Person) -> None:
    said = asking("oui")
    assert "Que voulez-vous dire" in said
    assert PROPOSED in said
    assert kept(asking) == []


@pytest.mark.parametrize("figure", ["5", "6", "9"])
def test_a_figure_beyond_the_list_is_no_level(asking: Person, figure: str) -> None:
    said = asking(figure)
    assert f"Le numéro {figure} n’est pas dans cette liste." in said
    assert LEVELS in said
    assert kept(asking) == []
    asking("5")
    assert kept(asking) == [("R1.1", "4", None)]


def test_a_level_in_its_words_is_the_answer(asking: Person) -> None:
    asking("En place")
    assert kept(asking) == [("R1.1", "3", None)]


def test_a_level_that_is_guessed_takes_the_place_of_the_questions(asking: Person) -> None:
    said = asking("en plasse")
    assert "  1. En place" in said
    assert PROPOSED not in said
    assert LEVELS in asking("non")
    assert kept(asking) == []


def test_a_sentence_may_be_about_the_questions(asking: Person) -> None:
    said = asking("non je parlais de leur taille")
    assert DOUBT in said
    assert kept(asking) == []
    assert "gardée" in asking("c'est ma réponse")
    assert kept(asking) == [("R1.1", None, "non je parlais de leur taille")]


def test_the_questions_have_their_buttons(asking: Person) -> None:
    said = asking.press("Quelles pièces, quels formats\u202f?", "combien de fichiers ?")
    assert "10 Mo" in said
    assert LEVELS in said
    assert kept(asking) == []


@pytest.mark.parametrize(
    ("before", "back"),
    [
        (("Atelier exemple", "732 829 320 00074"), "Quel est le statut juridique"),
        (("Atelier exemple", "732 829 320 00074", "association", "1"), "l’une de ces familles"),
        ((), "nom"),
    ],
)
@pytest.mark.parametrize("typed", ["non", "la première", "2", "oui"])
def test_so_it_is_in_a_dossier(newcomer: Person, before: tuple[str, ...], back: str, typed: str) -> None:
    put = newcomer("bonjour", "mon dossier", "1", "1", *before)
    title = next(line for line in put.splitlines() if line.startswith("# "))
    assert back in title
    asked = ("combien de fichiers ?",) if before else ("combien de fichiers ?", "c'est une question")
    assert PROPOSED in newcomer(*asked)
    said = newcomer(typed)
    assert title in said, "the question is still pending"
    assert "C’est noté" not in said


def test_where_any_text_is_an_answer_a_few_words_are_asked_about(newcomer: Person) -> None:
    newcomer("bonjour", "mon dossier", "1", "1", "combien de fichiers ?", "c'est une question")
    assert DOUBT in newcomer("Atelier exemple")
    assert "SIRET" in newcomer("c'est ma réponse")


def test_what_is_kept_and_what_is_not_are_told_apart(newcomer: Person) -> None:
    newcomer("bonjour", "commencer", "1", "Nous en avons parlé au service paie")
    said = newcomer("il faudrait des vélos ?").splitlines()
    note, just = (
        said.index("Votre note, gardée, sur cette question :"),
        said.index("Vous venez d’écrire (pas encore gardé) :"),
    )
    assert said[note + 1] == "| Nous en avons parlé au service paie"
    assert said[just + 1] == "| il faudrait des vélos ?"
    assert "Je n’ai pas reconnu « 4 »" in newcomer("4"), "the figures are those of the two buttons"
    assert [value for _, value, _ in kept(newcomer)] == [None]


def test_a_mark_and_a_sure_answer_need_no_doubt(newcomer: Person) -> None:
    said = newcomer("bonjour", "commencer", "1", "mon patron verra mes réponses ?")
    assert DOUBT not in said
    assert TOLD in said
    assert kept(newcomer) == []


@pytest.mark.parametrize(
    "typed",
    [
        "je ne comprends pas",
        "Je comprends pas la question",
        "ça veut dire quoi ?",
        "c'est-à-dire ?",
        "pas clair",
    ],
)
def test_what_is_not_understood_is_explained(newcomer: Person, typed: str) -> None:
    why = newcomer("bonjour", "commencer", "1", "pourquoi")
    said = newcomer(typed)
    assert said == why
    assert "Toujours pas clair" in said
    assert kept(newcomer) == []
    assert "# Aide" in newcomer("menu", typed), "at a menu there is nothing to explain"
