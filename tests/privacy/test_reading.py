"""The text of the copy is read by whoever it is about: in words, not in columns."""

from __future__ import annotations

import io
from pathlib import Path
from zipfile import ZipFile

import pytest
from conversation import START, Clock
from initiatives.life import Life, wording
from privacy import everything
from sqlalchemy import insert

from rallynov.delivery.tables import InboxRow
from rallynov.diagnosis.tables import AnswerRow, DiagnosisRow
from rallynov.editions.model import DEFAULT
from rallynov.privacy.copies import Copies
from rallynov.privacy.holdings import personal_tables
from rallynov.privacy.reading import UNTOLD, Reader
from rallynov.storage.personal import tag
from rallynov.storage.store import Store

assert everything.tables(), "every table of every room is known"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_column_of_a_person_is_told_in_words_or_left_out_by_name(language: str) -> None:
    reader = Reader(wording(), language)
    for table in personal_tables():
        for column in table.columns:
            if tag(column):
                known = {column.name, f"{table.name}.{column.name}"} & UNTOLD
                assert bool(reader.label(table.name, column.name)) is not bool(known), column


def test_the_copy_reads_as_sentences(sqlite: Store, tmp_path: Path) -> None:
    life = Life(sqlite, Clock(START))
    life.person("amina")
    life.full("amina")
    life.submit("amina")
    update = '{"message": {"text": "Bonjour à vous", "chat": {"id": 5, "type": "private"}}}'
    came = {"channel": "telegram", "external_id": "1", "address": "web:amina", "payload": update}
    begun = {
        "person_id": "amina",
        "run": 1,
        "edition": DEFAULT.slug,
        "grid_version": "1",
        "started_at": START,
    }
    answer = {"person_id": "amina", "run": 1, "question": "R1.1", "value": "3", "note": "Au garage"}
    with sqlite.write() as tx:
        tx.execute(insert(InboxRow), [came | {"received_at": START, "status": "done"}])
        tx.execute(insert(DiagnosisRow), [begun | {"panel": "", "role": ""}])
        tx.execute(insert(AnswerRow), [answer | {"answered_at": START}])
    made = Copies(sqlite, wording(), DEFAULT, tmp_path, Clock(START)).archive_of("amina", "fr")
    assert made
    text = ZipFile(io.BytesIO(made.content)).read("mes-donnees.txt").decode()
    for told in (
        "  Nom de la structure\n  Réponse : Structure exemple\n  Le : 22 novembre 2026, 10",
        "  Thèmes\n  Réponse : Santé\n",
        "  Ce qui a été fait : déposer\n  État : déposé\n",
        "chez qui\u202f?\n  Réponse : En place\n  Votre note : Au garage\n",
        "  Vous avez écrit : « Bonjour à vous »\n",
    ):
        assert told in text
    for raw in ("dossier_id", "created_at", "update_id", '{"', "R1.1", "web:amina"):
        assert raw not in text
