"""How long one more visitor waits beside people who read page after page on connections they keep.

    python -m benchmarks.fairness [--seconds 10] [--readers 4] [--busy 2]

``--busy`` programs do nothing but compute meanwhile: on idle cores a server that serves a connection until it
pauses shows nothing of it. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import statistics
import tempfile
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks import _http, _web


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--readers", type=int, default=4)
    parser.add_argument("--busy", type=int, default=2)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = _web.start(Path(folder), 20)
        busy = [multiprocessing.Process(target=_compute, daemon=True) for _ in range(asked.busy)]
        for process in busy:
            process.start()
        try:
            print(json.dumps(measure(server, asked.seconds, asked.readers) | {"busy": asked.busy}))
        finally:
            for process in busy:
                process.kill()
            server.stop()


def measure(server: _web.Server, seconds: float, readers: int) -> dict[str, Any]:
    """The waits of a visitor who comes anew each time, and how many pages the others read."""
    where = urlsplit(server.url)
    assert where.hostname is not None
    assert where.port is not None
    place = (where.hostname, where.port)
    ends = time.monotonic() + seconds
    pages = [0] * readers
    threads = [
        threading.Thread(target=_read_on, args=(place, server.survey, ends, pages, number))
        for number in range(readers)
    ]
    for thread in threads:
        thread.start()
    waits: list[float] = []
    while time.monotonic() < ends:
        began = time.monotonic()
        connection = _http.Connection(*place, "127.0.0.200")
        connection.get("/healthz")
        connection.close()
        waits.append((time.monotonic() - began) * 1000)
        time.sleep(0.05)
    for thread in threads:
        thread.join()
    cuts = statistics.quantiles(waits, n=100)
    print(
        f"{readers} readers read {sum(pages) / seconds:.0f} pages/s; the other waits {cuts[98]:.0f} ms at p99"
    )
    return {
        "readers": readers,
        "pages_per_s": round(sum(pages) / seconds),
        "other_p50_ms": round(cuts[49], 1),
        "other_p99_ms": round(cuts[98], 1),
        "other_max_ms": round(max(waits), 1),
    }


def _read_on(place: tuple[str, int], survey: str, ends: float, pages: list[int], number: int) -> None:
    connection = _http.Connection(*place, f"127.0.0.{number + 1}")
    while time.monotonic() < ends:
        connection.get(f"/surveys/{survey}")
        pages[number] += 1
    connection.close()


def _compute() -> None:
    while True:
        sum(range(10_000))


if __name__ == "__main__":
    main()
