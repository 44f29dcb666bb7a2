"""A consultation with many comments: its pages one after the other, and comments sent at once.

    python -m benchmarks.consultation [--messages FILE] [--comments 1257] [--seconds 10] [--rate 100]

Starts a web process of its own on a fresh database in a temporary folder. With --messages the comments come
from that CSV file; more are made up to reach --comments. Half of them are published, half wait for review.
Pages are fetched one at a time, alone: medians in ms. Then as many people as will comment open the form, and
their comments are sent at --rate a second, each from another phone, limits on: `submit_p99_ms` is from
sending the form to its acknowledgement, after the commit; `receipt_p99_ms` to the page with the code. `lost`
counts comments that were acknowledged but are not in the database. The last line is one JSON object.
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
from dataclasses import dataclass, field  # noqa: E402
from pathlib import Path  # noqa: E402
from urllib.parse import urlencode, urlsplit  # noqa: E402

import gevent  # noqa: E402
from gevent.pool import Pool  # noqa: E402

from benchmarks import _http, _web  # noqa: E402

_FIELD = re.compile(rb'<input type="hidden" name="(_\w+)" value="([^"]*)"')
_ADDRESSES = 250
_PAGE_ROUNDS = 30
_AT_ONCE = 400


@dataclass
class Sending:
    """What came of the comments sent; times in seconds."""

    sent: list[float] = field(default_factory=list)
    seen: list[float] = field(default_factory=list)
    failed: dict[str, int] = field(default_factory=dict)

    def fail(self, why: str) -> None:
        self.failed[why] = self.failed.get(why, 0) + 1


def page_ms(host: str, port: int, path: str, cookies: dict[str, str]) -> tuple[float, int]:
    """Median milliseconds of a page fetched alone, and its bytes uncompressed."""
    connection = _http.Connection(host, port, "127.0.0.1")
    times = []
    size = 0
    for _ in range(_PAGE_ROUNDS):
        began = time.perf_counter()
        answer = connection.get(path, cookies)
        times.append(time.perf_counter() - began)
        if answer.status != 200:
            raise SystemExit(f"{path} answered {answer.status}")
        size = len(answer.body)
    connection.close()
    return statistics.median(times) * 1000, size


def open_form(host: str, port: int, path: str, number: int) -> tuple[str, bytes, dict[str, str]]:
    """One person opens the form: their address, the comment as it will be sent, and their cookie."""
    source = f"127.0.0.{2 + number % _ADDRESSES}"
    connection = _http.Connection(host, port, source)
    form = connection.get(path)
    connection.close()
    fields = {name.decode(): value.decode() for name, value in _FIELD.findall(form.body)}
    fields |= {"stance": "partly", "text": f"第{number}位市民：希望停车收费分时段，夜间减半。"}
    return source, urlencode(fields).encode(), form.cookies


def send(host: str, port: int, path: str, person: tuple[str, bytes, dict[str, str]], run: Sending) -> None:
    """Send the comment and look at the receipt."""
    source, body, cookies = person
    began = time.perf_counter()
    try:
        connection = _http.Connection(host, port, source)
        answer = connection.post(path, body, cookies)
        acknowledged = time.perf_counter()
        if answer.status != 303:
            return run.fail(f"send {answer.status}")
        run.sent.append(acknowledged - began)
        receipt = connection.get(answer.headers["location"], cookies | answer.cookies)
        connection.close()
    except OSError as error:
        return run.fail(type(error).__name__)
    if b'id="receipt-code"' not in receipt.body:
        return run.fail(f"receipt {receipt.status}")
    run.seen.append(time.perf_counter() - began)
    return None


def flood(host: str, port: int, path: str, rate: int, seconds: int) -> Sending:
    """Send at an even rate, whatever the answers take."""
    people = Pool(8).map(lambda number: open_form(host, port, path, number), range(rate * seconds))
    run, pool = Sending(), Pool(_AT_ONCE)
    began = time.perf_counter()
    for number, person in enumerate(people):
        gevent.sleep(max(0.0, began + number / rate - time.perf_counter()))
        pool.spawn(send, host, port, path, person, run)
    pool.join()
    return run


def percentile(times: list[float], share: float) -> float:
    """A percentile in milliseconds."""
    ordered = sorted(times) or [0.0]
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000, 1)


def stored(database: str, source: str = "web") -> int:
    """How many comments came over the web."""
    with sqlite3.connect(database) as connection:
        query = "SELECT count(*) FROM consultation_comment WHERE source = ?"
        return int(connection.execute(query, (source,)).fetchone()[0])


def measure(comments: int, rate: int, seconds: int, folder: Path) -> dict[str, object]:
    """Start a server, fetch the pages, send the comments."""
    server = _web.start(folder, comments, seed="benchmarks._seed_consultation")
    try:
        _web.pin_load(os.getpid(), server)
        public_id, imported, cookie = server.survey.split("|")
        address = urlsplit(server.url)
        host, port = str(address.hostname), int(address.port or 80)
        base = f"/consultations/{public_id}"
        pages = {
            "queue": (f"/staff{base}/comments", {"staff": cookie}),
            "search": (f"/staff{base}/comments?view=all&q=%E5%81%9C%E8%BD%A6", {"staff": cookie}),
            "draft": (base, {}),
            "clause": (f"{base}/comment", {}),
            "result": (f"/results{base}", {}),
        }
        result: dict[str, object] = {"comments": int(imported)}
        print(f"\n{'page':<10}{'ms':>8}{'KB':>8}")
        for name, (path, cookies) in pages.items():
            took, size = page_ms(host, port, path, cookies)
            print(f"{name:<10}{took:>8.1f}{size / 1024:>8.1f}")
            result[f"{name}_ms"] = round(took, 1)
        run = flood(host, port, f"{base}/comment", rate, seconds)
        result |= {
            "submit_per_s": rate,
            "submitted": len(run.sent),
            "submit_p50_ms": percentile(run.sent, 0.5),
            "submit_p99_ms": percentile(run.sent, 0.99),
            "receipt_p99_ms": percentile(run.seen, 0.99),
            "lost": len(run.sent) - stored(server.database),
            "failed": run.failed,
        }
        for name in ("submitted", "submit_p50_ms", "submit_p99_ms", "receipt_p99_ms", "lost", "failed"):
            print(f"{name:<16}{result[name]}")
        return result
    finally:
        server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--messages", type=Path, help="a CSV file of messages to import")
    parser.add_argument("--comments", type=int, default=1257, help="comments in all")
    parser.add_argument("--seconds", type=int, default=10, help="how long comments are sent")
    parser.add_argument("--rate", type=int, default=100, help="comments sent each second")
    arguments = parser.parse_args()
    if arguments.messages:
        os.environ["ENGAGE_BENCH_MESSAGES"] = str(arguments.messages.resolve())
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(arguments.comments, arguments.rate, arguments.seconds, Path(folder))))


if __name__ == "__main__":
    main()
