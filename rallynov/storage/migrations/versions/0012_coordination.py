"""The coordinator's desk: cards of dossiers, notes, labels, prepared verdicts, messages, dossiers that came on paper."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _author() -> sa.Column[str]:
    return sa.Column("author", sa.Text(), nullable=True)


def _to(table: str, column: str, other: str, goes: str = "CASCADE") -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete=goes)


def _create(table: str, keys: list[str], *columns: SchemaItem, rowid: bool = True) -> None:
    op.create_table(
        table,
        *columns,
        sa.PrimaryKeyConstraint(*keys, name=op.f(f"pk_{table}")),
        sqlite_with_rowid=rowid,
    )


def _written(table: str) -> None:
    op.create_index(op.f(f"ix_{table}_author"), table, ["author"])


def upgrade() -> None:
    _card()
    _notes_and_labels()
    _verdicts_and_messages()
    _create(
        "paper_entry",
        ["dossier_id"],
        _text("dossier_id"),
        _author(),
        _moment("at"),
        _moment("received_at"),
        _to("paper_entry", "dossier_id", "dossier"),
        _to("paper_entry", "author", "person", "SET NULL"),
    )
    _written("paper_entry")
    _create(
        "staff_visit",
        ["person_id", "edition"],
        _text("person_id"),
        _text("edition"),
        _moment("since"),
        _moment("seen"),
        _to("staff_visit", "person_id", "person"),
        rowid=False,
    )


def _card() -> None:
    op.create_index("ix_dossier_move_at", "dossier_move", ["at"])
    _create(
        "dossier_card",
        ["dossier_id"],
        _text("dossier_id"),
        sa.Column("version", sa.Integer(), nullable=False),
        *(
            _text(name)
            for name in ("title", "name", "commune", "by_title", "by_name", "by_commune", "departement")
        ),
        sa.Column("headcount", sa.Integer(), nullable=False),
        _text("themes"),
        _text("words"),
        _text("people"),
        _to("dossier_card", "dossier_id", "dossier"),
        rowid=False,
    )


def _notes_and_labels() -> None:
    _create(
        "staff_note",
        ["id"],
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        _text("dossier_id"),
        _author(),
        _moment("at"),
        _text("text"),
        _to("staff_note", "dossier_id", "dossier"),
        _to("staff_note", "author", "person", "SET NULL"),
    )
    op.create_index(op.f("ix_staff_note_dossier_id"), "staff_note", ["dossier_id"])
    _written("staff_note")
    _create(
        "staff_label",
        ["dossier_id", "label"],
        _text("dossier_id"),
        _text("label"),
        _author(),
        _moment("at"),
        _to("staff_label", "dossier_id", "dossier"),
        _to("staff_label", "author", "person", "SET NULL"),
        rowid=False,
    )
    op.create_index(op.f("ix_staff_label_label"), "staff_label", ["label"])
    _written("staff_label")


def _verdicts_and_messages() -> None:
    _create(
        "staff_verdict",
        ["dossier_id"],
        _text("dossier_id"),
        _text("act"),
        _text("reason"),
        sa.Column("version", sa.Integer(), nullable=False),
        _author(),
        _moment("at"),
        _to("staff_verdict", "dossier_id", "dossier"),
        _to("staff_verdict", "author", "person", "SET NULL"),
    )
    _written("staff_verdict")
    _create(
        "staff_message",
        ["id"],
        _text("id"),
        _text("edition"),
        _author(),
        _moment("at"),
        _text("text"),
        _to("staff_message", "author", "person", "SET NULL"),
    )
    op.create_index(op.f("ix_staff_message_edition"), "staff_message", ["edition"])
    _written("staff_message")
    _create(
        "staff_message_to",
        ["message_id", "dossier_id"],
        _text("message_id"),
        _text("dossier_id"),
        _to("staff_message_to", "message_id", "staff_message"),
        _to("staff_message_to", "dossier_id", "dossier"),
        rowid=False,
    )
    op.create_index(op.f("ix_staff_message_to_dossier_id"), "staff_message_to", ["dossier_id"])


def downgrade() -> None:
    for table in (
        "staff_visit",
        "paper_entry",
        "staff_message_to",
        "staff_message",
        "staff_verdict",
        "staff_label",
        "staff_note",
        "dossier_card",
    ):
        op.drop_table(table)
    op.drop_index("ix_dossier_move_at", "dossier_move")
