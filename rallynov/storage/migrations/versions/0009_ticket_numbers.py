"""The number of the last ticket outlives the ticket: what was erased never comes back under somebody else's question."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ticket_count",
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("edition", name=op.f("pk_ticket_count")),
    )
    op.execute(
        "INSERT INTO ticket_count (edition, last) SELECT edition, max(number) FROM ticket GROUP BY edition"
    )


def downgrade() -> None:
    op.drop_table("ticket_count")
