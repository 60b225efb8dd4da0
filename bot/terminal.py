"""The same dialogue in a terminal: one line typed, one answer printed. Answers are typed, as numbers or
words.
"""

from __future__ import annotations

import asyncio
import textwrap
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select

from bot import plain
from rallynov.delivery.inbox import Incoming
from rallynov.delivery.message import Message, load
from rallynov.delivery.service import Delivery
from rallynov.delivery.tables import ConversationRow, OutboxRow
from rallynov.dialogue.words import say
from rallynov.wording import Wording

CHANNEL = "terminal"
WIDTH = 88
PATIENCE = 30.0


def draw(message: Message) -> str:
    """Write a message for a terminal: headings in capitals, choices with their numbers, actions in
    brackets.
    """
    parts = [_block(kind, texts) for kind, texts in message.blocks]
    if message.choices:
        parts.append("\n".join(f"  {n}. {label}" for n, (_, label) in enumerate(message.choices, 1)))
    if message.actions:
        parts.append("  ".join(f"[{label}]" for _, label in message.actions))
    return "\n\n".join(parts)


def _block(kind: str, texts: tuple[str, ...]) -> str:
    match kind:
        case "title":
            return texts[0].upper()
        case "list":
            return "\n".join(_wrapped(text, "  - ", "    ") for text in texts)
        case "quote":
            return _wrapped(texts[0], "  | ", "  | ")
        case _:
            return "\n".join(_wrapped(line) for line in texts[0].split("\n"))


def _wrapped(text: str, first: str = "", others: str = "") -> str:
    return textwrap.fill(text, WIDTH, initial_indent=first, subsequent_indent=others, break_long_words=False)


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
    ) -> None:
        self._delivery = delivery
        self._wording = wording
        self._clock = clock
        self._new_id = new_id
        self._address = f"{CHANNEL}:{name}"
        self._language = language
        self._seen = 0

    async def send(self, text: str) -> list[Message]:
        """Say something, and return what is answered."""
        payload = plain.text_payload(text, self._language)
        event = Incoming(CHANNEL, self._new_id(), self._address, payload, self._clock())
        await self._delivery.take([event])
        await self._delivery.handled(CHANNEL, event.external_id, PATIENCE)
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
        for message in await self.send("/menu"):
            write("\n" + draw(message))
        while True:
            try:
                line = await asyncio.to_thread(read, "\n> ")
            except (EOFError, KeyboardInterrupt):
                self.part(write)
                return
            for message in await self.send(line):
                write("\n" + draw(message))

    def part(self, write: Callable[[str], None]) -> None:
        """Say goodbye: everything is stored."""
        kept = say("Everything you answered is kept. Come back whenever you like, and type “resume”.")
        write("\n" + self._wording.word(kept, self._language))
