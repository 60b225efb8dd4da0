"""What the FAQ has learned keeps which question it comes from and who asked it, so that it goes when they ask for it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NEW = {"question": "the question whose words these are", "person_id": "who asked it"}


def upgrade() -> None:
    for name, comment in NEW.items():
        kept = sa.Column(name, sa.Text(), nullable=False, server_default="", comment=f"personal: {comment}")
        op.add_column("faq_learned", kept)
    with op.batch_alter_table("faq_learned") as learned:
        for name in NEW:
            learned.alter_column(name, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("faq_learned") as learned:
        for name in NEW:
            learned.drop_column(name)
