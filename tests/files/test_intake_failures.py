"""Files that cannot be had, kept or examined: tried again, given up in the end, and their sender told."""

from __future__ import annotations

import errno

import pytest
from conversation import Clock
from files import samples
from files.stage import Stage, why

from rallynov.initiatives.attachments.closing import Closing
from rallynov.initiatives.attachments.fetching import GoneError, LaterError
from rallynov.initiatives.attachments.intake import GIVEN_UP, TRIES
from rallynov.initiatives.attachments.kinds import Why


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
