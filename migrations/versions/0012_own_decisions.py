"""index of a moderator's own decisions, for undo of the last one"""

from alembic import op


revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade():
    op.create_index("ix_live_decision_decided_by_id", "live_decision", ["decided_by_id"])


def downgrade():
    op.drop_index("ix_live_decision_decided_by_id", table_name="live_decision")
