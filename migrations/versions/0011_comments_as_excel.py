"""files of comments are CSV or Excel"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("comment_export", sa.Column("format", sa.String(40), server_default="csv", nullable=False))


def downgrade():
    op.drop_column("comment_export", "format")
