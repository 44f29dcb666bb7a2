"""Responses as CSV and as Excel: processor time, size and memory of each.

``python -m benchmarks.exports --responses 100000 --questions 50`` makes a survey of 12 single choices, 3
multiple choices of 6 options, 2 ratings and 3 texts to every 20 questions in a database of its own. Each file
is written in a process of its own, as the worker writes it; of a multiple choice every option is a column.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.analysis import pin
from engage import create_app
from engage.analysis.actions import Words
from engage.analysis.exports import write_responses
from engage.config import Config

_WORDS = Words(
    heads=["序号", "时间", "语言", "来源"],
    sheet="答卷",
    languages={"zh_CN": "简体中文"},
    sources={"web": "网上"},
)


def write(instance: Path, survey_id: int, *, excel: bool) -> dict[str, Any]:
    """Write one file; what it cost."""
    app = create_app(
        Config(instance=instance, secret_key="benchmark", database_url=f"sqlite:///{instance / 'engage.db'}")
    )
    path = instance / ("out.xlsx" if excel else "out.csv")
    with app.app_context():
        began, used = time.perf_counter(), time.process_time()
        rows = write_responses(
            survey_id, path, excel=excel, language="zh_CN", words=_WORDS, progress=lambda _rows: None
        )
        seconds, processor = time.perf_counter() - began, time.process_time() - used
    return {
        "format": path.suffix[1:],
        "rows": rows,
        "seconds": round(seconds, 1),
        "processor_s": round(processor, 1),
        "file_mb": round(path.stat().st_size / 2**20, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def _run(*arguments: str) -> str:
    done = subprocess.run([sys.executable, "-m", *arguments], check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


def main() -> None:
    """Run and print a table, then one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--responses", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=50)
    parser.add_argument("--write", nargs=3, metavar=("INSTANCE", "SURVEY", "FORMAT"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    pin()
    if options.write:
        instance, survey, kind = options.write
        print(json.dumps(write(Path(instance), int(survey), excel=kind == "xlsx")))
        return
    with tempfile.TemporaryDirectory() as name:
        print(f"Making {options.responses:,} responses …", file=sys.stderr)
        made = _run("benchmarks._seed_analysis", name, str(options.responses), str(options.questions))
        results = [
            json.loads(_run("benchmarks.exports", "--write", name, made.strip(), kind))
            for kind in ("csv", "xlsx")
        ]
    for result in results:
        print("  ".join(f"{key} {value}" for key, value in result.items()))
    figures = {f"{one['format']}_{key}": one[key] for one in results for key in ("processor_s", "peak_mb")}
    print(json.dumps({"responses": results[0]["rows"], "questions": options.questions, **figures}))


if __name__ == "__main__":
    main()
