"""totals that changed are found without reading the others"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade():
    op.create_index(
        "ix_live_question_session_id_support_changes", "live_question", ["session_id", "support_changes"]
    )


def downgrade():
    op.drop_index("ix_live_question_session_id_support_changes", table_name="live_question")
