"""A process patched like the web process that writes at random; arguments: SEED WRITES.

Prints ``ack NAME`` after each acknowledged write, ``broken …`` where an error came that no write asked for,
and ``end``. It may be killed at any moment. Outside, another process may hold the lock.
"""

from gevent import monkey

monkey.patch_all()

import os  # noqa: E402
import random  # noqa: E402
import sys  # noqa: E402
from collections.abc import Callable  # noqa: E402

import gevent  # noqa: E402
from flask import Flask  # noqa: E402
from gevent.pool import Pool  # noqa: E402
from sqlalchemy.exc import IntegrityError  # noqa: E402

from engage import create_app  # noqa: E402
from engage.core.clock import now  # noqa: E402
from engage.core.db import db  # noqa: E402
from engage.core.errors import Busy  # noqa: E402
from engage.core.jobs import OutboxJob  # noqa: E402
from engage.core.writer import atomic, gather  # noqa: E402

AT_ONCE = 40


class Refused(Exception):
    """A write that fails after its rows were flushed, on purpose."""


def tell(words: str) -> None:
    """One line, whole, at once: what is told before a kill counts."""
    os.write(1, f"{words}\n".encode())


def rows(name: str, fails: bool) -> None:
    """Two rows that belong together."""
    db.session.add(OutboxJob(name=f"{name}.a", payload={}, run_at=now()))
    db.session.flush()
    db.session.add(OutboxJob(name=f"{name}.b", payload={}, run_at=now()))
    db.session.flush()
    if fails:
        raise Refused


def doubled(name: str) -> None:
    """A row whose id is there already: the database itself refuses."""
    db.session.add(OutboxJob(name=f"{name}.a", payload={}, run_at=now()))
    db.session.flush()
    id = db.session.scalars(db.select(OutboxJob.id).limit(1)).one()
    db.session.execute(db.insert(OutboxJob).values(id=id, name=f"{name}.b", payload={}, run_at=now()))


def write(app: Flask, name: str, draw: random.Random) -> None:
    """One write of a random kind; a failing one must leave nothing."""
    kind, fails = draw.choice(["gather", "gather", "atomic", "nested", "doubled"]), draw.random() < 0.2
    run: Callable[[], None] = (lambda: doubled(name)) if kind == "doubled" else (lambda: rows(name, fails))
    with app.app_context():
        try:
            if kind in ("gather", "doubled"):
                gather(run)
            else:
                with atomic():
                    gather(run) if kind == "nested" else run()
        except (Refused, IntegrityError):
            tell(f"refused {name}")
        except Busy:
            tell(f"busy {name}")
        except Exception as error:
            tell(f"broken {name} {error!r}")
        else:
            tell(f"ack {name}")


def main() -> None:
    """Write so many times, so many at once."""
    seed, writes = sys.argv[1], int(sys.argv[2])
    draw, app, pool = random.Random(seed), create_app(), Pool(AT_ONCE)
    tell("ready")
    for number in range(writes):
        pool.spawn(write, app, f"soak.{seed}.{number}", random.Random(draw.randrange(2**32)))
        if draw.random() < 0.3:
            gevent.sleep(draw.random() * 0.005)
    pool.join()
    tell("end")


if __name__ == "__main__":
    main()
