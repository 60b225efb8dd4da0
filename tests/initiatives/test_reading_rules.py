"""The rules of the domain document to the letter (§8.1, §8.3), and numbers and dates as people write them."""

from datetime import date
from typing import Any

import pytest

from rallynov.initiatives.communes import load_places
from rallynov.initiatives.form import Column, Field, Kind
from rallynov.initiatives.reading import Doubt, Reading, Refusal, Value, read
from rallynov.wording import Wording

PLACES = load_places()
WORDING = Wording({"operator": "l'équipe", "contact": "l'équipe"})
TODAY = date(2013, 3, 31)
SIRET = Field(id="registry", kind=Kind.REGISTRY)
PHONE = Field(id="phone", kind=Kind.PHONE)
NUMBER = Field(id="headcount", kind=Kind.NUMBER, least=0, most=100_000)
AMOUNT = Field(id="budget", kind=Kind.AMOUNT, least=0, most=100_000_000)
DATE = Field(id="started", kind=Kind.DATE)
PAST = Field(id="started", kind=Kind.DATE, past=True)
EMAIL = Field(id="email", kind=Kind.EMAIL)
ROWS = Field(
    id="indicators",
    kind=Kind.ROWS,
    most=5,
    columns=(
        Column(id="label", kind=Kind.LINE, least=3, most=120),
        Column(id="before", kind=Kind.NUMBER, required=False),
        Column(id="date", kind=Kind.DATE),
    ),
)


def _read(field: Field, typed: str, today: date = TODAY) -> Reading:
    return read(field, typed, today, PLACES)


def _said(reading: Reading) -> str:
    assert not isinstance(reading, Value)
    words = reading.words if isinstance(reading, Refusal) else reading.ask
    return WORDING.word(words, "fr").replace("\u202f", " ").replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("732 829 320 00074", "73282932000074"),
        ("12345678200010", "12345678200010"),
        ("35600000000001", "35600000000001"),  # La Poste, by its own rule
        ("35600000000048", "35600000000048"),  # its head office, by Luhn's
    ],
)
def test_the_sirets_of_the_domain_document(typed: str, kept: str) -> None:
    assert _read(SIRET, typed) == Value(kept)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("73282932000047",
        "Ce SIRET n’est pas valable : vérifiez les 14 chiffres (annuaire-entreprises.data.gouv.fr)."),
        ("7328293200007", "Il manque un chiffre : un SIRET en a 14. Vérifiez le vôtre."),
        ("732829320000741", "Il y a un chiffre de trop : un SIRET en a 14. Vérifiez le vôtre."),
        ("12", "Il manque 12 chiffres : un SIRET en a 14. Vérifiez le vôtre."),
        ("732829320",
        "732 829 320 est un SIREN, de 9 chiffres. Ajoutez les 5 chiffres de votre établissement : un SIRET en a 14."),
        ("W12", "Un RNA est la lettre W suivie de neuf chiffres. Vérifiez le vôtre, par exemple W250000000."),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_number_is_told(typed: str, said: str) -> None:
    assert _said(_read(SIRET, typed)) == said


@pytest.mark.parametrize("typed", ["03 81 00 00 00", "+33 (0)3 81 00 00 00", "0033381000000"])
def test_the_telephones_of_the_domain_document(typed: str) -> None:
    assert _read(PHONE, typed) == Value("+33381000000")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("3 81 00 00 00", "Écrivez le numéro en entier"),
        ("03 81 00 00 0", "Il manque un chiffre : un numéro français en a 10."),
        ("03 81", "Il manque 6 chiffres : un numéro français en a 10."),
        ("03 81 00 00 00 0", "Il y a trop de chiffres : un numéro français en a 10."),
        ("03 81 00 00 00 ou 06 39 98 00 00", "Il y a plusieurs numéros dans votre message."),
        ("+32 81 00 00 00", "J’ai compris : +32 81 00 00 00. C’est bien cela ?"),
    ],
)
def test_what_is_wrong_with_a_telephone_is_told(typed: str, said: str) -> None:
    assert _said(_read(PHONE, typed)).startswith(said)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("c@gmial.com", "c@gmail.com"),
        ("c@gmail.fr", "c@gmail.com"),
        ("c@gmail.con", "c@gmail.com"),
        ("c@hotmal.fr", "c@hotmail.fr"),
        ("c@wanado.fr", "c@wanadoo.fr"),
        ("c@laposte.fr", "c@laposte.net"),
        ("c@structure.frr", "c@structure.fr"),
    ],
)
def test_a_slip_in_an_address_is_asked_about_and_may_be_kept(typed: str, meant: str) -> None:
    reading = _read(EMAIL, typed)
    assert isinstance(reading, Doubt)
    assert (reading.value, reading.others) == (meant, (typed,))
    assert _said(reading) == f"Vouliez-vous dire {meant} ?"


@pytest.mark.parametrize(
    "typed",
    ["c@gmail.com", "c@mail.com", "c@gmx.de", "c@orange.com", "c@hotmail.es", "c@outlook.it", "c@live.be", "c@sfr.fr",
     "c@grange.fr", "c@frère.fr", "c@free.org"],
)  # fmt: skip
def test_an_address_that_is_right_is_not_asked_about(typed: str) -> None:
    assert _read(EMAIL, typed) == Value(typed)


@pytest.mark.parametrize(
    ("typed", "number", "sure"),
    [
        ("1 000", 1000, True), ("1.000", 1000, True), ("1,000", 1000, True), ("1'000", 1000, True),
        ("1\u202f000", 1000, True),
        ("٤٢", 42, True), ("cent", 100, True), ("mille deux cents", 1200, True), ("soixante-quinze", 75, True),
        ("quatre-vingts", 80, True), ("quatre-vingt-onze", 91, True), ("septante", 70, True),
        ("vingt et un", 21, True),
        ("one hundred and five", 105, True), ("forty-two thousand", 42_000, True), ("zéro", 0, True),
        ("nous sommes 12", 12, True),
        ("une douzaine", 12, False), ("deux centaines", 200, False), ("3 douzaines", 36, False),
        ("plus de 40", 40, False),
        ("~40", 40, False), ("40 ?", 40, False), ("40 en moyenne", 40, False), ("personne", 0, False),
        ("nobody", 0, False),
        ("presque quarante dans l'atelier", 40, False),
    ],
)  # fmt: skip
def test_numbers_as_people_write_them(typed: str, number: int, sure: bool) -> None:  # noqa: FBT001
    reading = _read(NUMBER, typed)
    assert isinstance(reading, Value if sure else Doubt)
    assert not isinstance(reading, Refusal)
    assert reading.value == number


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("12,5", "Il faut ici un nombre entier. Arrondissez-le, par exemple 13."),
        ("0,125", "Il faut ici un nombre entier."),
        ("-1", "Un nombre ne peut pas être négatif ici. Écrivez 0 ou plus."),
        ("100 001", "C’est plus que le maximum de 100 000. Vérifiez ce nombre, et écrivez-le de nouveau."),
        ("40-50", "Il y a plusieurs nombres dans votre message. N’en écrivez qu’un."),
        ("deux trois", "Écrivez un nombre de salariés, par exemple 42."),
        ("un peu", "Écrivez un nombre de salariés, par exemple 42."),
        ("vingt dix", "Écrivez un nombre de salariés, par exemple 42."),
    ],
)
def test_what_is_wrong_with_a_number_of_people_is_told(typed: str, said: str) -> None:
    assert _said(_read(NUMBER, typed)).startswith(said)


@pytest.mark.parametrize(
    ("typed", "amount"),
    [("12 k€", 12_000), ("12,5 keur", 12_500), ("€1.2m", 1_200_000), ("0,125 k€", 125), ("12.50", 12.5),
     ("1.234,56 €", 1234.56), ("1,234.56", 1234.56), ("2 millions d'euros", 2_000_000),
     ("12 000 euros TTC", 12_000), ("0,999", 1)],
)  # fmt: skip
def test_amounts_as_people_write_them(typed: str, amount: float) -> None:
    reading = _read(AMOUNT, typed)
    assert reading == Value(amount)
    assert isinstance(reading, Value)
    assert type(reading.value) is type(amount)


@pytest.mark.parametrize(
    ("typed", "kept", "sure"),
    [
        ("3/3/2013", "2013-03-03", True), ("le 3 mars 2013", "2013-03-03", True),
        ("lundi 1er avril 2013", "2013-04-01", True),
        ("3rd of March 2013", "2013-03-03", True), ("Mar 3 2013", "2013-03-03", True), ("2013/03", "2013-03", True),
        ("03-2013", "2013-03", True), ("en 2009", "2009", True), ("29/02/2012", "2012-02-29", True),
        ("depuis mars 2012", "2012-03", True),
        ("12/25/2012", "2012-12-25", False), ("3 mars 13", "2013-03-03", False), ("03/03/98", "1998-03-03", False),
        ("03032012", "2012-03-03", False), ("20120304", "2012-03-04", False), ("vers 2010", "2010", False),
        ("fin mars 2012", "2012-03", False), ("septembr 2012", "2012-09", False), ("hier", "2013-03-30", False),
        ("il y a 10 jours", "2013-03-21", False), ("il y a un mois", "2013-02", False),
        ("il y a un an et demi", "2011-09", False),
        ("depuis environ trois ans", "2010-03", False), ("l'an dernier", "2012", False),
        ("3 months ago", "2012-12", False),
        ("for two years", "2011-03", False), ("a week ago", "2013-03-24", False), ("this month", "2013-03", False),
    ],
)  # fmt: skip
def test_dates_as_people_write_them(typed: str, kept: str, sure: bool) -> None:  # noqa: FBT001
    reading = _read(DATE, typed)
    assert isinstance(reading, Value if sure else Doubt)
    assert not isinstance(reading, Refusal)
    assert reading.value == kept


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("31/02/2013", "Cette date n’existe pas. Vérifiez le jour et le mois, par exemple 03/03/2013."),
        ("00/03/2013", "Cette date n’existe pas."),
        ("29/02/2013", "Cette date n’existe pas."),
        ("0000-00-00", "Cette date n’existe pas."),
        ("mars", "Il manque l’année. Écrivez-la aussi, par exemple mars 2013."),
        ("le 3 mars", "Il manque l’année."),
        ("1789", "Cette année semble fausse. Vérifiez-la, et écrivez-la en quatre chiffres."),
        ("2101", "Cette année semble fausse."),
        ("il y a quelques années", "Écrivez le mois et l’année, par exemple mars 2012."),
        ("il y a 900 ans", "Cette année semble fausse."),
        ("il y a 99999999 ans", "Écrivez le mois et l’année"),
        ("3 mars 2013 4", "Écrivez le mois et l’année"),
    ],
)
def test_what_is_wrong_with_a_date_is_told(typed: str, said: str) -> None:
    assert _said(_read(DATE, typed)).startswith(said)


@pytest.mark.parametrize(
    ("typed", "today", "ahead"),
    [
        ("31/03/2013", date(2013, 3, 31), False), ("31/03/2013", date(2013, 3, 30), True),
        ("mars 2013", date(2013, 3, 1), False),
        ("avril 2013", date(2013, 3, 31), True), ("2013", date(2013, 1, 1), False),
        ("2014", date(2013, 12, 31), True),
    ],
)  # fmt: skip
def test_a_start_does_not_lie_ahead(typed: str, today: date, ahead: bool) -> None:  # noqa: FBT001
    reading = _read(PAST, typed, today)
    assert isinstance(reading, Refusal if ahead else Value)
    assert isinstance(_read(DATE, typed, today), Value)
    if ahead:
        assert _said(reading).startswith("La date de début ne peut pas être future")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Absences ; 12 ; bientôt",
        "Ligne 1, « Date de la mesure » : Écrivez le mois et l’année, par exemple mars 2013."),
        ("Absences ; 12 ; 2012\nDéparts ; 1,5 ; 2012", "Ligne 2, « Avant » : Il faut ici un nombre entier."),
        ("Absences ; 12",
        "Ligne 1 : j’ai lu 2 sur les 3 réponses attendues. Séparez-les par un point-virgule : Indicateur ; Avant ; Date"),
        ("Absences ; une dizaine ; vers 2012",
        "Ligne 1, « Avant » : J’ai compris : 10. C’est bien cela ? Ligne 1, « Date de la mesure » : J’ai"),
        ("\n".join(["Absences ; 1 ; 2012"] * 6), "5 lignes au plus."),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_row_is_told_by_row_and_column(typed: str, said: str) -> None:
    assert _said(_read(ROWS, typed)).startswith(said)


@pytest.mark.parametrize(
    ("typed", "rows"),
    [
        ("Absences ; ; 2012", [("Absences", None, "2012")]),
        ("Absences | 12 | 2012", [("Absences", 12, "2012")]),
        (
            "1. Absences ; 12 ; 2012\n\n2. Départs ; 3 ; mars 2012 ;",
            [("Absences", 12, "2012"), ("Départs", 3, "2012-03")],
        ),
        ("Absences\n12\n2012", [("Absences", 12, "2012")]),
    ],
)
def test_rows_as_people_write_them(typed: str, rows: list[tuple[Any, ...]]) -> None:
    kept = [dict(zip(("label", "before", "date"), row, strict=True)) for row in rows]
    assert _read(ROWS, typed) == Value(kept)
