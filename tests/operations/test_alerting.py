"""What could not be handled is told to the team: once, an hour apart at least, and never what it was."""

from __future__ import annotations

from datetime import timedelta

from conversation import Clock, core
from sqlalchemy import delete, insert, select

from bot import recurring
from bot.wiring import PULL, Core
from rallynov.coordination import alerting
from rallynov.delivery.message import load
from rallynov.delivery.posting import Post
from rallynov.delivery.tables import ConversationRow, InboxRow, OutboxRow
from rallynov.people.roles import Role
from rallynov.people.tables import GrantRow, PersonRow
from rallynov.storage.store import Store


def team(core: Core, clock: Clock, *roles: Role) -> None:
    with core.store.write() as tx:
        for number, role in enumerate(roles):
            person, now = f"p{number}", clock()
            tx.execute(insert(PersonRow), [{"id": person, "notice_version": "1", "created_at": now}])
            place = {"address": f"telegram:{number}", "channel": "telegram", "language": "fr"}
            place |= {"person_id": person, "created_at": now, "updated_at": now}
            tx.execute(insert(ConversationRow), [place])
            held = {
                "person_id": person,
                "edition": core.edition.slug,
                "role": role,
                "organisation": "",
                "name": "x",
            }
            tx.execute(insert(GrantRow), [held | {"granted_at": now}])


def set_aside(core: Core, clock: Clock, *names: str) -> None:
    row = {
        "channel": "web",
        "address": "web:a",
        "payload": "SECRET",
        "received_at": clock(),
        "status": "poison",
    }
    with core.store.write() as tx:
        tx.execute(insert(InboxRow), [row | {"external_id": name} for name in names])


def alerted(core: Core, clock: Clock) -> int:
    return alerting.send(core.store, Post(core.wording, PULL), core.edition.slug, clock())


def test_the_team_is_told_once_and_an_hour_apart(store: Store, clock: Clock) -> None:
    product = core(store, clock)
    team(product, clock, Role.COORDINATOR, Role.ADMINISTRATOR, Role.JUROR)
    assert alerted(product, clock) == 0
    set_aside(product, clock, "1", "2")
    assert alerted(product, clock) == 2, "the coordinator and the administrator"
    assert alerted(product, clock) == 0
    set_aside(product, clock, "3")
    clock.pass_(seconds=3000)
    assert alerted(product, clock) == 0, "not within the hour"
    clock.pass_(seconds=700)
    assert alerted(product, clock) == 2
    clock.pass_(seconds=7200)
    assert alerted(product, clock) == 0, "what was told is told"
    with store.read() as tx:
        rows = tx.execute(
            select(OutboxRow.address, OutboxRow.body, OutboxRow.rank).order_by(OutboxRow.id)
        ).all()
    assert [row.address for row in rows] == ["telegram:0", "telegram:1"] * 2
    said = [str(load(row.body)) for row in rows]
    assert "2 messages n’ont pas pu être traités" in said[0]
    assert "1 message n’a pas pu" in said[2]
    assert {row.rank for row in rows} == {1}
    assert not [one for one in said if "SECRET" in one or "web:a" in one]


def test_old_ones_and_a_team_of_nobody(sqlite: Store, clock: Clock) -> None:
    product = core(sqlite, clock)
    set_aside(product, clock, "1")
    assert alerted(product, clock) == 0, "nobody to tell"
    team(product, clock, Role.COORDINATOR)
    assert alerted(product, clock) == 1
    with sqlite.write() as tx:
        tx.execute(delete(OutboxRow))
    clock.pass_(seconds=timedelta(days=2).total_seconds())
    assert alerted(product, clock) == 0, "of the day before yesterday nobody needs to hear"


async def test_a_database_that_is_away_ends_nothing(sqlite: Store, clock: Clock) -> None:
    product = core(sqlite, clock)
    with sqlite.write() as tx:
        tx.exec_driver_sql("ALTER TABLE inbox RENAME TO gone")
    await recurring.alert(product)
