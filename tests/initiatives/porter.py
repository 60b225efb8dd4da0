"""The worker of files in a run, step by step: it takes one that waits, then keeps or refuses it, or dies in between.

What examines a file is tried elsewhere (tests/files): here it is told what it finds.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from conversation import Clock

from bot.wiring import Core
from rallynov.dialogue.events import OfferedFile
from rallynov.initiatives.attachments import closing, waiting
from rallynov.initiatives.attachments.closing import Closing
from rallynov.initiatives.attachments.folder import Folder
from rallynov.initiatives.attachments.kinds import Examined, FileKind, Refused, Why
from rallynov.initiatives.attachments.waiting import Job
from rallynov.storage.store import Store

CONTENT = b"an example of a file"
REASONS = (Why.BROKEN, Why.DISGUISED, Why.VIRUS, Why.LOCKED)


class DeadError(BaseException):
    """The process died while it wrote what became of a file."""


@dataclass
class Porter:
    """The worker on one database and folder."""

    store: Store
    core: Core
    root: Path
    clock: Clock

    def __post_init__(self) -> None:
        self.folder = Folder(self.root)
        post = self.core.closing._post
        self.closing = Closing(self.store, self.core.closing.form, self.folder, post, lambda: "mark")
        self.last: Job | None = None

    @staticmethod
    def offer(name: str, size: int) -> OfferedFile:
        """A file that the door has received."""
        return OfferedFile("web:sent", name, size, "")

    def take_up(self) -> None:
        """Let what a process that died had taken be taken again, as the worker does when it starts."""
        with self.store.write() as tx:
            waiting.take_up(tx)

    def take(self) -> Job | None:
        """Take the file that has waited longest."""
        with self.store.write() as tx:
            self.last = waiting.claim(tx, self.clock(), ("web",)) or self.last
        return self.last

    def keep(self, job: Job, size: int) -> list[str]:
        """Find a file good, and keep it."""
        clean = self.folder.work(f"{job.id}-{job.attempts}-clean")
        clean.write_bytes(CONTENT)
        seen = Examined(FileKind.PDF, size, sha256(CONTENT).hexdigest())
        return self.closing.keep(job, seen, clean, self.clock(), scanned=False)

    def refuse(self, job: Job, why: Why) -> list[str]:
        """Find a file bad."""
        return self.closing.refuse(job, Refused(why), self.clock())

    def die_keeping(self, job: Job, size: int) -> None:
        """Die once the file lies in its place, before its row says so."""
        finish = closing.waiting.finish

        def dying(*_: object) -> bool:
            raise DeadError

        closing.waiting.finish = dying  # type: ignore[assignment]
        try:
            self.keep(job, size)
        except DeadError:
            pass
        finally:
            closing.waiting.finish = finish

    def stored(self, dossier: str, attachment: str) -> bool:
        """Tell whether the content of a file is in its place."""
        place = self.folder.place(dossier, attachment)
        return place.is_file() and place.read_bytes() == CONTENT
