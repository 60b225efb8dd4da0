"""The team told that something a person sent could not be handled: once an hour at most, never with what they typed.

What was told of is in the key of the letter, so nothing else is remembered: a process that starts again tells nothing twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from rallynov.delivery.decisions import Klass
from rallynov.delivery.posting import Letter, Post
from rallynov.delivery.tables import InboxRow, InboxStatus, OutboxRow
from rallynov.dialogue.screens import Screen, note, text, title
from rallynov.dialogue.words import plural, say
from rallynov.people.granting import people_acting
from rallynov.people.roles import Role
from rallynov.storage.beginning import begins, ordered
from rallynov.storage.store import Store

APART = timedelta(hours=1)
"""The least time between two letters."""
RECENT = timedelta(days=1)
"""How far back a first letter looks."""
KEY = "aside:"
"""How the keys of these letters begin."""
TOLD = (Role.COORDINATOR, Role.ADMINISTRATOR)


def due(store: Store, now: datetime) -> tuple[int, int] | None:
    """Return how many events were set aside that nobody was told of, and the last of them; None when none is to be told."""
    with store.read() as tx:
        told, at = _last(tx)
        if at is not None and now - at < APART:
            return None
        new = (
            (InboxRow.status == InboxStatus.POISON)
            & (InboxRow.seq > told)
            & (InboxRow.received_at > now - RECENT)
        )
        count, last = tx.execute(select(func.count(), func.max(InboxRow.seq)).where(new)).one()
        return (count, last) if count else None


def send(store: Store, post: Post, edition: str, now: datetime) -> int:
    """Tell the team what is due; return how many messages that is."""
    found = due(store, now)
    if found is None:
        return 0
    count, last = found
    with store.write() as tx:
        team = tuple(dict.fromkeys(one for role in TOLD for one in people_acting(tx, edition, role)))
        return post.send(tx, _letters(count, last, team), now)


def _letters(count: int, last: int, team: Sequence[str]) -> list[Letter]:
    return [Letter(f"{KEY}{last:012d}", tuple(team), aside(count), Klass.STAFF)]


def aside(count: int) -> Screen:
    """Tell of messages that could not be handled."""
    blocks = (
        title(say("A technical problem")),
        text(
            plural(
                "{n} message could not be handled after three tries. Its author was told so, and can go on.",
                "{n} messages could not be handled after three tries. Their authors were told so, and can go on.",
                count,
            )
        ),
        note(say("Please tell whoever runs the service: “rallynov doctor” and the log say more.")),
    )
    return Screen("news", blocks)


def _last(tx: Connection) -> tuple[int, datetime | None]:
    """Return up to which event the team was told, and when."""
    mine = begins(OutboxRow.key, KEY, tx.dialect.name)
    latest = ordered(OutboxRow.key, tx.dialect.name).desc()  # keys hold the number of the last event
    newest = select(OutboxRow.key, OutboxRow.created_at).where(mine).order_by(latest).limit(1)
    found = tx.execute(newest).first()
    return (int(found.key[len(KEY) :].partition(":")[0]), found.created_at) if found else (0, None)
