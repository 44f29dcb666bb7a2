"""Dashboard build from nothing, one filtered tile, and the increment of new responses.

``python -m benchmarks.analysis --responses 100000 --new 1000`` makes a survey of 20 questions (17 closed, 3
texts) in a database of its own, or measures a copy of the one given by ``--instance`` and ``--survey``.
Figures are medians; the new responses are copies of stored ones.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import func, insert, select

from engage import create_app
from engage.analysis.service import AnalysisService
from engage.config import Config
from engage.core.db import db
from engage.core.writer import atomic
from engage.surveys.models import Response

_COPIED = ("survey_id", "version_id", "language", "source", "submitted_minute", "answers")


def add_copies(survey_id: int, count: int) -> None:
    """Store ``count`` more responses like those that are there."""
    columns = [getattr(Response, name) for name in _COPIED]
    known = db.session.execute(select(*columns).where(Response.survey_id == survey_id).limit(count)).all()
    rows = [dict(zip(_COPIED, known[at % len(known)], strict=True)) for at in range(count)]
    with atomic():
        db.session.execute(insert(Response), rows)
    db.session.rollback()


def timed(run: Callable[[], Any]) -> float:
    """Milliseconds of one run."""
    began = time.perf_counter()
    run()
    return (time.perf_counter() - began) * 1000


def filters(built: dict[str, Any]) -> list[dict[str, str]]:
    """A filter for each option people picked, of every question that has options."""
    return [
        {"by_question": tile["question"], "by_code": code}
        for tile in built["tiles"]
        if tile["filterable"]
        for code, count in tile["counts"]
        if count
    ]


def measure(app: Flask, survey_id: int, new: int, runs: int) -> dict[str, Any]:
    """Build from nothing, open again, filter, and take in ``new`` responses ``runs`` times."""
    ask = {"question": "dashboard", "survey_id": survey_id, "language": "zh_CN"}
    service = AnalysisService(app)
    build = timed(lambda: service.rebuild(survey_id))
    opened = [timed(lambda: AnalysisService(app).answer(ask)) for _ in range(runs)]
    chosen = filters(service.answer(ask))
    picked = (
        [chosen[at * len(chosen) // (3 * runs) % len(chosen)] for at in range(3 * runs)] if chosen else []
    )
    tiles = [timed(lambda one=one: service.answer(ask | one)) for one in picked]  # type: ignore[misc]
    increments = []
    for _ in range(runs):
        add_copies(survey_id, new)
        increments.append(timed(lambda: service.answer(ask)))
    return {
        "responses": db.session.scalar(select(func.count()).where(Response.survey_id == survey_id)),
        "build_ms": round(build),
        "open_ms": round(statistics.median(opened)),
        "tile_ms": round(statistics.median(tiles)) if tiles else 0,
        "increment_ms": round(statistics.median(increments)),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def copy_database(given: Path, folder: Path) -> None:
    """A consistent copy of a database that may be in use: what is measured adds responses."""
    source = sqlite3.connect(f"file:{given / 'engage.db'}?mode=ro", uri=True)
    with closing(source), closing(sqlite3.connect(folder / "engage.db")) as target:
        source.backup(target)


def prepare(folder: Path, options: argparse.Namespace) -> int:
    """A database in ``folder``; the id of the survey to measure."""
    if options.instance is not None:
        copy_database(options.instance, folder)
        return int(options.survey)
    print(f"Making {options.responses:,} responses …", file=sys.stderr)
    command = [sys.executable, "-m", "benchmarks._seed_analysis", str(folder), str(options.responses)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def pin() -> None:
    """Keep to one core where there are several, as the other benchmarks do."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def main() -> None:
    """Run and print a table, then one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--responses", type=int, default=100_000)
    parser.add_argument("--new", type=int, default=1_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--instance", type=Path, help="an instance folder with responses; it is copied")
    parser.add_argument("--survey", type=int, help="the id of its survey")
    options = parser.parse_args()
    if (options.instance is None) != (options.survey is None):
        parser.error("--instance and --survey go together")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        survey_id = prepare(folder, options)
        pin()
        url = f"sqlite:///{folder / 'engage.db'}"
        app = create_app(Config(instance=folder, secret_key="benchmark", database_url=url))
        with app.app_context():
            result = measure(app, survey_id, options.new, options.runs)
    for name, value in result.items():
        print(f"{name:<14}{value:>12,}")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
