"""The same dialogue in a terminal: one line typed, one answer printed. Answers are typed, as numbers or
words; a figure is a table, a document is saved into a folder.
"""

from __future__ import annotations

import asyncio
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from bot import plain
from rallynov.delivery.inbox import Incoming
from rallynov.delivery.message import Drawing, Message, load
from rallynov.delivery.service import Delivery
from rallynov.delivery.tables import ConversationRow, OutboxRow
from rallynov.dialogue.words import Typed, Words, say
from rallynov.papers.model import Papers
from rallynov.text import marks
from rallynov.wording import Wording

CHANNEL = "terminal"
WIDTH = 88
"""Columns at most: a longer line is hard to read, whatever the window."""
POINTS = 6
PARTED = say(
    "What you have said stays here for three months after your last visit. To come back: rallynov chat."
)
"""What is said to whoever leaves; how long it is kept is the rule ``visit`` of ``retention.toml``."""
PATIENCE = 30.0


def draw(message: Message, width: int = WIDTH) -> str:
    """Write a message for a terminal of some width: headings in capitals, choices with their numbers, actions in
    brackets.
    """
    parts = [_table(message.figure, width)] if message.figure else []
    parts += [_block(kind, texts, width) for kind, texts in message.blocks]
    if message.choices:
        labels = enumerate((label for _, label in message.choices), 1)
        parts.append("\n".join(_wrapped(label, width, f"  {n}. ", "     ") for n, label in labels))
    if message.actions:
        whole = (f"[{label}]".replace(" ", _KEPT) for _, label in message.actions)
        parts.append(_wrapped("  ".join(whole), width).replace(_KEPT, " "))
    return "\n\n".join(parts)


_KEPT = "\N{NO-BREAK SPACE}"


def _table(drawing: Drawing, width: int) -> str:
    """Write a figure as a table, its last line naming the columns when there are several."""
    most = max(width - POINTS * max(len(points) for _, points in drawing.rows), POINTS)
    wide = min(max(len(label) for label, _ in drawing.rows) + 2, most)
    rows = [
        f"{_wrapped(label, wide, '  ', '  ', wide)}" + "".join(f"{_point(p):>{POINTS}}" for p in points)
        for label, points in drawing.rows
    ]
    several = len(drawing.columns) > 2
    legend = [_wrapped(" | ".join(drawing.columns[1:]), width, "  ", "  ")] if several else []
    return "\n".join([_wrapped(drawing.title.upper(), width), *rows, *legend])


def _point(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"


def in_groups(code: str) -> str:
    """Write a code so that it can be read and typed: in groups of four."""
    return "-".join(textwrap.wrap(code, 4))


def _block(kind: str, texts: tuple[str, ...], width: int) -> str:
    match kind:
        case "title":
            return _wrapped(texts[0].upper(), width)
        case "list":
            return "\n".join(_wrapped(text, width, "  - ", "    ") for text in texts)
        case "quote":
            return _wrapped(texts[0], width, "  | ", "  | ")
        case "rich":
            return "\n".join(_block("text", (line,), width) for line in marks.plain(texts[0]).split("\n"))
        case _:
            return "\n".join(_wrapped(line, width) for line in texts[0].split("\n"))


def _wrapped(text: str, width: int, first: str = "", others: str = "", filled: int = 0) -> str:
    """Break a text into lines; the last is filled with spaces up to ``filled`` columns."""
    lines = textwrap.wrap(
        text,
        width,
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join([*lines[:-1], f"{lines[-1]:<{filled}}"]) if lines else ""


@dataclass(frozen=True, slots=True)
class Documents:
    """Who makes documents, and the folder where a terminal saves them."""

    papers: Papers
    folder: Path


class Terminal:
    """One conversation at a terminal; ``name`` tells two people of one machine apart, ``language`` is the machine's."""

    def __init__(
        self,
        delivery: Delivery,
        wording: Wording,
        name: str,
        clock: Callable[[], datetime],
        new_id: Callable[[], str],
        language: str = "fr",
        documents: Documents | None = None,
    ) -> None:
        self._delivery = delivery
        self._wording = wording
        self._clock = clock
        self._new_id = new_id
        self._address = f"{CHANNEL}:{name}"
        self._language = language
        self._documents = documents or Documents(Papers({}), Path())
        self._width = WIDTH
        self._seen = 0

    async def send(self, text: str) -> list[Message]:
        """Say something, and return what is answered."""
        payload = plain.text_payload(text, self._language)
        event = Incoming(CHANNEL, self._new_id(), self._address, payload, self._clock())
        with self._delivery.expecting(CHANNEL, event.external_id) as handled:
            await self._delivery.take([event])
            await handled(PATIENCE)
        return await asyncio.to_thread(self._answers)

    def _answers(self) -> list[Message]:
        mine = (OutboxRow.address == self._address) & (OutboxRow.id > self._seen)
        with self._delivery.store.read() as tx:
            rows = tx.execute(select(OutboxRow.id, OutboxRow.body).where(mine).order_by(OutboxRow.id)).all()
            spoken = select(ConversationRow.language).where(ConversationRow.address == self._address)
            self._language = tx.execute(spoken).scalar() or self._language
        self._seen = rows[-1].id if rows else self._seen
        return [load(row.body) for row in rows]

    async def talk(self, read: Callable[[str], str], write: Callable[[str], None]) -> None:
        """Talk until the end of the input (Ctrl-D)."""
        await asyncio.to_thread(self._answers)
        await self._show(await self.send("/menu"), write)
        while True:
            try:
                line = await asyncio.to_thread(read, "\n> ")
            except (EOFError, KeyboardInterrupt):
                self.part(write)
                return
            await self._show(await self.send(line), write)

    async def _show(self, messages: Sequence[Message], write: Callable[[str], None]) -> None:
        for message in messages:
            write("\n" + draw(message, self._width))
            for kind, ref, label in message.papers:
                write("\n" + await asyncio.to_thread(self._saved, kind, ref, label))
            if message.code:
                code = f"/start {message.code}" if message.lasting else in_groups(message.code)
                write("\n" + self._word(say("Code to type: {code}", code=Typed(code))))

    def _saved(self, kind: str, ref: str, label: str) -> str:
        """Save a document, and say where."""
        made = self._documents.papers.make(kind, self._address, ref, self._language)
        if made is None:
            return self._word(say("The document “{label}” is no longer there.", label=Typed(label)))
        self._documents.folder.mkdir(parents=True, exist_ok=True)
        path = self._documents.folder / made.name
        path.write_bytes(made.content)
        return self._word(say("{label}: saved in {path}", label=Typed(label), path=Typed(str(path))))

    def _word(self, words: Words) -> str:
        return self._wording.word(words, self._language)

    def greet(self, columns: int, write: Callable[[str], None]) -> None:
        """Say how to leave; what follows is drawn for that many columns."""
        self._width = min(columns, WIDTH)
        self._tell(say("Answer by a number, or by the words between brackets. To close: Ctrl-D."), write)

    def part(self, write: Callable[[str], None]) -> None:
        """Say goodbye, and how long everything is kept."""
        self._tell(PARTED, write)

    def _tell(self, words: Words, write: Callable[[str], None]) -> None:
        write("\n" + _wrapped(self._word(words), self._width))
