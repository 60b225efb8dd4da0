"""The papers of a dossier as they are printed: both languages, any words, a structure that a screen reader can follow."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import orjson
import pytest
from conversation import Clock, Talk
from initiatives.life import FORM, FULL, Life, wording
from initiatives.paperwork import (
    HOSTILE,
    LANGUAGES,
    found,
    make,
    receipt,
    rows,
    spoil,
    stage,
    whole,
)
from initiatives.team import Team
from papers.tags import opened, tags
from sqlalchemy import update

from rallynov.delivery.message import Message
from rallynov.editions.model import DEFAULT, SAMPLE, Calendar, last_second
from rallynov.initiatives.model import Kind
from rallynov.initiatives.papers.blank import blank_data
from rallynov.initiatives.papers.found import find
from rallynov.initiatives.papers.makers import print_blank, print_receipt, print_whole
from rallynov.initiatives.papers.receipt import grouped, receipt_data
from rallynov.initiatives.tables import DossierRow
from rallynov.storage.store import Store


@pytest.fixture
def life(sqlite: Store, clock: Clock) -> Life:
    return stage(sqlite, clock)


def test_the_blank_form_asks_every_question_with_room_to_write() -> None:
    said: Any = blank_data(FORM, Calendar(), DEFAULT, wording(), "fr")
    asked = [one for step in said["steps"] for one in step["fields"]]
    assert [one["ask"] for one in asked] == [wording().term(f"form:{f.id}:ask", "fr") for f in FORM.fields]
    assert [one["number"] for one in asked] == list(range(1, len(FORM.fields) + 1))
    for field, one in zip(FORM.fields, asked, strict=True):
        assert ("Facultatif." in one["limits"]) is not field.required
        if field.options:
            assert len(one["names"]) == len(field.options)
        if field.kind is Kind.TEXT:
            assert f"{field.least} à " in one["limits"][-1]
            assert one["lines"] >= 8
    by_id = dict(zip((field.id for field in FORM.fields), asked, strict=True))
    assert by_id["legal_other"]["limits"][0] == (
        "Seulement si vous avez répondu «\u202fAutre statut\u202f» à la question 3."
    )
    assert by_id["indicators"]["rows"] == 5
    assert said["due"] == "La date de clôture n’est pas encore fixée."


def test_the_blank_form_tells_the_closing_day(life: Life) -> None:
    closes = last_second(date(2027, 3, 31))
    said: Any = blank_data(FORM, Calendar(closes_at=closes), DEFAULT, wording(), "fr")
    assert "31 mars 2027" in said["due"]
    sample: Any = blank_data(FORM, Calendar(closes_at=closes, sample=True), SAMPLE, wording(), "fr")
    assert sample["due"].startswith("Date d’exemple")
    before = make(life, "blank", "web:anne", "1")
    life.call(None, life.clock().date() + timedelta(days=90))
    assert make(life, "blank", "web:anne", "1") != before


def texts(value: Any) -> set[str]:
    if isinstance(value, str):
        return {value}
    held = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return {text for each in held for text in texts(each)}


def test_no_french_is_left_in_english(life: Life) -> None:
    life.open("anne")
    said = [whole(life, one) for one in LANGUAGES]
    blanks = [blank_data(FORM, Calendar(), DEFAULT, wording(), one) for one in LANGUAGES]
    same = texts(said[0]) & texts(said[1]) | texts(blanks[0]) & texts(blanks[1])
    life.full("anne", "d2")
    life.submit("anne", "d2")
    with life.store.read() as tx:
        other = find(tx, DEFAULT, "web:anne", "d2")
    assert other
    receipts = [receipt_data(FORM, other, DEFAULT, wording(), one) for one in LANGUAGES]
    same |= texts(receipts[0]) & texts(receipts[1])
    typed = {
        FULL["title"],
        FULL["name"],
        other.dossier.fingerprint,
        grouped(other.dossier.fingerprint),
        "45 questions",
        "732 829 320 00074",
    }
    assert {text for text in same - typed if " " in text} == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", ["full", "hostile", "empty", "submitted", "receipt", "blank"])
def test_it_prints_and_a_screen_reader_can_follow_it(life: Life, case: str, language: str) -> None:
    content, title = printed(life, case, language)
    with opened(content) as pdf:
        assert str(pdf.Root.Lang) == language
        assert str(pdf.docinfo["/Title"]) == title
        assert bool(pdf.Root.MarkInfo.Marked)
        if case == "receipt":
            assert len(pdf.pages) == 1
    kinds = [tag.kind for tag in tags(content)]
    assert kinds.count("H1") >= (2 if case == "receipt" else len(FORM.steps))
    assert all(tag.scope == "Column" for tag in tags(content) if tag.kind == "TH")
    assert "TH" in kinds


def printed(life: Life, case: str, language: str) -> tuple[bytes, str]:
    """Print one of the cases, and return its title."""
    words = wording()
    if case == "blank":
        made = print_blank(FORM, Calendar(), DEFAULT, words, language, life.clock())
        said: Any = blank_data(FORM, Calendar(), DEFAULT, words, language)
        return made, said["title"]
    if case == "empty":
        life.open("anne")
    else:
        life.full("anne")
    if case == "hostile":
        spoil(life)
    if case in {"submitted", "receipt", "hostile"}:
        life.submit("anne")
    if case == "receipt":
        return print_receipt(FORM, found(life), DEFAULT, words, language), receipt(life, language)["title"]
    return print_whole(FORM, found(life), DEFAULT, words, language), whole(life, language)["title"]


def test_hostile_words_are_printed_as_words(life: Life) -> None:
    life.full("anne")
    spoil(life)
    said = whole(life)
    need = wording().term("form:need:label", "fr")
    assert rows(said)[need]["answer"].startswith(HOSTILE)
    assert orjson.loads(orjson.dumps(said)) == said
    life.submit("anne")
    assert print_receipt(FORM, found(life), DEFAULT, wording(), "fr").startswith(b"%PDF-")


def test_the_same_facts_give_the_same_bytes(life: Life) -> None:
    life.full("anne")
    life.submit("anne")
    once = make(life, "dossier", "web:anne", "d1"), make(life, "receipt", "web:anne", "d1")
    life.clock.pass_(days=3)
    assert once == (make(life, "dossier", "web:anne", "d1"), make(life, "receipt", "web:anne", "d1"))
    with life.store.write() as tx:
        tx.execute(update(DossierRow).values(fingerprint="0" * 64))
    assert once[1] != make(life, "receipt", "web:anne", "d1")


def test_the_conversation_offers_them_and_each_can_be_fetched(talk: Talk) -> None:
    def fetched(shown: Message) -> list[str]:
        files = [talk.core.papers.make(kind, talk.address, ref, "fr") for kind, ref, _ in shown.papers]
        assert all(file and file.content.startswith(b"%PDF-") for file in files)
        return [kind for kind, _, _ in shown.papers]

    talk.say("/dossier")
    talk.press("accept")
    assert fetched(talk.press("blank")) == ["blank"]
    talk.press("back")
    talk.press("begin")
    talk.say("/statut")
    assert fetched(talk.press("papers")) == ["dossier"]
    Team(talk.core, talk.clock)("dossier complet")
    talk.say("/deposer")
    talk.press("submit")
    talk.say("/statut")
    assert fetched(talk.press("papers")) == ["receipt", "dossier"]
    assert talk.press("statut").screen == "status"
