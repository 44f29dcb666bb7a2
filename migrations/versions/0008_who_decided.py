"""who decided is compared by account, not by a name that two people may have"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade():
    for table in ("consultation_comment", "live_question"):
        op.add_column(table, sa.Column("decided_by_id", sa.Integer(), nullable=True))


def downgrade():
    for table in ("live_question", "consultation_comment"):
        op.drop_column(table, "decided_by_id")
