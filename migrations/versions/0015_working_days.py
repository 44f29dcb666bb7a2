"""working days are stored with the settings of the site"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("site_settings") as batch_op:
        batch_op.add_column(sa.Column("working_days", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("site_settings") as batch_op:
        batch_op.alter_column("working_days", existing_type=sa.JSON(), server_default=None)


def downgrade():
    with op.batch_alter_table("site_settings") as batch_op:
        batch_op.drop_column("working_days")
