"""What the team has beside its conversations: figures and exports, built in one place for every door.

An export is made in a process of its own, so that neither the loop nor the writer waits for it, and its memory is given back.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.ground import Ground
from rallynov.delivery.service import Delivery
from rallynov.delivery.subject import Subject
from rallynov.dialogue.dialogue import Dialogue
from rallynov.exports import screens as export_screens
from rallynov.exports.asking import Asking
from rallynov.exports.flow import ExportDialogue
from rallynov.exports.model import FAILED, Outcome, Progress, Request
from rallynov.exports.service import Exports
from rallynov.exports.spool import OUTCOMES, Spool
from rallynov.exports.workshop import EndedError, Workshop, export_maker
from rallynov.faq.librarian import Librarian
from rallynov.papers.model import Maker
from rallynov.people.permissions import Action
from rallynov.people.screens import RoleChoice
from rallynov.statistics import flow as figures
from rallynov.statistics.service import Statistics, figures_maker

OFFERED = (
    RoleChoice(Action.SEE_FIGURES, figures.CHOICE),
    RoleChoice(Action.EXPORT, export_screens.CHOICE),
)
"""What roles add to the menu."""
LOOK = 0.5
"""Seconds between two looks at an export that is made by another process."""


@dataclass(frozen=True, slots=True)
class Office:
    """Figures and exports, and what each brings to conversations."""

    statistics: Statistics
    workshop: Workshop
    dialogues: Sequence[Dialogue]
    subjects: Sequence[Subject]
    makers: Mapping[str, Maker]
    children: Children

    def open(self, delivery: Delivery) -> Callable[[], None]:
        """Begin to make exports; return what ends it."""
        loop = asyncio.get_running_loop()

        def tell(notice: str) -> None:
            loop.call_soon_threadsafe(delivery.hear, notice)

        self.statistics.start()
        self.workshop.start(tell, self.children.make)

        def close() -> None:
            self.statistics.close()
            self.children.end()
            self.workshop.close()

        return close


def open_office(ground: Ground, librarian: Librarian) -> Office:
    """Build figures and exports."""
    store, edition, wording, now = ground.store, ground.edition, ground.wording, ground.now
    statistics = Statistics(store, edition, ground.grid, ground.form, librarian, now)
    exports = Exports(store, ground.form, edition, wording, ground.folder("pieces"), now)
    spool = Spool(ground.folder("exports"))
    workshop = Workshop(store, exports, edition, spool, ground.post, now)
    return Office(
        statistics,
        workshop,
        (figures.FiguresDialogue(), ExportDialogue(exports.views)),
        (statistics, Asking(workshop)),
        {
            figures.PAPER: figures_maker(statistics, wording),
            export_screens.PAPER: export_maker(workshop),
        },
        Children(spool, sample=ground.sample),
    )


@dataclass(slots=True)
class Children:
    """The process that makes an export, one at a time."""

    spool: Spool
    sample: bool
    _ending: threading.Event = field(default_factory=threading.Event)

    def make(self, request: Request, tell: Progress) -> Outcome:
        """Have a process make an export, and tell how far it is; ``EndedError`` when it is ended with ours."""
        command = [
            sys.executable,
            "-m",
            "bot",
            "export-request",
            request.id,
            *(["--demo"] if self.sample else []),
        ]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as child:  # noqa: S603  # ours
            while child.poll() is None:
                if self._ending.wait(LOOK):
                    child.terminate()
                    raise EndedError
                done, total = self.spool.progress(request.id)
                if total:
                    tell(done, total)
            said = child.stdout.read() if child.stdout else b""
        return OUTCOMES.validate_json(said) if child.returncode == 0 else Outcome(refused=FAILED)

    def end(self) -> None:
        """End the one that is under way."""
        self._ending.set()
