"""All the hostile files, sent one after the other to one dossier: refused or cleaned, and the service hardly notices."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conversation import Clock
from files import hostile, samples
from files.hostile import REFUSED
from files.samples import MB
from files.stage import Stage

from rallynov.initiatives.attachments import child, examiner
from rallynov.initiatives.attachments.kinds import read_refused
from rallynov.storage.store import Store

CLEANED = {
    "../../../../etc/passwd.pdf": "passwd.pdf",
    "rapport\u202efdp.pdf": "rapportfdp.pdf",
    "plan\x00d'action.pdf": "pland'action.pdf",
    "CON.pdf": "CON_.pdf",
    "x" * 300 + ".pdf": "x" * 100 + ".pdf",
    "contrat.рdf": "contrat.pdf",
}
"""Names that are made harmless, and what becomes of them."""
GROWTH, DISK = 30 * MB, MB
WATCHED = (
    "import os, re, sys; leave = os._exit\n"
    "def tell(code):\n"
    "    held = re.search(r'VmHWM:.* (\\d+) kB', open('/proc/self/status').read())[1]\n"
    "    open({told!r}, 'a').write(held + '\\n'); leave(code)\n"
    "os._exit = tell\n"
    "from {module} import main; main(*sys.argv[1:])\n"
)
"""The other process, telling how much memory it held."""


def peak() -> int:
    """The most memory that this process held since the last ``forget``, in bytes."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) * 1024


def forget() -> int:
    """Measure the memory held now, and from now on."""
    Path("/proc/self/clear_refs").write_text("5")
    return peak()


def heaviest(told: Path) -> int:
    return max(map(int, told.read_text().split())) * 1024


def weight(folder: Path) -> int:
    return sum(one.stat().st_blocks * 512 for one in folder.rglob("*") if one.is_file())


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """The hostile files, made by a process of its own: they are large for a moment."""
    folder = tmp_path / "made"
    folder.mkdir()
    home = str(Path(hostile.__file__).parent.parent)
    command = [sys.executable, "-m", "files.hostile", str(folder)]
    subprocess.run(command, check=True, cwd=home, env={**os.environ, "PYTHONPATH": home})
    return folder


@pytest.fixture
def others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where each other process tells how much memory it held, in kB."""
    told = tmp_path / "told"
    script = WATCHED.format(told=str(told), module=child.__name__)
    monkeypatch.setattr(examiner, "_COMMAND", ("-c", script))
    return told


async def test_hostile_files_cost_neither_memory_nor_disk(
    sqlite: Store, tmp_path: Path, clock: Clock, made: Path, others: Path
) -> None:
    stage = Stage(sqlite, tmp_path, clock)
    await stage.sent("premier.pdf", samples.pdf())
    before, disk = forget(), weight(tmp_path / "pieces")

    became = {}
    for number, (title, one) in enumerate(REFUSED.items()):
        file = await stage.sent(one.name, made / str(number))
        became[title] = read_refused(file.reason).why if file.state == "refused" else file.state
    assert became == {title: one.why for title, one in REFUSED.items()}
    assert len(became) >= 30
    assert weight(tmp_path / "pieces") == disk  # not a byte is left of them

    kept = [await stage.sent(name, samples.pdf()) for name in CLEANED]
    assert [one.name for one in kept] == list(CLEANED.values())
    photo = await stage.sent("maison.jpg", samples.located())
    assert photo.state == "kept"
    assert b"PhoneOfCamille" not in stage.stored(photo.id)
    assert stage.on_disk() == sorted(f"d1/{one.id}" for one in stage.files() if one.state == "kept")

    growth, most = peak() - before, heaviest(others)
    print(f"memory +{growth / MB:.1f} MB, the other process {most / MB:.1f} MB at most")  # noqa: T201
    assert growth < GROWTH
    assert weight(tmp_path / "pieces") - disk < DISK
    assert most < 64 * MB
