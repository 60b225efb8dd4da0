"""Stages: where the rally stops, who comes, and the territory that a person wants first."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def upgrade() -> None:
    op.create_table(
        "stage",
        *map(_text, ("id", "edition")),
        sa.Column("number", sa.Integer(), nullable=False),
        *map(_text, ("territory", "place", "address", "host", "access", "point")),
        *map(_moment, ("starts", "ends")),
        sa.Column("capacity", sa.Integer(), nullable=True),
        _text("status"),
        sa.Column("version", sa.Integer(), nullable=False),
        _moment("changed"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage")),
        sa.UniqueConstraint("edition", "number", name=op.f("uq_stage_edition_number")),
    )
    op.create_table(
        "seat",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        *map(_text, ("stage_id", "person_id")),
        sa.Column("placed", sa.Boolean(), nullable=False),
        _moment("at"),
        sa.ForeignKeyConstraint(
            ["stage_id"], ["stage.id"], name=op.f("fk_seat_stage_id_stage"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat")),
        sa.UniqueConstraint("stage_id", "person_id", name=op.f("uq_seat_stage_id_person_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.create_index("ix_seat_line", ["stage_id", "placed", "id"], unique=False)
        batch_op.create_index("ix_seat_person_id", ["person_id"], unique=False)
    op.create_table(
        "chosen_territory",
        *map(_text, ("person_id", "territory")),
        _moment("at"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_chosen_territory")),
    )


def downgrade() -> None:
    for table in ("chosen_territory", "seat", "stage"):
        op.drop_table(table)
