"""Every column says what it holds of a person; all of it is shown to them, and gone once they are erased."""

from __future__ import annotations

import pytest
from conversation import Clock
from privacy import everything
from privacy.everything import ADDRESS, PERSON, READ
from sqlalchemy import Column, Text, insert, update

from rallynov.delivery.tables import InboxRow
from rallynov.faq import forgetting
from rallynov.faq.tables import TicketLineRow, TicketRow
from rallynov.privacy import erasing, holdings, tombstones
from rallynov.privacy.tables import LeavingRow
from rallynov.storage.base import Base
from rallynov.storage.personal import is_tagged, keys, personal, tag
from rallynov.storage.store import Store

COLUMNS = [column for table in Base.metadata.sorted_tables for column in table.columns]


def is_link(column: Column[object]) -> bool:
    """Whether it only says which of everybody's things they chose: the thing stays, that they chose it goes."""
    return column.name == "digest" or any(not tag(key.column) for key in column.foreign_keys)


def named(column: Column[object]) -> str:
    return f"{column.table.name}.{column.name}"


def test_every_column_says_what_it_holds_of_a_person() -> None:
    assert [named(one) for one in COLUMNS if not is_tagged(one)] == []
    assert not is_tagged(Column("words", Text()))
    assert is_tagged(Column("words", Text(), info=personal("what they wrote")))
    assert [named(one) for one in COLUMNS if one.comment] == [], "said in the tags alone"


def test_every_table_that_holds_something_of_a_person_says_of_whom() -> None:
    for table in Base.metadata.sorted_tables:
        columns = list(table.columns)
        if any(map(tag, columns)):
            assert keys(columns), table.name
        for column in columns:
            assert set(column.info.get("whose", ())) <= {one.name for one in keys(columns)}, named(column)


def test_all_that_is_held_of_a_person_is_shown_to_them(store: Store) -> None:
    with store.write() as tx:
        everything.fill(tx)
        tx.execute(insert(LeavingRow), [{"address": ADDRESS, "at": everything.BEGIN}])
    with store.read() as tx:
        held = holdings.held(tx, PERSON)
        assert holdings.held(tx, "somebody else") == {}
    for column in COLUMNS:
        if tag(column):
            [row] = held[column.table.name]
            wanted = everything.BEGIN if named(column) == "leaving.at" else everything.value(column)
            assert row[column.name] == wanted, named(column)


def test_what_is_of_another_in_the_same_row_is_not_shown(sqlite: Store) -> None:
    with sqlite.write() as tx:
        everything.fill(tx)
        tx.execute(update(TicketRow).values(holder="somebody of the team"))
        tx.execute(update(TicketLineRow).values(author="somebody of the team"))
        theirs, the_others = holdings.held(tx, PERSON), holdings.held(tx, "somebody of the team")
    [ticket], [line] = theirs["ticket"], theirs["ticket_line"]
    assert "holder" not in ticket
    assert line["words"] == everything.value(TicketLineRow.__table__.c.words)
    assert "author" not in line
    [held] = the_others["ticket"]
    assert "words" not in held, "whoever answers a question is not who asked it"
    assert set(the_others) == {"ticket", "ticket_line"}


def test_nothing_is_left_anywhere_of_who_is_erased(store: Store, clock: Clock) -> None:
    with store.write() as tx:
        everything.fill(tx)
        before = everything.texts(tx)
    canaries = {
        str(everything.value(column)): named(column)
        for column in COLUMNS
        if tag(column) and isinstance(everything.value(column), str)
        if named(column) not in READ and not is_link(column)
    }
    canaries |= {"canari-depose-6a7b": "dossier_move.content", "canari-retenu-8c9d": "conversation.state"}
    assert len(canaries) > 80
    for canary, where in canaries.items():
        assert any(canary in found for found in before.values()), where
    with store.write() as tx:
        addresses = erasing.addresses_of(tx, [PERSON])
        tombstones.bury(tx, [PERSON], addresses, clock())
        erasing.leave(tx, addresses, clock())
        forgetting.take_back(tx, [PERSON])
        erasing.erase(tx, [PERSON], clock())
    clock.pass_(hours=2)
    with store.write() as tx:
        assert erasing.settle(tx, clock()) == 1
        after = everything.texts(tx)
    left = {
        f"{canaries[canary]} in {where}"
        for canary in canaries
        for where, found in after.items()
        if canary in found
    }
    assert left == set()


@pytest.mark.parametrize("waits", ["inbox", "nothing"])
def test_an_address_stays_until_its_last_answer_has_left(sqlite: Store, clock: Clock, waits: str) -> None:
    with sqlite.write() as tx:
        everything.fill(tx)
        erasing.leave(tx, [ADDRESS], clock())
        if waits == "inbox":
            tx.execute(update(InboxRow).values(status="new"))
        erasing.settle(tx, clock.at + erasing.kept("leaving"))
        clock.pass_(hours=1, seconds=1)
        erasing.settle(tx, clock())
        found = [where for where, held in everything.texts(tx).items() if ADDRESS in held]
    still = ["conversation.address", "inbox.address", "leaving.address", "outbox.address"]
    delivery = [
        one
        for one in sorted(found)
        if one.partition(".")[0] in {"conversation", "inbox", "leaving", "outbox"}
    ]
    assert delivery == (still if waits == "inbox" else [])
