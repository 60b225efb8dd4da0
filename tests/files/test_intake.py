"""The worker: what waits is taken once, brought to its end by one process, whatever fails or dies on the way."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

from conversation import Clock
from files import samples
from files.stage import Stage

from rallynov.initiatives.attachments import waiting
from rallynov.initiatives.attachments.closing import Closing
from rallynov.initiatives.attachments.intake import Means
from rallynov.initiatives.attachments.waiting import LEASE, Job
from rallynov.initiatives.commands import AddAttachment
from rallynov.storage.store import Store


async def test_a_good_file_is_kept_and_its_sender_told(stage: Stage) -> None:
    ref = stage.send("../Plan\u202e d'action.PDF", samples.pdf(), mime="text/html")
    assert stage.file(ref).state == "waiting"
    await stage.work()
    kept = stage.file(ref)
    assert (kept.state, kept.name, kept.mime) == ("kept", "Plan d'action.pdf", "application/pdf")
    assert kept.size == len(samples.pdf())
    assert stage.stored(ref) == samples.pdf()
    assert stage.rows() == [("kept", "", 1)]  # where it was had is not remembered
    assert stage.on_disk() == [f"d1/{ref}"]
    (told,) = stage.told()
    assert told == (
        "Fichier ajouté « Plan d'action.pdf » (0,1 Mo) fait maintenant partie de « Une initiative exemple ». "
        "Il n'a pas été analysé par un antivirus : ce service n'en a pas, ou il n'a pas répondu."
    )


async def test_its_digest_is_that_of_what_is_stored(alone: Stage) -> None:
    photo = await alone.sent("a.jpg", samples.located())
    with alone.store.read() as tx:
        digest = tx.exec_driver_sql("SELECT digest FROM attachment").scalar()
    assert digest == hashlib.sha256(alone.stored(photo.id)).hexdigest()
    assert "Ce qu'il disait en plus de son contenu (lieu, date, appareil) a été retiré." in alone.told()[0]


async def test_a_refused_file_is_told_with_its_reason_and_leaves_nothing(stage: Stage) -> None:
    ref = stage.send("facture.docx", samples.EXE)
    await stage.work()
    assert stage.file(ref).state == "refused"
    assert stage.on_disk() == []
    (told,) = stage.told()
    assert told == (
        "Fichier non ajouté « facture.docx » n'a pas été ajouté à « Une initiative exemple ». Son nom annonce DOCX, "
        "mais c'est un programme. Donnez-lui son vrai nom, ou envoyez le bon fichier."
    )


async def test_only_the_conversation_that_sent_it_is_told(alone: Stage) -> None:
    heard: list[str] = []
    alone.store.told = heard.extend
    await alone.sent("a.pdf", samples.pdf())
    assert heard == ["moved web:camille"]
    assert not alone.life.told("telegram:7")
    assert len(alone.told()) == 1


async def test_photos_without_a_name_are_numbered(alone: Stage) -> None:
    names = [(await alone.sent("", samples.picture(), mime="image/jpeg")).name for _ in range(3)]
    assert names == ["photo.jpg", "photo (2).jpg", "photo (3).jpg"]


# leases


async def test_a_file_is_taken_once(stage: Stage) -> None:
    stage.send("a.pdf", samples.pdf())
    worker = stage.intake
    assert worker._due()
    assert worker._claim() is not None
    assert not worker._due()
    assert worker._claim() is None


async def _nothing() -> None:
    pass


async def test_two_processes_never_work_on_the_same_file(store: Store, tmp_path: Path, clock: Clock) -> None:
    stage = Stage(store, tmp_path, clock)
    refs = [stage.send(f"{n}.pdf", samples.pdf()) for n in range(8)]
    other_store = Store(store.url)
    other = stage.worker()
    other._store = other_store
    other._closing = Closing(other_store, stage.form, stage.folder, stage.closing._post, lambda: "never")
    stage.intake._begin = other._begin = (
        _nothing  # on SQLite who starts takes up all: there is no second process
    )
    both = [asyncio.create_task(worker.run()) for worker in (stage.intake, other)]
    async with asyncio.timeout(60):
        while any(one.state == "waiting" for one in stage.files()):
            await asyncio.sleep(0.05)
    for task in both:
        task.cancel()
    await asyncio.gather(*both, return_exceptions=True)
    other_store.close()
    assert stage.holder.asked == 8
    assert [row[2] for row in stage.rows()] == [1] * 8
    assert len(stage.told()) == 8
    assert stage.on_disk() == sorted(f"d1/{ref}" for ref in refs)


async def test_what_a_dead_process_had_taken_is_taken_again_once_its_lease_is_over(
    stage: Stage, clock: Clock
) -> None:
    ref = stage.send("a.pdf", samples.pdf())
    dead = stage.intake._claim()
    assert dead
    assert await stage.work() == 0
    clock.pass_(seconds=LEASE.total_seconds() + 1)
    assert await stage.work() == 1
    assert stage.file(ref).state == "kept"


async def test_whoever_was_overtaken_changes_nothing(stage: Stage, clock: Clock) -> None:
    ref = stage.send("a.pdf", samples.pdf())
    slow = stage.intake._claim()
    assert slow
    clock.pass_(seconds=LEASE.total_seconds() + 1)
    await stage.work()
    (stage.holder.folder / ref).write_bytes(samples.EXE)
    await stage.intake.do(slow)  # it comes back, and would refuse
    assert stage.file(ref).state == "kept"
    assert len(stage.told()) == 1
    assert stage.stored(ref) == samples.pdf()
    assert stage.on_disk() == [f"d1/{ref}"]


async def test_on_sqlite_what_the_last_process_had_taken_is_taken_at_once(alone: Stage) -> None:
    ref = alone.send("a.pdf", samples.pdf())
    alone.intake._claim()
    left = alone.folder.work("half-fetched")
    left.write_bytes(b"%PDF")
    again = asyncio.create_task(alone.worker().run())
    async with asyncio.timeout(20):
        while alone.file(ref).state == "waiting":
            await asyncio.sleep(0.02)
    again.cancel()
    await asyncio.gather(again, return_exceptions=True)
    assert alone.on_disk() == [f"d1/{ref}"]


async def test_a_worker_that_ends_gives_its_file_back(alone: Stage) -> None:
    ref = alone.send("a.pdf", samples.pdf())
    begun = asyncio.Event()

    async def never(_ref: str, sink: Any) -> None:
        sink.write(b"%PDF")
        begun.set()
        await asyncio.Event().wait()

    alone.intake._means = Means({"held": never}, clock=alone.clock)
    work = asyncio.create_task(alone.intake.run())
    await begun.wait()
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    assert alone.on_disk() == []
    alone.intake = alone.worker()
    assert await alone.work() == 1  # at once: no lease is in the way
    assert alone.file(ref).state == "kept"


def test_a_lease_is_longer_than_the_longest_work() -> None:
    from rallynov.initiatives.attachments import examiner, intake, scan  # noqa: PLC0415

    assert timedelta(seconds=intake.LONGEST) < LEASE
    assert examiner.PATIENCE + scan.PATIENCE + 60 < intake.LONGEST


def test_the_oldest_is_taken_first(alone: Stage) -> None:
    first, second = alone.send("a.pdf", b"x"), alone.send("b.pdf", b"x")
    with alone.store.write() as tx:
        taken = [waiting.claim(tx, alone.clock(), ("held",)) for _ in range(3)]
    assert [job.id if isinstance(job, Job) else None for job in taken] == [first, second, None]


def test_what_this_process_cannot_fetch_is_left_to_others(alone: Stage) -> None:
    alone.life.order("camille", AddAttachment("d1", "x", "telegram:abc", "a.pdf", 0, ""))
    assert not alone.intake._due()
    assert alone.intake._claim() is None
