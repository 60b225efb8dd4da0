"""Each rule of the data file under a moved clock: kept one second before its end, gone one second after."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conversation import Clock
from privacy.everything import tables, value
from sqlalchemy import Connection, insert, text

from rallynov.editions.service import CLOSES
from rallynov.editions.stages.model import KEPT as SEAT
from rallynov.masking import LEAST
from rallynov.privacy.service import Retention, purge
from rallynov.privacy.steps import apart
from rallynov.storage import lifetimes, schema
from rallynov.storage.backup import replaced
from rallynov.storage.lifetimes import Rule, rules
from rallynov.storage.store import Store

SECOND = timedelta(seconds=1)
NOTICES = Path(__file__).parents[2] / "locales"
TABLES = {table.name: table for table in tables()}
Row = dict[str, Any]


def put(tx: Connection, table: str, at: object, **said: object) -> None:
    """Write the row of everything in a table, with every moment at one moment, but for what is said."""
    columns = TABLES[table].columns
    dates = {one.name: at for one in columns if hasattr(value(one), "tzinfo")}
    row: Row = {one.name: None if one.nullable else value(one) for one in columns}
    tx.execute(insert(TABLES[table]), [row | dates | said])


def someone(tx: Connection, at: object, **more: object) -> None:
    """Write a person who was last seen at a moment."""
    put(tx, "person", at)
    put(tx, "conversation", at, person_id=value(TABLES["person"].c.id), unreachable_at=None)


def _visit(tx: Connection, at: object) -> None:
    someone(tx, at)
    put(tx, "diagnosis", at)
    put(tx, "answer", at)
    put(tx, "outbox", at, channel="web", broadcast=None, person_id=None, circular=None)


def _payload(tx: Connection, at: object) -> None:
    put(tx, "inbox", at, payload="un texte reçu", not_before=None)
    put(tx, "outbox", at, channel="telegram", body="un texte remis", broadcast=None, circular=None)


def _subscription(tx: Connection, at: object) -> None:
    someone(tx, at)
    put(tx, "consent", at, withdrawn_at=None)


def _restriction(tx: Connection, at: object) -> None:
    someone(tx, at)
    put(tx, "diagnosis", at)
    put(tx, "restriction", at, lifted_at=None)


def _draft(tx: Connection, at: Any) -> None:
    put(tx, "milestone", at, edition=value(TABLES["dossier"].c.edition), kind=CLOSES)
    put(tx, "dossier", at, status="draft", version=1)
    told = at + lifetimes.kept("draft") - lifetimes.notice("draft") - SECOND
    put(tx, "reminder", told, kind="purge:1")


def _late_code(tx: Connection, at: object) -> None:
    put(tx, "late_code", at)
    put(tx, "late_use", at)


def _seat(tx: Connection, at: object) -> None:
    put(tx, "stage", at)
    put(tx, "seat", at)


def _announcement(tx: Connection, at: object) -> None:
    put(
        tx,
        "announcement",
        at,
        id="draft",
        number=1,
        status="draft",
        author=None,
        approver=None,
        corrector=None,
    )
    put(
        tx, "announcement", at, id="over", number=2, status="sent", author=None, approver=None, corrector=None
    )
    put(tx, "outbox", at, broadcast="over", channel="web", circular="words", person_id=None, lease_owner=None)
    put(tx, "circular", at, broadcast="over", body="les mots d'une annonce")


CASES: Mapping[str, tuple[Callable[[Connection, Any], None], tuple[str, ...]]] = {
    "payload": (_payload, ("inbox.payload=un texte reçu", "outbox.body=un texte remis")),
    "event": (lambda tx, at: put(tx, "inbox", at, payload="", not_before=None), ("inbox",)),
    "visit": (_visit, ("person", "conversation", "diagnosis", "answer", "outbox")),
    "journal": (lambda tx, at: put(tx, "audit", at), ("audit",)),
    "access": (lambda tx, at: put(tx, "access", at, dossier_id=None), ("access",)),
    "subscription": (_subscription, ("person", "consent")),
    "announcement": (_announcement, ("announcement.id=draft", "outbox", "circular")),
    "restriction": (_restriction, ("person", "diagnosis", "restriction")),
    "draft": (_draft, ("dossier",)),
    "dossier": (lambda tx, at: put(tx, "dossier", at, status="submitted"), ("dossier",)),
    "question": (lambda tx, at: [put(tx, one, at) for one in ("question", "ticket")], ("question", "ticket")),
    "seat": (_seat, ("seat",)),
    "territory": (lambda tx, at: put(tx, "chosen_territory", at), ("chosen_territory",)),
    "invitation": (lambda tx, at: put(tx, "invitation", at, made_by=None), ("invitation",)),
    "late_code": (_late_code, ("late_code", "late_use")),
    "leaving": (
        lambda tx, at: tx.execute(
            text("INSERT INTO leaving VALUES ('web:1', :at)"), {"at": f"{at:%F %T.%f}"}
        ),
        ("leaving",),
    ),
    "tombstone": (
        lambda tx, at: tx.execute(
            text("INSERT INTO tombstone VALUES ('d', 'person', :at)"), {"at": f"{at:%F %T.%f}"}
        ),
        ("tombstone",),
    ),
}
"""How to write what a rule is about, as old as a moment, and where it is then found: in a table, or as a text in a column."""


ON_DISK = {"copy", "replaced"}


def there(tx: Connection, probe: str) -> bool:
    where, _, words = probe.partition("=")
    table, _, column = where.partition(".")
    rows = tx.execute(text(f'SELECT * FROM "{table}"')).mappings().all()  # noqa: S608 - our own tables
    return any(row[column] == words for row in rows) if column else bool(rows)


@pytest.mark.parametrize(
    "rule", [one for one in rules().values() if one.name not in ON_DISK], ids=lambda rule: rule.name
)
async def test_kept_one_second_before_and_gone_one_second_after(
    rule: Rule, sqlite: Store, clock: Clock
) -> None:
    assert rule.name in CASES, "a rule needs its case"
    write, probes = CASES[rule.name]
    at = clock.at
    with sqlite.write() as tx:
        write(tx, at)
    await apart(sqlite, Retention(at + rule.kept - SECOND).steps())
    with sqlite.read() as tx:
        assert [probe for probe in probes if not there(tx, probe)] == []
    await apart(sqlite, Retention(at + rule.kept + SECOND).steps())
    with sqlite.read() as tx:
        assert [probe for probe in probes if there(tx, probe)] == []


def test_when_somebody_was_last_reached_goes_after_a_year_though_they_still_ask(
    sqlite: Store, clock: Clock
) -> None:
    with sqlite.write() as tx:
        _subscription(tx, clock.at)
        put(tx, "announcement_reach", clock.at)
        purge(tx, clock.at + lifetimes.kept("announcement") - SECOND)
        assert there(tx, "announcement_reach")
        purge(tx, clock.at + lifetimes.kept("announcement") + SECOND)
        assert there(tx, "consent")
        assert not there(tx, "announcement_reach")


def test_a_copy_of_the_database_goes_by_its_rule(sqlite: Store, clock: Clock) -> None:
    path = Path(str(sqlite.url.database))
    copy = path.with_suffix(".before-0001.db")
    copy.write_bytes(b"une copie")
    os.utime(copy, (clock.at.timestamp(), clock.at.timestamp()))
    schema.forget_copies(sqlite, clock.at + lifetimes.kept("copy") - SECOND)
    assert copy.exists()
    schema.forget_copies(sqlite, clock.at + lifetimes.kept("copy") + SECOND)
    assert not copy.exists()


@pytest.mark.parametrize("name", [replaced.ARCHIVE, replaced.FOLDER])
def test_what_a_restoration_replaced_goes_by_its_rule(name: str, clock: Clock, tmp_path: Path) -> None:
    place, other = tmp_path / name.format(clock.at), tmp_path / "rallynov-20260301T080000Z.zip"
    other.touch()
    if name == replaced.FOLDER:
        place.mkdir()
        (place / "rallynov.db").write_bytes(b"une base")
    else:
        place.write_bytes(b"une archive")
    os.utime(place, (clock.at.timestamp(), clock.at.timestamp()))
    assert replaced.forget({tmp_path}, clock.at + lifetimes.kept("replaced") - SECOND) == 0
    assert place.exists()
    assert replaced.forget({tmp_path}, clock.at + lifetimes.kept("replaced") + SECOND) == 1
    assert [one.name for one in tmp_path.iterdir()] == [other.name], "backups are kept as one says"


def test_every_rule_says_what_it_is_about_and_every_case_has_its_rule() -> None:
    assert {*CASES, *ON_DISK} == set(rules())
    assert all(rule.what for rule in rules().values())
    assert lifetimes.kept("seat") == SEAT, "told on the screen of a stage"


@pytest.mark.parametrize(
    "said",
    [
        {"what": "x"},
        {"days": 3},
        {"what": "x", "days": 0},
        {"what": "x", "days": 1.5},
        {"what": "x", "day": 3},
    ],
)
def test_a_rule_that_does_not_say_how_long_is_refused(said: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="retention"):
        lifetimes._rule("x", said)


TOLD = {
    "fr": {
        "visit": "trois mois après votre dernière visite",
        "payload": "sept jours",
        "journal": "un an au plus",
        "draft": "trois mois après la clôture",
        "dossier": "après deux ans",
        "question": "Gardée un an au plus",
        "access": "est noté un an",
        "subscription": "trois ans après votre dernière visite",
        "announcement": "la dernière annonce reçue, un an",
        "copy": "mise à jour sept jours",
        "replaced": "trente nuits au plus",
        "tombstone": "gardée 400 jours",
    },
    "en": {
        "visit": "three months after your last visit",
        "payload": "seven days",
        "journal": "for a year at most",
        "draft": "three months after the call closes",
        "dossier": "after two years",
        "question": "Kept for a year at most",
        "access": "is noted for a year",
        "subscription": "three years after your last visit",
        "announcement": "the last announcement you received for one year",
        "copy": "before an update seven days",
        "replaced": "thirty nights at most",
        "tombstone": "kept for 400 days",
    },
}
DAYS = {
    "visit": 90,
    "payload": 7,
    "journal": 365,
    "draft": 90,
    "dossier": 730,
    "question": 365,
    "access": 365,
    "subscription": 1095,
    "announcement": 365,
    "copy": 7,
    "replaced": 30,  # as long as backups
    "tombstone": 400,
}
"""What the notice says in words, and the days that these words stand for."""


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_notice_says_what_the_rules_say(language: str) -> None:
    notice = tomllib.loads((NOTICES / language / "privacy.toml").read_text("utf-8"))["notice"]
    full = " ".join(notice["full"])
    for name, days in DAYS.items():
        assert TOLD[language][name] in full, name
        assert lifetimes.kept(name) == timedelta(days=days), f"the notice says otherwise: {name}"
    assert {"fr": "trente nuits", "en": "thirty nights"}[language] in full, (
        "packaging/rallynov-backup.service"
    )
    assert {"fr": f"sous {LEAST} est masqué", "en": f"under {LEAST} is hidden"}[language] in full
    assert len(full.encode("utf-16-le")) // 2 + 2 * len(notice["full"]) < 4000, "one message"


def test_every_rule_is_read_by_some_code() -> None:
    code = "".join(path.read_text("utf-8") for path in Path(lifetimes.__file__).parents[1].rglob("*.py"))
    assert {name for name in rules() if not re.search(rf'kept\("{name}"\)', code)} == set()
