"""what offices write is shown as typed: texts that were read as Markdown and have it keep being read so"""

import json
import re

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_CHOSEN = "<!-- markdown -->\n"
_LOCALIZED = {
    "consultation": ("background", "result_note"),
    "survey": ("introduction", "thanks"),
    "live_session": ("introduction",),
    "activity": ("agenda", "report"),
    "theme_day": ("story",),
    "plan_round": ("instructions",),
    "published_result": ("words",),
}
_PLAIN = {"consultation_comment": ("reply", "adoption_reason"), "live_session": ("record_summary",)}
# Headings, bold and struck words, links and pictures, quotes, bullets, heads of tables, fences of code. Single
# stars are masks and products.
_MARKUP = re.compile(
    r"^#{1,6} +\S|\*\*(?=\S)[^*\n]{0,199}\S\*\*|~~(?=\S)[^~\n]{0,199}\S~~|\]\([^)\s]{1,500}\)|^> "
    r"|^ {0,3}[-*+] +\S|^\|?[ :]*-{2,}[ :]*\|[-|: ]*$|^```",
    re.MULTILINE,
)


def _chosen(text):
    return _CHOSEN + text if _MARKUP.search(text) and not text.startswith(_CHOSEN) else text


def _as_typed(text):
    return text.removeprefix(_CHOSEN)


def _rewrite(change):
    connection = op.get_bind()
    for columns, kind in ((_LOCALIZED, sa.JSON()), (_PLAIN, sa.Text())):
        for table, names in columns.items():
            for name in names:
                _rewrite_column(connection, table, sa.column(name, kind), change)


def _rewrite_column(connection, table, column, change):
    texts = sa.table(table, sa.column("id", sa.Integer()), column)
    last = 0
    while rows := connection.execute(
        sa.select(texts.c.id, column).where(texts.c.id > last).order_by(texts.c.id).limit(1000)
    ).all():
        last = rows[-1][0]
        changes = []
        for row_id, value in rows:
            if isinstance(value, str) and isinstance(column.type, sa.JSON):
                value = json.loads(value)
            new = {key: change(text) for key, text in value.items()} if isinstance(value, dict) else change(value or "")
            if value and new != value:
                changes.append({"row_id": row_id, "new": new})
        if changes:
            connection.execute(
                sa.update(texts).where(texts.c.id == sa.bindparam("row_id")).values({column: sa.bindparam("new", type_=column.type)}),
                changes,
            )


def upgrade():
    _rewrite(_chosen)


def downgrade():
    _rewrite(_as_typed)
