"""Every CSV file of a folder through `import-comments`, and what people then do with the comments.

`make acceptance SAMPLES=folder` runs this; the folder may hold anything. Bounds are those of the issue.
"""

from __future__ import annotations

import csv
import io
import json
import os
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from engage.accounts.permissions import Role
from engage.consultations.models import Comment, CommentState, Consultation
from engage.consultations.rules.importing import CELL_CHARACTERS
from engage.core.clock import now
from engage.core.db import db
from engage.core.writer import atomic
from engage.worker import Worker
from tests.factories.consultations import make_consultation
from tests.fixtures.staff import StaffClient

pytestmark = pytest.mark.acceptance

MOST_MS = 200.0
BULK = 50
KNOWN_ROWS = {"citizen-messages/with-likes.csv": 1257}
"""Files whose number of messages is known; another folder has others."""


def samples() -> Path:
    return Path(os.environ["SAMPLES"])


def files() -> Iterator[tuple[str, Path]]:
    for path in sorted(samples().rglob("*")):
        if path.is_file():
            yield path.relative_to(samples()).as_posix(), path


def import_file(app: Flask, path: Path, one: str) -> tuple[int, dict[str, Any]]:
    """Run the command; its exit code and its JSON answer (with ``error`` where it gave a sentence only)."""
    arguments = ["engage", "import-comments", str(path), "--consultation", one, "--json"]
    done = app.test_cli_runner().invoke(args=arguments)
    assert done.exception is None or isinstance(done.exception, SystemExit), (
        f"{path.name}: {done.exception!r}"
    )
    try:
        return done.exit_code, json.loads(done.stdout)
    except ValueError:
        return done.exit_code, {"error": done.output.strip(), "findings": [], "imported": 0, "known": 0}


def median_ms(client: FlaskClient, path: str) -> tuple[float, int]:
    """Median of five after one to warm up, and the size of the page."""
    times, size = [], 0
    for _ in range(6):
        began = time.perf_counter()
        answer = client.get(path)
        times.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200, path
        size = len(answer.data)
    return statistics.median(times[1:]), size


def test_every_file_is_imported_or_refused_for_a_reason(app: Flask) -> None:
    lines = []
    for name, path in files():
        if path.suffix.lower() != ".csv":
            lines.append(f"{name:<58} not a kind this version reads")
            continue
        with app.app_context():
            public_id = make_consultation().public_id
        code, said = import_file(app, path, public_id)
        if code:
            reasons = [finding["message"] for finding in said["findings"]] or [said.get("error", "")]
            assert reasons[0], f"{name} was refused without a reason"
            assert said["imported"] == 0
            lines.append(f"{name:<58} refused: {reasons[0]}")
            continue
        again_code, again = import_file(app, path, public_id)
        assert (again_code, again["imported"]) == (0, 0), f"{name}: a second import added comments"
        assert again["known"] == said["imported"]
        assert said["imported"] == KNOWN_ROWS.get(name, said["imported"])
        lines.append(f"{name:<58} {said['imported']:,} comments; the second time {again['imported']}")
    print("\n\n" + "\n".join(lines))
    assert lines, "The folder is empty."


@pytest.fixture
def largest(app: Flask) -> str:
    """A consultation that holds the file known by its number of messages, else the largest CSV file."""
    known = [samples() / name for name in KNOWN_ROWS if (samples() / name).exists()]
    tables = sorted(
        (path for _, path in files() if path.suffix.lower() == ".csv"), key=lambda p: -p.stat().st_size
    )
    for path in [*known, *tables]:
        with app.app_context():
            one = make_consultation(opened=40, closes=30, result_published_at=now() - timedelta(days=1))
        code, said = import_file(app, path, one.public_id)
        if code == 0 and said["imported"]:
            return str(one.public_id)
    pytest.fail("No file of the folder holds comments.")


def decide_all(app: Flask, staff: StaffClient, public_id: str) -> int:
    """Publish everything that waits, as the queue does it: a page of ticks at a time; answers how many."""
    done = 0
    while True:
        with app.app_context():
            query = db.select(Comment).join(Consultation, Comment.consultation_id == Consultation.id)
            waiting = db.session.scalars(
                query.where(Consultation.public_id == public_id, Comment.state == CommentState.PENDING).limit(
                    BULK
                )
            ).all()
            picks = [f"{row.public_id}:{row.revision}" for row in waiting]
        if not picks:
            return done
        path = f"/staff/consultations/{public_id}/comments"
        answer = staff.send(path, {"do": "publish", "pick": picks})
        assert answer.status_code == 303
        done += len(picks)


def test_pages_moderation_and_export(
    app: Flask,
    largest: str,
    staff_client: Callable[..., StaffClient],
    citizen_client: Callable[..., FlaskClient],
) -> None:
    csv.field_size_limit(CELL_CHARACTERS)
    staff, phone = staff_client(Role.COORDINATOR), citizen_client()
    queue, base = f"/staff/consultations/{largest}/comments", f"/consultations/{largest}"
    before = [("queue, waiting", staff, queue), ("queue, searched", staff, f"{queue}?view=all&q=停车")]
    print(f"\n\n{'page':<20}{'ms':>8}{'KB':>8}")
    measured = [show(*each) for each in before]
    began = time.perf_counter()
    decided = decide_all(app, staff, largest)
    print(f"{decided:,} comments published in {time.perf_counter() - began:.1f} s, {BULK} at a time")
    measured += [show("draft", phone, base), show("clause's form", phone, f"{base}/comment")]
    with app.app_context(), atomic():
        db.session.execute(db.update(Consultation).values(closes_at=now() - timedelta(hours=2)))
    after = [("result", phone, f"/results{base}"), ("queue, all", staff, f"{queue}?view=all")]
    measured += [show(*each) for each in after]
    assert max(measured) <= MOST_MS
    with app.app_context():
        stored = {row.number: row.text for row in db.session.scalars(db.select(Comment)) if row.text}
    asked = staff.send(f"/staff/consultations/{largest}/exports")
    Worker(app).run_waiting()
    exported = staff.get(f"{asked.location}/file", buffered=True).get_data().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(exported, newline="")))[1:]
    assert len(rows) == decided == len(stored)
    for row in rows:
        # A cell that a spreadsheet would take for a formula carries a sign before it.
        assert stored[int(row[0])] in (row[3], row[3].removeprefix("'")), row[0]
    print(f"export: {len(rows):,} rows, each text as it is stored")


def show(name: str, client: FlaskClient, path: str) -> float:
    """Print and answer the median; measured up to three times, since other work can only add to it."""
    ms, size = median_ms(client, path)
    for _ in range(2):
        if ms > MOST_MS:
            ms = min(ms, median_ms(client, path)[0])
    print(f"{name:<20}{ms:>8.1f}{size / 1024:>8.1f}")
    return ms


@pytest.mark.browser
def test_first_load_is_small(
    largest: str, live_server: Any, open_page: Callable[..., Any], app: Flask
) -> None:
    screen = open_page()
    devtools = screen.context.new_cdp_session(screen)
    devtools.send("Network.enable")
    sizes: list[float] = []
    devtools.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    screen.goto(f"{live_server.url}/consultations/{largest}", wait_until="networkidle")
    print(f"\n\nfirst load of the draft: {sum(sizes) / 1024:.1f} KB")
    assert 5_000 < sum(sizes) <= 60 * 1024
