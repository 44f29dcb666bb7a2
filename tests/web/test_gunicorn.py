"""What the web server takes from the settings of the installation."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOOK = """
import runpy, sys
found = runpy.run_path("deploy/gunicorn.conf.py")
print(found["SOCKETS"], found["worker_connections"], "engage" in sys.modules)
"""


def _look(instance: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("ENGAGE_")}
    return subprocess.run(
        [sys.executable, "-c", LOOK],
        cwd=ROOT,
        env=plain | {"ENGAGE_INSTANCE": str(instance)} | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("written", "environment", "sockets"),
    [
        ("", {}, 15000),
        ("max_sockets = 77", {}, 77),
        ("max_sockets = 77", {"ENGAGE_MAX_SOCKETS": "88"}, 88),
    ],
)
def test_the_number_of_sockets_is_that_of_the_settings(
    tmp_path: Path, written: str, environment: dict[str, str], sockets: int
) -> None:
    (tmp_path / "engage.toml").write_text(written, encoding="utf-8")
    done = _look(tmp_path, **environment)
    # Pages need connections too; and nothing of ours is imported before gevent has patched the process.
    assert done.stdout.split() == [str(sockets), str(sockets + 1000), "False"], done.stderr


def test_a_wrong_setting_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "engage.toml").write_text('max_sockets = "many"', encoding="utf-8")
    done = _look(tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("Setting max_sockets must be")
    assert done.stderr.count("\n") == 1
