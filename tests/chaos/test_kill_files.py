"""``kill -9`` while a file is fetched, examined, stored, told: it is kept once, whole, and nothing is left over."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime
from pathlib import Path

import postgres
import pytest
from botapi import BotApi
from chaos.nursery import Kill, Lives, Nursery
from chaos.points import FILE_POINTS
from conversation import Clock
from files import samples
from initiatives.life import Life
from sqlalchemy import select, update

from rallynov.initiatives.attachments.folder import Folder
from rallynov.initiatives.attachments.sweeping import sweep
from rallynov.initiatives.commands import AddAttachment
from rallynov.initiatives.tables import AttachmentRow
from rallynov.storage.store import Store

pytestmark = pytest.mark.campaign  # each waits for a lease to run out

CHAT, PATIENCE = 42, 60.0
PIECES = 40
"""Pieces of 64 kB that the file comes in, or so."""


def pdf() -> bytes:
    return samples.pdf(random.Random(4).randbytes(PIECES * 65_536).replace(b"/", b" ") + b"\n")


def waits(real: Store, clock: Clock, file_id: str) -> None:
    """Let one person send one file, as their conversation would have ordered it."""
    life = Life(real, clock)
    life.person("camille", f"telegram:{CHAT}")
    life.open("camille", "d1", title="Une initiative exemple")
    life.order("camille", AddAttachment("d1", "a1", f"telegram:{file_id}", "plan.pdf", 0, ""))
    with real.write() as tx:
        tx.execute(update(AttachmentRow).values(address=f"telegram:{CHAT}"))


def state(real: Store) -> str:
    with real.read() as tx:
        return str(tx.execute(select(AttachmentRow.state)).scalar())


def release(real: Store) -> None:
    """Let the lease of whoever died be over: the product waits three minutes."""
    with real.write() as tx:
        tx.execute(update(AttachmentRow).values(not_before=None))


def killed(nursery: Nursery, folder: Path, kills: list[Kill], database: str = "") -> Lives:
    """Let victims die on one file, and a last one live."""
    real = Store(database or nursery.database(folder))
    try:
        return examined(nursery, folder, kills, real)
    finally:
        real.close()


def examined(nursery: Nursery, folder: Path, kills: list[Kill], real: Store) -> Lives:
    """Check what is left: the file, one message, nothing else."""
    content, clock = pdf(), Clock()
    with BotApi() as api:
        waits(real, clock, api.files.hold(content))
        order = {"api": api.url, "database": str(real.url), "data": str(folder / "data")}
        lives = Lives(nursery, order, kills)
        lives.start()
        try:
            lives.until(lambda: lives.last, PATIENCE)
            if not real.is_sqlite:
                release(real)
            lives.until(lambda: state(real) == "kept", PATIENCE)
            api.wait(lambda api: api.messages(CHAT), PATIENCE)
            lives.end()
        finally:
            lives.abandon()
        told = [message["text"] for message in api.messages(CHAT)]
    pieces = Folder(folder / "data" / "pieces")
    assert pieces.place("d1", "a1").read_bytes() == content
    hours_later = datetime.fromtimestamp(time.time() + 7200, UTC)
    assert sweep(real, pieces, hours_later) == (0 if real.is_sqlite else 1)  # what the dead one was writing
    left = [path.name for path in (folder / "data").rglob("*") if path.is_file()]
    assert sorted(left) == [".base", "a1"]
    assert len(told) == 1
    assert "plan.pdf" in told[0]
    return lives


@pytest.mark.parametrize("point", FILE_POINTS)
def test_a_kill_on_the_way_of_a_file(nursery: Nursery, tmp_path: Path, point: str) -> None:
    nth = random.Random(point).randint(2, PIECES // 2) if point == "fetching" else 1
    kills = [Kill(point, nth), Kill("fetching", 5)]
    if point == "closed":
        kills = kills[:1]
    lives = killed(nursery, tmp_path, kills)
    assert lives.ends == [-9] * len(kills) + [0]


@pytest.mark.postgres
@pytest.mark.parametrize("point", ["fetching", "renamed"])
def test_a_kill_on_the_way_of_a_file_on_postgresql(
    nursery: Nursery, tmp_path: Path, point: str, cluster: postgres.Cluster
) -> None:
    lives = killed(nursery, tmp_path, [Kill(point, 1)], cluster.migrated())
    assert lives.ends == [-9, 0]
