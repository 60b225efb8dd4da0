"""The communes: the table itself, and finding one as people type it."""

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from rallynov.dialogue.words import Words
from rallynov.initiatives.communes import load_places
from rallynov.initiatives.form import Field, Kind
from rallynov.initiatives.reading import Doubt, Reading, Refusal, Value, read, show
from rallynov.wording import LANGUAGES, ContentError, Wording

PLACES = load_places()
WORDING = Wording({"operator": "l'équipe", "contact": "l'équipe"})
FIELD = Field(id="commune", kind=Kind.COMMUNE)
TODAY = date(2013, 3, 12)


def _read(typed: str) -> Reading:
    return read(FIELD, typed, TODAY, PLACES)


def _shown(read_: Reading) -> list[str]:
    values = (
        (read_.value, *read_.others)
        if isinstance(read_, Doubt)
        else (read_.value,)
        if isinstance(read_, Value)
        else ()
    )
    return [WORDING.word(show(FIELD, value), "fr") for value in values]


def _words(read_: Reading) -> str:
    words: Words = (
        read_.words
        if isinstance(read_, Refusal)
        else read_.ask
        if isinstance(read_, Doubt)
        else show(FIELD, read_.value)
    )
    return WORDING.word(words, "fr").replace("\u202f", " ").replace("\u00a0", " ")


def test_the_table_is_that_of_the_four_departements() -> None:
    communes = PLACES._all
    assert Counter(one.departement for one in communes) == {"25": 563, "39": 492, "70": 536, "90": 101}
    assert len({one.insee for one in communes}) == len(communes)
    for one in communes:
        assert re.fullmatch(r"(25|39|70|90)\d{3}", one.insee)
        assert one.postcodes
        assert all(re.fullmatch(r"\d{5}", code) for code in one.postcodes)
        assert one.name == one.name.strip() != ""
        assert one.name not in one.former


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_commune_is_found_as_it_is_shown(language: str) -> None:
    for one in PLACES._all:
        for postcode in one.postcodes:
            value = {"insee": one.insee, "name": one.name, "postcode": postcode}
            typed = WORDING.word(show(FIELD, value), language)
            homonyms = [c for c in PLACES.at(postcode) if c.name == one.name]
            read_ = _read(typed)
            assert read_ == Value(value) if len(homonyms) == 1 else isinstance(read_, Doubt), typed


def test_every_commune_is_found_without_accents_or_hyphens() -> None:
    found = Counter(
        type(_read(f"{one.postcodes[0]} {one.name.upper().replace('-', ' ')}")) for one in PLACES._all
    )
    assert found[Refusal] == 0
    assert found[Value] >= len(PLACES._all) - 2


def test_every_former_commune_leads_to_the_one_that_took_it_in() -> None:
    for one in PLACES._all:
        for former in one.former:
            read_ = _read(f"{one.postcodes[0]} {former}")
            assert not isinstance(read_, Refusal), former


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("25000 besancon", "Besançon (25000)"),
        ("BESANÇON", "Besançon (25000)"),
        ("Besançon (25)", "Besançon (25000)"),
        ("besançon doubs", "Besançon (25000)"),
        ("lons le saunier", "Lons-le-Saunier (39000)"),
        ("l'isle sur le doubs", "L'Isle-sur-le-Doubs (25250)"),
        ("isle sur le doubs", "L'Isle-sur-le-Doubs (25250)"),
        ("st claude", "Saint-Claude (39200)"),
        ("le Morteau", "Morteau (25500)"),
        ("Dôle", "Dole (39100)"),
        ("70100 Gray", "Gray (70100)"),
        ("champagney 70", "Champagney (70290)"),
        ("01410 Lajoux", "Lajoux (01410)"),
        ("Belfort cedex", "Belfort (90000)"),
    ],
)
def test_what_is_sure(typed: str, shown: str) -> None:
    read_ = _read(typed)
    assert isinstance(read_, Value)
    assert _shown(read_) == [shown]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("25 besac", ["Besançon (25000)"]),
        ("belfor", ["Belfort (90000)"]),
        ("25009 Besançon Cedex", ["Besançon (25000)"]),
        ("90000", ["Belfort (90000)"]),
        ("39000 Pontarlier", ["Pontarlier (25300)"]),
        ("Morez", ["Hauts de Bienne (39400)"]),
        ("pontarl", ["Pontarlier (25300)"]),
        ("salins", ["Salins-les-Bains (39110)"]),
        ("Champagney", ["Champagney (25170)", "Champagney (39290)", "Champagney (70290)"]),
        ("Ornans", ["Ornans (25290)", "Ornans (25620)"]),
        ("gray", ["Gray (70100)", "Gray-la-Ville (70100)"]),
    ],
)
def test_what_is_asked(typed: str, shown: list[str]) -> None:
    read_ = _read(typed)
    assert isinstance(read_, Doubt)
    assert _shown(read_) == shown
    assert _words(read_) == (
        "Que vouliez-vous dire ?" if len(shown) > 1 else f"J’ai compris : {shown[0]}. C’est bien cela ?"
    )


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (
            "21000 Dijon",
            "Le code postal 21000 est hors périmètre. L’établissement porteur doit être en Franche-Comté (25, 39, 70, 90)",
        ),
        ("75011", "Le code postal 75011 est hors périmètre."),
        ("71000 Saint-Germain", "Le code postal 71000 est hors périmètre."),
        ("Dijon 21", "L’établissement porteur doit être en Franche-Comté (25, 39, 70, 90)."),
        ("Dijon", "Je ne trouve pas « Dijon » en Franche-Comté (25, 39, 70, 90)"),
        ("Territoire de Belfort", "Je ne trouve pas « Territoire de Belfort »"),
        ("25300", "13 communes sont possibles."),
        ("villers", "20 communes sont possibles."),
        ("25999", "Je ne connais pas de commune au code postal 25999."),
        ("x" * 5_000, "Je ne trouve pas « " + "x" * 40 + "… »"),
    ],
)
def test_what_is_refused(typed: str, said: str) -> None:
    read_ = _read(typed)
    assert isinstance(read_, Refusal)
    assert _words(read_).startswith(said)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("insee,name,postcodes,former\n25056,Besançon,,\n", "line 2"),
        ("insee,name,postcodes,former\n25056,Besançon,25000,\n,X,25000,\n", "line 3"),
        ("code,name\n25056,Besançon\n", "insee"),
    ],
)
def test_a_bad_table_is_named(tmp_path: Path, table: str, told: str) -> None:
    path = tmp_path / "communes.csv"
    path.write_text(table, "utf-8")
    with pytest.raises(ContentError, match=f"{path}.*{told}"):
        load_places(path)
    with pytest.raises(ContentError, match="nowhere"):
        load_places(tmp_path / "nowhere.csv")
