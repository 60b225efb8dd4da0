"""The migration of roles, down and up again with roles and invitations in it: nothing else is touched."""

from __future__ import annotations

from alembic import command
from conversation import Clock, Talk, core
from people.appointed import appoint, invite
from sqlalchemy import inspect, select

from rallynov.delivery.tables import ConversationRow
from rallynov.people.roles import Role
from rallynov.people.tables import PersonRow
from rallynov.storage import schema
from rallynov.storage.store import Store

ROLES = {"invitation", "role_grant"}


def test_roles_go_and_come_back_and_people_stay(store: Store, clock: Clock) -> None:
    built = core(store, clock)
    talk = Talk(built, clock)
    for said in ("bonjour", "commencer", "oui", "4"):
        talk.say(said)
    appoint(built, clock, talk.address, Role.COORDINATOR)
    invite(built, clock, Role.JUROR)
    people = select(PersonRow.id, ConversationRow.state).join(
        ConversationRow, ConversationRow.person_id == PersonRow.id
    )
    with store.read() as tx:
        before = [tuple(row) for row in tx.execute(people)]
    with schema._altering(store) as tx:
        command.downgrade(schema._config(tx), "0003")
    assert not ROLES & set(inspect(store.engine).get_table_names())
    schema.migrate(store)
    with store.read() as tx:
        assert [tuple(row) for row in tx.execute(people)] == before != []
    appoint(built, clock, talk.address, Role.COORDINATOR)
    assert talk.say("/inviter").screen == "invite"
