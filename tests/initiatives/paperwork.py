"""Dossiers to print: people who have them, and what each paper would say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from conversation import Clock
from initiatives.coordinator import Coordination
from initiatives.life import FORM, FULL, Life, wording
from sqlalchemy import insert

from bot.wiring import PULL
from rallynov.delivery.posting import Post
from rallynov.editions.model import DEFAULT
from rallynov.initiatives.commands import (
    KeepAnswer,
)
from rallynov.initiatives.model import Kind
from rallynov.initiatives.moving import Moves, Verdict
from rallynov.initiatives.papers.found import Found, find
from rallynov.initiatives.papers.makers import dossier_makers
from rallynov.initiatives.papers.receipt import receipt_data
from rallynov.initiatives.papers.whole import whole_data
from rallynov.initiatives.tables import AttachmentRow
from rallynov.papers.model import File
from rallynov.storage.store import Store

HOSTILE = '#set page(fill: red)\n$x^2$ \\ "`*_<a>@b 🙂 שלום مرحبا 中文 \u202f» ' + "W" * 200
LANGUAGES = ("fr", "en")


def make(life: Life, kind: str, address: str, ref: str, language: str = "fr") -> File | None:
    return dossier_makers(life.store, FORM, DEFAULT, wording(), life.clock)[kind](address, ref, language)


def found(life: Life, address: str = "web:anne", ref: str = "d1") -> Found:
    with life.store.read() as tx:
        one = find(tx, DEFAULT, address, ref)
    assert one
    return one


def whole(life: Life, language: str = "fr", address: str = "web:anne") -> Any:
    return whole_data(FORM, found(life, address), DEFAULT, wording(), language)


def receipt(life: Life, language: str = "fr") -> Any:
    return receipt_data(FORM, found(life), DEFAULT, wording(), language)


def rows(said: Any) -> dict[str, Any]:
    """Every field that a dossier prints, by its name."""
    parts = [part for step in said["steps"] for part in step["parts"]]
    return {
        row["name"]: row for part in parts for row in part.get("rows" if "name" not in part else "", [part])
    }


def attach(
    life: Life, name: str, state: str, *, size: int = 1000, scanned: bool = False, reason: str = ""
) -> None:
    row = {
        "id": name, "dossier_id": "d1", "author": "anne", "address": "web:anne", "origin": "", "name": name,
        "mime": "image/jpeg", "size": size, "state": state, "scanned": scanned, "reason": reason,
        "created_at": life.clock(),
    }  # fmt: skip
    with life.store.write() as tx:
        tx.execute(insert(AttachmentRow), [row])


def judge(life: Life) -> Coordination:
    return Coordination(Moves(FORM, DEFAULT), Post(wording(), PULL))


def send_back(life: Life) -> None:
    with life.store.write() as tx:
        judge(life).request_correction(tx, "d1", Verdict("team", life.clock(), "Un chiffre à revoir"))


def spoil(life: Life) -> None:
    """Write into each text what a template or a font might trip on."""
    wild = [
        f.id for f in FORM.fields if f.kind in {Kind.LINE, Kind.TEXT} and f.applies(FULL) and f.id != "title"
    ]
    life.order("anne", *(KeepAnswer("d1", name, (HOSTILE * 4)[: FORM.find(name).most], 1) for name in wild))  # type: ignore[union-attr]
    attach(life, HOSTILE, "kept")


def stage(store: Store, clock: Clock) -> Life:
    """A call that is open, Anne on two devices, and Bruno."""
    life = Life(store, clock)
    life.call(clock().date() - timedelta(days=5), clock().date() + timedelta(days=30))
    life.person("anne", "web:anne", "telegram:1")
    life.person("bruno")
    return life
