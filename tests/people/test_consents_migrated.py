"""The migration of consents, up and down with dossiers in it: no opt-out is lost, and nothing else is touched."""

from __future__ import annotations

from alembic import command
from conversation import Clock
from initiatives.life import Life
from sqlalchemy import inspect, select, text

from rallynov.initiatives.commands import JoinDossier
from rallynov.initiatives.model import Right
from rallynov.initiatives.tables import ShareRow
from rallynov.people.consents.model import REMINDERS
from rallynov.people.consents.service import consents_of, remind
from rallynov.people.consents.tables import ObjectionRow
from rallynov.storage import schema
from rallynov.storage.store import Store

SHARES = select(ShareRow.dossier_id, ShareRow.person_id, ShareRow.right, ShareRow.since).order_by(
    ShareRow.dossier_id, ShareRow.person_id
)


def down(store: Store) -> None:
    with schema._altering(store) as tx:
        command.downgrade(schema._config(tx), "0006")


def test_who_gave_up_reminders_still_has_none(store: Store, clock: Clock) -> None:
    life = Life(store, clock)
    for name in ("amina", "bruno", "claude"):
        life.person(name)
    life.open("amina", "d1")
    life.open("amina", "d2")
    life.order("bruno", JoinDossier("d1", Right.EDIT, "Bruno"))
    life.open("claude", "d3")
    with store.write() as tx:
        before = [tuple(row) for row in tx.execute(SHARES)]
        remind(tx, "claude", clock(), "command", on=False)
    down(store)
    assert not {"consent", "objection"} & set(inspect(store.engine).get_table_names())
    with store.write() as tx:
        gone = text("SELECT person_id FROM dossier_share WHERE NOT reminded")
        assert list(tx.execute(gone).scalars()) == ["claude"]
        tx.execute(text("UPDATE dossier_share SET reminded = (1 = 0) WHERE person_id = 'amina'"))
    schema.migrate(store)
    with store.read() as tx:
        assert [tuple(row) for row in tx.execute(SHARES)] == before
        said = consents_of(tx, ["amina", "bruno", "claude"])
        assert {person: one.reminded for person, one in said.items()} == {"amina": False, "claude": False}
        held = tx.execute(select(ObjectionRow.person_id, ObjectionRow.against, ObjectionRow.at)).all()
    assert sorted((row.person_id, row.against) for row in held) == [
        ("amina", REMINDERS),
        ("claude", REMINDERS),
    ]
    assert {row.person_id: row.at for row in held}["amina"] == min(row[3] for row in before)
    life.open("amina", "d4")
