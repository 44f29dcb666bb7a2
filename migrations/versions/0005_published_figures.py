"""figures that were public once are kept, to compare later ones with them"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade():
    """Those that are public now are the first; they counted what had come by then."""
    op.create_table(
        "published_figures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("through_id", sa.Integer(), nullable=False),
        sa.Column("responses", sa.Integer(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("published_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_published_figures_survey_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_figures")),
    )
    with op.batch_alter_table("published_figures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_published_figures_survey_id"), ["survey_id"], unique=False)
    op.execute(
        "INSERT INTO published_figures (survey_id, through_id, responses, questions, published_at) "
        "SELECT r.survey_id, COALESCE((SELECT MAX(s.id) FROM survey_response s WHERE s.survey_id = r.survey_id "
        "AND s.submitted_minute <= r.published_at), 0), r.responses, r.questions, r.published_at "
        "FROM published_result r"
    )


def downgrade():
    with op.batch_alter_table("published_figures", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_published_figures_survey_id"))
    op.drop_table("published_figures")
