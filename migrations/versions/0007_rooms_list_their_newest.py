"""rooms list their newest questions by an index"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_NAME = "ix_live_question_session_id_published_at"


def upgrade() -> None:
    op.create_index(_NAME, "live_question", ["session_id", "published_at", "id"])


def downgrade() -> None:
    op.drop_index(_NAME, "live_question")
