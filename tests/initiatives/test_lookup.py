"""Dossiers as the pages ask for them, on both databases: whose they are, which one is near, and what happened to them."""

from __future__ import annotations

import pytest
from conversation import Clock
from initiatives.life import FORM, FULL, Life, wording
from initiatives.paperwork import judge, stage
from sqlalchemy import delete, insert, update

from rallynov.delivery import conversations
from rallynov.delivery.tables import ConversationRow
from rallynov.dialogue.turn import Conversation
from rallynov.editions.model import DEFAULT
from rallynov.initiatives.leading import told
from rallynov.initiatives.lookup import Lookup
from rallynov.initiatives.moving import Verdict
from rallynov.initiatives.overview import Overview
from rallynov.initiatives.spots import Spot, View
from rallynov.initiatives.tables import ShareRow
from rallynov.storage.store import Store

ONE, TWO = "a" * 32, "b" * 32


@pytest.fixture
def life(store: Store, clock: Clock) -> Life:
    made = stage(store, clock)
    made.full("anne", ONE)
    return made


def near(life: Life, address: str = "web:anne") -> str:
    with life.store.read() as tx:
        known = conversations.fetch(tx, [address]).get(address)
        found = Lookup(FORM, DEFAULT).near(tx, known)
    return found.id if found else ""


def page(life: Life, address: str = "web:anne") -> Overview | None:
    with life.store.read() as tx:
        return Lookup(FORM, DEFAULT).overview(tx, address, ONE, life.clock())


def stand(life: Life, spot: Spot) -> None:
    state = conversations.dump(Conversation(spot.place))
    with life.store.write() as tx:
        mine = ConversationRow.address == "web:anne"
        tx.execute(update(ConversationRow).where(mine).values(state=state))


def share(life: Life, name: str) -> None:
    row = {"dossier_id": ONE, "person_id": "bruno", "right": "edit", "name": name, "since": life.clock()}
    with life.store.write() as tx:
        tx.execute(insert(ShareRow), [row | {"reminded": True}])


def test_the_dossier_of_the_conversation_is_near_else_the_last_touched(life: Life) -> None:
    life.open("anne", TWO)
    assert near(life) == TWO
    stand(life, Spot(View.EDIT, ONE, "title"))
    assert near(life) == ONE
    stand(life, Spot(View.EDIT, "c" * 32, "title"))
    assert near(life) == TWO, "one that is not theirs is not near"
    assert near(life, "web:bruno") == near(life, "web:nobody") == ""


def test_only_whoever_shares_a_dossier_reads_it(life: Life) -> None:
    assert page(life, "telegram:1") is not None, "the same person elsewhere"
    assert page(life, "web:bruno") is page(life, "web:nobody") is None
    share(life, "Bruno")
    assert page(life, "web:bruno") is not None


def test_what_happened_and_who_did_it(life: Life) -> None:
    share(life, "Bruno")
    life.submit("anne", ONE)
    with life.store.write() as tx:
        judge(life).request_correction(tx, ONE, Verdict("team", life.clock(), "Un chiffre à revoir"))
    seen = page(life, "web:bruno")
    assert seen
    lines = [wording().word(words, "en").partition(": ")[2] for words, _ in seen.moves]
    assert lines == [
        "opened (The owner)",
        "submitted (The owner)",
        "sent back, to be corrected (the rally team)",
    ]
    assert [reason for _, reason in seen.moves] == ["", "", "Un chiffre à revoir"]
    with life.store.write() as tx:
        tx.execute(delete(ShareRow).where(ShareRow.person_id == "anne"))
    gone = page(life, "web:bruno")
    assert gone
    assert wording().word(gone.moves[0][0], "en").endswith("opened (somebody who shares it no more)")


def test_a_submitted_dossier_shows_what_was_submitted(life: Life) -> None:
    life.submit("anne", ONE)
    seen = page(life)
    assert seen
    held = {line.field: line for part in seen.parts for line in part.lines}
    assert [line.field for line in held.values() if line.command or line.lacks] == []
    assert {name for name, line in held.items() if line.value is not None or line.rows} == set(FULL)


def test_a_command_of_a_page_is_told_in_words_and_nothing_else_is() -> None:
    def said(text: str) -> str:
        words = told(FORM, text)
        return wording().word(words, "en") if words else ""

    assert said(f"/dossier {ONE}:title") == "Change: Title"
    assert said(f"/dossier {ONE}/next:title") == "Answer: Title"
    assert said(f"/dossier {ONE}/remarks:title") == "Comment: Title"
    assert said(f"/dossier {ONE}/missing") == "What is missing"
    assert said(f"/suite {ONE}")
    assert said(f"/deposer {ONE}")
    for other in (
        "/dossier",
        f"/dossier {ONE}",
        f"/dossier {ONE}:nothing",
        "/dossier un:title",
        f"x /suite {ONE}",
        ONE,
    ):
        assert said(other) == "", other
