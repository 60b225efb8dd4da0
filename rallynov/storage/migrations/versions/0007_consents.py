"""Consents: the topics that people asked for, and what they object to; who gave up reminders objects to them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STANDS = sa.text("withdrawn_at IS NULL")
HOLDS = sa.text("lifted_at IS NULL")
SHARE = sa.table(
    "dossier_share",
    sa.column("person_id", sa.Text()),
    sa.column("reminded", sa.Boolean()),
    sa.column("since", sa.DateTime(timezone=True)),
)
OBJECTION = sa.table(
    "objection",
    sa.column("person_id", sa.Text()),
    sa.column("against", sa.Text()),
    sa.column("source", sa.Text()),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("lifted_at", sa.DateTime(timezone=True)),
)


def _text(name: str, comment: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable, comment=f"personal: {comment}")


def _moment(name: str, comment: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, comment=f"personal: {comment}")


def _create(table: str, *columns: SchemaItem) -> None:
    op.create_table(
        table,
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        _text("person_id", "who"),
        *columns,
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f(f"fk_{table}_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(f"ix_{table}_person_id", table, ["person_id"])


def _one(name: str, table: str, columns: list[str], where: sa.TextClause, *, unique: bool) -> None:
    op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)


def upgrade() -> None:
    _create(
        "consent",
        _text("topic", "what they asked for"),
        _text("wording", "the words they read, version/language"),
        _text("source", "where they asked for it"),
        _moment("given_at", "when they asked for it"),
        _moment("withdrawn_at", "when they gave it up", nullable=True),
        _text("withdrawn_by", "where they gave it up", nullable=True),
    )
    _one("uq_consent_standing", "consent", ["person_id", "topic"], STANDS, unique=True)
    _one("ix_consent_topic", "consent", ["topic", "person_id"], STANDS, unique=False)
    _create(
        "objection",
        _text("against", "what they object to"),
        _text("source", "where they objected"),
        _moment("at", "when they objected"),
        _moment("lifted_at", "when they lifted it", nullable=True),
        _text("lifted_by", "where they lifted it", nullable=True),
    )
    _one("uq_objection_held", "objection", ["person_id", "against"], HOLDS, unique=True)
    _carry_over()
    op.drop_column("dossier_share", "reminded")


def _carry_over() -> None:
    """Keep every opt-out: when it was said was not kept, so it counts from when the dossier was shared."""
    gave_up = (
        sa.select(
            SHARE.c.person_id, sa.literal("reminders"), sa.literal("command"), sa.func.min(SHARE.c.since)
        )
        .where(sa.not_(SHARE.c.reminded))
        .group_by(SHARE.c.person_id)
    )
    op.execute(OBJECTION.insert().from_select(["person_id", "against", "source", "at"], gave_up))


def downgrade() -> None:
    op.add_column(
        "dossier_share",
        sa.Column("reminded", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
    objects = sa.select(OBJECTION.c.person_id).where(
        OBJECTION.c.against == "reminders", OBJECTION.c.lifted_at.is_(None)
    )
    op.execute(SHARE.update().where(SHARE.c.person_id.in_(objects)).values(reminded=sa.false()))
    for table in ("objection", "consent"):
        op.drop_table(table)
