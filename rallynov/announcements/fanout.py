"""The rows of an announcement: one for each person of its audience, planned in chunks, then one for each correction.

A chunk is one transaction and may be done again without harm: nobody is planned twice. What was planned is the truth of
how far it got; where to go on from is remembered for speed alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, select, update

from rallynov.announcements import crowd
from rallynov.announcements.letters import ALONE_MOST, FILED_MOST, received
from rallynov.announcements.model import Announcement, Status
from rallynov.announcements.tables import AnnouncementRow
from rallynov.delivery import bulk, corrections
from rallynov.delivery.circulars import keep
from rallynov.delivery.corrections import Corrections
from rallynov.delivery.message import Message, dump, load, resolve
from rallynov.delivery.tables import CircularRow
from rallynov.dialogue.screens import Screen, text, title
from rallynov.dialogue.words import say
from rallynov.editions.stages.model import Stage
from rallynov.text import utf16_len
from rallynov.wording import Wording

CHUNK = 200
"""Recipients planned in one transaction: a conversation waits for its end at most."""
WITHDRAWN = Screen(
    "announcement",
    (
        title(say("Announcement withdrawn")),
        text(say("This announcement was withdrawn: please do not rely on it.")),
    ),
)


class Fanout:
    """Plans the rows of announcements, with their words in each language."""

    def __init__(self, wording: Wording, pull: Collection[str]) -> None:
        self._wording = wording
        self._pull = pull

    def keep(self, tx: Connection, announcement: Announcement, stage: Stage | None) -> Mapping[str, str]:
        """Keep the words of an announcement as it now is; return the circular of each language."""
        drawn = {
            f"{announcement.id}:{announcement.revision}:{language}": self._words(
                announcement, stage, language
            )
            for language in self._wording.languages
        }
        keep(tx, announcement.id, drawn)
        return {one.rpartition(":")[2]: one for one in drawn}

    def plan(
        self,
        tx: Connection,
        announcement: Announcement,
        circulars: Mapping[str, str],
        after: str,
        now: datetime,
    ) -> str:
        """Plan the next recipients after a person; return the last of them, empty when all are planned."""
        people = crowd.recipients(tx, announcement, after, CHUNK)
        bulk.plan(tx, announcement.id, people, circulars, now)
        if not people:
            _mark(tx, announcement.id, planned=True)
            return ""
        return people[-1].person

    def correct(
        self,
        tx: Connection,
        announcement: Announcement,
        circulars: Mapping[str, str],
        after: int,
        now: datetime,
    ) -> tuple[int, list[str]]:
        """Plan the next corrections after a row; return the last of them, 0 when all are, and the pages that changed."""
        words = self._corrections(tx, announcement, circulars)
        if not after:
            corrections.supersede(tx, announcement.id, announcement.revision, now, words)
        last = corrections.correct(tx, announcement.id, announcement.revision, words, after, now, CHUNK)
        if last is None:
            _mark(tx, announcement.id, corrected=announcement.revision)
        return last or 0, words.moved

    def _corrections(
        self, tx: Connection, announcement: Announcement, circulars: Mapping[str, str]
    ) -> Corrections:
        mine = select(CircularRow.id, CircularRow.body).where(CircularRow.broadcast == announcement.id)
        words = {one: load(body) for one, body in tx.execute(mine)}
        return Corrections(
            circulars,
            {one for one, message in words.items() if message.media},
            lambda one: dump(replace(words[one], choices=(), actions=())),
            self._pull,
            removed=announcement.status is Status.WITHDRAWN,
        )

    def _words(self, announcement: Announcement, stage: Stage | None, language: str) -> Message:
        """Put an announcement into words: one message, from which only the card of the stage may be cut away."""
        if announcement.status is Status.WITHDRAWN:
            return resolve(WITHDRAWN, 0, self._wording, language)
        whole = resolve(received(announcement, stage), 0, self._wording, language)
        if _size(whole) <= (FILED_MOST if whole.media else ALONE_MOST):
            return whole
        return resolve(received(announcement, None), 0, self._wording, language)


def _size(message: Message) -> int:
    """Count the units of the words, with what stands between blocks and before the lines of a list."""
    return sum(
        utf16_len(text) + (3 if kind == "list" else 2) for kind, texts in message.blocks for text in texts
    )


def _mark(tx: Connection, announcement: str, **done: object) -> None:
    tx.execute(update(AnnouncementRow).where(AnnouncementRow.id == announcement).values(done))
