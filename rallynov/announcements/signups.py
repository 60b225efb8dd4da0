"""The subject of links: who asked for a topic behind one is counted, when its screen is shown and never else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select

from rallynov.announcements.links import NONE, SignUps
from rallynov.delivery.subject import Order
from rallynov.dialogue.events import Event
from rallynov.dialogue.turn import Command
from rallynov.editions.model import PARIS
from rallynov.people.consents.model import Topic, linked
from rallynov.people.consents.tables import ConsentRow
from rallynov.people.granting import grants_of


class LinkCounts:
    """The subject of links: read when their screen is shown, and never else."""

    orders: Sequence[type[Command]] = ()

    def __init__(self, edition: str) -> None:
        self._edition = edition

    def load(self, tx: Connection, people: Mapping[str, Event]) -> Mapping[str, SignUps]:
        """Count behind the links of the organisations that people act for."""
        grants = grants_of(tx, self._edition, list(people))
        sources = {person: linked(one.organisation) for person, one in grants.items() if one.organisation}
        counts = {source: counted(tx, source) for source in set(sources.values())}
        return {person: counts[source] for person, source in sources.items()}

    def blank(self, person: str) -> SignUps:
        """Return what somebody sees who acts for nobody."""
        return NONE

    def apply(self, tx: Connection, orders: Sequence[Order]) -> None:
        """Do nothing: nothing is ordered of a link."""


def counted(tx: Connection, source: str) -> SignUps:
    """Count the topics that were asked for behind a link, given up since or not."""
    mine = select(ConsentRow.given_at, ConsentRow.topic).where(ConsentRow.source == source)
    found = Counter(
        (f"{row.given_at.astimezone(PARIS):%Y-%m}", Topic(row.topic))
        for row in tx.execute(mine)
        if row.topic in set(Topic)
    )
    return SignUps(found)
