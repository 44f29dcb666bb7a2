"""A process patched like the web process: 200 writers while another process holds the lock.

Prints one JSON object: the longest stall of the hub in milliseconds, what failed, what was stored.
"""

from gevent import monkey

monkey.patch_all()

import gc  # noqa: E402
import json  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402

import gevent  # noqa: E402
from sqlalchemy import delete, func, select  # noqa: E402

from engage import create_app  # noqa: E402
from engage.core.clock import now  # noqa: E402
from engage.core.db import db  # noqa: E402
from engage.core.jobs import OutboxJob  # noqa: E402
from engage.core.writer import atomic, gather  # noqa: E402

WRITERS = 200
QUEUE = Path("/proc/thread-self/schedstat")
MOMENT = now()
HOLDER = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(1.0)
connection.execute("ROLLBACK")
"""


def add(number: int) -> int:
    """One write: an outbox row named after the writer."""
    if number % 10 == 7:
        raise ValueError(f"writer {number} refuses")
    db.session.add(OutboxJob(name=f"storm.{number}", payload={}, run_at=MOMENT))
    db.session.flush()
    return number


def write(app, number, results):
    """Every second writer shares commits, the others have a transaction of their own."""
    with app.app_context():
        try:
            if number % 2:
                results[number] = gather(lambda: add(number))
            else:
                with atomic():
                    results[number] = add(number)
        except ValueError as error:
            results[number] = str(error)
        except Exception as error:
            results[number] = repr(error)


def kept_waiting():
    """For how long this thread was ready to run and the machine ran others, in seconds (where it says so)."""
    try:
        return int(QUEUE.read_text().split()[1]) / 1e9
    except OSError:
        return 0.0


def watch_stalls(stalls):
    """Note how late each 5 ms sleep wakes up; what other programs took of that time is not ours."""
    while True:
        began, waited = time.perf_counter(), kept_waiting()
        gevent.sleep(0.005)
        late = time.perf_counter() - began - 0.005
        stalls.append((late - (kept_waiting() - waited)) * 1000)


def main() -> None:
    """Hold the lock from outside for a second and let all writers begin meanwhile."""
    app = create_app()
    with app.app_context():
        path = db.engine.url.database
        gevent.get_hub().threadpool.apply(int)
        with atomic():
            db.session.execute(delete(OutboxJob))
            add(1000)
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, path], stdout=subprocess.PIPE)
    holder.stdout.readline()
    stalls, results = [], {}
    # As the web process does after its start (deploy/gunicorn.conf.py).
    gc.collect()
    gc.freeze()
    watcher = gevent.spawn(watch_stalls, stalls)
    gevent.joinall([gevent.spawn(write, app, number, results) for number in range(WRITERS)])
    watcher.kill()
    holder.wait()
    with app.app_context():
        stored = db.session.scalar(
            select(func.count()).select_from(OutboxJob).where(OutboxJob.name != "storm.1000")
        )
    print(
        json.dumps(
            {
                "max_stall_ms": max(stalls),
                "refused": sum(1 for value in results.values() if "refuses" in str(value)),
                "failed": [
                    value for value in results.values() if isinstance(value, str) and "refuses" not in value
                ],
                "acknowledged": sum(1 for number, value in results.items() if value == number),
                "stored": stored,
            }
        )
    )


if __name__ == "__main__":
    main()
