"""Each benchmark runs, small, and its last line is one JSON object with the figures that are promised."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SMALL = {
    "survey": ["--seconds", "1", "--warm-up", "0.2", "--at-once", "2", "--questions", "5"],
    "live": ["--viewers", "20", "--seconds", "1"],
    "fairness": ["--seconds", "1", "--readers", "2", "--busy", "1"],
    "room": ["--questions", "40", "--times", "2"],
    "analysis": ["--responses", "500", "--new", "50", "--runs", "1"],
    "exports": ["--responses", "300", "--questions", "20"],
    "consultation": ["--comments", "60", "--seconds", "1"],
}
FIGURES = {
    "survey": {"journeys_per_s", "p50_ms", "p99_ms", "lost"},
    "live": {"viewers", "p50_ms", "p99_ms", "cpu_core_share", "bytes_per_viewer", "joins_per_s", "lost"},
    "fairness": {"readers", "busy", "pages_per_s", "other_p50_ms", "other_p99_ms", "other_max_ms"},
    "room": set(),
    "analysis": {"responses", "open_ms", "tile_ms", "increment_ms", "peak_mb"},
    "exports": {
        "responses",
        "questions",
        "csv_processor_s",
        "xlsx_processor_s",
        "csv_peak_mb",
        "xlsx_peak_mb",
    },
    "consultation": {"lost"},
}


def test_all_are_known() -> None:
    names = {path.stem for path in (ROOT / "benchmarks").glob("*.py") if not path.stem.startswith("_")}
    assert names == set(SMALL)


@pytest.mark.parametrize("name", SMALL)
def test_it_prints_its_figures(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", *SMALL[name]],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    assert set(figures) >= FIGURES[name]
    assert all(isinstance(figures[key], int | float) for key in FIGURES[name])
    assert not figures.get("lost")
