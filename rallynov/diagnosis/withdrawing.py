"""Notes that are withdrawn: what was written goes, with what a door received of it and what quoted it since.

It goes with the very turn that withdraws it, and nothing said of it quotes it: a kill before leaves all as it was, a kill
after leaves nothing. On Telegram, what was sent stays in their application.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import orjson
from sqlalchemy import Connection, delete, select, update

from rallynov.delivery.message import dump, load
from rallynov.delivery.subject import Order
from rallynov.delivery.tables import ConversationRow, InboxRow, InboxStatus, OutboxRow
from rallynov.diagnosis.model import DropNote
from rallynov.diagnosis.tables import AnswerRow
from rallynov.text import clean_text, fold

_WORDS = 4
"""Words of the shortest sentence that is kept as a note."""
_CUT = 40
"""Signs from which the beginning of a line is that line, cut short where it was quoted or kept."""
_TYPED = frozenset({"text", "caption"})


def drop(tx: Connection, orders: Sequence[tuple[Order, DropNote]]) -> None:
    """Forget notes; a question that has no other answer is one that nothing was said of."""
    for order, command in orders:
        mine = (
            AnswerRow.person_id == order.person,
            AnswerRow.run == command.run,
            AnswerRow.question == command.question,
        )
        note = tx.execute(select(AnswerRow.note).where(*mine)).scalar()
        tx.execute(update(AnswerRow).where(*mine).values(note=None))
        tx.execute(delete(AnswerRow).where(*mine, AnswerRow.value.is_(None)))
        if note:
            others = select(AnswerRow.note).where(
                AnswerRow.person_id == order.person, AnswerRow.note.is_not(None)
            )
            kept = [_lines(other) for (other,) in tx.execute(others).all() if other]
            _forget(tx, order.person, _Gone(_lines(note), kept))


def _forget(tx: Connection, person: str, gone: _Gone) -> None:
    """Blank what came from a person and is words of a note; leave its quotes out of what they were told."""
    addresses = select(ConversationRow.address).where(ConversationRow.person_id == person)
    came = InboxRow.address.in_(addresses), InboxRow.status != InboxStatus.NEW, InboxRow.payload != ""
    for seq, payload in tx.execute(select(InboxRow.seq, InboxRow.payload).where(*came)).all():
        if any(map(gone.within, _texts(_read(payload)))):
            tx.execute(update(InboxRow).where(InboxRow.seq == seq).values(payload=""))
    told = select(OutboxRow.id, OutboxRow.body).where(OutboxRow.address.in_(addresses), OutboxRow.body != "")
    for key, body in tx.execute(told.order_by(OutboxRow.id)).all():
        message = load(body)
        blocks = tuple(
            (kind, texts)
            for kind, texts in message.blocks
            if kind != "quote" or not any(map(gone.within, texts))
        )
        if blocks != message.blocks:
            left = dump(replace(message, blocks=blocks))
            tx.execute(update(OutboxRow).where(OutboxRow.id == key).values(body=left))


@dataclass(frozen=True, slots=True)
class _Gone:
    """The lines of a note that is withdrawn, and those of the notes that stay."""

    lines: Sequence[str]
    kept: Sequence[Sequence[str]]

    def within(self, text: str) -> bool:
        """Tell whether a text is of the note, or holds a sentence of it that no other note has: a card that was pressed
        quotes it among others.
        """
        said = _lines(text)
        if _telling(said) and (_follow(said, self.lines) or _follow(self.lines, said)):
            return not any(_follow(said, other) for other in self.kept)
        return any(self._of_it(line) for line in said if _telling([line]))

    def _of_it(self, line: str) -> bool:
        others = (other for note in self.kept for other in note)
        return any(_same(line, own) for own in self.lines) and not any(_same(line, other) for other in others)


def _follow(some: Sequence[str], lines: Sequence[str]) -> bool:
    """Tell whether lines stand one after the other among others."""
    return any(list(lines[at : at + len(some)]) == list(some) for at in range(len(lines) - len(some) + 1))


def _same(said: str, line: str) -> bool:
    """Tell whether two lines are the same, or one the beginning of the other where it was cut."""
    short, whole = sorted((said, line), key=len)
    return short == whole or (len(short) >= _CUT and whole.startswith(short))


def _telling(lines: Sequence[str]) -> bool:
    """Tell whether lines hold a sentence, as a note does: less is too common to be told from other answers."""
    return sum(len(line.split()) for line in lines) >= _WORDS


def _lines(text: str) -> list[str]:
    return [folded for line in clean_text(text).split("\n") if (folded := fold(line))]


def _read(payload: str) -> object:
    try:
        return orjson.loads(payload)
    except orjson.JSONDecodeError:  # one that was set aside
        return payload


def _texts(raw: object) -> Iterator[str]:
    """Give what was typed in what a door received, and the words of the card that was pressed: no name, no number."""
    if isinstance(raw, str):
        yield raw
    elif isinstance(raw, dict):
        for name, one in raw.items():
            if name in _TYPED or isinstance(one, dict):
                yield from _texts(one)
