"""Makes the database of the consultation benchmark: one open consultation with comments, half published.

`python -m benchmarks._seed_consultation COUNT` prints its public id, how many comments it has and the cookie
of a coordinator's session. ENGAGE_BENCH_MESSAGES names the file of messages, if any.
"""

from __future__ import annotations

import csv
import os
import sys
from datetime import timedelta
from pathlib import Path

from flask import current_app
from flask_migrate import upgrade
from sqlalchemy import update

from engage import create_app
from engage.accounts.permissions import Role
from engage.consultations.actions.importing import import_rows
from engage.consultations.models import Comment, CommentState
from engage.consultations.rules.importing import CELL_CHARACTERS, ImportedRow, read
from engage.core.actor import SYSTEM
from engage.core.clock import minute, now
from engage.core.db import db
from engage.core.writer import atomic
from tests.factories.accounts import make_session, make_user
from tests.factories.consultations import make_consultation
from tests.fixtures.staff import staff_cookie

_TEXT = "建议在小区门口增设人行横道，早晚高峰派人疏导，孩子上学路上更安全。"


def main() -> None:
    wanted, file = int(sys.argv[1]), os.environ.get("ENGAGE_BENCH_MESSAGES")
    app = create_app()
    with app.app_context():
        upgrade()
        one = make_consultation(opened=40, closes=30, result_published_at=now() - timedelta(days=1))
        rows = _read(Path(file)) if file else []
        rows += [
            ImportedRow(2, f"made-{number}", f"第{number}条：{_TEXT}", None, minute())
            for number in range(len(rows), wanted)
        ]
        for _ in import_rows(SYSTEM, one.id, rows):
            pass
        with atomic():
            # Half is published, half waits: the public pages and the queue both have their load.
            half = update(Comment).where(Comment.id % 2 == 0).values(state=CommentState.PUBLISHED)
            db.session.execute(half)
        token = make_session(make_user(Role.COORDINATOR))
        cookie = staff_cookie(current_app._get_current_object(), token)  # type: ignore[attr-defined]
        print(f"{one.public_id}|{len(rows)}|{cookie['value']}")


def _read(file: Path) -> list[ImportedRow]:
    csv.field_size_limit(CELL_CHARACTERS)
    reading = read(file.read_bytes(), now())
    if reading.findings:
        raise SystemExit(f"{file}: {reading.findings[0].message}")
    return reading.rows


if __name__ == "__main__":
    main()
