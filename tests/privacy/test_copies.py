"""What people take away: all that is held of them, whole, theirs alone; and the access log for whoever may read it."""

from __future__ import annotations

import hashlib
import io
from datetime import datetime
from pathlib import Path
from zipfile import ZipFile

import orjson
import pytest
from conversation import Clock
from initiatives.life import wording
from privacy import everything
from privacy.everything import ADDRESS, PERSON
from sqlalchemy import update

from rallynov.editions.model import DEFAULT
from rallynov.initiatives.attachments.folder import Folder
from rallynov.initiatives.tables import AttachmentRow
from rallynov.people.tables import GrantRow
from rallynov.privacy import copies
from rallynov.privacy.copies import Copies
from rallynov.privacy.holdings import held, personal_tables
from rallynov.storage.personal import tag
from rallynov.storage.store import Store


@pytest.fixture
def made(sqlite: Store, clock: Clock, tmp_path: Path) -> Copies:
    with sqlite.write() as tx:
        everything.fill(tx)
    return Copies(sqlite, wording(), DEFAULT, tmp_path / "pieces", clock)


def kept(home: Path, content: bytes) -> None:
    """Let the file of everything be there."""
    source = home / "source"
    source.write_bytes(content)
    table = AttachmentRow.__table__.c
    Folder(home / "pieces").keep(source, everything.value(table.dossier_id), everything.value(table.id))


def test_every_tagged_column_is_in_the_json(made: Copies) -> None:
    file = made.json(ADDRESS, "1", "fr")
    assert file
    tables = orjson.loads(file.content)["tables"]
    for table in personal_tables():
        if table.name == "leaving":
            continue
        [row] = tables[table.name]["rows"]
        for column in table.columns:
            if tag(column):
                value = everything.value(column)
                told = orjson.loads(orjson.dumps(value)) if isinstance(value, datetime) else value
                assert row[column.name] == told, column


def test_the_archive_has_the_json_a_text_the_files_and_what_they_should_be(
    made: Copies, tmp_path: Path
) -> None:
    kept(tmp_path, b"un fichier")
    file = made.archive(ADDRESS, "1", "fr")
    assert file
    opened = ZipFile(io.BytesIO(file.content))
    [piece] = [name for name in opened.namelist() if name.startswith("pieces/")]
    assert opened.read(piece) == b"un fichier"
    with made.store.read() as tx:
        assert set(orjson.loads(opened.read("mes-donnees.json"))["tables"]) == set(held(tx, PERSON))
    text = opened.read("mes-donnees.txt").decode()
    assert "Votre diagnostic : Vos réponses et vos notes" in text
    assert everything.value(AttachmentRow.__table__.c.name) in text
    manifest = orjson.loads(opened.read("manifeste.json"))
    assert manifest["lacking"] == []
    for one in manifest["files"]:
        assert hashlib.sha256(opened.read(one["name"])).hexdigest() == one["sha256"]


def test_a_file_that_is_gone_or_too_large_is_named(
    made: Copies, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for content in (b"", b"trop grand"):
        if content:
            kept(tmp_path, content)
        monkeypatch.setattr(copies, "MOST", 5)
        file = made.archive(ADDRESS, "1", "fr")
        assert file
        opened = ZipFile(io.BytesIO(file.content))
        assert [name for name in opened.namelist() if name.startswith("pieces/")] == []
        assert len(orjson.loads(opened.read("manifeste.json"))["lacking"]) == 1


def test_a_stranger_has_nothing_to_take(made: Copies) -> None:
    for address in ("", "web:nobody"):
        assert made.json(address, "1", "fr") is None
        assert made.archive(address, "1", "fr") is None
        assert made.log(address, "1", "fr") is None


@pytest.mark.parametrize(
    ("role", "open_"), [("juror", False), ("coordinator", False), ("administrator", True)]
)
def test_the_access_log_is_for_an_administrator(made: Copies, role: str, open_: bool) -> None:  # noqa: FBT001
    with made.store.write() as tx:
        tx.execute(update(GrantRow).values(role=role, edition=DEFAULT.slug, revoked_at=None, name="=Claude"))
    file = made.log(ADDRESS, "1", "fr")
    assert (file is not None) is open_
    if file:
        lines = file.content.decode("utf-8-sig").split("\r\n")
        assert lines[0] == "date;qui;role;acte;dossier"
        assert ";'=Claude;" in lines[1]
