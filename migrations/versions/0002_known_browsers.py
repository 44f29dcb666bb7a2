"""Wrong passwords are counted for an account as tried from one network.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("sign_in_failure") as batch_op:
        batch_op.add_column(sa.Column("account_hash", sa.String(length=64), nullable=True))
        batch_op.create_index("ix_sign_in_failure_account_hash", ["account_hash"])


def downgrade():
    with op.batch_alter_table("sign_in_failure") as batch_op:
        batch_op.drop_index("ix_sign_in_failure_account_hash")
        batch_op.drop_column("account_hash")
