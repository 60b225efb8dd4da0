"""Who an announcement is for, in SQL: the people of an audience one after the other, and all who ask for something, counted.

A person is taken once: with the dossier that went furthest among those they share in the edition; without one, where
they said that they live. Both questions stand on the same joins, so that what is counted is what is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    ScalarSelect,
    String,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    literal_column,
    or_,
    outerjoin,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from rallynov.announcements.model import Announcement, Audience, Standing
from rallynov.announcements.tables import AnnouncementRow
from rallynov.delivery.bulk import Recipient, key_of
from rallynov.delivery.tables import ConversationRow, OutboxRow, OutboxStatus
from rallynov.editions.stages.tables import SeatRow, StageRow, TerritoryRow
from rallynov.initiatives.model import Status
from rallynov.initiatives.tables import DossierAnswerRow, DossierRow, ShareRow
from rallynov.people.consents.model import linked
from rallynov.people.consents.tables import ConsentRow
from rallynov.people.restricting import restricted

Person: TypeAlias = InstrumentedAttribute[str] | ColumnElement[str]
STANDINGS = {
    Status.DRAFT: Standing.DRAFT,
    Status.SUBMITTED: Standing.SUBMITTED,
    Status.TO_CORRECT: Standing.SUBMITTED,
    Status.INADMISSIBLE: Standing.INADMISSIBLE,
    Status.ADMISSIBLE: Standing.ADMISSIBLE,
}
"""What a dossier stands for, the furthest last; one that was withdrawn stands for nothing."""
REACHED = (OutboxStatus.SENT, OutboxStatus.UNKNOWN)
"""States of a message that may have arrived."""
FIRST = "telegram"
"""The channel that somebody is written to on, when they can be reached there."""


def recipients(tx: Connection, announcement: Announcement, after: str, limit: int) -> Sequence[Recipient]:
    """Return the next people of an audience, by id, each with one address that reaches them; none is the end.

    The address is that of Telegram when there is one, else the one that was used last.
    """
    joined = Joined(tx.dialect.name, edition_of(tx, announcement), ConsentRow, ConsentRow.person_id)
    # Who is next, then where: in one, PostgreSQL looks for the addresses of all who are left. It plans for a tenth of all
    # when it does not know how few are asked for.
    people = (
        select(ConsentRow.person_id)
        .select_from(joined.people)
        .where(ConsentRow.topic == announcement.topic, ConsentRow.person_id > after)
        .where(*asking(), *joined.of(announcement), reachable(ConsentRow.person_id))
        .order_by(ConsentRow.person_id)
        .limit(literal_column(str(limit)))
        .subquery()
    )
    reached = aliased(ConversationRow)
    asked = (
        select(people.c.person_id, reached.address, reached.channel, reached.language)
        .join(reached, reached.address == _address(people.c.person_id))
        .order_by(people.c.person_id)
    )
    return [Recipient(*row) for row in tx.execute(asked)]


def size(tx: Connection, announcement: Announcement) -> int:
    """Count the people of an audience, as ``recipients`` would return them."""
    joined = Joined(tx.dialect.name, edition_of(tx, announcement), ConsentRow, ConsentRow.person_id)
    asked = (
        select(func.count())
        .select_from(joined.people)
        .where(ConsentRow.topic == announcement.topic)
        .where(*asking(), *joined.of(announcement), reachable(ConsentRow.person_id))
    )
    return tx.execute(asked).scalar_one()


class Joined:
    """People, of whom ``person`` is the id, with the dossier and the territory that stand for each."""

    def __init__(self, dialect: str, edition: str, people: Any, person: Person) -> None:
        self._dialect = dialect
        self._edition = edition
        self._person = person
        self.dossier = aliased(DossierRow)
        self._commune, self.themes = aliased(DossierAnswerRow), aliased(DossierAnswerRow)
        self.people = people
        for table, on in (
            (self.dossier, self.dossier.id == _furthest(edition, person)),
            (self._commune, self._answer(self._commune, "commune")),
            (self.themes, self._answer(self.themes, "themes")),
            (TerritoryRow, TerritoryRow.person_id == person),
        ):
            self.people = outerjoin(self.people, table, on)

    def _answer(self, row: type[DossierAnswerRow], field: str) -> ColumnElement[bool]:
        return and_(row.dossier_id == self.dossier.id, row.field == literal(field))

    @property
    def standing(self) -> ColumnElement[str]:
        """What the dossier of each has become."""
        known = {status.value: standing.value for status, standing in STANDINGS.items()}
        return case(known, value=self.dossier.status, else_=Standing.NONE.value)

    @property
    def territory(self) -> ColumnElement[str]:
        """The code of each one's département; empty when it is not known."""
        value = self._commune.value
        insee: ColumnElement[str] = func.json_extract(value, "$.insee", type_=String)
        if self._dialect == "postgresql":
            insee = cast(value, JSON)["insee"].as_string()
        return func.coalesce(func.substr(insee, 1, 2), TerritoryRow.territory, "")

    def of(self, announcement: Announcement) -> list[ColumnElement[bool]]:
        """Return what an announcement's audience asks."""
        asked = announcement.audience
        tests = self._listed(asked)
        if asked.members:
            tests.append(came_by(announcement.organisation, self._person))
        if asked.seated:
            tests.append(~self._seated(announcement.content.stage))
        if asked.told:
            tests.append(~_told(asked.told, self._person))
        return tests

    def _listed(self, asked: Audience) -> list[ColumnElement[bool]]:
        tests: list[ColumnElement[bool]] = []
        if asked.territories:
            tests.append(self.territory.in_(asked.territories))
        if asked.standings:
            tests.append(self.standing.in_([one.value for one in asked.standings]))
        if asked.but:
            tests.append(self.standing.not_in([one.value for one in asked.but]))
        if asked.themes:
            has = (self.themes.value.contains(f'"{theme}"', autoescape=True) for theme in asked.themes)
            tests.append(or_(*has))
        return tests

    def _seated(self, stage: int) -> ColumnElement[bool]:
        here = StageRow.edition == self._edition, StageRow.number == stage
        return exists().where(SeatRow.stage_id == StageRow.id, SeatRow.person_id == self._person, *here)


def asking() -> tuple[ColumnElement[bool], ...]:
    """Test whether somebody still asks for a topic, and lets what is theirs be used."""
    return ConsentRow.withdrawn_at.is_(None), ~restricted(ConsentRow.person_id)


def reachable(person: Person) -> ColumnElement[bool]:
    """Test whether some address reaches somebody."""
    return exists().where(ConversationRow.person_id == person, ConversationRow.unreachable_at.is_(None))


def came_by(organisation: str, person: Person) -> ColumnElement[bool]:
    """Test whether somebody asked for something behind the link of an organisation; the team has no members."""
    consent = aliased(ConsentRow)
    behind = consent.source == linked(organisation), consent.withdrawn_at.is_(None)
    return exists().where(consent.person_id == person, *behind) if organisation else false()


def edition_of(tx: Connection, announcement: Announcement) -> str:
    """Return the edition of an announcement."""
    mine = select(AnnouncementRow.edition).where(AnnouncementRow.id == announcement.id)
    return tx.execute(mine).scalar() or ""


def _furthest(edition: str, person: Person) -> ScalarSelect[Any]:
    """Select the dossier of somebody that went furthest: its rank and its id in one value, which has a greatest.

    Nothing is asked of dossiers but by their id: a search by edition would go through all of it for each person.
    """
    ranks = {status.value: str(rank) for rank, status in enumerate(STANDINGS)}
    rank = case((DossierRow.edition == edition, case(ranks, value=DossierRow.status)))
    shared = select(func.substr(func.max(rank.concat(DossierRow.id)), 2)).join(
        ShareRow, ShareRow.dossier_id == DossierRow.id
    )
    return shared.where(ShareRow.person_id == person).correlate_except(DossierRow, ShareRow).scalar_subquery()


def _address(person: Person) -> ScalarSelect[str]:
    """Select the one address at which somebody is written to."""
    mine = ConversationRow.person_id == person, ConversationRow.unreachable_at.is_(None)
    best = case((ConversationRow.channel == FIRST, 0), else_=1), ConversationRow.updated_at.desc()
    asked = select(ConversationRow.address).where(*mine).order_by(*best, ConversationRow.address).limit(1)
    return asked.correlate_except(ConversationRow).scalar_subquery()


def _told(announcement: str, person: Person) -> ColumnElement[bool]:
    key = literal(key_of(announcement, "")).concat(person)
    return exists().where(OutboxRow.key == key, OutboxRow.status.in_(REACHED))
