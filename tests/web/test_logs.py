"""Each line of the log is one JSON object, whatever fails and whoever should have caught it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from tests.fixtures.server import ROOT

SCRIPT = """
from gevent import monkey; monkey.patch_all()
import sys, threading, warnings
from pathlib import Path
import gevent
from engage.core.threads import beside_the_hub
from engage.themedays.photos import store_photo
from engage.core.errors import Invalid
from engage.web.logs import init_logs, log_what_nobody_caught
from flask import Flask
from types import SimpleNamespace

app = Flask("lines")
app.config["ENGAGE"] = SimpleNamespace(log_level="INFO")
init_logs(app)
log_what_nobody_caught()

def fail(where="nowhere"):
    raise ValueError(where + "\\nline two")

def refused(work):
    try:
        work()
    except (ValueError, Invalid):
        return
    raise SystemExit("it was not refused")

refused(lambda: beside_the_hub(fail))
refused(lambda: store_photo(b"no picture", Path("photos")))
gevent.spawn(fail, "greenlet").join()
gevent.get_hub().threadpool.spawn(fail, "pool").wait()
thread = threading.Thread(target=fail, args=("thread",))
thread.start()
thread.join()

class Fails:
    def __del__(self):
        fail("del")

Fails()
warnings.warn("look\\nout")
fail("main")
"""


def test_what_nobody_caught_is_one_line_each(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "always", "-c", SCRIPT],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert done.stdout == ""
    raised = [line["exception"].splitlines()[-2] for line in lines if "exception" in line]
    assert raised == [f"ValueError: {where}" for where in ("greenlet", "pool", "thread", "del", "main")]
    [warning] = [line for line in lines if line["logger"] == "py.warnings"]
    assert "look\nout" in warning["event"]
    assert [line["event"] for line in lines if line["level"] == "info"] == [
        "a photo was refused: UnidentifiedImageError"
    ]
    assert len(lines) == 7


def test_a_stranger_cannot_fill_the_log_with_forms(
    make_app: Callable[..., Flask], caplog: pytest.LogCaptureFixture
) -> None:
    """At the level that is shipped; what is refused has one line a second for each kind."""
    client = make_app(log_level="INFO").test_client()
    caplog.clear()
    for _ in range(20):
        assert client.post("/staff/sign-in", data={"email": "a@b.cn"}).status_code == 409
        assert client.post("/receipts", data={"code": "x"}).status_code == 403
        assert client.post("/receipts", headers={"Origin": "https://evil.example"}).status_code == 403
        assert client.post("/receipts", data={"code": "x" * 300_000}).status_code in (403, 413)
    assert {record.name for record in caplog.records} <= {"engage.refusals"}
