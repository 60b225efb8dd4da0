"""A visitor who sends files by the form of the page, and what then lies in the tables and in the folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
from conversation import Clock
from sqlalchemy import select
from web.visitor import Visitor

from bot.wiring import Core
from rallynov.initiatives.attachments.closing import Closing
from rallynov.initiatives.attachments.folder import Folder
from rallynov.initiatives.attachments.intake import Intake, Means
from rallynov.initiatives.tables import AttachmentRow, DossierRow

Files = list[tuple[str, tuple[str, bytes, str]]]


async def at_files(visitor: Visitor, core: Core) -> Visitor:
    await visitor.open()
    await visitor.say("/dossier")
    await visitor.press("accept")
    await visitor.say("/dossier")
    await visitor.press("begin")
    with core.store.read() as tx:
        newest = select(DossierRow.id).order_by(DossierRow.created_at.desc())
        await visitor.say(f"/dossier {tx.execute(newest).scalars().first()}:files")
    return visitor


async def send(
    visitor: Visitor, files: Files, headers: dict[str, str] | None = None, **fields: str
) -> httpx.Response:
    """Send the form of files as a browser does, the fields first."""
    told: Any = [(name, (None, value)) for name, value in {**visitor.page.hidden, **fields}.items()]
    sent = {"Origin": visitor.home} if headers is None else headers
    return await visitor.client.post("/pieces", files=[*told, *files], headers=sent)


def one(name: str, content: bytes, mime: str = "application/pdf") -> Files:
    return [("files", (name, content, mime))]


async def work(core: Core, folder: Folder, clock: Clock) -> None:
    """Let the worker go through all that waits."""
    closing = Closing(core.store, core.closing.form, folder, core.closing._post, lambda: "mark")
    means = Means({"web": folder.fetch}, clock=clock)
    intake = Intake(core.store, closing, means)
    while job := await core.store.writing(intake._claim):
        await intake.do(job)


def rows(core: Core) -> list[tuple[str, str, int]]:
    with core.store.read() as tx:
        columns = select(AttachmentRow.name, AttachmentRow.state, AttachmentRow.size)
        return [tuple(row) for row in tx.execute(columns.order_by(AttachmentRow.created_at))]


def arrivals(folder: Folder) -> list[Path]:
    return list(folder._made(".arrivals").iterdir())


def ids(core: Core) -> tuple[str, str]:
    with core.store.read() as tx:
        row = tx.execute(select(AttachmentRow.dossier_id, AttachmentRow.id)).first()
    assert row
    return row[0], row[1]
