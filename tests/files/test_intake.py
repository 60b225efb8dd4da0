"""The worker: what waits is taken once, brought to its end by one process, whatever fails or dies on the way."""

from __future__ import annotations

import asyncio
import errno
import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conversation import Clock
from files import samples
from files.samples import MB
from files.stage import Stage
from initiatives.life import FULL

from rallynov.dialogue.events import OfferedFile
from rallynov.initiatives.attachments import waiting
from rallynov.initiatives.attachments.closing import Closing
from rallynov.initiatives.attachments.fetching import GoneError, LaterError
from rallynov.initiatives.attachments.intake import GIVEN_UP, TRIES
from rallynov.initiatives.attachments.kinds import Why, read_refused
from rallynov.initiatives.attachments.model import offered
from rallynov.initiatives.attachments.waiting import LEASE, Job
from rallynov.initiatives.commands import AddAttachment, KeepAnswer, RemoveAttachment
from rallynov.initiatives.desk import OvertakenError
from rallynov.storage.store import Store


@pytest.fixture
def stage(store: Store, tmp_path: Path, clock: Clock) -> Stage:
    """On each of the two databases."""
    return Stage(store, tmp_path, clock)


@pytest.fixture
def alone(sqlite: Store, tmp_path: Path, clock: Clock) -> Stage:
    """On SQLite, for what does not depend on the database."""
    return Stage(sqlite, tmp_path, clock)


def heavy(size: int) -> bytes:
    """A PDF of a given size."""
    bare = len(samples.pdf(b"\n"))
    made = samples.pdf(b" " * (size - bare - 8) + b"\n")
    return made + b"\n" * (size - len(made))


def why(stage: Stage, ref: str) -> Why:
    return read_refused(stage.file(ref).reason).why


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
    assert stage.heard == ["moved web:camille", "outbox"]


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
    await alone.sent("a.pdf", samples.pdf())
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


async def test_two_processes_never_work_on_the_same_file(store: Store, tmp_path: Path, clock: Clock) -> None:
    stage = Stage(store, tmp_path, clock)
    refs = [stage.send(f"{n}.pdf", samples.pdf()) for n in range(8)]
    other_store = Store(store.url)
    other = stage.worker()
    other._store = other_store
    other._closing = Closing(other_store, stage.form, stage.folder, stage.closing._post, lambda: "never")
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

    alone.intake._means = type(alone.intake._means)(
        {"held": never}, None, clock=alone.clock, tell=alone.heard.append
    )
    work = asyncio.create_task(alone.intake.run())
    await begun.wait()
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    assert alone.on_disk() == []
    alone.intake = alone.worker()
    assert await alone.work() == 1  # at once: no lease is in the way
    assert alone.file(ref).state == "kept"


# failures


async def test_a_holder_that_is_away_is_asked_again_later(stage: Stage, clock: Clock) -> None:
    ref = stage.send("a.pdf", samples.pdf() * 40)
    stage.holder.fault = LaterError("away")
    for seconds in (2, 4, 8, 16):
        assert await stage.work() == 1
        assert (stage.file(ref).state, stage.on_disk()) == ("waiting", [])
        clock.pass_(seconds=seconds - 1)
        assert await stage.work() == 0
        clock.pass_(seconds=1)
    stage.holder.fault = None
    (stage.holder.folder / ref).write_bytes(samples.pdf())
    assert await stage.work() == 1
    assert stage.file(ref).state == "kept"


async def test_a_holder_says_how_long_it_wants_to_be_left_alone(alone: Stage, clock: Clock) -> None:
    alone.send("a.pdf", samples.pdf())
    alone.holder.fault = LaterError("flood", 77.0)
    await alone.work()
    clock.pass_(seconds=75)
    assert await alone.work() == 0
    clock.pass_(seconds=2)
    assert await alone.work() == 1


async def test_after_a_day_it_is_given_up_and_told(stage: Stage, clock: Clock) -> None:
    ref = stage.send("a.pdf", samples.pdf())
    stage.holder.fault = LaterError("away")
    await stage.work()
    clock.pass_(seconds=GIVEN_UP.total_seconds() + 1)
    await stage.work()
    assert why(stage, ref) is Why.FAILED
    assert "sans que ce soit de votre fait" in stage.told()[0]


@pytest.mark.parametrize(
    ("fault", "reason"), [(GoneError("x"), Why.GONE), (RuntimeError("a bug"), Why.FAILED)]
)
async def test_what_fails_for_good_is_tried_three_times(
    alone: Stage, clock: Clock, fault: Exception, reason: Why
) -> None:
    ref = alone.send("a.pdf", samples.pdf())
    alone.holder.fault = fault
    for _ in range(TRIES):
        assert alone.file(ref).state == "waiting"
        await alone.work()
        clock.pass_(minutes=10)
    assert why(alone, ref) is reason
    assert len(alone.told()) == 1


async def test_a_full_disk_loses_nothing(alone: Stage, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    ref = alone.send("a.pdf", samples.pdf())

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(alone.folder.__class__, "keep", full)
        for _ in range(6):
            await alone.work()
            clock.pass_(minutes=10)
    assert (alone.file(ref).state, alone.on_disk()) == ("waiting", [])
    await alone.work()
    assert alone.file(ref).state == "kept"


async def test_a_crash_between_the_file_and_its_row_is_made_good(
    stage: Stage, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = stage.send("a.pdf", samples.pdf())
    with monkeypatch.context() as patched:
        patched.setattr(Closing, "_tell", lambda *_: 1 / 0)
        await stage.work()
    assert stage.file(ref).state == "waiting"
    assert stage.on_disk() == [f"d1/{ref}"]  # the file is there, its row does not say so
    assert stage.sweep() == 0  # it is nobody's yet, but it will be
    clock.pass_(minutes=10)
    await stage.work()
    assert stage.file(ref).state == "kept"
    assert len(stage.told()) == 1


# room


async def test_the_ninth_file(stage: Stage) -> None:
    for n in range(8):
        await stage.sent(f"{n}.pdf", samples.pdf())
    ninth = OfferedFile("held:x", "9.pdf", 5, "application/pdf")
    refused = offered(stage.form, stage.life.dossier("camille"), ninth)
    assert refused
    assert refused.why is Why.TOO_MANY
    with pytest.raises(OvertakenError):
        stage.send("9.pdf", samples.pdf())
    stage.life.order("camille", RemoveAttachment("d1", stage.files()[0].id))
    assert (await stage.sent("9.pdf", samples.pdf())).state == "kept"


async def test_a_refused_file_takes_no_room_and_only_the_last_are_shown(alone: Stage) -> None:
    for n in range(9):
        assert (await alone.sent(f"{n}.docx", samples.EXE)).state == "refused"
    assert [one.name for one in alone.files()] == [f"{n}.docx" for n in range(6, 9)]
    assert (await alone.sent("a.pdf", samples.pdf())).state == "kept"


async def test_forty_one_megabytes_in_all(stage: Stage) -> None:
    refs = [stage.send(f"{n}.pdf", heavy(9 * MB)) for n in range(5)]  # no size was told: all are fetched
    await stage.work()
    assert [stage.file(ref).state for ref in refs] == ["kept"] * 4 + ["refused"]
    assert why(stage, refs[4]) is Why.TOO_MUCH
    refused = offered(stage.form, stage.life.dossier("camille"), OfferedFile("held:x", "a.pdf", 5 * MB))
    assert refused
    assert refused.why is Why.TOO_MUCH
    with pytest.raises(OvertakenError):
        stage.life.order("camille", AddAttachment("d1", "x", "held:x", "a.pdf", 5 * MB, ""))
    assert len(stage.on_disk()) == 4


async def test_exactly_as_heavy_as_may_be(alone: Stage) -> None:
    assert (await alone.sent("a.pdf", heavy(10 * MB))).state == "kept"
    assert (await alone.sent("b.pdf", heavy(10 * MB) + b"\n")).state == "refused"


# the dossier meanwhile


async def test_a_file_that_comes_after_the_submission_is_refused(stage: Stage, tmp_path: Path) -> None:
    kept = [KeepAnswer("d1", name, value, 0) for name, value in FULL.items() if name != "title"]
    stage.life.order("camille", *kept)
    ref = stage.send("a.pdf", samples.pdf())
    stage.life.submit("camille")
    await stage.work()
    assert why(stage, ref) is Why.LATE
    assert stage.on_disk() == []
    assert "dossier fermé aux modifications" in stage.told()[-1]


async def test_a_file_removed_while_it_is_worked_on_is_not_stored(stage: Stage) -> None:
    ref = stage.send("a.pdf", samples.pdf())
    job = stage.intake._claim()
    assert job
    stage.life.order("camille", RemoveAttachment("d1", ref))
    await stage.intake.do(job)
    assert (stage.files(), stage.on_disk(), stage.told()) == ((), [], [])


async def test_a_reader_adds_and_removes_nothing(alone: Stage) -> None:
    alone.life.person("claude")
    with pytest.raises(OvertakenError):
        alone.life.order("claude", AddAttachment("d1", "x", "held:x", "a.pdf", 0, ""))
    kept = await alone.sent("a.pdf", samples.pdf())
    with pytest.raises(OvertakenError):
        alone.life.order("claude", RemoveAttachment("d1", kept.id))


async def test_the_dossier_shows_that_it_changed(alone: Stage) -> None:
    def version() -> int:
        with alone.store.read() as tx:
            return int(tx.exec_driver_sql("SELECT version FROM dossier").scalar() or 0)

    seen = [version()]
    alone.send("a.pdf", samples.pdf())
    seen.append(version())
    await alone.work()
    seen.append(version())
    alone.life.order("camille", RemoveAttachment("d1", "f1"))
    seen.append(version())
    assert seen == sorted(set(seen))


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
