"""Letters: what people are told without having asked, on every address that reaches them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from rallynov.delivery import outbox
from rallynov.delivery.decisions import Klass
from rallynov.delivery.message import apart, dump, resolve, split
from rallynov.delivery.outbox import Outgoing
from rallynov.delivery.tables import ConversationRow
from rallynov.dialogue.screens import Screen
from rallynov.storage.notices import notify
from rallynov.wording import Wording


@dataclass(frozen=True, slots=True)
class Letter:
    """One screen for several people; ``key`` is unique: a letter is written once to each address.

    With an ``address``, only that one of theirs is written to.
    """

    key: str
    people: tuple[str, ...]
    screen: Screen
    klass: Klass = Klass.RECEIPT
    address: str = ""


class Post:
    """Writes letters into the outbox, each in the language of the conversation that it goes to."""

    def __init__(self, wording: Wording, pull: frozenset[str]) -> None:
        self._wording = wording
        self._pull = pull

    def send(self, tx: Connection, letters: Sequence[Letter], now: datetime) -> int:
        """Write letters in the transaction that makes them true; return how many messages they are."""
        people = {person for letter in letters for person in letter.people}
        if not people:
            return 0
        rows = tx.execute(_REACHED, {"people": sorted(people)}).all()
        messages = [
            message
            for letter in letters
            for address, channel, person, language in rows
            if person in letter.people and letter.address in {"", address}
            for message in self._written(letter, channel, address, language)
        ]
        if messages:
            outbox.add(tx, messages, now, None, self._pull)
            notify(tx, self._notices(messages))
        return len(messages)

    def _written(self, letter: Letter, channel: str, address: str, language: str) -> list[Outgoing]:
        """Put a letter into words. Where the person reads a page, its buttons stay those of the pending question."""
        message = resolve(letter.screen, 0, self._wording, language)
        bare = replace(message, choices=(), actions=())
        parts = split(bare) if channel in self._pull else apart(message)
        return [
            Outgoing(f"{letter.key}:{address}:{n}", channel, address, letter.klass, dump(part))
            for n, part in enumerate(parts)
        ]

    def _notices(self, messages: Sequence[Outgoing]) -> list[str]:
        moved = {f"moved {message.address}" for message in messages if message.channel in self._pull}
        pushed = any(message.channel not in self._pull for message in messages)
        return [*sorted(moved), *(["outbox"] if pushed else [])]


_REACHED = (
    select(
        ConversationRow.address, ConversationRow.channel, ConversationRow.person_id, ConversationRow.language
    )
    .where(
        ConversationRow.person_id.in_(bindparam("people", expanding=True)),
        ConversationRow.unreachable_at.is_(None),
    )
    .order_by(ConversationRow.address)
)
