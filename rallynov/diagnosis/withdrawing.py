"""Notes that are withdrawn: what was written goes, with what a door received of it and what quoted it since.

What is answered to the very turn that withdraws a note quotes it once more: it is the person's to copy. On Telegram, what was
sent stays in their application.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import orjson
from sqlalchemy import Connection, delete, select, update

from rallynov.delivery.message import dump, load
from rallynov.delivery.subject import Order
from rallynov.delivery.tables import ConversationRow, InboxRow, InboxStatus, OutboxRow
from rallynov.diagnosis.model import DropNote
from rallynov.diagnosis.tables import AnswerRow
from rallynov.text import clean_text, fold

_LEAST = 12
"""Signs below which words are too common to be told from other answers."""


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
            _forget(tx, order.person, fold(note))


def _forget(tx: Connection, person: str, note: str) -> None:
    """Blank what came from a person and holds words of a note; leave its quotes out of what they were told."""
    addresses = select(ConversationRow.address).where(ConversationRow.person_id == person)
    came = InboxRow.address.in_(addresses), InboxRow.status != InboxStatus.NEW, InboxRow.payload != ""
    for seq, payload in tx.execute(select(InboxRow.seq, InboxRow.payload).where(*came)).all():
        if any(_held(text, note) for text in _texts(_read(payload))):
            tx.execute(update(InboxRow).where(InboxRow.seq == seq).values(payload=""))
    told = OutboxRow.address.in_(addresses), OutboxRow.finished_at.is_not(None), OutboxRow.body != ""
    for key, body in tx.execute(select(OutboxRow.id, OutboxRow.body).where(*told)).all():
        message = load(body)
        blocks = tuple(
            (kind, texts)
            for kind, texts in message.blocks
            if kind != "quote" or not any(_held(text, note) for text in texts)
        )
        if blocks != message.blocks:
            left = dump(replace(message, blocks=blocks))
            tx.execute(update(OutboxRow).where(OutboxRow.id == key).values(body=left))


def _held(text: str, note: str) -> bool:
    """Tell whether a text is words of a note, or holds it; a quote may be cut short."""
    said = fold(clean_text(text)).removesuffix("…").strip()
    return len(said) >= _LEAST and (said in note or note in said)


def _read(payload: str) -> object:
    try:
        return orjson.loads(payload)
    except orjson.JSONDecodeError:  # one that was set aside
        return payload


def _texts(raw: object) -> Iterator[str]:
    """Give every text in what a door received."""
    if isinstance(raw, str):
        yield raw
    elif isinstance(raw, dict):
        for one in raw.values():
            yield from _texts(one)
    elif isinstance(raw, list):
        for one in raw:
            yield from _texts(one)
