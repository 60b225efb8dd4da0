"""What is no sound backup is told from one, in French, and nothing of it is written anywhere."""

from __future__ import annotations

import hashlib
import os
import random
import sqlite3
import stat
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import orjson
import pytest
from operations.stage import Home

from rallynov.storage.backup import archive as archive_module
from rallynov.storage.backup import checking, postgresql
from rallynov.storage.backup.archive import Opened
from rallynov.storage.backup.model import BackupError, Why

SEAL = b"rallynov sha256 "


def sealed(path: Path, entries: list[tuple[ZipInfo, bytes]]) -> Path:
    """Write an archive whose seal is right, whatever it holds: a forger can do as much."""
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for info, content in entries:
            archive.writestr(info, content, ZIP_DEFLATED)
        archive.comment = SEAL + b"0" * 64
    raw = path.read_bytes()
    path.write_bytes(raw[:-64] + hashlib.sha256(raw).hexdigest().encode())
    return path


def forged(made: Path, to: Path, change: Callable[[dict[str, Any], dict[str, bytes]], None]) -> Path:
    """Change the manifest and the files of a good backup; the digests are made to fit."""
    with ZipFile(made) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    manifest = orjson.loads(content.pop("manifest.json"))
    change(manifest, content)
    for file in manifest["files"]:
        if file["name"] in content and not file.pop("kept", False):
            held = content[file["name"]]
            file.update(bytes=len(held), sha256=hashlib.sha256(held).hexdigest())
    entries = [(ZipInfo(name), held) for name, held in content.items()]
    return sealed(to, [*entries, (ZipInfo("manifest.json"), orjson.dumps(manifest))])


def refused(home: Home, path: Path, told: str) -> None:
    """Neither command takes an archive, and both say why; nothing moves."""
    (home.folder / "rallynov.lock").touch()
    before = sorted(home.folder.rglob("*"))
    for words in (["verify-backup", str(path)], ["restore", str(path), "--force"]):
        done = home.run(*words)
        assert done.exit_code == 65, (words, done.output)
        assert told in done.output, (words, done.output)
        assert "Traceback" not in done.output
    assert sorted(home.folder.rglob("*")) == before


def test_any_byte_that_changes_is_seen(home: Home, tmp_path: Path) -> None:
    made, chance = home.backup("--output", str(tmp_path / "s.zip")), random.Random(7)
    whole = made.read_bytes()
    last = len(whole)
    places = {0, 1, 5, last - 1, last - 64, last - 65, last - 80, last - 90, last - 100}
    places |= {chance.randrange(last) for _ in range(30)}
    for at in sorted(places):
        made.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << chance.randrange(8))]) + whole[at + 1 :])
        assert seen(made, tmp_path), at


def test_any_cut_is_seen(home: Home, tmp_path: Path) -> None:
    made, chance = home.backup("--output", str(tmp_path / "s.zip")), random.Random(8)
    whole = made.read_bytes()
    for length in (0, 1, 4, 30, 1000, *(chance.randrange(len(whole)) for _ in range(10)), len(whole) - 1):
        made.write_bytes(whole[:length])
        assert seen(made, tmp_path), length
    refused(home, made, "La sauvegarde est coupée")
    made.write_bytes(whole + b"\0")
    assert seen(made, tmp_path)


def seen(path: Path, tmp_path: Path) -> bool:
    work = tmp_path / "work"
    work.mkdir(exist_ok=True)
    try:
        with checking.opened(path) as archive:
            return bool(checking.check(archive, work))
    except BackupError:
        return True
    finally:
        for one in work.iterdir():
            one.unlink()


@pytest.mark.parametrize(
    "name",
    [
        "../evil", "/etc/evil", "pieces/../../evil", "pieces/a/../../../evil", "pieces/a/b/c", "pieces/a\\..\\b/c",
        "pieces/.work/x", "pieces/é/x", "pieces/a/", "evil.py", "pieces/.base/x", "PIECES/a/b", "pieces/a/b\n",
    ],
)  # fmt: skip
def test_a_name_that_no_backup_holds(home: Home, tmp_path: Path, name: str) -> None:
    def listed(manifest: dict[str, Any], content: dict[str, bytes]) -> None:
        content[name] = b"evil"
        manifest["files"].append({"name": name})

    def hidden(_: dict[str, Any], content: dict[str, bytes]) -> None:
        content[name] = b"evil"

    made = home.backup("--output", str(tmp_path / "s.zip"))
    for change in (listed, hidden):
        refused(home, forged(made, tmp_path / "f.zip", change), "ce qu'aucune sauvegarde ne contient")
    assert not list(tmp_path.rglob("evil*"))


def test_a_link(home: Home, tmp_path: Path) -> None:
    made = home.backup("--output", str(tmp_path / "s.zip"))
    with ZipFile(made) as archive:
        entries = [(info, archive.read(info)) for info in archive.infolist()]
    link = next(info for info, _ in entries if info.filename.startswith("pieces/0"))
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    refused(home, sealed(tmp_path / "f.zip", entries), "ce qu'aucune sauvegarde ne contient")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_that_is_there_twice(home: Home, tmp_path: Path) -> None:
    made = home.backup("--output", str(tmp_path / "s.zip"))
    with ZipFile(made) as archive:
        entries = [(info, archive.read(info)) for info in archive.infolist()]
    again = [*entries, (ZipInfo("database.sqlite3"), b"another")]
    refused(home, sealed(tmp_path / "f.zip", again), "ce qu'aucune sauvegarde ne contient")


def test_a_bomb_is_not_unpacked(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that unpacks to more than is told is left at what was told; what is told must fit on the disk."""

    def grown(manifest: dict[str, Any], content: dict[str, bytes]) -> None:
        name = next(name for name in content if name.startswith("pieces/0"))
        content[name] = bytes(50_000_000)
        one = next(file for file in manifest["files"] if file["name"] == name)
        one.update(bytes=1000, kept=True)

    def promised(manifest: dict[str, Any], _: dict[str, bytes]) -> None:
        manifest["files"][0].update(bytes=2**50, kept=True)

    made = home.backup("--output", str(tmp_path / "s.zip"))
    refused(home, forged(made, tmp_path / "f.zip", grown), "Le contenu a changé")
    with checking.opened(tmp_path / "f.zip") as archive:
        assert sum(map(len, _read(archive))) < 3 * 2**20
    done = home.run("restore", str(forged(made, tmp_path / "p.zip", promised)), "--force")
    assert (done.exit_code, "Le disque est plein" in done.output) == (74, True)


def _read(archive: Opened) -> list[bytes]:
    some: list[bytes] = []
    file = next(one for one in archive.manifest.files if one.bytes == 1000)
    with pytest.MonkeyPatch.context() as patch:
        whole = archive_module._pieces
        patch.setattr(
            archive_module,
            "_pieces",
            lambda packed, to: (some.append(one) or one for one in whole(packed, to)),
        )
        assert archive.read(file) is not None
    return some


def changed(**values: object) -> Callable[[dict[str, Any], dict[str, bytes]], None]:
    return lambda manifest, _: manifest.update(values)


MANIFESTS: Mapping[str, tuple[Callable[[dict[str, Any], dict[str, bytes]], None], str]] = {
    "newer form": (changed(format=2, program="9.0"), "version plus récente de Rally'nov (9.0)"),
    "newer schema": (changed(revision="9999"), "version plus récente de Rally'nov (schéma 9999)"),
    "unreadable": (changed(made_at="hier"), "Le manifeste de la sauvegarde ne se lit pas"),
    "negative": (
        lambda m, _: m["files"][0].update(bytes=-1, kept=True),
        "Le manifeste de la sauvegarde ne se lit pas",
    ),
    "unknown database": (changed(database="oracle"), "Le manifeste de la sauvegarde ne se lit pas"),
    "fewer rows": (lambda m, _: m["tables"].update(dossier=5), "dossier : 4 au lieu de 5"),
    "a table more": (lambda m, _: m["tables"].update(absente=0), "absente : 0 au lieu de 0"),
    "a file less": (
        lambda _, c: c.pop(f"pieces/{1:032x}/{1:032x}0"),
        "Il manque un fichier dans la sauvegarde",
    ),
    "no database": (lambda m, _: m["files"].pop(0), "ce qu'aucune sauvegarde ne contient"),
    "no sqlite": (
        lambda _, c: c.update({"database.sqlite3": b"not one" * 1000}),
        "La base de données est abîmée",
    ),
}


@pytest.mark.parametrize("kind", MANIFESTS)
def test_a_manifest_that_does_not_fit(home: Home, tmp_path: Path, kind: str) -> None:
    change, told = MANIFESTS[kind]
    refused(home, forged(home.backup("--output", str(tmp_path / "s.zip")), tmp_path / "f.zip", change), told)


def test_a_database_with_code_in_it(home: Home, tmp_path: Path) -> None:
    def triggered(_: dict[str, Any], content: dict[str, bytes]) -> None:
        path = tmp_path / "t.db"
        path.write_bytes(content["database.sqlite3"])
        with closing(sqlite3.connect(path)) as opened:
            opened.execute("CREATE TRIGGER evil AFTER INSERT ON person BEGIN DELETE FROM dossier; END")
            opened.commit()
        content["database.sqlite3"] = path.read_bytes()

    made = home.backup("--output", str(tmp_path / "s.zip"))
    refused(home, forged(made, tmp_path / "f.zip", triggered), "ce qu'aucune sauvegarde ne contient : evil")


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"hello" * 100, os.urandom(5000)], ids=["empty", "short", "text", "noise"]
)
def test_what_is_no_archive(home: Home, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "f.zip").write_bytes(content)
    refused(home, tmp_path / "f.zip", "n'est pas une sauvegarde de Rally'nov")
    with ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("a.txt", "a")
    refused(home, tmp_path / "other.zip", "n'est pas une sauvegarde de Rally'nov")


@pytest.mark.parametrize(
    ("line", "table"),
    [
        (b'COPY public.person (id, "at") FROM stdin;\n', b"person"),
        (b"COPY public.person (id) FROM PROGRAM 'id' -- () FROM stdin;\n", None),
        (b"COPY public.person (" + b"a" * 5000 + b"! FROM stdin;\n", None),
    ],
)
def test_rows_are_copied_from_what_follows_alone(line: bytes, table: bytes | None) -> None:
    found = postgresql._COPY.match(line)
    assert (found and found[1]) == table


def test_a_fault_is_named() -> None:
    assert BackupError(Why.ALTERED, "x").fault == (Why.ALTERED, "x")
