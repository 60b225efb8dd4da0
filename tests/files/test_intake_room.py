"""How many files a dossier has room for, and what becomes of those that come while it changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from files import samples
from files.samples import MB
from files.stage import Stage, why
from initiatives.life import FULL

from rallynov.dialogue.events import OfferedFile
from rallynov.initiatives.attachments.kinds import Why
from rallynov.initiatives.attachments.model import offered
from rallynov.initiatives.commands import AddAttachment, KeepAnswer, RemoveAttachment
from rallynov.initiatives.desk import OvertakenError


def heavy(size: int) -> bytes:
    """A PDF of a given size."""
    bare = len(samples.pdf(b"\n"))
    made = samples.pdf(b" " * (size - bare - 8) + b"\n")
    return made + b"\n" * (size - len(made))


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
