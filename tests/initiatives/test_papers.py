"""The papers of a dossier: whose they are, and what they say."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from conversation import Clock
from initiatives.life import FORM, FULL, Life, wording
from initiatives.paperwork import (
    attach,
    found,
    make,
    receipt,
    rows,
    send_back,
    stage,
    whole,
)
from sqlalchemy import select

from rallynov.editions.model import DEFAULT, SAMPLE, Calendar, last_second
from rallynov.initiatives.commands import (
    JoinDossier,
    KeepAnswer,
    KeepDraft,
    RemoveSharer,
    ReopenDossier,
    SkipField,
    WithdrawDossier,
)
from rallynov.initiatives.model import DossierForm, Right
from rallynov.initiatives.papers.found import find
from rallynov.initiatives.papers.makers import print_whole
from rallynov.initiatives.papers.receipt import grouped, receipt_data
from rallynov.initiatives.papers.whole import whole_data
from rallynov.initiatives.tables import DossierRow, MoveRow
from rallynov.storage.store import Store


@pytest.fixture
def life(sqlite: Store, clock: Clock) -> Life:
    return stage(sqlite, clock)


def test_papers_are_for_whoever_shares_the_dossier(store: Store, clock: Clock) -> None:
    life = Life(store, clock)
    life.person("anne", "web:anne", "telegram:1")
    life.person("bruno")
    life.full("anne")
    life.open("bruno", "d2", name="Autre structure exemple")
    life.submit("anne")
    for kind in ("receipt", "dossier"):
        made = make(life, kind, "web:anne", "d1")
        assert made is not None
        assert made.mime == "application/pdf"
        assert "2026-0001" in made.name
        assert made == make(life, kind, "telegram:1", "d1")
        assert made == make(life, kind, "web:anne", "d1", "de")  # a language that we do not speak
        assert made != make(life, kind, "web:anne", "d1", "en")
        for address, ref in (
            ("web:bruno", "d1"),
            ("web:nobody", "d1"),
            ("web:anne", "d2"),
            ("web:anne", "d9"),
        ):
            assert make(life, kind, address, ref) is None


def test_a_colleague_has_them_as_long_as_the_dossier_is_shared(life: Life) -> None:
    life.full("anne")
    life.order("bruno", JoinDossier("d1", Right.READ, "Bruno"))
    assert make(life, "dossier", "web:bruno", "d1") is not None
    life.order("anne", RemoveSharer("d1", "bruno"))
    assert make(life, "dossier", "web:bruno", "d1") is None


@pytest.mark.parametrize("ref", ["", "1", "d1'", "d1 OR 1=1", "../d1", "é", "x" * 5000])
def test_a_ref_that_is_no_dossier_has_no_paper(life: Life, ref: str) -> None:
    life.full("anne")
    life.submit("anne")
    assert make(life, "receipt", "web:anne", ref) is None
    assert make(life, "dossier", "web:anne", ref) is None


def test_there_is_no_receipt_before_a_submission(life: Life) -> None:
    life.full("anne")
    assert make(life, "receipt", "web:anne", "d1") is None
    life.order("anne", WithdrawDossier("d1"))
    assert make(life, "receipt", "web:anne", "d1") is None


def test_the_blank_form_is_for_anyone(life: Life) -> None:
    made = make(life, "blank", "web:nobody", "")
    assert made is not None
    assert made == make(life, "blank", "telegram:404", "1")
    assert make(life, "blank", "web:anne", "d1") is None


def test_the_fingerprint_printed_is_the_one_that_is_kept(life: Life) -> None:
    life.full("anne")
    attach(life, "photo.jpg", "kept")
    life.submit("anne")
    with life.store.read() as tx:
        kept = tx.execute(select(DossierRow.fingerprint)).scalar_one()
        content = tx.execute(select(MoveRow.content).where(MoveRow.act == "submit")).scalar_one()
    said = receipt(life)
    assert said["fingerprint"]["whole"] == kept == hashlib.sha256((content or "").encode()).hexdigest()
    facts = dict(said["facts"])
    assert facts["Empreinte abrégée"] == grouped(kept)
    assert grouped(kept).replace(" ", "") == kept[:16]
    assert grouped(kept) in str(life.told("web:anne")[-1])  # as the message of the submission shows it
    assert any(grouped(kept) in line for line in whole(life)["lines"])


def test_a_receipt_says_what_was_submitted_when_and_what_comes_next(life: Life) -> None:
    life.full("anne")
    attach(life, "photo.jpg", "kept")
    attach(life, "virus.exe", "refused")
    life.submit("anne")
    said = receipt(life)
    facts = dict(said["facts"])
    assert facts["Numéro de l’accusé de dépôt"] == "2026-0001"
    assert facts["Déposé le"].endswith("(heure de Paris)")
    assert f"{life.clock():%Y}" in facts["Déposé le"]
    assert (facts["Titre de l’initiative"], facts["Structure"]) == (FULL["title"], FULL["name"])
    assert (facts["SIRET"], facts["Pièces jointes"]) == ("732 829 320 00074", "1")
    assert any("23\xa0h\xa059" in item for item in said["next"]["items"])
    assert any("10 jours" in item for item in said["next"]["items"])
    assert any("/contact" in item for item in said["mend"]["items"])
    assert any("le retirer" in item for item in said["mend"]["items"])
    assert said["since"] == ""


def test_an_association_is_known_by_its_rna(life: Life) -> None:
    life.full("anne", registry="W251000001")
    life.submit("anne")
    assert dict(receipt(life)["facts"])["RNA"] == "W251000001"


def test_no_date_is_made_up(life: Life) -> None:
    life.full("anne")
    life.submit("anne")
    one = found(life)
    for calendar, told in (
        (Calendar(), "La date de clôture n’est pas encore fixée."),
        (Calendar(closes_at=last_second(date(2027, 3, 31)), sample=True), "Exemple de date"),
    ):
        said: Any = receipt_data(FORM, replace(one, calendar=calendar), DEFAULT, wording(), "fr")
        assert any(told in item for item in said["next"]["items"])


def test_a_receipt_stays_and_says_what_has_become_of_the_dossier(life: Life) -> None:
    life.full("anne")
    life.submit("anne")
    life.order("anne", WithdrawDossier("d1"))
    said = receipt(life)
    assert said["since"] == "Depuis\u00a0: Retiré\u00a0: personne ne l’examine."
    assert not any("/contact" in item for item in said["mend"]["items"])
    life.order("anne", ReopenDossier("d1", life.clock()))
    life.order("anne", KeepAnswer("d1", "title", "Un autre titre exemple", 1))
    assert dict(receipt(life)["facts"])["Titre de l’initiative"] == FULL["title"]
    assert "brouillon" not in str(receipt(life)["heading"])
    assert whole(life)["stamp"] == "Brouillon, non déposé"


def test_a_submitted_dossier_is_made_from_what_was_submitted(life: Life) -> None:
    life.full("anne")
    attach(life, "photo.jpg", "kept", size=1234567, scanned=True)
    life.submit("anne")
    attach(life, "tard.jpg", "kept")  # whatever happens to the rows afterwards
    said = whole(life)
    assert (said["stamp"], said["title"]) == ("", FULL["title"])
    assert "Numéro 2026-0001" in said["lines"]
    assert "2026-0001" in said["running"]
    assert said["standing"].startswith("Déposé le")
    assert "tard.jpg" not in str(said)
    files = next(part for part in said["steps"][5]["parts"] if part.get("head"))
    assert [" ".join(cell.split()) for cell in files["rows"][0]] == [
        "photo.jpg",
        "1,2 Mo",
        "gardé, analysé par un antivirus",
    ]
    asked = [field for field in FORM.fields if field.applies(FULL)]
    assert list(rows(said)) == [wording().term(f"form:{field.id}:label", "fr") for field in asked]


def test_what_is_changed_after_it_was_sent_back_is_stamped(life: Life) -> None:
    life.full("anne")
    life.submit("anne")
    send_back(life)
    life.order("anne", KeepAnswer("d1", "title", "Un titre corrigé exemple", 1))
    said = whole(life)
    assert (said["stamp"], said["title"]) == (
        "En correction, pas encore déposé à nouveau",
        "Un titre corrigé exemple",
    )
    made = make(life, "dossier", "web:anne", "d1")
    assert made is not None
    assert made.name == "rallynov-dossier-non-depose.pdf"
    life.submit("anne")
    assert (whole(life)["stamp"], whole(life)["title"]) == ("", "Un titre corrigé exemple")


def test_a_release_that_drops_a_question_drops_nothing_that_was_submitted(life: Life) -> None:
    life.full("anne")
    life.submit("anne")
    steps = tuple(step for step in FORM.steps if step.id != "contact")
    shorter = DossierForm.model_validate(
        {**FORM.model_dump(), "steps": [step.model_dump() for step in steps]}
    )
    said: Any = whole_data(shorter, found(life), DEFAULT, wording(), "fr")
    assert {row["name"]: row["answer"] for row in said["others"]["rows"]}["email"] == FULL["email"]
    assert print_whole(shorter, found(life), DEFAULT, wording(), "fr").startswith(b"%PDF-")


def test_an_empty_draft_says_that_it_is_one_and_what_it_lacks(life: Life) -> None:
    life.open("anne")
    life.order("anne", SkipField("d1", "need", 0), KeepDraft("d1", "need", "Des débuts"))
    said = whole(life)
    assert (said["stamp"], said["title"]) == ("Brouillon, non déposé", "Dossier encore sans titre")
    assert rows(said)["Le besoin"]["note"] == "commencé, à terminer\u00a0: Des débuts"
    assert rows(said)["Nom de la structure"] == {
        "name": "Nom de la structure", "answer": None, "note": "à remplir"
    }  # fmt: skip
    assert rows(said)["Site web"]["note"] == "rien"
    made = make(life, "dossier", "web:anne", "d1")
    assert made is not None
    assert made.name == "rallynov-dossier-non-depose.pdf"


def test_two_answers_of_two_devices_are_told(life: Life) -> None:
    life.open("anne", title="Une initiative exemple")
    life.order("anne", KeepAnswer("d1", "title", "Une autre initiative", 0))
    row = rows(whole(life))[wording().term("form:title:label", "fr")]
    assert row["answer"] == "Une initiative exemple"
    assert row["note"].startswith("Deux réponses à départager")


def test_files_are_listed_with_their_state(life: Life) -> None:
    life.open("anne")
    attach(life, "a.jpg", "kept")
    attach(life, "b.jpg", "waiting", size=0)
    attach(life, "c.jpg", "refused", reason="empty")
    files = next(p for p in whole(life)["steps"][5]["parts"] if p.get("head"))
    assert [row[0] for row in files["rows"]] == ["a.jpg", "b.jpg", "c.jpg"]
    assert files["rows"][0][2] == "gardé, non analysé par un antivirus"
    assert files["rows"][1][2].startswith("en cours de contrôle")
    assert files["rows"][2][2].startswith("non gardé. Ce fichier est vide.")


def test_a_dossier_of_another_edition_has_no_paper_here(life: Life) -> None:
    life.full("anne")
    with life.store.read() as tx:
        assert find(tx, SAMPLE, "web:anne", "d1") is None
