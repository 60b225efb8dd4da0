"""Rights over one's data: limitations, who of the team saw what, tombstones and what leaves once its answer has left.

What a column holds of a person is said in the tables alone: the comments of the database on it, which earlier releases
wrote on PostgreSQL, go; going back does not bring them back, nothing read them.
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STANDS = sa.text("lifted_at IS NULL")


def _text(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=null)


def _moment(name: str, *, null: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def _row() -> sa.Column[int]:
    return sa.Column("id", BIG, autoincrement=True, nullable=False)


def _of(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{parent}")
    return sa.ForeignKeyConstraint([column], [f"{parent}.id"], name=name, ondelete="CASCADE")


def _key(table: str, column: str = "id") -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(column, name=op.f(f"pk_{table}"))


def upgrade() -> None:
    _restriction()
    _access()
    _tombstones()
    if op.get_bind().dialect.name == "postgresql":
        _uncomment()


def _restriction() -> None:
    op.create_table(
        "restriction",
        _row(),
        _text("person_id"),
        _text("source"),
        _moment("at"),
        _moment("lifted_at", null=True),
        _text("lifted_by", null=True),
        _of("restriction", "person_id", "person"),
        _key("restriction"),
    )
    op.create_index(
        "uq_restriction_standing",
        "restriction",
        ["person_id"],
        unique=True,
        sqlite_where=STANDS,
        postgresql_where=STANDS,
    )
    op.create_index("ix_restriction_person_id", "restriction", ["person_id"])


def _access() -> None:
    op.create_table(
        "access",
        _row(),
        _moment("at"),
        _text("actor"),
        _text("role"),
        _text("action"),
        _text("dossier_id", null=True),
        _text("person_id", null=True),
        _of("access", "dossier_id", "dossier"),
        _key("access"),
    )
    for column in ("at", "dossier_id", "person_id"):
        op.create_index(f"ix_access_{column}", "access", [column])


def _tombstones() -> None:
    op.create_table("tombstone", _text("digest"), _text("kind"), _moment("at"), _key("tombstone", "digest"))
    op.create_index("ix_tombstone_at", "tombstone", ["at"])
    key = op.create_table("tombstone_key", _text("name"), _text("key"), _key("tombstone_key", "name"))
    op.bulk_insert(key, [{"name": "key", "key": secrets.token_hex(32)}])
    op.create_table("leaving", _text("address"), _moment("at"), _key("leaving", "address"))


def _uncomment() -> None:
    commented = sa.text(
        "SELECT c.relname, a.attname FROM pg_description d JOIN pg_class c ON c.oid = d.objoid "
        "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid WHERE d.description LIKE 'personal:%'"
    )
    for table, column in op.get_bind().execute(commented).all():
        op.execute(f'COMMENT ON COLUMN "{table}"."{column}" IS NULL')


def downgrade() -> None:
    for table in ("leaving", "tombstone_key", "tombstone", "access", "restriction"):
        op.drop_table(table)
