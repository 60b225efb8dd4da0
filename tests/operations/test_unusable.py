"""A database in a file that cannot be used: every command says which, why and what to do, in French."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from pathlib import Path

import pytest
from operations.stage import Home

from bot import unusable

COMMANDS = ("migrate", "export --output {}/x.csv", "backup", "invite --role coordinator")
ENGLISH = ("file is not", "unable to", "I/O error", "disk is full", "readonly")


def spoilt(home: Home, how: str) -> Path:
    base = home.folder / "rallynov.db"
    for beside in home.folder.glob("rallynov.db-*"):
        beside.unlink()
    if how == "other":
        base.write_bytes(os.urandom(200_000))
    else:
        os.truncate(base, 60_000)
    return base


@pytest.mark.parametrize("how", ["other", "cut"])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_damaged_base_is_named_with_its_remedy(home: Home, how: str, command: str) -> None:
    base = spoilt(home, how)
    done = home.run(*command.format(home.folder).split())
    assert done.exit_code == 78, done.output
    assert f"La base {base} est abîmée" in done.output
    assert "rallynov restore" in done.output


@pytest.mark.parametrize("how", ["other", "cut"])
def test_so_does_the_doctor(home: Home, how: str) -> None:
    base = spoilt(home, how)
    found = json.loads(home.run("doctor", "--json").output)["findings"]
    (one,) = [one for one in found if one["check"] == "database" and one["level"] == "bad"]
    assert f"La base {base} est abîmée" in one["sentence"]
    assert "rallynov restore" in one["mend"]
    assert not [one for one in found if "a échoué" in one["sentence"]]


def refused(home: Home, monkeypatch: pytest.MonkeyPatch, name: str, said: str) -> None:
    """Have SQLite refuse whatever is asked."""

    class Refused(sqlite3.OperationalError):
        sqlite_errorname = name

    def connect(*_: object, **__: object) -> None:
        raise Refused(said)

    monkeypatch.setattr(sqlite3, "connect", connect)
    monkeypatch.setattr("sqlite3.dbapi2.connect", connect)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_disk_is_told_and_ends_by_a_code_that_is_started_again(
    home: Home, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    real = shutil.disk_usage(home.folder)
    refused(home, monkeypatch, "SQLITE_IOERR_WRITE", "disk I/O error")
    monkeypatch.setattr(unusable.shutil, "disk_usage", lambda _path: real._replace(free=0))
    done = home.run(*command.format(home.folder).split())
    assert done.exit_code == 74, done.output
    assert "Le disque de" in done.output
    assert "est plein" in done.output
    assert "Libérez de la place" in done.output
    assert not [word for word in ENGLISH if word in done.output]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_disk_that_is_read_only_is_told(home: Home, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    seen = list(os.statvfs(home.folder))
    seen[8] |= os.ST_RDONLY
    refused(home, monkeypatch, "SQLITE_CANTOPEN", "unable to open database file")
    monkeypatch.setattr(unusable.os, "statvfs", lambda _path: os.statvfs_result(seen))
    done = home.run(*command.format(home.folder).split())
    assert done.exit_code == 78, done.output
    assert f"La base {home.folder / 'rallynov.db'} est sur un disque en lecture seule" in done.output
    assert not [word for word in ENGLISH if word in done.output]


@pytest.mark.parametrize(
    ("name", "words", "code"),
    [
        ("SQLITE_BUSY", "est occupée", 69),
        ("SQLITE_IOERR_READ", "est en panne", 74),
        ("SQLITE_CANTOPEN", "ne peut pas être utilisée", 78),
    ],
)
def test_what_else_there_may_be(home: Home, name: str, words: str, code: int) -> None:
    found = unusable.of_file(home.folder / "rallynov.db", name, "said")
    assert (words in found.sentence, found.code) == (True, code)
    assert str(home.folder) in found.sentence


def test_a_base_that_is_closed_to_this_account_says_so(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unusable.os, "access", lambda *_: False)
    found = unusable.of_file(home.folder / "rallynov.db", "SQLITE_CANTOPEN", "said")
    assert "est fermée à ce compte" in found.sentence
    assert "chown" in found.mend
