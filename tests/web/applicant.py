"""Somebody with a dossier on the web: opens it, reads its page, and presses its buttons."""

from __future__ import annotations

from conversation import Clock
from sqlalchemy import insert, select, update
from web.visitor import Visitor

from bot.wiring import Core
from rallynov.initiatives.tables import AttachmentRow, DossierRow, ShareRow

HOSTILE = "<script>alert(1)</script> \" onload='x' & {{ 7*7 }}"


async def opened(visitor: Visitor) -> Visitor:
    await visitor.open()
    await visitor.say("/dossier")
    await visitor.press("accept")
    await visitor.press("begin")
    await visitor.say("Atelier des Exemples")
    return visitor


PLAIN = {0xA0: " ", 0x202F: " "}


def text(visitor: Visitor) -> str:
    assert visitor.answer is not None
    return visitor.answer.text.translate(PLAIN)


def dossier(core: Core) -> str:
    with core.store.read() as tx:
        return tx.execute(select(DossierRow.id)).scalar() or ""


def commands(visitor: Visitor) -> dict[str, str]:
    """The commands that the page's own buttons send, by what they are called."""
    buttons = [
        (a.get("aria-label", ""), a["value"])
        for tag, a in visitor.page.tags
        if tag == "button" and "form" in a
    ]
    return {label.translate(PLAIN) or command: command for label, command in buttons}


def change(core: Core, **values: object) -> None:
    with core.store.write() as tx:
        tx.execute(update(DossierRow).values(**values))


def right(core: Core, given: str) -> None:
    """Give whoever has the dossier another right."""
    with core.store.write() as tx:
        tx.execute(update(ShareRow).values(right=given))


def attach(
    core: Core, clock: Clock, name: str, state: str, *, scanned: bool = False, reason: str = ""
) -> None:
    row = {
        "id": f"id{len(name)}", "dossier_id": dossier(core), "author": "x", "address": "x", "origin": "", "name": name,
        "mime": "application/pdf", "size": 1_500_000, "state": state, "scanned": scanned, "reason": reason,
        "created_at": clock(),
    }  # fmt: skip
    with core.store.write() as tx:
        tx.execute(insert(AttachmentRow), [row])
