"""What is typed over a card of the FAQ, beside a doubt, at a menu, and on a ticket: nothing is done that was not asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from conversation import Clock, core
from doors.several import Webber
from faq.stage import equip, library
from initiatives.life import FULL
from initiatives.team import Team
from people.appointed import appoint
from sqlalchemy import func, select
from transcripts import Card

from rallynov.dialogue.asides import Taken
from rallynov.dialogue.screens import Screen
from rallynov.dialogue.turn import Move, Scene
from rallynov.editions.service import set_calendar
from rallynov.faq.hearing import Hearing
from rallynov.faq.model import Faq
from rallynov.faq.tables import TicketRow
from rallynov.initiatives.tables import DossierRow
from rallynov.people.roles import Role
from rallynov.storage.store import Store

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
DOUBT = "Est-ce votre réponse, ou une question"
BEFORE = "Voici où vous en étiez."


@dataclass
class Person:
    """Somebody who types, and presses what the last card offers."""

    door: Webber

    def __call__(self, *texts: str) -> str:
        return [words(self.door.say(text)) for text in texts][-1]

    def press(self, label: str, *before: str) -> str:
        card = [self.door.say(text) for text in before][-1][-1]
        return words(self.door.press(card, label))


def words(cards: list[Card]) -> str:
    return (
        "\n".join(line for card in cards for line in card.lines()).replace("\u202f", " ").replace("\xa0", " ")
    )


@pytest.fixture
def anyone(sqlite: Store, clock: Clock) -> Person:
    return Person(Webber(equip(core(sqlite, clock)), clock, "a", "fr"))


@pytest.fixture
def applicant(anyone: Person) -> Person:
    """Somebody at the first field of a dossier."""
    anyone("bonjour", "mon dossier", "1", "1")
    return anyone


@pytest.fixture
def ready(applicant: Person, clock: Clock) -> Person:
    """Somebody whose dossier only has to be submitted."""
    product = applicant.door.core
    with product.store.write() as tx:
        set_calendar(tx, product.edition, clock().date(), clock().date().replace(month=12, day=31))
    team = Team(product, clock)
    team.fill(FULL)
    return applicant


def status(person: Person) -> str:
    with person.door.core.store.read() as tx:
        return str(tx.execute(select(DossierRow.status)).scalar())


def test_a_yes_typed_over_the_question_of_submitting_submits_nothing(ready: Person) -> None:
    assert "Le déposer tel qu’il est ici" in ready("/deposer", "/deposer")
    over = ready("c'est définitif ?")
    assert "Le déposer tel qu’il est ici" not in over
    again = ready("bof, oui") if "Transmettre" in over else ready("oui")
    assert BEFORE in again
    assert "Le déposer tel qu’il est ici" in again
    assert status(ready) == "draft"
    ready("oui")
    assert status(ready) == "submitted"


@pytest.mark.parametrize("typed", ["oui", "confirmer", "déposer ce dossier", "tout effacer"])
def test_no_yes_is_given_through_a_card_of_the_faq(ready: Person, typed: str) -> None:
    ready("/deposer", "/deposer", "/faq", typed)
    assert status(ready) == "draft"


def test_a_yes_of_the_form_is_not_given_through_either(ready: Person) -> None:
    asked = ready("/relire", "7", "2")
    assert "règlement" in asked
    said = ready("/faq", "oui, je confirme")
    assert BEFORE in said
    assert "règlement" in said


def test_a_value_typed_over_its_field_is_its_answer_and_that_is_shown(applicant: Person) -> None:
    said = applicant("Atelier exemple", "/faq", "732 829 320 00074")
    assert "Pour la question où vous en étiez : « 732 829 320 00074 »" in said
    assert "statut juridique" in said


def test_a_menu_beneath_is_put_again(anyone: Person) -> None:
    assert BEFORE in anyone("bonjour", "/faq", "hier")


@pytest.mark.parametrize("mine", ["oui", "ma réponse", "1", "c'est ma réponse"])
def test_yes_says_that_what_is_held_is_the_answer(applicant: Person, mine: str) -> None:
    assert DOUBT in applicant("comment mieux travailler ensemble ?")
    assert "SIRET" in applicant(mine)
    assert "comment mieux travailler ensemble ?" in applicant("/relire", "1")


def test_no_asks_again_and_loses_nothing(applicant: Person) -> None:
    applicant("comment mieux travailler ensemble ?")
    assert DOUBT in applicant("non")
    assert DOUBT in applicant("quelle est la date limite ?"), "a question in between leaves the text held"
    applicant("ma réponse")
    assert "comment mieux travailler ensemble ?" in applicant("/relire", "1")


def test_another_text_that_may_be_a_question_is_held_behind_the_first(applicant: Person) -> None:
    twice = "le jury, vraiment ?"
    said = applicant("comment mieux travailler ensemble ?", twice, twice)
    assert DOUBT in said
    assert "| comment mieux travailler ensemble ?\n| le jury, vraiment ?\n" in said
    applicant("ma réponse")
    assert "comment mieux travailler ensemble ? le jury, vraiment ?" in applicant("/relire", "1")


def test_what_is_held_is_given_back_when_another_answer_takes_its_place(applicant: Person) -> None:
    said = applicant("comment mieux travailler ensemble ?", "Atelier exemple")
    assert "SIRET" in said
    assert "n’est pas gardé" in said
    assert "| comment mieux travailler ensemble ?" in said
    assert "comment" not in applicant("732 829 320 00074")


def test_a_note_leaves_what_is_held_beside_the_same_question(anyone: Person) -> None:
    doubted, noted = "des entretiens, cela suffit ?", "nous avons mené dix entretiens ici"
    said = anyone("bonjour", "commencer", "1", doubted, noted)
    assert "gardée, en note" in said
    assert DOUBT in said
    assert f"| {doubted}" in said
    assert f"| {doubted}" in anyone("en place"), "given back with the next question"


@pytest.mark.parametrize(
    "typed", ["merci", "ok merci", "super", "Parfait !", "merci beaucoup pour votre aide"]
)
def test_a_thank_you_is_no_failure(anyone: Person, typed: str) -> None:
    said = anyone("bonjour", "commencer", "1", typed, typed + " 🙂", "xyz")
    assert "Je n’ai pas reconnu" in said
    assert "taper" not in said.partition("Question")[0], "one failure, and no way out yet"
    assert "Avec plaisir." in (said := anyone(typed))
    assert "En place" in said
    assert "n’ai pas reconnu" not in said


def test_a_thank_you_is_no_answer_of_a_field_that_just_saw_one(applicant: Person) -> None:
    assert "SIRET" not in applicant("quelle est la date limite ?", "merci")
    assert "Avec plaisir." in applicant("super merci")
    applicant("Atelier exemple")
    said = applicant("merci")
    assert "Avec plaisir." in said
    assert "SIRET" in said
    assert "14 chiffres" not in said.partition("SIRET")[0]


def test_a_thank_you_on_an_answer_goes_back_to_where_one_was(anyone: Person) -> None:
    said = anyone("bonjour", "/menu", "date limite", "merci")
    assert "Avec plaisir." in said
    assert "Que voulez-vous faire" in said
    assert "Cela vous a-t-il aidé" not in said


def test_the_welcome_is_said_at_length_once_and_when_asked_for(anyone: Person) -> None:
    long, short = "Ce diagnostic vous aide", "Que voulez-vous faire"
    assert long in anyone("menu")
    for typed in ("menu", "non merci", "xyz", "merci", "/aide", "stop"):
        said = anyone(typed)
        assert short in said, typed
        assert long not in said, typed
    assert long in anyone("/start")


def test_a_story_typed_where_choices_are_ticked_is_given_back_and_the_ways_out_are_told(
    ready: Person,
) -> None:
    story = "Nos collègues et leurs proches en profitent chaque semaine, et tout le bourg vient aussi à l'atelier."
    once = ready("/relire", "5", "1", story)
    assert "Choisissez par les numéros" in once
    assert f"| {story}" in once
    assert "taper « passer »" not in once
    assert "parler à une personne" in ready(story)
    assert "Familles" in ready("/relire", "5", "1", "2")


@pytest.mark.parametrize("typed", ["n'importe quoi", "date limite", "ok", "hier", "99"])
def test_what_a_choice_does_not_recognise_is_no_question(applicant: Person, typed: str) -> None:
    applicant("Atelier exemple", "732 829 320 00074")
    said = applicant(typed)
    assert "Je n’ai pas reconnu" in said
    assert "statut juridique" in said


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("date limite", "Quelle est la date limite"),
        ("hier", "Je n’ai pas reconnu"),
        ("fichiers", "Je n’ai pas reconnu"),
        ("des tomates bien rouges", "Je n’ai pas reconnu"),
    ],
)
def test_at_a_menu_only_keywords_that_are_known_are_answered(anyone: Person, typed: str, shown: str) -> None:
    assert shown in anyone("bonjour", "/menu", typed)


def test_a_text_that_was_no_choice_is_no_question_that_was_missed(anyone: Person) -> None:
    said = anyone("bonjour", "/menu", "hier", "demain", "où garer mon vélo électrique ce week-end ?")
    assert "Je ne connais pas la réponse" in said
    assert "Deux fois" not in said


def test_near_questions_stand_beside_the_pending_one(applicant: Person) -> None:
    applicant("Atelier exemple", "732 829 320 00074")
    said = applicant("combien de fichiers ?")
    assert "Vouliez-vous dire" in said
    assert "statut juridique" in said
    assert "  1. Entreprise individuelle" not in said, "the figures are those of the questions"
    assert ". Quelles pièces, quels formats ?" in said
    assert "  4. Aucune de ces questions" in said
    assert "Appartenances" not in said
    assert "familles" in applicant("association")


def test_one_of_the_near_questions_is_answered_beside_the_pending_one(applicant: Person) -> None:
    applicant("Atelier exemple")
    said = applicant.press("Quelles pièces, quels formats\u202f?", "combien de fichiers ?")
    assert "10 Mo" in said
    assert "SIRET" in said
    said = applicant.press("Aucune de ces questions", "combien de fichiers ?")
    assert "Transmettre ma question" in said
    assert "SIRET" in said
    assert "statut juridique" in applicant("combien de fichiers ?", "passer")


def test_a_question_given_by_command_in_a_form_comes_back_to_the_pending_one(applicant: Person) -> None:
    applicant("Atelier exemple")
    said = applicant.press("Transmettre ma question à l’équipe", "/question où garer mon vélo électrique ?")
    assert "sous le numéro 1" in said
    assert "SIRET" in said
    assert "statut juridique" in applicant("passer")


def test_asking_the_team_again_opens_another_ticket(anyone: Person, clock: Clock) -> None:
    anyone("bonjour", "/question où garer mon vélo électrique ?", "1")
    team = Person(Webber(anyone.door.core, clock, "k", "fr"))
    team("bonjour")
    appoint(anyone.door.core, clock, "web:k", Role.COORDINATOR)
    team("/questions", "1", "Bonjour, devant la gare.")
    anyone("/question", "interroger l'équipe", "où est la tour de contrôle du rallye ?", "1")
    with anyone.door.core.store.read() as tx:
        assert tx.execute(select(func.count()).select_from(TicketRow)).scalar() == 2


@pytest.mark.parametrize("typed", ["abcd", "ABCD EFGH", "1234-5678"])
def test_what_tries_to_be_a_code_is_told_that_it_is_none(anyone: Person, typed: str) -> None:
    assert "Je ne connais pas ce code" in anyone("bonjour", "/code", typed)


def test_a_comment_is_never_doubted() -> None:
    asked = Screen("remarks", (), free=True)
    scene = Scene(NOW, NOW, facts={Faq: Faq(library=library())})
    for typed in ("est-ce que le titre est trop long ?", "le jury, vraiment ?"):
        assert Hearing().taken(typed, asked, Move(), scene) is Taken.ANSWER


def test_a_polite_yes_is_not_taken_for_a_thank_you_where_something_is_decided(ready: Person) -> None:
    said = ready("déposer", "d'accord merci")
    assert "Avec plaisir." not in said
    assert "Je n’ai pas reconnu" in said
