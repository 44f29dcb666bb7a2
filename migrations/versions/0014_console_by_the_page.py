"""indexes of live questions by state and number, and by state and supports: the console reads by the page"""

from alembic import op


revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade():
    op.create_index(
        "ix_live_question_session_id_state_number", "live_question", ["session_id", "state", "number"]
    )
    op.create_index(
        "ix_live_question_session_id_state_supports", "live_question", ["session_id", "state", "supports"]
    )
    op.drop_index("ix_live_question_session_id_state", table_name="live_question")


def downgrade():
    op.create_index("ix_live_question_session_id_state", "live_question", ["session_id", "state"])
    op.drop_index("ix_live_question_session_id_state_supports", table_name="live_question")
    op.drop_index("ix_live_question_session_id_state_number", table_name="live_question")
