"""Full survey journeys per second on one web process: fetch the form, send 20 answers, see the receipt.

    python -m benchmarks.survey [--seconds 20] [--at-once 16] [--questions 20] [--keep-alive]
    python -m benchmarks.survey --url http://host:port --survey PUBLIC_ID --database FILE

Without --url it starts a web process of its own on a fresh database in a temporary folder. Server and load
are pinned to a core each where the machine has two. Rate limits stay on: every journey is another phone,
coming from one of 250 addresses with a cookie the server gave it, and pages travel compressed. Each person
writes a number of their own into the text answers: `lost` counts those that were acknowledged and are not in
the database, `doubled` those that are there twice. The last line is one JSON object.
"""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

import argparse  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import re  # noqa: E402
import sqlite3  # noqa: E402
import statistics  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
from collections import Counter  # noqa: E402
from dataclasses import dataclass, field  # noqa: E402
from itertools import count  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402
from urllib.parse import urlsplit  # noqa: E402

import gevent  # noqa: E402

from benchmarks import _forms, _http, _web  # noqa: E402
from engage.questions.compiled import compile, validate  # noqa: E402
from engage.questions.definition import read  # noqa: E402
from tests.factories.questions import twenty_answers, twenty_questions  # noqa: E402

MARK = "编号"
_CODE = re.compile(rb'id="receipt-code">([^<]+)<')


@dataclass
class Run:
    """What came of the journeys; times in seconds."""

    journeys: list[float] = field(default_factory=list)
    steps: dict[str, list[float]] = field(default_factory=lambda: {"form": [], "send": [], "receipt": []})
    acknowledged: set[int] = field(default_factory=set)
    failed: dict[str, int] = field(default_factory=dict)

    def fail(self, why: str) -> None:
        self.failed[why] = self.failed.get(why, 0) + 1


def journey(connection: _http.Connection, path: str, run: Run, number: int) -> None:
    """One person's visit from the form to the receipt code."""
    began = time.perf_counter()
    form = connection.get(path)
    fetched = time.perf_counter()
    if form.status != 200 or b"questionnaire" not in form.body:
        return run.fail(f"form {form.status}")
    sent = connection.post(path, _forms.fill_in(form.body, f"{MARK}{number}。"), form.cookies)
    posted = time.perf_counter()
    if sent.status != 303:
        return run.fail(f"send {sent.status}")
    run.acknowledged.add(number)
    receipt = connection.get(sent.headers["location"], form.cookies | sent.cookies)
    ended = time.perf_counter()
    if receipt.status != 200 or not _CODE.search(receipt.body):
        return run.fail(f"receipt {receipt.status}")
    run.journeys.append(ended - began)
    for name, seconds in (("form", fetched - began), ("send", posted - fetched), ("receipt", ended - posted)):
        run.steps[name].append(seconds)
    return None


def people(
    host: str, port: int, path: str, run: Run, until: float, keep_alive: bool, numbers: count[int]
) -> None:
    """One after the other, each from another address, until the time is over."""
    connection: _http.Connection | None = None
    while time.perf_counter() < until:
        number = next(numbers)
        try:
            if connection is None or not keep_alive:
                if connection is not None:
                    connection.close()
                connection = _http.Connection(host, port, f"127.0.0.{2 + number % 250}")
            journey(connection, path, run, number)
        except (OSError, ValueError) as error:
            run.fail(type(error).__name__)
            connection = None


def load(
    url: str, survey: str, seconds: float, at_once: int, keep_alive: bool, numbers: count[int]
) -> tuple[Run, float]:
    """Drive the journeys; answers the run and how long it really took."""
    address = urlsplit(url)
    run = Run()
    began = time.perf_counter()
    until = began + seconds
    crowd = [
        gevent.spawn(
            people,
            address.hostname,
            address.port or 80,
            f"/surveys/{survey}",
            run,
            until,
            keep_alive,
            numbers,
        )
        for _ in range(at_once)
    ]
    gevent.joinall(crowd, raise_error=True)
    return run, time.perf_counter() - began


def validations_per_s(seconds: float = 1.0) -> int:
    """How often the engine alone checks twenty answers in a second of processor time."""
    survey, answers = compile(read(twenty_questions())), twenty_answers()
    began, done = time.process_time(), 0
    while time.process_time() - began < seconds:
        for _ in range(100):
            validate(survey, answers)
        done += 100
    return round(done / (time.process_time() - began))


def stored(database: str) -> Counter[int]:
    """How often each person's number is in the database."""
    found: Counter[int] = Counter()
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        for (answers,) in connection.execute("SELECT answers FROM survey_response"):
            marked = next((text for text in json.loads(answers).values() if MARK in str(text)), None)
            if marked is not None:
                found[int(re.search(rf"{MARK}(\d+)", str(marked))[1])] += 1  # type: ignore[index]
    return found


def milliseconds(times: list[float], percent: int) -> float:
    """A percentile of times in seconds, in milliseconds."""
    if len(times) < 2:
        return float("nan")
    return round(statistics.quantiles(times, n=100, method="inclusive")[percent - 1] * 1000, 1)


def report(
    run: Run, seconds: float, lost: int | None, doubled: int | None, more: dict[str, Any]
) -> dict[str, Any]:
    """Print the table and the JSON line."""
    rate = round(len(run.journeys) / seconds, 1)
    print(f"\n{'step':<12}{'n':>9}{'p50 ms':>10}{'p99 ms':>10}")
    for name, times in (*run.steps.items(), ("journey", run.journeys)):
        print(f"{name:<12}{len(times):>9,}{milliseconds(times, 50):>10}{milliseconds(times, 99):>10}")
    print(f"\nthe engine alone: {more['validations_per_s']:,} checks of 20 answers a second")
    print(
        f"{rate} journeys/s, {len(run.acknowledged):,} acknowledged, {lost} lost, {doubled} doubled, "
        f"failed: {run.failed or 'none'}"
    )
    result = {
        "journeys_per_s": rate,
        "p50_ms": milliseconds(run.journeys, 50),
        "p99_ms": milliseconds(run.journeys, 99),
        "lost": lost,
        "doubled": doubled,
        "failed": sum(run.failed.values()),
        **more,
    }
    print(json.dumps(result))
    return result


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=20.0, help="how long to measure")
    parser.add_argument("--warm-up", type=float, default=2.0, help="seconds driven before measuring")
    parser.add_argument("--at-once", type=int, default=16, help="people at the same time")
    parser.add_argument("--questions", type=int, default=20, help="questions of the survey, all on one page")
    parser.add_argument(
        "--keep-alive", action="store_true", help="people share connections, as behind a proxy"
    )
    parser.add_argument("--url", help="a server that runs already")
    parser.add_argument("--survey", help="its survey's public id")
    parser.add_argument("--database", help="its SQLite file, to count what was lost")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="engage-bench-") as folder:
        server = None if arguments.url else _web.start(Path(folder), arguments.questions)
        try:
            measure(arguments, server)
        finally:
            if server is not None:
                server.stop()


def measure(arguments: argparse.Namespace, server: _web.Server | None) -> None:
    """Warm up, measure, count."""
    url = server.url if server else arguments.url
    survey = server.survey if server else arguments.survey
    database = server.database if server else arguments.database
    if not survey:
        raise SystemExit("Say which survey: --survey PUBLIC_ID")
    _web.pin_load(os.getpid(), server)
    numbers = count()
    load(url, survey, arguments.warm_up, arguments.at_once, arguments.keep_alive, numbers)
    cpu = server.cpu_seconds() if server else 0.0
    run, seconds = load(url, survey, arguments.seconds, arguments.at_once, arguments.keep_alive, numbers)
    there = stored(database) if database else None
    lost = None if there is None else len(run.acknowledged - there.keys())
    doubled = None if there is None else sum(times - 1 for times in there.values())
    more: dict[str, Any] = {"at_once": arguments.at_once, "questions": arguments.questions}
    if server:
        more |= {
            "server_cpu": round((server.cpu_seconds() - cpu) / seconds, 2),
            "cpu_ms_per_journey": round((server.cpu_seconds() - cpu) / max(1, len(run.journeys)) * 1000, 2),
            "memory_mb": server.memory_mb(),
        }
    report(run, seconds, lost, doubled, more | {"validations_per_s": validations_per_s()})


if __name__ == "__main__":
    main()
