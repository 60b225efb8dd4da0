"""What a walk left behind, compared with the model: updates, effects, messages, receipts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from chaos.nursery import BOT
from chaos.walk import Shape
from sqlalchemy import func, select

from rallynov.delivery import conversations
from rallynov.delivery.conversations import Address
from rallynov.delivery.message import apart, load
from rallynov.delivery.tables import AuditRow, InboxRow, OutboxRow
from rallynov.diagnosis.tables import AnswerRow, DiagnosisRow
from rallynov.people.tables import PersonRow
from rallynov.storage.store import Store

FINAL = {"sent", "failed", "skipped", "unknown"}


@dataclass
class Findings:
    """What is wrong, by kind; every list is empty when nothing is."""

    lost: list[int] = field(default_factory=list)
    undone: list[str] = field(default_factory=list)
    effects: list[str] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)
    missing: list[Shape] = field(default_factory=list)
    disordered: bool = False
    duplicates: int = 0

    @property
    def sound(self) -> bool:
        wrong = (self.lost, self.undone, self.effects, self.unfinished, self.missing)
        return not any(wrong) and not self.disordered


def lost(store: Store, pushed: list[int]) -> list[int]:
    """The updates that have no row in the inbox, or more than one."""
    with store.read() as tx:
        kept = Counter(tx.execute(select(InboxRow.external_id)).scalars())
    return [update for update in pushed if kept[f"{BOT}:{update}"] != 1]


def undone(store: Store) -> list[str]:
    """The events that are not handled, and what became of them."""
    with store.read() as tx:
        rows = tx.execute(select(InboxRow.external_id, InboxRow.status).where(InboxRow.status != "done"))
        return [f"{external} is {status}" for external, status in rows]


def unfinished(store: Store) -> list[str]:
    """The messages that are not in a final state."""
    with store.read() as tx:
        rows = tx.execute(select(OutboxRow.key, OutboxRow.status).where(OutboxRow.status.not_in(FINAL)))
        return [f"{key} is {status}" for key, status in rows]


def kept(store: Store, address: str) -> dict[str, Any]:
    """Everything that the turns wrote, without ids and moments, so that two databases can be compared."""
    with store.read() as tx:
        talk = conversations.fetch(tx, [address])[address].talk
        return {
            "place": (talk.place, talk.under, talk.nonce, talk.misses, talk.guesses, talk.last),
            "answers": [tuple(row) for row in tx.execute(_ANSWERS)],
            "runs": [tuple(row) for row in tx.execute(_RUNS)],
            "people": tx.scalar(select(func.count()).select_from(PersonRow)),
            "audit": [tuple(row) for row in tx.execute(_AUDIT)],
            "messages": sum(len(apart(load(body))) for body in tx.execute(select(OutboxRow.body)).scalars()),
        }


_ANSWERS = select(AnswerRow.run, AnswerRow.question, AnswerRow.value, AnswerRow.note).order_by(
    AnswerRow.run, AnswerRow.question
)
_RUNS = select(DiagnosisRow.run, DiagnosisRow.finished_at.is_not(None)).order_by(DiagnosisRow.run)
_AUDIT = select(AuditRow.action, AuditRow.subject).order_by(AuditRow.id)


def person(store: Store, address: str) -> Address:
    with store.read() as tx:
        return conversations.fetch(tx, [address])[address]


def differences(real: dict[str, Any], model: dict[str, Any]) -> list[str]:
    """What two databases do not share."""
    return [f"{name}: {real[name]} is not {model[name]}" for name in model if real[name] != model[name]]


def compare(shown: list[Shape], expected: list[Shape], found: Findings) -> None:
    """Compare what a person saw with what the model showed; a message repeated at once is a duplicate."""
    collapsed = [one for n, one in enumerate(shown) if n == 0 or one != shown[n - 1]]
    found.duplicates = len(shown) - len(expected)
    found.missing = [one for one in expected if one not in shown]
    found.disordered = collapsed != expected
