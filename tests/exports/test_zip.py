"""ZIP: the pieces under harmless names, and a manifest by which each can be checked."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

import orjson
from exports.crowd import fill
from exports.stage import SHAPE, room, sheets, told
from sqlalchemy import update

from rallynov.exports.document import check
from rallynov.exports.model import OPERATOR
from rallynov.initiatives.tables import AttachmentRow
from rallynov.storage.store import Store


def put(folder: Path, dossier: int, nth: int, content: bytes) -> None:
    path = folder / "pieces" / f"{dossier:032x}" / f"{dossier:032x}{nth}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def test_everything_is_there_and_is_what_the_manifest_says(sqlite: Store, tmp_path: Path) -> None:
    fill(sqlite, 3, files=3)
    for dossier in (1, 2, 3):
        for nth in range(3):
            put(tmp_path, dossier, nth, f"{dossier}-{nth}".encode() * 300_000)
    done = told(room(sqlite, tmp_path).write("complete", "zip", tmp_path / "a.zip", OPERATOR))
    assert (done.dossiers, done.absent) == (3, 0)
    with ZipFile(tmp_path / "a.zip") as held:
        assert held.testzip() is None
        manifest = orjson.loads(held.read("manifeste.json"))
        found = {name: hashlib.sha256(held.read(name)).hexdigest() for name in held.namelist()}
        held.extractall(tmp_path / "ouvert")
    noted = {one["name"]: one["sha256"] for one in manifest["files"]}
    assert found.items() - noted.items() == {(name, found[name]) for name in ("manifeste.json", "SHA256SUMS")}
    assert len([name for name in noted if name.startswith("pieces/RN-0000")]) == 9
    sums = (tmp_path / "ouvert" / "SHA256SUMS").read_text().splitlines()
    assert {line[66:]: line[:64] for line in sums} == noted
    assert check(tmp_path / "ouvert" / "dossiers.json", SHAPE).sound
    assert len(sheets(tmp_path / "ouvert" / "dossiers.xlsx")["Dossiers"]) == 4


def test_names_stay_in_their_folder_whatever_people_call_their_files(sqlite: Store, tmp_path: Path) -> None:
    fill(sqlite, 1, files=3)
    wild = ("../../../etc/passwd", "C:\\con.pdf", "\u202efdp.exe\0/..")
    with sqlite.write() as tx:
        for nth, name in enumerate(wild):
            tx.execute(update(AttachmentRow).where(AttachmentRow.id == f"{1:032x}{nth}").values(name=name))
    for nth in range(3):
        put(tmp_path, 1, nth, b"x")
    told(room(sqlite, tmp_path).write("complete", "zip", tmp_path / "a.zip", OPERATOR))
    with ZipFile(tmp_path / "a.zip") as held:
        pieces = [PurePosixPath(name) for name in held.namelist() if name.startswith("pieces/")]
    assert [one.parent for one in pieces] == [PurePosixPath("pieces/RN-00001")] * 3
    assert [one.name for one in pieces] == ["1-passwd", "2-con_.pdf", "3-fdp.exe"]


def test_a_piece_that_is_not_there_or_not_the_one_is_told(sqlite: Store, tmp_path: Path) -> None:
    fill(sqlite, 1, files=2)
    with sqlite.write() as tx:
        tx.execute(update(AttachmentRow).values(digest=hashlib.sha256(b"avant").hexdigest()))
    put(tmp_path, 1, 0, b"apres")
    done = told(room(sqlite, tmp_path).write("complete", "zip", tmp_path / "a.zip", OPERATOR))
    assert done.absent == 2
    with ZipFile(tmp_path / "a.zip") as held:
        lacking = orjson.loads(held.read("manifeste.json"))["lacking"]
        assert [name for name in held.namelist() if name.startswith("pieces/")] == [lacking[0]["name"]]
    assert [one["why"] for one in lacking] == ["altered", "absent"]


def test_a_view_without_files_takes_none(sqlite: Store, tmp_path: Path) -> None:
    fill(sqlite, 2, files=1)
    put(tmp_path, 1, 0, b"x")
    assert told(room(sqlite, tmp_path).write("contacts", "zip", tmp_path / "a.zip", OPERATOR)).absent == 0
    with ZipFile(tmp_path / "a.zip") as held:
        assert not [name for name in held.namelist() if name.startswith("pieces/")]
