"""Colleagues who answer for one organisation, and one-time codes."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("diagnosis", schema=None) as batch_op:
        batch_op.add_column(sa.Column("panel", sa.Text(), nullable=False, server_default=sa.text("''")))
        batch_op.add_column(sa.Column("role", sa.Text(), nullable=False, server_default=sa.text("''")))
        batch_op.create_index(batch_op.f("ix_diagnosis_panel"), ["panel"], unique=False)
    op.create_table(
        "code",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner"], ["person.id"], name=op.f("fk_code_owner_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_code")),
    )
    with op.batch_alter_table("code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_code_owner"), ["owner"], unique=False)


def downgrade() -> None:
    op.drop_table("code")
    with op.batch_alter_table("diagnosis", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_diagnosis_panel"))
        batch_op.drop_column("role")
        batch_op.drop_column("panel")
