"""An invitation opened by its link on the web: the page changes nothing, its button asks, the answer grants."""

from __future__ import annotations

from conversation import Clock, core
from doors.people import on_the_web
from doors.rendered import Page
from people.appointed import invite

from rallynov.people import granting
from rallynov.people.roles import Role
from rallynov.storage.store import Store


def held(store: Store, edition: str) -> list[str]:
    with store.read() as tx:
        return [holder.grant.role for holder in granting.holders(tx, edition)]


def test_a_coordinator_enters_by_the_link(sqlite: Store, clock: Clock) -> None:
    built = core(sqlite, clock)
    code = invite(built, clock, Role.COORDINATOR)
    with on_the_web(built, clock) as visitor:
        for _ in range(3):  # as many programs follow it as like to
            page = visitor._run(visitor._client.get(f"/c/{code}"))
            assert f'value="/start {code}"' in page.text
        visitor._page = Page(page.text)
        [card] = visitor.say(f"/start {code}")[-1:]
        assert "Votre rôle serait" in str(card.texts)
        assert held(sqlite, built.edition.slug) == []
        visitor.press(card, "Accepter")
    assert held(sqlite, built.edition.slug) == [Role.COORDINATOR]
