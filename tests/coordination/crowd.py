"""Many dossiers at once, made in the database: submitted ones as a submission leaves them, drafts as they are."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import insert

from rallynov.delivery.tables import ConversationRow
from rallynov.editions.model import DEFAULT, Edition
from rallynov.initiatives.form import Json
from rallynov.initiatives.model import Status
from rallynov.initiatives.tables import DossierAnswerRow, DossierRow, MoveRow, ShareRow
from rallynov.people.tables import PersonRow
from rallynov.storage.store import Store

COMMUNES = (
    ("25056", "Besançon", "25000"), ("39198", "Dole", "39100"), ("70550", "Vesoul", "70000"), ("90010", "Belfort", "90000"),
)  # fmt: skip
THEMES = ("health", "employment", "working_conditions", "mobility", "engagement", "cohesion")
LEGAL = ("sarl", "association", "scop", "sas")
TEXT = "Un texte exemple qui raconte assez longuement ce que fait l'initiative exemple. " * 4


def answers(nth: int) -> dict[str, Json]:
    """What one of many dossiers holds."""
    insee, name, postcode = COMMUNES[nth % len(COMMUNES)]
    siret = f"{100_000_000 + nth // 2:09d}00010" if nth % 50 < 2 else f"{200_000_000 + nth:09d}00010"
    return {
        "name": f"Structure exemple {nth}",
        "registry": siret,
        "legal": LEGAL[nth % len(LEGAL)],
        "headcount": (nth * 7) % 400,
        "street": f"{nth} rue de l'Exemple",
        "commune": {"insee": insee, "name": name, "postcode": postcode},
        "person": f"Claude Exemple {nth}",
        "position": "Direction",
        "email": f"contact{nth}@exemple.fr",
        "phone": "+33381000000",
        "title": f"Initiative exemple {nth}",
        "summary": TEXT,
        "themes": [THEMES[nth % len(THEMES)]],
        "shape": "practice",
        "stage": "idea",
        "need": TEXT,
        "answer": TEXT,
    }


def fill(
    store: Store,
    count: int,
    now: datetime,
    *,
    drafts: int = 0,
    edition: Edition = DEFAULT,
    whole: bool = False,
) -> list[str]:
    """Make submitted dossiers, then drafts, each of a person of its own; return their ids."""
    ids = [hashlib.sha256(f"{edition.slug}:{nth}".encode()).hexdigest()[:32] for nth in range(count + drafts)]
    for at in range(0, len(ids), 500):
        _some(store, ids[at : at + 500], at, count, now, edition, whole=whole)
    return ids


def _some(
    store: Store, ids: Sequence[str], first: int, count: int, now: datetime, edition: Edition, *, whole: bool
) -> None:
    people, talks, rows, shares, moves, held = [], [], [], [], [], []
    for nth, one in enumerate(ids, first):
        at, given = now - timedelta(minutes=len(ids) * 3 - nth), answers(nth)
        submitted = nth < count
        person = {"id": f"p{nth}", "notice_version": "1", "created_at": at}
        people.append(person)
        talks.append(
            {"address": f"web:p{nth}", "channel": "web", "person_id": f"p{nth}", "language": "fr"}
            | {"created_at": at, "updated_at": at}
        )
        rows.append(_row(one, nth, given, at, edition, submitted=submitted))
        shares.append({"dossier_id": one, "person_id": f"p{nth}", "right": "own", "since": at})
        moves.append(_move(one, nth, "open", Status.DRAFT, at))
        if submitted:
            content = orjson.dumps(
                {"form": "2013.1", "answers": given, "files": []}, option=orjson.OPT_SORT_KEYS
            )
            moves.append(_move(one, nth, "submit", Status.SUBMITTED, at, content.decode()))
        if whole or not submitted:
            value = {"dossier_id": one, "version": 1, "author": f"p{nth}", "at": at}
            held += [
                value | {"field": name, "value": orjson.dumps(said).decode()} for name, said in given.items()
            ]
    with store.write() as tx:
        for table, made in (
            (PersonRow, people), (ConversationRow, talks), (DossierRow, rows), (ShareRow, shares), (MoveRow, moves),
            (DossierAnswerRow, held),
        ):  # fmt: skip
            if made:
                tx.execute(insert(table), made)


def _row(
    one: str, nth: int, given: dict[str, Any], at: datetime, edition: Edition, *, submitted: bool
) -> dict[str, Any]:
    return {
        "id": one, "edition": edition.slug, "form": "2013.1", "version": 3,
        "status": Status.SUBMITTED if submitted else Status.DRAFT,
        "siren": given["registry"][:9], "named": f"initiative exemple {nth}",
        "receipt": f"2026-{nth + 1:04d}" if submitted else None, "submitted_at": at if submitted else None,
        "created_at": at, "updated_at": at,
    }  # fmt: skip


def _move(
    one: str, nth: int, act: str, status: Status, at: datetime, content: str | None = None
) -> dict[str, Any]:
    return {
        "dossier_id": one, "act": act, "status": status, "author": f"p{nth}", "at": at, "content": content,
        "fingerprint": "",
    }  # fmt: skip
