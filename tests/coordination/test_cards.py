"""Cards of dossiers: a turn makes a few, what is done each minute makes the others."""

from __future__ import annotations

import pytest
from conversation import Clock, Talk, core
from coordination.crowd import fill
from people.appointed import appoint
from stored import count

from bot.recurring import make_cards
from rallynov.initiatives import cards
from rallynov.initiatives.tables import CardRow
from rallynov.people.roles import Role
from rallynov.storage.store import Store


async def test_a_turn_makes_a_few_cards_and_each_minute_the_others(
    sqlite: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cards, "AT_ONCE", 2)
    product = core(sqlite, clock)
    talk = Talk(product, clock, "web:claude")
    talk.say("bonjour")
    appoint(product, clock, "web:claude", Role.COORDINATOR)
    fill(sqlite, 5, clock(), edition=product.edition)

    assert talk.say("/bureau").screen.startswith("bureau")
    assert count(sqlite, CardRow) == 2
    await make_cards(product)
    assert count(sqlite, CardRow) == 5
