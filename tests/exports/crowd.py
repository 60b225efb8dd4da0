"""Many dossiers at once, written straight into the tables, with what people should never type."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from initiatives.life import FORM, FULL
from sqlalchemy import Connection, insert

from rallynov.editions.model import DEFAULT
from rallynov.initiatives.form import Field, Json, Kind
from rallynov.initiatives.lifecycle import Act
from rallynov.initiatives.model import Right, Status
from rallynov.initiatives.tables import AttachmentRow, DossierAnswerRow, DossierRow, MoveRow, ShareRow
from rallynov.people.tables import PersonRow
from rallynov.storage.store import Store

AT = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)
HOSTILE = (
    "=1+1", "+33 (0)3 81", "-2+3", "@SUM(A1:A9)", '=HYPERLINK("http://x.example";"ici")', "\t=1", "'=1", "''-1", " =1",
    "=cmd|' /C calc'!A0", "＝1+1", "- un tiret", "{=1}", "_x0041_", "_x005F_", 'a;b;"c"', "l'une\nl'autre\r\net la suite",
    "nul\0ici", "\x0b\x0c\x1b[2J", "\ufffe\uffff", "\u202egnp.exe", "\u2066caché\u2069", "👨‍👩‍👧‍👦🇫🇷🏴‍☠️",
    "é\u0301" + "\u0300" * 20, "<b>&amp;</b>]]>", "{typed} %s {0}", "🙂" * 60, "1e5", "3/4", "00123",
    "12345678901234567890", "VRAI", "#REF!", "שלום مرحبا",
)  # fmt: skip
STATUSES = (Status.SUBMITTED, Status.SUBMITTED, Status.ADMISSIBLE, Status.INADMISSIBLE, Status.TO_CORRECT)
_WORDS = (
    "une", "équipe", "a", "essayé", "avec", "les", "personnes", "concernées", "puis", "mesuré", "ce", "qui", "change",
    "au", "travail", "chaque", "semaine",
)  # fmt: skip


def fill(store: Store, many: int, *, hostile: bool = True, files: int = 0, seed: int = 1) -> None:
    """Write ``many`` dossiers, submitted and later."""
    chance = random.Random(seed)
    with store.write() as tx:
        tx.execute(insert(PersonRow), [{"id": "porteuse", "notice_version": "1", "created_at": AT}])
        for some in _batched(many):
            _write(tx, [made(nth, chance, hostile=hostile) for nth in some], files)


def _batched(many: int) -> Iterator[range]:
    return (range(start, min(start + 200, many + 1)) for start in range(1, many + 1, 200))


def made(nth: int, chance: random.Random, *, hostile: bool) -> dict[str, Any]:
    """One dossier: its row and its answers."""
    status = STATUSES[nth % len(STATUSES)]
    answers = {
        field.id: value
        for field in FORM.fields
        if (value := _value(field, chance, hostile=hostile)) is not None
    }
    at = AT + timedelta(seconds=nth)
    return {
        "id": f"{nth:032x}", "edition": DEFAULT.slug, "form": FORM.version, "status": status, "receipt": f"RN-{nth:05}",
        "fingerprint": f"{nth:064x}", "submitted_at": at, "correct_by": None, "reason": chance.choice(HOSTILE[:12]),
        "created_at": at, "updated_at": at, "answers": answers,
    }  # fmt: skip


def _value(field: Field, chance: random.Random, *, hostile: bool) -> Json:
    if field.kind in {Kind.LINE, Kind.TEXT}:
        text = " ".join(chance.choices(_WORDS, k=(field.least or 4) // 3 if field.kind is Kind.TEXT else 3))
        return f"{chance.choice(HOSTILE)} {text} {chance.choice(HOSTILE)}" if hostile else text
    if field.kind in {Kind.CHOICES, Kind.CHOICE}:
        several = field.kind is Kind.CHOICES and field.id != "published"
        named = sorted(chance.sample(field.options, 2 if several else 1))
        return named[0] if field.kind is Kind.CHOICE else [*named]
    made = _MADE.get(field.kind)
    return made(chance, field) if made else FULL.get(field.id)


def _row(chance: random.Random, _field: Field) -> Json:
    text, date = chance.choice(HOSTILE), chance.choice(("2012", "2012-12", "2012-12-31"))
    return [{"label": f"{text} absences", "before": text, "after": "8", "date": date}]


def _commune(chance: random.Random, _field: Field) -> Json:
    insee = chance.choice(("25056", "39300", "70550", "90010"))
    return {"insee": insee, "name": "Besançon", "postcode": "25000"}


_MADE: Mapping[Kind, Callable[[random.Random, Field], Json]] = {
    Kind.COMMUNE: _commune,
    Kind.ROWS: _row,
    Kind.NUMBER: lambda chance, _: chance.choice((0, 7, 12, 100_000)),
    Kind.AMOUNT: lambda chance, _: chance.choice((0, 12.5, 100_000)),
    Kind.FILES: lambda *_: None,
    Kind.URLS: lambda *_: ["https://exemple.fr/?a=1;b=2", "https://exemple.fr/@x"],
}


def _write(tx: Connection, some: list[dict[str, Any]], files: int) -> None:
    tx.execute(
        insert(DossierRow),
        [{name: value for name, value in one.items() if name != "answers"} for one in some],
    )
    answers = [
        {
            "dossier_id": one["id"],
            "field": name,
            "value": _json(value),
            "version": 1,
            "author": "porteuse",
            "at": AT,
        }
        for one in some
        for name, value in one["answers"].items()
    ]
    tx.execute(insert(DossierAnswerRow), answers)
    share = {"person_id": "porteuse", "right": Right.OWN, "name": "", "since": AT}
    tx.execute(insert(ShareRow), [{"dossier_id": one["id"], **share} for one in some])
    tx.execute(insert(MoveRow), [_move(one, files) for one in some])
    kept = [_file(one["id"], nth) for one in some for nth in range(files)]
    if kept:
        tx.execute(insert(AttachmentRow), kept)


def _move(one: Mapping[str, Any], files: int) -> dict[str, Any]:
    named = [(f"{HOSTILE[nth]} plan.pdf", 1000, f"{one['id']}{nth}") for nth in range(files)]
    content = _json({"form": one["form"], "answers": one["answers"], "files": named})
    return {
        "dossier_id": one["id"], "act": Act.SUBMIT, "status": Status.SUBMITTED, "author": "porteuse",
        "at": one["submitted_at"], "content": content, "fingerprint": one["fingerprint"],
    }  # fmt: skip


def _file(dossier: str, nth: int) -> dict[str, Any]:
    return {
        "id": f"{dossier}{nth}", "dossier_id": dossier, "author": "porteuse", "address": "web:porteuse", "origin": "",
        "name": f"{HOSTILE[nth]} plan.pdf", "mime": "application/pdf", "size": 1000, "state": "kept", "created_at": AT,
    }  # fmt: skip


def _json(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
