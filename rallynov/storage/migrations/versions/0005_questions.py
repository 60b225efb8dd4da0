"""Questions: what was asked, tickets to a person, what the FAQ has learned."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _own_id() -> sa.Column[int]:
    return sa.Column("id", BIG, autoincrement=True, nullable=False)


def _create(table: str, *parts: SchemaItem, indexes: dict[str, list[str]] | None = None) -> None:
    op.create_table(table, *parts, sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")))
    with op.batch_alter_table(table, schema=None) as batch_op:
        for name, columns in (indexes or {}).items():
            batch_op.create_index(name, columns, unique=False)


def upgrade() -> None:
    _create(
        "question",
        *map(
            _text,
            (
                "id",
                "edition",
                "person_id",
                "words",
                "language",
                "verdict",
                "entries",
                "entry",
                "screen",
                "rating",
            ),
        ),
        _flag("settled"),
        _moment("at"),
        indexes={"ix_question_edition": ["edition", "at"], "ix_question_person_id": ["person_id"]},
    )
    _create(
        "ticket",
        *map(_text, ("id", "edition")),
        _number("number"),
        *map(_text, ("person_id", "words", "language", "entries", "screen", "dossier", "stage", "holder")),
        _flag("robot"),
        _number("version"),
        *map(_moment, ("created_at", "due_at", "updated_at")),
        sa.UniqueConstraint("edition", "number", name=op.f("uq_ticket_edition_number")),
        indexes={"ix_ticket_stage": ["edition", "stage"], "ix_ticket_person_id": ["person_id"]},
    )
    _create(
        "ticket_line",
        _own_id(),
        _text("ticket_id"),
        _flag("team"),
        *map(_text, ("author", "words")),
        _moment("at"),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_line_ticket_id_ticket"), ondelete="CASCADE"
        ),
        indexes={"ix_ticket_line_ticket_id": ["ticket_id"]},
    )
    _create(
        "faq_learned",
        _own_id(),
        *map(_text, ("language", "slug", "category", "title", "words", "author")),
        _moment("at"),
    )
    _create("faq_version", sa.Column("id", sa.Integer(), autoincrement=False, nullable=False), _number("n"))


def downgrade() -> None:
    for table in ("faq_version", "faq_learned", "ticket_line", "ticket", "question"):
        op.drop_table(table)
