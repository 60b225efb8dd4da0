"""`rallynov doctor`: what is missing is named, with how to mend it; what is well is said in one line."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from botapi import BotApi
from conversation import Clock
from operations.stage import Home
from sqlalchemy import insert, text

from bot.doctor import database, machine, serving, telegram, visit
from bot.doctor.finding import Finding, Level, examine
from bot.opening import unstored
from bot.settings import Settings
from bot.wiring import Core
from rallynov.delivery.tables import InboxRow, OutboxRow
from rallynov.storage.backup.last import Last, note
from rallynov.storage.store import Store

TOKEN = "123456789:AAFsecretSECRETsecretSECRETsecretSEC"  # noqa: S105
GOOD, LOOK, BAD = Level.GOOD, Level.LOOK, Level.BAD


def settings(folder: Path, **given: Any) -> Settings:
    return Settings(_env_file=None, data_dir=folder, **given)


def one(found: Iterable[Finding], check: str = "") -> Finding:
    mine = [finding for finding in found if check in {"", finding.check}]
    assert len(mine) == 1, mine
    return mine[0]


def test_a_machine_where_all_is_well(home: Home) -> None:
    home.folder.chmod(0o700)
    home.backup()
    done = home.run("doctor")
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert {line[0] for line in lines[:-1]} == {"✓", "!"}
    seen = [line.partition(".")[0] for line in lines if line[0] == "!"]
    assert len(seen) == 3
    assert {one[:20] for one in seen} == {
        "! Aucune adresse pub",
        "! Aucun « run » ne r",
        "! Une pièce attend d",
    }
    assert lines[-1] == "Rien à réparer, 3 à voir."


def test_a_database_that_is_away_is_told_to_machines_too(tmp_path: Path) -> None:
    away = Home(
        tmp_path / "rien", {"RALLYNOV_DATABASE_URL": "postgresql://rallynov:MOTDEPASSE@127.0.0.1:1/x"}
    )
    done = away.run("doctor", "--json")
    assert done.exit_code == 1
    said = json.loads(done.output)
    assert said["good"] is False
    found = next(one for one in said["findings"] if one["check"] == "database")
    assert found["level"] == "bad"
    assert "ne répond pas" in found["sentence"]
    assert "RALLYNOV_DATABASE_URL" in found["mend"]
    assert "MOTDEPASSE" not in done.output
    assert not (tmp_path / "rien").exists(), "it changes nothing"


@pytest.mark.parametrize(("free", "level"), [(100 * 2**30, GOOD), (2**29, LOOK), (2**20, BAD)])
def test_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, level: Level) -> None:
    real = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _path: real._replace(free=free))
    assert {one.level for one in machine.disk(settings(tmp_path / "not" / "yet"))} == {level}


def test_the_backup(tmp_path: Path, clock: Clock) -> None:
    chosen = settings(tmp_path)
    assert one(machine.backup(chosen, clock())).level is LOOK
    archive = tmp_path / "s.zip"
    archive.touch()
    for hours, there, level in ((3, True, GOOD), (3, False, LOOK), (27, True, LOOK), (24 * 9, True, LOOK)):
        note(
            tmp_path,
            Last(at=clock() - timedelta(hours=hours), path=archive if there else tmp_path / "x", bytes=1),
        )
        assert one(machine.backup(chosen, clock())).level is level, hours
    assert "9 jours" in one(machine.backup(chosen, clock())).sentence


def test_certificates_addresses_and_papers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    core = unstored(settings(tmp_path))
    assert one(machine.paper(core)).level is GOOD
    broken = one(examine("paper", lambda: machine.paper(None)))  # type: ignore[arg-type]
    assert (broken.level, "AttributeError" in broken.sentence) == (BAD, True)
    assert one(machine.certificates(settings(tmp_path))).level is GOOD

    def none(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(machine, "make_request", none)
    assert "ca-certificates" in one(machine.certificates(settings(tmp_path))).mend
    assert one(machine.addresses(settings(tmp_path, web_url="http://rallye.exemple"))).level is LOOK
    assert one(machine.addresses(settings(tmp_path, web_url="https://rallye.exemple"))).level is GOOD


def test_the_database(store: Store) -> None:
    found = list(database.state(store))
    assert {one.level for one in found} == {GOOD}
    for revision, level, told in (("0001", LOOK, "attend"), ("9999", BAD, "plus récente")):
        with store.write() as tx:
            tx.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})
        finding = one(database.state(store), "database")
        assert (finding.level, told in finding.sentence) == (level, True)
        assert list(database.waiting(store, Clock()())) == []


def test_an_empty_database(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'x.db'}")
    assert "vide" in one(database.state(store)).sentence
    store.close()


def test_a_damaged_database(home: Home) -> None:
    store = Store(home.url)
    with closing(sqlite3.connect(home.folder / "rallynov.db")) as opened:  # references are not held
        opened.execute("UPDATE attachment SET dossier_id = 'x' WHERE id = 'waiting'")
        opened.commit()
    found = one(database.state(store), "integrity")
    store.close()
    assert (found.level, "références rompues" in found.sentence) == (BAD, True)
    assert "rallynov restore" in found.mend


def test_what_waits(store: Store, clock: Clock) -> None:
    now = clock()
    calm = {one.check: one.level for one in database.waiting(store, now)}
    assert calm == {"inbox": GOOD, "outbox": GOOD}
    old = now - timedelta(minutes=10)
    with store.write() as tx:
        event = {"channel": "web", "address": "web:a", "payload": "{}", "received_at": old}
        tx.execute(insert(InboxRow), [{"external_id": s, "status": s, **event} for s in ("new", "poison")])
        message = {
            "channel": "telegram",
            "address": "telegram:1",
            "body": "{}",
            "created_at": old,
            "finished_at": None,
        }
        rows = [(0, "queued", None), (2, "queued", None), (0, "failed", old)]
        tx.execute(
            insert(OutboxRow),
            [
                {**message, "key": str(n), "rank": rank, "status": status, "finished_at": end}
                for n, (rank, status, end) in enumerate(rows)
            ],
        )
    found = list(database.waiting(store, now))
    assert [(one.check, one.level) for one in found] == [
        ("inbox", BAD),
        ("inbox", LOOK),
        ("outbox", BAD),
        ("outbox", LOOK),
    ]
    assert "depuis 10 min" in found[0].sentence
    assert "1 message(s) attendent" in found[2].sentence, "an announcement may wait"


@pytest.mark.parametrize(
    ("answer", "level", "told"),
    [
        ({"ready": True, "failing": {}}, GOOD, "fait son travail"),
        (
            {"ready": False, "failing": {"events": "the oldest waits for 95 s"}},
            BAD,
            "des messages reçus attendent depuis plus d'une minute",
        ),
        (["another", "program"], BAD, "Un autre programme répond sur 127.0.0.1:8000"),
        ("<html>", BAD, "Un autre programme"),
        (None, LOOK, "Aucun « run » ne répond sur 127.0.0.1:8000"),
    ],
)
def test_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: object, level: Level, told: str
) -> None:
    def get(url: str, **_: object) -> httpx.Response:
        assert url == "http://127.0.0.1:8000/readyz"
        if answer is None:
            raise httpx.ConnectError("refused")
        return httpx.Response(200, json=answer)

    monkeypatch.setattr(serving.httpx, "get", get)
    found = one(examine("run", lambda: serving.ready(settings(tmp_path, web_host="0.0.0.0"))))  # noqa: S104
    assert (found.level, told in found.sentence) == (level, True), found


@pytest.mark.parametrize(("apart", "level"), [(0, GOOD), (-20, LOOK), (400, BAD), (None, LOOK)])
def test_the_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock, apart: int | None, level: Level
) -> None:
    now = clock()
    said = f"{now + timedelta(seconds=apart):%a, %d %b %Y %H:%M:%S GMT}" if apart is not None else "noon"
    monkeypatch.setattr(telegram.httpx, "get", lambda *_, **__: httpx.Response(200, headers={"Date": said}))
    assert one(telegram.clock(settings(tmp_path), lambda: now)).level is level


def asked(api: BotApi, product: Core, folder: Path, **given: Any) -> dict[str, Finding]:
    chosen = settings(folder, telegram_token=TOKEN, telegram_api=api.url, **given)
    found = asyncio.run(visit._account(chosen, product))
    return {one.check: one for one in found}


def test_telegram(tmp_path: Path) -> None:
    product = unstored(settings(tmp_path))
    with BotApi() as api:
        found = asked(api, product, tmp_path)
        assert (found["telegram"].level, found["webhook"].level, found["menu"].level) == (GOOD, GOOD, LOOK)
        assert "rallynov telegram setup" in found["menu"].mend
        before = len([call for call in api.calls if call.method.startswith("set")])
        wanted = asked(api, product, tmp_path, webhook_url="https://rallye.exemple/hook")
        assert wanted["webhook"].level is LOOK
        assert before == 0, "nothing is changed there"
        api.fail("getMe", 401)
        refused = asked(api, product, tmp_path)["telegram"]
        assert (refused.level, "Telegram refuse ce jeton." in refused.sentence) == (BAD, True)


@pytest.mark.parametrize(
    ("there", "wanted", "level", "told"),
    [
        ({"url": ""}, None, GOOD, "sans webhook"),
        ({"url": "https://r.exemple/h"}, "https://r.exemple/h", GOOD, "au webhook"),
        ({"url": "https://autre.exemple/secret"}, None, LOOK, "envoie à autre.exemple."),
        ({"url": ""}, "https://r.exemple/h", LOOK, "pas encore"),
        (
            {"url": "https://r.exemple/h", "last_error_message": "timeout"},
            "https://r.exemple/h",
            LOOK,
            "timeout",
        ),
        ({"url": "", "pending_update_count": 300}, None, LOOK, "300 messages"),
    ],
)
def test_the_webhook(
    tmp_path: Path, there: dict[str, object], wanted: str | None, level: Level, told: str
) -> None:
    found = telegram._hook(settings(tmp_path, webhook_url=wanted), there)
    assert (found.level, told in found.sentence) == (level, True), found
