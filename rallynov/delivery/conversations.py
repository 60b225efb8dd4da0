"""Conversations as rows: an explicit, versioned, readable stored form of where a person is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import orjson
from sqlalchemy import Connection, bindparam, select, update

from rallynov.delivery.tables import ConversationRow
from rallynov.dialogue.turn import Conversation, Held, Place
from rallynov.storage.prepared import Prepared, among, listed

VERSION = 1


@dataclass(frozen=True, slots=True)
class Address:
    """One way to reach a person, with its dialogue."""

    address: str
    person_id: str | None
    language: str
    talk: Conversation


def dump(talk: Conversation) -> str:
    """Write a conversation as JSON; what is at its default is left out."""
    state: dict[str, object] = {"v": VERSION, "d": talk.place.dialogue, "n": talk.nonce}
    if talk.place.focus:
        state["f"] = talk.place.focus
    if talk.under:
        state["u"] = [[place.dialogue, place.focus] for place in talk.under]
    if talk.misses:
        state["m"] = talk.misses
    if talk.guesses:
        state["g"] = talk.guesses
    if talk.last:
        state["l"] = talk.last
    if talk.last_at and talk.asked_at:
        state["t"] = [talk.last_at.timestamp(), talk.asked_at.timestamp()]
    if talk.aside:
        state["a"] = talk.aside
    if talk.held:
        state["h"] = [talk.held.mark, talk.held.text]
    if talk.unseen:
        state["x"] = 1
    return orjson.dumps(state).decode()


def load(state: str | None) -> Conversation:
    """Read a conversation back; a new one stands at the reception."""
    if state is None:
        return Conversation()
    raw = orjson.loads(state)
    last_at, asked_at = (
        (datetime.fromtimestamp(stamp, UTC) for stamp in raw["t"]) if "t" in raw else (None, None)
    )
    return Conversation(
        Place(raw["d"], raw.get("f")),
        tuple(Place(dialogue, focus) for dialogue, focus in raw.get("u", ())),
        raw["n"],
        raw.get("m", 0),
        tuple(raw.get("g", ())),
        raw.get("l", ""),
        last_at,
        asked_at,
        raw.get("a", ""),
        Held(*raw["h"]) if "h" in raw else None,
        "x" in raw,
    )


_FETCH = Prepared(
    lambda name: select(
        ConversationRow.address, ConversationRow.person_id, ConversationRow.language, ConversationRow.state
    ).where(among(ConversationRow.address, "addresses", name))
)


def fetch(tx: Connection, addresses: Sequence[str]) -> dict[str, Address]:
    """Read the conversations of a batch, by address."""
    rows = _FETCH.rows(tx, addresses=listed(addresses, tx.dialect.name))
    return {row[0]: Address(row[0], row[1], row[2], load(row[3])) for row in rows}


def unknown(address: str) -> Address:
    """Return the conversation of an address that never spoke, in no language yet."""
    return Address(address, None, "", Conversation())


_SAVE = Prepared(
    lambda _: (
        update(ConversationRow)
        .where(ConversationRow.address == bindparam("of"))
        .values(
            state=bindparam("now_state"),
            person_id=bindparam("now_person"),
            language=bindparam("now_language"),
            unreachable_at=bindparam("now_unreachable"),
            updated_at=bindparam("now_at"),
        )
    )
)


@dataclass(frozen=True, slots=True)
class Saved:
    """A conversation to write; ``gone`` is when its address became unreachable."""

    address: str
    talk: Conversation
    person: str
    language: str
    gone: datetime | None
    at: datetime


def save(tx: Connection, rows: Sequence[Saved]) -> None:
    """Write the conversations of a batch."""
    _SAVE.many(
        tx,
        [
            {
                "of": row.address,
                "now_state": dump(row.talk),
                "now_person": row.person,
                "now_language": row.language,
                "now_unreachable": row.gone,
                "now_at": row.at,
            }
            for row in rows
        ],
    )


def unreachable(tx: Connection, addresses: Sequence[str], now: datetime) -> None:
    """Remember that nothing can be sent to addresses until they write again."""
    gone = update(ConversationRow).where(ConversationRow.address.in_(addresses))
    tx.execute(gone.values(unreachable_at=now))


def doubt(tx: Connection, drawn: Mapping[str, int], *, unseen: bool) -> None:
    """Remember whether the screens drawn last may not have arrived, by address and number; older ones say nothing."""
    asked = select(ConversationRow.address, ConversationRow.state).where(ConversationRow.address.in_(drawn))
    for address, state in tx.execute(asked.order_by(ConversationRow.address).with_for_update()).all():
        talk = load(state)
        if talk.nonce == drawn[address] and talk.unseen != unseen:
            one = ConversationRow.address == address
            tx.execute(update(ConversationRow).where(one).values(state=dump(replace(talk, unseen=unseen))))


def forget(tx: Connection, people: Sequence[str]) -> None:
    """Forget the texts that conversations of people hold until it is said what they are."""
    held = select(ConversationRow.address, ConversationRow.state).where(
        ConversationRow.person_id.in_(people), ConversationRow.state.like('%"h":%')
    )
    for address, state in tx.execute(held).all():
        talk = replace(load(state), held=None)
        one = ConversationRow.address == address
        tx.execute(update(ConversationRow).where(one).values(state=dump(talk)))
