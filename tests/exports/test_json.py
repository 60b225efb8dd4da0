"""JSON: the published schema is what is written, and what was written is read again, or said not to be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from exports.crowd import fill
from exports.stage import SHAPE, VIEWS, answering, entry, job, read, room, told
from initiatives.life import FORM, wording

from rallynov.dialogue.words import Term
from rallynov.exports.document import Checked, Document, UnreadableError, check, plain
from rallynov.exports.model import OPERATOR, Entry
from rallynov.exports.schema import ADDRESS, VERSION, json_schema
from rallynov.storage.store import Store

PUBLISHED = Path(__file__).parent.parent.parent / "docs" / "schemas" / f"export-{VERSION}.schema.json"


def made(folder: Path, *entries: Entry) -> Path:
    writer = Document(job(folder))
    for one in entries:
        writer.add(one)
    [path] = writer.close()
    return path


def test_the_published_schema_is_that_of_the_form(pytestconfig: pytest.Config) -> None:
    titles = {field.id: wording().word(Term(f"form:{field.id}:label"), "fr") for field in FORM.fields}
    made = orjson.dumps(json_schema(FORM, titles), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"
    if pytestconfig.getoption("update"):
        PUBLISHED.write_bytes(made)
    assert PUBLISHED.read_bytes() == made, (
        "the schema has changed: write it anew with --update, and think of VERSION"
    )


@pytest.mark.parametrize("view", list(VIEWS))
def test_what_was_exported_is_read_again_whole(sqlite: Store, tmp_path: Path, view: str) -> None:
    fill(sqlite, 60, files=1)
    path = tmp_path / "a.json"
    done = told(room(sqlite, tmp_path).write(view, "json", path, OPERATOR))
    found = check(path, SHAPE)
    assert (found.dossiers, found.told, found.faults, found.sound) == (done.dossiers, done.dossiers, (), True)
    held = orjson.loads(path.read_bytes())
    assert held["schema"] == ADDRESS == json_schema(FORM, {})["$id"]
    known = [one for one in read(sqlite, VIEWS[view]) if not VIEWS[view].hidden(frozenset({one.status}))]
    assert held["dossiers"] == [
        orjson.loads(orjson.dumps(plain(one), option=orjson.OPT_UTC_Z)) for one in known
    ]


def test_what_was_laid_out_by_another_program_is_read_too(tmp_path: Path) -> None:
    path = made(tmp_path, entry(), answering(title="Une autre"))
    path.write_bytes(orjson.dumps(orjson.loads(path.read_bytes()), option=orjson.OPT_INDENT_2))
    assert check(path, SHAPE).sound


def test_an_export_of_nothing_is_an_export(tmp_path: Path) -> None:
    assert check(made(tmp_path), SHAPE) == Checked("rallynov", "complete", 0, 0, intact=True, faults=())


def altered(held: Any, way: str) -> Any:
    first = held["dossiers"][0]
    match way:
        case "a word":
            first["answers"]["title"] += "!"
        case "a dossier less":
            held["dossiers"].pop()
        case "in another order":
            held["dossiers"].reverse()
        case "a number as text":
            first["answers"]["reach"] = "12"
        case "no such choice":
            first["answers"]["legal"] = "empire"
        case "a key too many":
            first["notes"] = []
        case "a key less":
            del first["status"]
    return held


WAYS = (
    "a word", "a dossier less", "in another order", "a number as text", "no such choice", "a key too many", "a key less",
)  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_what_was_altered_is_found_out(tmp_path: Path, way: str) -> None:
    path = made(tmp_path, entry(), answering(title="Une autre"))
    path.write_bytes(orjson.dumps(altered(orjson.loads(path.read_bytes()), way)))
    found = check(path, SHAPE)
    assert not found.intact
    assert not found.sound
    assert bool(found.faults) == (way not in WAYS[:3])


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"dossiers":[]}', b"\xff\xfe", b"a;b\r\n"])
def test_what_is_no_export_is_told_from_one(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(UnreadableError):
        check(tmp_path / "a.json", SHAPE)


def test_what_was_cut_short_is_no_export(tmp_path: Path) -> None:
    path = made(tmp_path, entry(), answering(title="Une autre"))
    content = path.read_bytes()
    for end in range(0, len(content) - 1, 97):
        path.write_bytes(content[:end])
        with pytest.raises(UnreadableError):
            check(path, SHAPE)


def test_a_value_of_another_release_is_kept_beside_the_answers(sqlite: Store) -> None:
    suits = {
        "legal": "sarl",
        "headcount": 12,
        "started": "2012-03",
        "links": ["https://exemple.fr"],
        "head_informed": False,
    }
    assert all(SHAPE.suits(name, value) for name, value in suits.items())
    wrong = {
        "legal": "empire", "headcount": True, "started": "hier", "links": "https://exemple.fr", "rules": 1, "files": [],
        "commune": {"insee": "25056"}, "indicators": [{"label": "x"}], "title": 12, "themes": ["health", "nope"],
        "gone": "x", "reach": 1.5,
    }  # fmt: skip
    assert not [name for name, value in wrong.items() if SHAPE.suits(name, value)]
