"""Dossiers: answers and their history, co-owners, files, remarks, changes of state; the dates of an edition."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WAITING = sa.text("state = 'waiting'")
NEW = (
    "attachment",
    "file_folder",
    "dossier_answer",
    "dossier_draft",
    "dossier_move",
    "dossier_rival",
    "dossier_share",
    "dossier_write",
    "reminder",
    "remark",
    "dossier",
    "receipt_number",
    "late_use",
    "late_code",
    "milestone",
)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _of(table: str, owner: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [f"{owner}_id"], [f"{owner}.id"], name=op.f(f"fk_{table}_{owner}_id_{owner}"), ondelete="CASCADE"
    )


def _create(table: str, *parts: SchemaItem, key: tuple[str, ...], rowid: bool = True) -> None:
    """Create a table; whatever is of a dossier or of a person goes with it."""
    names = [part.name for part in parts if isinstance(part, sa.Column)]
    owned = [_of(table, owner) for owner in ("dossier", "person") if f"{owner}_id" in names]
    keyed = sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{table}"))
    options = {} if rowid else {"sqlite_with_rowid": False}
    op.create_table(table, *parts, *owned, keyed, **options)


def _numbered(table: str, *parts: SchemaItem) -> None:
    _create(table, sa.Column("id", BIG, autoincrement=True, nullable=False), *parts, key=("id",))


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, [*columns])


def _dossiers() -> None:
    _create(
        "dossier",
        *map(_text, ("id", "edition", "form", "status")),
        _number("version"),
        *map(_text, ("siren", "named")),
        _text("receipt", nullable=True),
        _text("fingerprint"),
        _moment("submitted_at", nullable=True),
        _moment("correct_by", nullable=True),
        _text("reason"),
        *map(_moment, ("created_at", "updated_at")),
        sa.UniqueConstraint("edition", "receipt", name=op.f("uq_dossier_edition_receipt")),
        key=("id",),
    )
    op.create_index("ix_dossier_edition", "dossier", ["edition", "status"])
    op.create_index("ix_dossier_siren", "dossier", ["edition", "siren"])
    op.create_index("ix_dossier_named", "dossier", ["edition", "named"])
    share: list[SchemaItem] = [
        *map(_text, ("dossier_id", "person_id", "right", "name")),
        _flag("reminded"),
        _moment("since"),
    ]
    _create("dossier_share", *share, key=("dossier_id", "person_id"), rowid=False)
    _index("dossier_share", "person_id")
    _create("receipt_number", _text("edition"), _number("last"), key=("edition",))
    _create("reminder", *map(_text, ("dossier_id", "kind")), _moment("at"), key=("dossier_id", "kind"))


def _contents() -> None:
    answer: list[SchemaItem] = [
        *map(_text, ("dossier_id", "field", "value")),
        _number("version"),
        _text("author"),
        _moment("at"),
    ]
    marks: list[SchemaItem] = [_text("source"), _flag("skipped")]
    _create("dossier_answer", *answer, *marks, key=("dossier_id", "field"), rowid=False)
    _numbered(
        "dossier_write",
        *map(_text, ("dossier_id", "field", "value")),
        _number("version"),
        _text("author"),
        _moment("at"),
        _text("source"),
        _flag("skipped"),
    )
    op.create_index("ix_dossier_write_field", "dossier_write", ["dossier_id", "field", "id"])
    _numbered("dossier_rival", *map(_text, ("dossier_id", "field", "value", "author")), _moment("at"))
    _index("dossier_rival", "dossier_id")
    draft: list[SchemaItem] = [*map(_text, ("dossier_id", "field", "person_id", "value")), _moment("at")]
    _create("dossier_draft", *draft, key=("dossier_id", "field", "person_id"), rowid=False)
    _index("dossier_draft", "person_id")
    _numbered(
        "dossier_move",
        *map(_text, ("dossier_id", "act", "status", "author")),
        _moment("at"),
        _text("reason"),
        _text("content", nullable=True),
        _text("fingerprint"),
    )
    _index("dossier_move", "dossier_id")
    _numbered("remark", *map(_text, ("dossier_id", "field", "author", "text")), _moment("at"))
    _index("remark", "dossier_id")


def _attachments() -> None:
    _create(
        "attachment",
        *map(_text, ("id", "dossier_id", "author", "address", "origin", "name", "mime")),
        sa.Column("size", sa.BigInteger(), nullable=False),
        *map(_text, ("state", "reason")),
        _flag("scanned"),
        _text("digest"),
        _number("attempts"),
        _moment("not_before", nullable=True),
        _moment("created_at"),
        _moment("finished_at", nullable=True),
        key=("id",),
    )
    _index("attachment", "dossier_id")
    _create("file_folder", *map(_text, ("name", "mark")), key=("name",))
    op.create_index(
        "ix_attachment_waiting", "attachment", ["created_at"], sqlite_where=WAITING, postgresql_where=WAITING
    )


def _dates() -> None:
    _create("milestone", *map(_text, ("edition", "kind")), _moment("at"), key=("edition", "kind"))
    code: list[SchemaItem] = [
        *map(_text, ("digest", "edition", "name")),
        _moment("expires_at"),
        _number("uses_left"),
    ]
    _create("late_code", *code, _moment("created_at"), key=("digest",))
    use: list[SchemaItem] = [*map(_text, ("person", "edition", "digest")), _moment("until"), _moment("at")]
    _create("late_use", *use, key=("person", "edition"))


def upgrade() -> None:
    _dossiers()
    _contents()
    _attachments()
    _dates()


def downgrade() -> None:
    for table in NEW:
        op.drop_table(table)
