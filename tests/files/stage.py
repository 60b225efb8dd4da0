"""A stage for files: a dossier, whoever holds files for it, and the worker, step by step."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from conversation import Clock
from initiatives.life import FORM, Life, wording
from sqlalchemy import select

from bot.wiring import PULL
from rallynov.delivery.posting import Post
from rallynov.initiatives.attachments import sweeping
from rallynov.initiatives.attachments.closing import Closing
from rallynov.initiatives.attachments.fetching import Sink
from rallynov.initiatives.attachments.folder import Folder
from rallynov.initiatives.attachments.intake import Intake, Means
from rallynov.initiatives.attachments.kinds import Why, read_refused
from rallynov.initiatives.attachments.names import cleaned
from rallynov.initiatives.attachments.scan import Clamd
from rallynov.initiatives.commands import AddAttachment
from rallynov.initiatives.form import DossierForm
from rallynov.initiatives.model import Attachment
from rallynov.initiatives.tables import AttachmentRow
from rallynov.storage.store import Store

PIECE = 64 * 1024


class Holder:
    """Holds files on a disk of its own and gives them piece by piece; ``fault`` is raised once half is given."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.fault: Exception | None = None
        self.asked = 0
        folder.mkdir()

    def hold(self, name: str, content: bytes | Path) -> str:
        if isinstance(content, Path):
            content.rename(self.folder / name)
        else:
            (self.folder / name).write_bytes(content)
        return name

    async def fetch(self, ref: str, sink: Sink) -> None:
        self.asked += 1
        path = self.folder / ref
        given, half = 0, path.stat().st_size // 2
        with path.open("rb") as opened:
            while piece := opened.read(PIECE):
                if self.fault and given + len(piece) > half:
                    sink.write(piece[: max(0, half - given)])
                    raise self.fault
                sink.write(piece)
                given += len(piece)


@dataclass
class Stage:
    """One person with one dossier, ``d1``, and a worker."""

    store: Store
    home: Path
    clock: Clock
    antivirus: Clamd | None = None
    form: DossierForm = FORM
    refs: Iterator[str] = field(default_factory=lambda: (f"f{n}" for n in itertools.count(1)))

    def __post_init__(self) -> None:
        self.life = Life(self.store, self.clock)
        self.life.person("camille", "web:camille", "telegram:7")
        self.life.open("camille", "d1", title="Une initiative exemple")
        self.holder = Holder(self.home / "sent")
        self.folder = Folder(self.home / "pieces")
        marks = (f"mark{n}" for n in itertools.count(1))
        post = Post(wording(), PULL)
        self.closing = Closing(self.store, self.form, self.folder, post, lambda: next(marks))
        self.intake = self.worker()

    def worker(self) -> Intake:
        """Another process's worker on the same database and folder."""
        sources = {"held": self.holder.fetch, "web": self.folder.fetch}
        means = Means(sources, self.antivirus, clock=self.clock)
        return Intake(self.store, self.closing, means)

    def send(self, name: str, content: bytes | Path, told: int = 0, mime: str = "") -> str:
        """Send a file, of which nothing is told but its name; return its id."""
        ref = self.holder.hold(next(self.refs), content)
        command = AddAttachment("d1", ref, f"held:{ref}", cleaned(name), told, mime)
        self.life.order("camille", command)
        return ref

    async def work(self) -> int:
        """Bring to its end, or put off, all that is due; return how many files were taken."""
        taken = 0
        while job := await self.store.writing(self.intake._claim):
            await self.intake.do(job)
            taken += 1
        return taken

    async def sent(self, name: str, content: bytes | Path, mime: str = "") -> Attachment:
        """Send a file and let it be worked on."""
        ref = self.send(name, content, mime=mime)
        await self.work()
        return self.file(ref)

    def file(self, ref: str) -> Attachment:
        return next(one for one in self.files() if one.id == ref)

    def files(self) -> tuple[Attachment, ...]:
        return self.life.dossier("camille").attachments

    def stored(self, ref: str) -> bytes:
        return self.folder.place("d1", ref).read_bytes()

    def on_disk(self) -> list[str]:
        """Every file under the folder but its mark."""
        root = self.home / "pieces"
        return sorted(str(p.relative_to(root)) for p in root.rglob("*") if p.is_file() and p.name != ".base")

    def told(self) -> list[str]:
        """What Camille was told where she sent her files from, each message in one line, with plain spaces."""
        told = (" ".join(t for _, texts in m.blocks for t in texts) for m in self.life.told("web:camille"))
        return [line.translate({0x202F: " ", 0xA0: " ", 0x2019: "'"}) for line in told]

    def rows(self) -> list[tuple[str, str, int]]:
        """State, origin and attempts of every file."""
        columns = (AttachmentRow.state, AttachmentRow.origin, AttachmentRow.attempts)
        with self.store.read() as tx:
            return [tuple(row) for row in tx.execute(select(*columns).order_by(AttachmentRow.created_at))]

    def sweep(self) -> int:
        return sweeping.sweep(self.store, self.folder, self.clock())


def why(stage: Stage, ref: str) -> Why:
    """Why a file was refused."""
    return read_refused(stage.file(ref).reason).why
