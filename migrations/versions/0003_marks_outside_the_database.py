"""which devices took part moves out of the database, into a file that keeps no history"""

import os
import struct
from datetime import date

import sqlalchemy as sa
from alembic import op
from flask import current_app

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# A slot: mark, days since 1970, kind (1: took part), state (1: settled), tag. The format outlives every version.
_SLOT = struct.Struct("<28sHBB32s")
_BUCKET, _PER_BUCKET, _FIRST_BUCKETS = 4096, 64, 1024
_KIND, _SETTLED, _STATE_AT = 1, 1, 31


def _kept(path):
    """The slots of a file that is there already, as after a restore."""
    data = path.read_bytes() if path.exists() else b""
    slots = (data[at : at + _SLOT.size] for at in range(0, len(data), _SLOT.size))
    return {slot[:28]: slot for slot in slots if slot[_STATE_AT]}


def _laid_out(slots):
    """A file with room for as many again: each mark in one of the two buckets its own bits name."""
    buckets = _FIRST_BUCKETS
    while buckets * _PER_BUCKET < 4 * len(slots):
        buckets *= 2
    content = bytearray(buckets * _BUCKET)
    for mark in sorted(slots):
        starts = [int.from_bytes(part) % buckets * _BUCKET for part in (mark[:8], mark[8:16])]
        places = (start + at * _SLOT.size for start in starts for at in range(_PER_BUCKET))
        place = next(place for place in places if not content[place + _STATE_AT])
        content[place : place + _SLOT.size] = slots[mark]
    return content


def upgrade():
    """Take the marks over, then drop the table."""
    path = current_app.config["ENGAGE"].instance / "participation.marks"
    rows = op.get_bind().execute(sa.text("SELECT device_hash, day FROM participation")).all()
    slots = _kept(path)
    for device_hash, day in rows:
        mark = bytes.fromhex(device_hash)[:28]
        taken_on = day if isinstance(day, date) else date.fromisoformat(day)
        days = (taken_on - date(1970, 1, 1)).days
        slots.setdefault(mark, _SLOT.pack(mark, days, _KIND, _SETTLED, bytes(32)))
    if rows:
        fresh = path.with_name(path.name + ".new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(_laid_out(slots))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    with op.batch_alter_table("participation", schema=None) as batch_op:
        batch_op.drop_index("ix_participation_day")
    op.drop_table("participation")


def downgrade():
    """The table comes back empty: a mark does not say of which activity it is. The file stays."""
    op.create_table(
        "participation",
        sa.Column("activity", sa.String(length=60), nullable=False),
        sa.Column("device_hash", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("activity", "device_hash", name=op.f("pk_participation")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("participation", schema=None) as batch_op:
        batch_op.create_index("ix_participation_day", ["day"], unique=False)
