"""The service: one snapshot while people write, all of a file or nothing, a trace of it, and only what was asked for."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from conversation import Clock
from exports.crowd import fill
from exports.stage import SHAPE, VIEWS, read, room, told
from initiatives.life import FULL, Life
from initiatives.paperwork import attach, send_back, stage
from sqlalchemy import select, update

from rallynov.delivery.tables import AuditRow
from rallynov.exports import place, reading
from rallynov.exports.document import check
from rallynov.exports.model import OPERATOR, Entry, Refused, Selection, Who
from rallynov.initiatives.commands import KeepAnswer, WithdrawDossier
from rallynov.initiatives.model import Status
from rallynov.initiatives.tables import DossierRow
from rallynov.people.roles import Grant, Grants, Role
from rallynov.storage.store import Store

READER = Who("person-7", Grants((Grant(Role.READER),)))


@pytest.fixture
def life(store: Store, clock: Clock) -> Life:
    return stage(store, clock)


def exported(path: Path) -> list[Any]:
    found: list[Any] = orjson.loads(path.read_bytes())["dossiers"]
    return found


def left(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir() if one.name.startswith((".", "a")))


def test_what_is_written_meanwhile_is_not_seen(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store, 25)
    before = read(store, VIEWS["complete"])
    taken = reading.entries

    def while_people_write(*args: Any) -> Iterator[list[Entry]]:
        for some in taken(*args, at_once=5):
            with store.write() as tx:
                tx.execute(update(DossierRow).values(status=Status.WITHDRAWN, reason="changé", receipt=None))
            yield some

    monkeypatch.setattr(reading, "entries", while_people_write)
    assert told(room(store, tmp_path).write("complete", "json", tmp_path / "a.json", OPERATOR)).dossiers == 25
    assert [one["key"] for one in exported(tmp_path / "a.json")] == [one.key for one in before]
    assert "changé" not in (tmp_path / "a.json").read_text()
    assert check(tmp_path / "a.json", SHAPE).sound


def test_what_counts_is_what_was_submitted_then_what_is_being_corrected(life: Life, tmp_path: Path) -> None:
    life.full("anne", "d1")
    attach(life, "plan.pdf", "kept")
    attach(life, "photo.jpg", "refused")
    life.submit("anne")
    attach(life, "ajout.pdf", "kept")
    [first] = read(life.store, VIEWS["complete"])
    assert (first.status, first.answers["title"]) == (Status.SUBMITTED, FULL["title"])
    assert [piece.name for piece in first.pieces] == ["plan.pdf"]
    send_back(life)
    life.order("anne", KeepAnswer("d1", "title", "Un autre titre", life.dossier("anne").seen("title")))
    [second] = read(life.store, VIEWS["complete"])
    assert (second.status, second.answers["title"]) == (Status.TO_CORRECT, "Un autre titre")
    assert second.reason == "Un chiffre à revoir"
    assert {piece.name for piece in second.pieces} == {"plan.pdf", "ajout.pdf"}
    assert [move.act for move in second.moves] == ["open", "submit", "send_back"]


def test_registered_entries_are_exported_and_drafts_when_asked(life: Life, tmp_path: Path) -> None:
    life.full("anne", "d1")
    life.submit("anne")
    life.open("bruno", "d2", name="Une ébauche")
    life.person("carole")
    life.full("carole", "d3")
    life.submit("carole", "d3")
    life.order("carole", WithdrawDossier("d3"))
    everything = Selection(drafts=True)
    assert [one.id for one in read(life.store, VIEWS["complete"])] == ["d1"]
    assert read(life.store, VIEWS["complete"], Selection(ids=())) == []
    found = read(life.store, VIEWS["complete"], everything)
    assert {(one.id, one.status) for one in found} == {
        ("d1", Status.SUBMITTED), ("d2", Status.DRAFT), ("d3", Status.WITHDRAWN),
    }  # fmt: skip
    assert next(one.key for one in found if one.id == "d2") == "B-d2"
    done = room(life.store, tmp_path).write("jury", "json", tmp_path / "a.json", OPERATOR, everything)
    assert told(done).dossiers == 1


@pytest.mark.parametrize(
    ("territories", "many"),
    [({"25"}, 2), ({"besancon"}, 2), ({"doubs", "39"}, 3), ({"90"}, 0), ({"lure"}, 0), (set(), 3)],
)
def test_a_territory_is_a_departement_or_a_commune(
    sqlite: Store, clock: Clock, tmp_path: Path, territories: set[str], many: int
) -> None:
    life = stage(sqlite, clock)
    lons = {"insee": "39300", "name": "Lons-le-Saunier", "postcode": "39000"}
    for person, dossier, answers in (
        ("anne", "d1", {}),
        ("anne", "d2", {}),
        ("bruno", "d3", {"commune": lons}),
    ):
        life.full(person, dossier, **answers)  # type: ignore[arg-type]
        life.submit(person, dossier)
    only = Selection(territories=frozenset(territories))
    done = room(sqlite, tmp_path).write("complete", "json", tmp_path / "a.json", OPERATOR, only)
    assert (done if many == 0 else told(done).dossiers) == (many or Refused.NOTHING)


def test_who_exported_what_is_in_the_audit_and_nothing_of_what_was_typed(
    sqlite: Store, tmp_path: Path
) -> None:
    fill(sqlite, 5)
    told(room(sqlite, tmp_path).write("jury", "csv", tmp_path / "a.csv", READER))
    with sqlite.read() as tx:
        [row] = tx.execute(select(AuditRow.actor, AuditRow.action, AuditRow.subject)).all()
    assert tuple(row) == ("person-7", "Export", "export:rallynov:jury:csv:3")


@pytest.mark.parametrize("roles", [(), (Role.JUROR,), (Role.ADMINISTRATOR,)])
def test_whoever_may_not_export_gets_nothing(sqlite: Store, tmp_path: Path, roles: tuple[Role, ...]) -> None:
    fill(sqlite, 1)
    someone = Who("x", Grants(tuple(map(Grant, roles))))
    assert room(sqlite, tmp_path).write("jury", "json", tmp_path / "a.json", someone) is Refused.NOT_ALLOWED
    assert (
        room(sqlite, tmp_path).write("complete", "json", tmp_path / "a.json", READER) is Refused.NOT_ALLOWED
    )
    assert left(tmp_path) == []
    with sqlite.read() as tx:
        assert tx.execute(select(AuditRow.id)).all() == []


def test_a_status_that_a_view_never_shows_is_refused(sqlite: Store, tmp_path: Path) -> None:
    only = Selection(statuses=frozenset({Status.WITHDRAWN}))
    done = room(sqlite, tmp_path).write("publication", "json", tmp_path / "a.json", OPERATOR, only)
    assert done is Refused.STATUS_HIDDEN


@pytest.mark.parametrize("kind", ["xlsx", "csv", "json", "zip", "pdf"])
def test_nothing_to_export_writes_nothing(sqlite: Store, tmp_path: Path, kind: str) -> None:
    assert room(sqlite, tmp_path).write("complete", kind, tmp_path / f"a.{kind}", OPERATOR) is Refused.NOTHING
    assert left(tmp_path) == []


@pytest.mark.parametrize("kind", ["xlsx", "csv", "json", "zip"])
def test_an_export_is_for_its_owner_and_leaves_nothing_beside(
    sqlite: Store, tmp_path: Path, kind: str
) -> None:
    fill(sqlite, 3)
    path = tmp_path / f"a.{kind}"
    before = os.umask(0)
    try:
        assert told(room(sqlite, tmp_path).write("complete", kind, path, OPERATOR)).paths == (str(path),)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert left(tmp_path) == [f"a.{kind}"]


@pytest.mark.parametrize("kind", ["xlsx", "csv", "json", "zip"])
def test_an_export_that_fails_leaves_what_was_there(
    sqlite: Store, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(sqlite, 250)
    path = tmp_path / f"a.{kind}"
    path.write_text("avant")

    def fails(done: int, _total: int) -> None:
        if done >= 200:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        room(sqlite, tmp_path).write("complete", kind, path, OPERATOR, tell=fails)
    assert (path.read_text(), left(tmp_path)) == ("avant", [f"a.{kind}"])
    with sqlite.read() as tx:
        assert tx.execute(select(AuditRow.id)).all() == []


def test_what_a_killed_export_left_is_removed_but_one_under_way_is_not(sqlite: Store, tmp_path: Path) -> None:
    fill(sqlite, 1)
    dead = tmp_path / ".rallynov-export-dead"
    dead.mkdir()
    for name in ("busy", "export.json"):
        (dead / name).write_text("")
    with place.workplace(tmp_path / "b.json") as busy:
        told(room(sqlite, tmp_path).write("complete", "json", tmp_path / "a.json", OPERATOR))
        assert busy.is_dir()
    assert left(tmp_path) == ["a.json"]


def test_progress_is_told_to_the_end(sqlite: Store, tmp_path: Path) -> None:
    fill(sqlite, 250)
    seen: list[tuple[int, int]] = []
    told(
        room(sqlite, tmp_path).write(
            "complete", "json", tmp_path / "a.json", OPERATOR, tell=lambda *at: seen.append(at)
        )
    )
    assert seen == [(100, 250), (200, 250), (250, 250)]


def test_no_more_than_some_dossiers_are_held_at_a_time(
    sqlite: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(sqlite, 250)
    sizes: list[int] = []
    taken = reading._Read
    monkeypatch.setattr(reading, "_Read", lambda *args: sizes.append(len(args[-1])) or taken(*args))
    told(room(sqlite, tmp_path).write("complete", "json", tmp_path / "a.json", OPERATOR))
    assert sizes == [100, 100, 50]


def test_an_answer_that_this_release_cannot_read_is_kept_apart(sqlite: Store, clock: Clock) -> None:
    life = stage(sqlite, clock)
    life.full("anne")
    life.submit("anne")
    with sqlite.write() as tx:
        old = orjson.dumps(
            {"form": "1999", "answers": {"title": "T", "legal": "empire", "gone": [1]}, "files": []}
        ).decode()
        tx.exec_driver_sql("UPDATE dossier_move SET content = ? WHERE act = 'submit'", (old,))
    [found] = read(sqlite, VIEWS["complete"])
    assert (found.form, found.answers, found.others) == (
        "1999",
        {"title": "T"},
        {"legal": "empire", "gone": [1]},
    )
