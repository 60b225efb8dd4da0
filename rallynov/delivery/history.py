"""The transcript of an address: what the person said and what the bot answered, in the order in which it
happened.

Each message of the bot comes with what the person said before it: the inbox and the outbox keep one order per
conversation. What retention or an erasure has blanked is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, BindParameter, Connection, bindparam, func, select

from rallynov.delivery.message import Message, load
from rallynov.delivery.tables import InboxRow, OutboxRow
from rallynov.dialogue.events import Attached, Commanded, Event, Pressed, Said
from rallynov.storage.prepared import Prepared, among, listed
from rallynov.text import clean_line

PAGE = 60
"""Messages of the bot in one page of a transcript."""


@dataclass(frozen=True, slots=True)
class Words:
    """What the person typed, or the label of what they pressed; empty for a button that is no longer
    known.
    """

    text: str
    pressed: bool = False


@dataclass(frozen=True, slots=True)
class Exchange:
    """One message of the bot; ``said`` is what it answers, None when it answers nothing or is a second
    part. ``turn`` is the event that it answers, 0 for none: the parts of one answer share it.
    """

    id: int
    said: Words | None
    message: Message
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Transcript:
    """A page of a conversation, the oldest first.

    ``waiting`` was said and is not answered yet. ``follows`` tells that the page continues what was asked
    for; when it does not (an erasure), it replaces it. ``earlier`` tells that older messages were left out.
    """

    exchanges: tuple[Exchange, ...] = ()
    waiting: tuple[Words, ...] = ()
    before: Message | None = None
    follows: bool = False
    earlier: bool = False

    @property
    def shown(self) -> Message | None:
        """The last message that the person has before their eyes."""
        return self.exchanges[-1].message if self.exchanges else self.before


_HERE: BindParameter[str] = bindparam("address")
_LATEST = Prepared(lambda _: select(func.max(OutboxRow.id)).where(OutboxRow.address == _HERE))


def latest(tx: Connection, address: str) -> int:
    """Return the id of the last message to an address; 0 when there is none."""
    ((last,),) = _LATEST.rows(tx, address=address)
    return int(last or 0)


def transcript(
    tx: Connection, address: str, read: Callable[[str], Event], opening: Message, after: int = 0
) -> Transcript:
    """Read what follows a message, or the last page when ``after`` is 0.

    ``read`` turns a payload of the address's channel into an event. ``opening`` is the screen shown to a
    newcomer, which is not stored and whose buttons may have been pressed.
    """
    rows = _rows(tx, address, after)
    messages = {row_id: load(body) for row_id, _, body, _ in rows}
    labels = _labels((opening, *messages.values()))
    context = rows[0][0] if rows and (rows[0][0] == after or len(rows) > PAGE) else 0
    seqs = _answered(rows)
    payloads = _payloads(tx, [seq for seq in seqs.values() if seq])
    exchanges = []
    answered: set[int] = set()
    for row_id, key, _, _ in rows:
        seq = seqs[row_id]
        said = payloads.get(seq, "") if seq not in answered else ""
        if row_id != context or _seq(key):
            answered.add(seq)
        if row_id != context:
            exchanges.append(Exchange(row_id, _words(said, read, labels), messages[row_id], seq))
    waiting = [words for payload in _waiting(tx, address) if (words := _words(payload, read, labels))]
    before = messages.get(context) if context == after else None
    return Transcript(tuple(exchanges), tuple(waiting), before, context == after, context not in {0, after})


_NEWEST = Prepared(
    lambda _: (
        select(OutboxRow.id, OutboxRow.key, OutboxRow.body, OutboxRow.created_at)
        .where(OutboxRow.address == _HERE, OutboxRow.id >= bindparam("after"))
        .order_by(OutboxRow.id.desc())
        .limit(bindparam("count", type_=BigInteger()))
    )
)


def _rows(tx: Connection, address: str, after: int) -> list[tuple[int, str, str, datetime]]:
    """Read the last messages, with one more at the head: the one that was already there."""
    newest = _NEWEST.rows(tx, address=address, after=after, count=PAGE + 1)
    return [(row[0], row[1], row[2], row[3]) for row in reversed(newest)]


def _answered(rows: Sequence[tuple[int, str, str, datetime]]) -> dict[int, int]:
    """Tell which event each message answers: a letter of the same moment as the answer after it (the receipt of what was
    just submitted) is of its turn too, and what was said comes before both.
    """
    told: dict[int, int] = {}
    turn, moment = 0, None
    for row_id, key, _, at in reversed(rows):
        seq = _seq(key)
        if seq:
            turn, moment = seq, at
        told[row_id] = seq or (turn if at == moment else 0)
    return told


def _seq(key: str) -> int:
    """Return the event that a message answers; 0 when it answers none (an announcement)."""
    seq, _, _ = key.partition(":")
    return int(seq) if seq.isascii() and seq.isdigit() else 0


_PAYLOADS = Prepared(
    lambda name: select(InboxRow.seq, InboxRow.payload).where(among(InboxRow.seq, "seqs", name, number=True))
)
_WAITING = Prepared(
    lambda _: (
        select(InboxRow.payload)
        .where(InboxRow.address == _HERE, InboxRow.status == "new")
        .order_by(InboxRow.seq)
    )
)


def _payloads(tx: Connection, seqs: Iterable[int]) -> dict[int, str]:
    wanted = sorted(set(seqs))
    rows = _PAYLOADS.rows(tx, seqs=listed(wanted, tx.dialect.name)) if wanted else ()
    return {row[0]: row[1] for row in rows}


def _waiting(tx: Connection, address: str) -> list[str]:
    return [payload for (payload,) in _WAITING.rows(tx, address=address)]


def _labels(messages: Iterable[Message]) -> dict[tuple[str, int], Mapping[str, str]]:
    """Return the words of all buttons by the screen and nonce they were drawn with."""
    return {(m.screen, m.nonce): dict((*m.choices, *m.actions)) for m in messages if m.choices or m.actions}


def _words(
    payload: str, read: Callable[[str], Event], labels: Mapping[tuple[str, int], Mapping[str, str]]
) -> Words | None:
    if not payload:
        return None
    try:
        event = read(payload)
    except (ValueError, KeyError, TypeError):  # set aside as malformed: it has no words
        return None
    match event:
        case Said(text):
            return Words(text)
        case Commanded(name, argument):
            return Words(f"/{name} {argument}".rstrip())
        case Pressed(screen, key, nonce):
            return Words(labels.get((screen, nonce), {}).get(key, ""), pressed=True)
        case Attached(file):
            return Words(f"📎 {clean_line(file.name)}".rstrip())
        case _:
            return None
