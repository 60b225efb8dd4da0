"""Turns in batches: one transaction and one statement per table for all the conversations that wait.

An event that fails is taken out and the rest of the batch is done again without it. No network, no waiting
here.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from sqlalchemy import Connection, insert

from rallynov.delivery import conversations, faults, inbox, outbox
from rallynov.delivery.decider import Decided, Decider
from rallynov.delivery.decisions import Klass
from rallynov.delivery.inbox import Waiting
from rallynov.delivery.message import Message, apart, dump, resolve, split
from rallynov.delivery.outbox import Outgoing
from rallynov.delivery.subject import Order, Subject, Tools
from rallynov.delivery.tables import AuditRow
from rallynov.dialogue.engine import Engine
from rallynov.dialogue.screens import Screen, text
from rallynov.dialogue.words import say
from rallynov.storage.notices import notify
from rallynov.storage.prepared import Prepared
from rallynov.storage.store import Store
from rallynov.wording import Wording

log = structlog.get_logger("rallynov.turns")
LIMIT = 500
_AUDIT = Prepared(lambda _: insert(AuditRow), ("at", "actor", "action", "subject"))
APOLOGY = Screen(
    "trouble",
    (
        text(
            say(
                "A technical problem kept me from handling your last message. What you had given before is kept. Please "
                "try again; if it happens again, type “talk to a person”."
            )
        ),
    ),
)


class DeadlyError(Exception):
    """Each process that tried this event ended before it was done."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What a batch did: events handled, messages written, those set aside, and conversations that were
    touched.
    """

    handled: tuple[Waiting, ...] = ()
    outgoing: tuple[Outgoing, ...] = ()
    poisoned: int = 0
    claimed: bool = False
    left: tuple[str, ...] = ()
    """Addresses that closed their door: nothing waits for them any more."""
    more: bool = False
    """Whether events still wait: later ones of the same conversations, or those that wait for another try."""


class Turns:
    """The processor of events; synchronous, run on the writer thread."""

    def __init__(
        self, store: Store, engine: Engine, wording: Wording, subjects: Sequence[Subject], tools: Tools
    ) -> None:
        self._store = store
        self._decider = Decider(engine, wording, subjects, tools)
        self._wording = wording
        self._subjects = subjects
        self._tools = tools
        self.owner: str | None = None
        """Set while this process sends: messages are then claimed at birth."""
        self._tried: set[int] = set()
        """Events whose try is counted and has not ended."""

    def run(self, limit: int = LIMIT) -> Batch:
        """Handle one event of each waiting conversation; empty when nothing waits."""
        since = time.thread_time()
        try:
            return self._transact(limit, None)
        except Exception as error:
            if faults.passing(error, since):  # no event is at fault
                raise
            log.warning("batch_failed", error=type(error).__name__)
            return self.one_by_one(self.waiting(limit))

    def waiting(self, limit: int = LIMIT) -> list[int]:
        """Return the events whose turn has come, the oldest first."""
        with self._store.read() as tx:
            return [event.seq for event in inbox.claim(tx, self._tools.clock(), limit)]

    def one_by_one(self, seqs: list[int], *, counted: bool = False) -> Batch:
        """Handle events one by one, so that only the one at fault waits or is set aside; what is done leaves the list.

        Those ``counted`` are marked as tried before they are, and set aside at the fourth: they may end this process.
        """
        total = Batch(claimed=bool(seqs))
        while seqs:
            try:
                part = self._counted(seqs[0]) if counted else self._alone(seqs[0])
            except Exception as error:
                if total.handled and faults.passing(error):
                    return total  # what is committed is handed over, the rest waits for the next cycle
                raise
            seqs.pop(0)
            handled, outgoing = (*total.handled, *part.handled), (*total.outgoing, *part.outgoing)
            poisoned, left = total.poisoned + part.poisoned, (*total.left, *part.left)
            total = Batch(handled, outgoing, poisoned, claimed=True, left=left, more=True)
        return total

    def _counted(self, seq: int) -> Batch:
        if seq not in self._tried:
            with self._store.write() as tx:
                now = self._tools.clock()
                events = inbox.claim(tx, now, LIMIT, seq)
                lost = [event for event in events if event.attempts >= inbox.TRIES]
                sorry = [said for event in lost for said in self._set_back(tx, event, DeadlyError(), now)]
                if events and not lost:
                    inbox.trying(tx, seq)
            if lost or not events:
                return Batch(tuple(lost), self._leaving(sorry), len(lost), claimed=True)
            self._tried.add(seq)
        part = self._alone(seq)
        self._tried.discard(seq)
        return part

    def _alone(self, seq: int) -> Batch:
        since = time.thread_time()
        try:
            return self._transact(LIMIT, seq)
        except Exception as error:  # whatever broke, the next events go on
            if faults.passing(error, since):
                raise
            with self._store.write() as tx:
                now = self._tools.clock()
                events = inbox.claim(tx, now, LIMIT, seq)
                sorry = [said for event in events for said in self._set_back(tx, event, error, now)]
            return Batch(tuple(events) if sorry else (), self._leaving(sorry), len(sorry), claimed=True)

    def _set_back(self, tx: Connection, event: Waiting, error: Exception, now: datetime) -> list[Outgoing]:
        """Have an event wait for another try; after the third it is set aside, and the person is told."""
        log.error("event_failed", seq=event.seq, error=type(error).__name__, where=_where(error))
        counted = event.seq in self._tried or isinstance(error, DeadlyError)
        self._tried.discard(event.seq)
        attempts = event.attempts + (not counted)
        if not inbox.failed(tx, event, attempts, type(error).__name__, now):
            return []
        log.error("event_set_aside", seq=event.seq, channel=event.channel)
        known = conversations.fetch(tx, [event.address]).get(event.address)
        message = resolve(APOLOGY, 0, self._wording, known.language if known else "")
        sorry = Outgoing(f"{event.seq}:poison", event.channel, event.address, Klass.REPLY, dump(message))
        outbox.add(tx, [sorry], now, self.owner, self._tools.pull)
        return [sorry]

    def _transact(self, limit: int, only: int | None) -> Batch:
        with self._store.write() as tx:
            return self.within(tx, limit, only)

    def within(self, tx: Connection, limit: int = LIMIT, only: int | None = None) -> Batch:
        """Handle one event of each waiting conversation in a transaction that the caller commits."""
        now = self._tools.clock()
        waiting = inbox.claim(tx, now, limit, only)
        if not waiting:
            return Batch()
        decided, failed = self._decider.decide(tx, waiting, now)
        messages = self._apply(tx, decided, now) if decided else []
        sorry = [said for event, error in failed for said in self._set_back(tx, event, error, now)]
        notify(tx, self._notices([*messages, *sorry]))
        aside = {said.key for said in sorry}
        handled = [d.event for d in decided] + [e for e, _ in failed if f"{e.seq}:poison" in aside]
        left = tuple(d.address.address for d in decided if d.left)
        if left:
            outbox.skip(tx, left, now)
        return Batch(
            tuple(handled),
            self._leaving([*messages, *sorry]),
            len(sorry),
            claimed=True,
            left=left,
            more=inbox.waits(tx),
        )

    def _leaving(self, messages: Sequence[Outgoing]) -> tuple[Outgoing, ...]:
        """Messages to hand to this process's sender; none when another process sends."""
        return tuple(messages) if self.owner else ()

    def _notices(self, messages: Sequence[Outgoing]) -> list[str]:
        """What the other processes must hear: a page to refresh, a message to send; on SQLite there are none."""
        if self._store.is_sqlite:
            return []
        pulled = {f"moved {message.address}" for message in messages if message.channel in self._tools.pull}
        pushed = any(message.channel not in self._tools.pull for message in messages)
        return [*pulled, *(["outbox"] if pushed and not self.owner else [])]

    def _apply(self, tx: Connection, decided: Sequence[Decided], now: datetime) -> list[Outgoing]:
        orders = [
            Order(d.address.person_id or "", d.address.address, command, now, d.event.seq)
            for d in decided
            for command in d.turn.commands
        ]
        given = {type(order.command) for order in orders}
        for subject in self._subjects:
            if known := given.intersection(subject.orders):
                subject.apply(tx, [order for order in orders if type(order.command) in known])
        conversations.save(
            tx,
            [
                conversations.Saved(
                    d.address.address,
                    d.turn.conversation,
                    d.turn.person or d.address.person_id or "",
                    d.turn.language or d.address.language,
                    now if d.left else None,
                    now,
                )
                for d in decided
            ],
        )
        if orders:
            _AUDIT.many(tx, [_audit(order) for order in orders])
        messages = [message for d in decided for message in self._messages(d)]
        if messages:
            outbox.add(tx, messages, now, self.owner, self._tools.pull)
        inbox.done(tx, [d.event.seq for d in decided])
        return messages

    def _messages(self, decided: Decided) -> list[Outgoing]:
        event, nonce = decided.event, decided.turn.conversation.nonce
        language = decided.turn.language or decided.address.language
        drawn = [resolve(screen, nonce, self._wording, language) for screen in decided.turn.replies]
        cut = split if event.channel in self._tools.pull else apart
        parts = [part for message in drawn for part in cut(message)]
        if decided.card and decided.turn.frozen and parts:
            frozen = resolve(decided.turn.frozen, 0, self._wording, language)
            parts[-1] = replace(parts[-1], card=decided.card, frozen=frozen.blocks)
        return [
            Outgoing(f"{event.seq}:{n}", event.channel, event.address, Klass.REPLY, dump(part), drawn=part)
            for n, part in enumerate(parts)
        ]

    def welcome(self, language: str = "fr") -> Message:
        """Return what a newcomer is shown, without keeping anything of them."""
        return self._decider.welcome(language)

    def look(self, tx: Connection, address: str) -> Message | None:
        """Return what a conversation is waiting at, without a turn; None for one that never was."""
        return self._decider.look(tx, address)


def _where(error: Exception) -> str:
    """Name the line at fault; an exception's own words may hold what a person typed, so they are not
    logged.
    """
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""


def _audit(order: Order) -> dict[str, object]:
    action = type(order.command).__name__
    return {"at": order.at, "actor": order.person, "action": action, "subject": order.command.subject()}
