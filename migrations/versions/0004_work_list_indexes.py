"""indexes for the staff's work list: what is owed first, what is held and not reported"""

from alembic import op


revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade():
    op.create_index("ix_owed_case_state_due", "owed_case", ["state", "due_on"])
    op.create_index("ix_owed_case_activity_id", "owed_case", ["activity_id"])
    op.create_index("ix_activity_state_reported_at_starts_at", "activity", ["state", "reported_at", "starts_at"])


def downgrade():
    op.drop_index("ix_activity_state_reported_at_starts_at", table_name="activity")
    op.drop_index("ix_owed_case_activity_id", table_name="owed_case")
    op.drop_index("ix_owed_case_state_due", table_name="owed_case")
