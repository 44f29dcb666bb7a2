"""comments and questions are read in the order they came, without sorting all of them"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade():
    op.create_index("ix_consultation_comment_id", "consultation_comment", ["consultation_id", "id"])
    op.create_index("ix_live_question_session_id_number", "live_question", ["session_id", "number"])


def downgrade():
    op.drop_index("ix_live_question_session_id_number", table_name="live_question")
    op.drop_index("ix_consultation_comment_id", table_name="consultation_comment")
