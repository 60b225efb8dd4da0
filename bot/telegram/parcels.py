"""What leaves as a file: a figure as a picture, a paper as a document, each with the words that stand in for it.

Drawing and printing are slow: they run on threads of their own, so that no conversation waits for another's report.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import structlog

from rallynov.delivery.message import Drawing, Message
from rallynov.dialogue.words import Typed, say
from rallynov.figures.bars import bars_svg
from rallynov.figures.caption import caption
from rallynov.figures.radar import radar_svg
from rallynov.papers.model import File, Papers
from rallynov.papers.press import draw_png
from rallynov.text import utf16_len
from rallynov.wording import Wording

log = structlog.get_logger("rallynov.telegram")
CAPTION = 1024
"""UTF-16 units of a caption; Telegram refuses more."""
WIDTH = 1080
"""Pixels of a picture's width."""
PRESSES = 2
"""Files made together, at most."""
PHOTO, DOCUMENT = "photo", "document"
MEDIA = "media"
"""The paper that is the content of the file of an announcement."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A file ready to leave: as a ``photo`` or a ``document``."""

    kind: str
    file: File
    caption: str


def kind(message: Message) -> str:
    """Tell what a message leaves as; empty for a text."""
    if message.figure:
        return PHOTO
    if message.media:
        return message.media[0]
    return DOCUMENT if message.papers else ""


class Parcels:
    """Makes the files of messages. A file that cannot be made is a sentence instead."""

    def __init__(self, papers: Papers, wording: Wording) -> None:
        self._papers = papers
        self._wording = wording
        self._threads = ThreadPoolExecutor(PRESSES, thread_name_prefix="press")

    def close(self) -> None:
        """Make nothing more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def pack(self, message: Message, address: str) -> Parcel | str:
        """Return the file of a message, or what to say in its place."""
        try:
            return await self._off(self._packed, message, address)
        except Exception as error:  # a fault of ours: the person gets the words, we the log
            log.error("file_not_made", kind=kind(message), error=type(error).__name__)
            return self.words(message)

    async def _off(
        self, work: Callable[[Message, str], Parcel | str], message: Message, address: str
    ) -> Parcel | str:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, message, address)

    def _packed(self, message: Message, address: str) -> Parcel | str:
        if message.figure:
            draw = bars_svg if message.figure.kind == "bars" else radar_svg
            picture = draw_png(draw(message.figure), WIDTH)
            words = self._equivalent(message.figure, message.language, CAPTION)
            return Parcel(PHOTO, File("figure.png", "image/png", picture), words)
        form, ref, label = message.media or ("", "", "")
        name = MEDIA
        if not message.media:
            [(name, ref, label)] = message.papers
        file = self._papers.make(name, address, ref, message.language)
        if file is None:
            gone = say("The document “{label}” is no longer there.", label=Typed(label))
            return self._wording.word(gone, message.language)
        return Parcel(form or DOCUMENT, file, _cut(label))

    def words(self, message: Message) -> str:
        """Return what is said when the file cannot be had: a figure's equivalent, or an apology."""
        if message.figure:
            return self._equivalent(message.figure, message.language, 4 * CAPTION)
        sorry = say(
            "The document “{label}” could not be sent. Please ask for it again in a moment.",
            label=Typed((message.media or message.papers[0])[2]),
        )
        return self._wording.word(sorry, message.language)

    def _equivalent(self, drawing: Drawing, language: str, limit: int) -> str:
        """Write a figure as lines, with the colon of its language."""
        colon = say("{question}: {answer}", question=Typed(""), answer=Typed(""))
        return caption(drawing, colon=self._wording.word(colon, language), limit=limit)


def _cut(label: str) -> str:
    return label if utf16_len(label) <= CAPTION else label[: CAPTION // 2 - 1] + "…"
