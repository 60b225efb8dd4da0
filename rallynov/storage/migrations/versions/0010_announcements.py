"""Announcements; a message of the outbox may be one of a broadcast, its words kept once for all who receive them."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OF_BROADCAST = sa.text("broadcast IS NOT NULL")


def _text(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=null)


def _moment(name: str, *, null: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def _person(table: str, column: str, on_delete: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_person")
    return sa.ForeignKeyConstraint([column], ["person.id"], name=name, ondelete=on_delete)


def _of_announcement(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_announcement_id_announcement")
    return sa.ForeignKeyConstraint(["announcement_id"], ["announcement.id"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    _announcements()
    _around()
    _broadcasts()


def _announcements() -> None:
    op.create_table(
        "announcement",
        *map(_text, ("id", "edition")),
        sa.Column("number", sa.Integer(), nullable=False),
        _text("organisation"),
        _text("author", null=True),
        *map(_text, ("topic", "content", "audience", "status")),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        _text("wish"),
        _moment("due_at", null=True),
        _moment("submitted_at", null=True),
        _text("approver", null=True),
        _moment("approved_at", null=True),
        _text("refusal"),
        _moment("started_at", null=True),
        _moment("ended_at", null=True),
        sa.Column("planned", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("revision", "corrected", "version")),
        _text("correction"),
        _text("corrector", null=True),
        *map(_moment, ("created_at", "changed_at")),
        _person("announcement", "approver", "SET NULL"),
        _person("announcement", "author", "SET NULL"),
        _person("announcement", "corrector", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement")),
        sa.UniqueConstraint("edition", "number", name=op.f("uq_announcement_edition_number")),
    )
    with op.batch_alter_table("announcement", schema=None) as batch_op:
        batch_op.create_index("ix_announcement_status", ["status", "due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_announcement_approver"), ["approver"], unique=False)
        batch_op.create_index(batch_op.f("ix_announcement_author"), ["author"], unique=False)
        batch_op.create_index(batch_op.f("ix_announcement_corrector"), ["corrector"], unique=False)


def _around() -> None:
    op.create_table(
        "announcement_act",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        _text("announcement_id"),
        _moment("at"),
        _text("actor", null=True),
        *map(_text, ("act", "detail")),
        _of_announcement("announcement_act"),
        _person("announcement_act", "actor", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement_act")),
    )
    op.create_table(
        "announcement_file",
        *map(_text, ("id", "announcement_id", "address", "origin", "name", "mime")),
        sa.Column("size", sa.BigInteger(), nullable=False),
        *map(_text, ("state", "reason")),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _moment("not_before", null=True),
        _moment("created_at"),
        _of_announcement("announcement_file"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement_file")),
    )
    for table, column in (
        ("announcement_act", "announcement_id"),
        ("announcement_act", "actor"),
        ("announcement_file", "announcement_id"),
    ):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)
    op.create_table(
        "announcement_count",
        _text("edition"),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("edition", name=op.f("pk_announcement_count")),
    )
    op.create_table(
        "announcement_reach",
        *map(_text, ("person_id", "announcement_id")),
        _moment("at"),
        _person("announcement_reach", "person_id", "CASCADE"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_announcement_reach")),
    )


def _broadcasts() -> None:
    op.create_table(
        "circular",
        *map(_text, ("id", "broadcast", "body")),
        _text("file_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circular")),
    )
    op.create_index(op.f("ix_circular_broadcast"), "circular", ["broadcast"], unique=False)
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        for name in ("broadcast", "person_id", "circular"):
            batch_op.add_column(_text(name, null=True))
    op.create_index(
        "ix_outbox_broadcast",
        "outbox",
        ["broadcast", "status", "id"],
        unique=False,
        sqlite_where=OF_BROADCAST,
        postgresql_where=OF_BROADCAST,
    )


def downgrade() -> None:
    op.execute("DELETE FROM outbox WHERE broadcast IS NOT NULL")
    op.drop_index("ix_outbox_broadcast", "outbox")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        for name in ("circular", "person_id", "broadcast"):
            batch_op.drop_column(name)
    op.drop_table("circular")
    for table in ("reach", "count", "file", "act"):
        op.drop_table(f"announcement_{table}")
    op.drop_table("announcement")
