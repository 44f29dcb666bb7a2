"""Bring the checkout up to date: Python packages, npm packages, browser files, compiled texts and templates.

Each part is done only when what it is made from has changed, so that the usual start costs milliseconds.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from freshness import assets_current, catalogues_to_compile, templates_current

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMPS = VENV / "stamps"
PIN = [
    "--quiet", "--strip-extras", "--no-header", "--no-emit-index-url", "--no-emit-find-links",
    "--no-emit-trusted-host", "--no-emit-options", "--generate-hashes", "--unsafe-package=pip",
]  # fmt: skip


def stop(sentence: str) -> NoReturn:
    """End with one clear sentence for the person at the keyboard."""
    print(sentence, file=sys.stderr)
    raise SystemExit(1)


@contextmanager
def alone() -> Iterator[None]:
    """Hold the set-up lock, so that two commands started at once do not build into each other's files."""
    STAMPS.mkdir(parents=True, exist_ok=True)
    with (STAMPS / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def environment() -> dict[str, str]:
    """This process's environment with the programs of .venv (node and npm among them) found first."""
    return {**os.environ, "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}


def python_packages(name: str) -> None:
    """Install one lock file with pip, honouring the machine's own pip settings."""
    lock = ROOT / name
    stamp = STAMPS / name
    digest = hashlib.sha256(sys.version.encode() + lock.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return
    print(f"Installing Python packages ({name}) …", flush=True)
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-qq",
        "--disable-pip-version-check",
        # What was changed on the way, or by the index itself, is not installed; the lock names everything.
        "--require-hashes",
        "--no-deps",
        "-r",
        str(lock),
    ]
    if subprocess.run(command, check=False, cwd=ROOT).returncode:
        stop(
            f"The packages in {name} could not be installed:"
            " check the network (or pip's index setting) and try again."
        )
    stamp.write_text(digest)


def node_packages() -> None:
    """Install npm packages with the npm that comes as a Python package; the system's Node is never used."""
    digest = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    stamp = ROOT / "node_modules" / ".engage-lock"
    if stamp.exists() and stamp.read_text() == digest:
        return
    print("Installing npm packages …", flush=True)
    # Install scripts are refused: esbuild's program comes in a package of its own and needs none.
    command = [
        str(VENV / "bin" / "npm"),
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
    ]
    if subprocess.run(command, check=False, cwd=ROOT, env=environment()).returncode:
        stop(
            "The npm packages could not be installed:"
            " check the network (or npm's registry setting) and try again."
        )
    stamp.write_text(digest)


def run_part(script: str, *arguments: str) -> None:
    """Run one of the scripts beside this one; it has said what was wrong when it fails."""
    if subprocess.run(
        [sys.executable, str(ROOT / "deploy" / script), *arguments], check=False, cwd=ROOT
    ).returncode:
        raise SystemExit(1)


def set_up(*, tests: bool = False) -> None:
    """Everything a start needs, with ``tests`` also what tests need from PyPI; or stop with a sentence."""
    with alone():
        python_packages("requirements.txt")
        if tests:
            python_packages("requirements-dev.txt")
        node_packages()
        # As programs of their own: they need packages that may just have been installed.
        if not assets_current():
            run_part("assets.py")
        if catalogues_to_compile():
            run_part("translations.py", "compile")
        if not templates_current():
            run_part("templates.py")


def pin(arguments: list[str]) -> None:
    """Compile both requirements files; addresses and machine settings stay out of them."""
    set_up(tests=True)
    for name in ("requirements", "requirements-dev"):
        print(f"Pinning {name}.txt …", flush=True)
        command = [str(VENV / "bin" / "pip-compile"), *PIN, *arguments, "-o", f"{name}.txt", f"{name}.in"]
        if subprocess.run(command, check=False, cwd=ROOT).returncode:
            stop(f"{name}.in could not be pinned: see the lines above.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tests", action="store_true", help="also what the tests need")
    parser.add_argument("--pin", action="store_true", help="compile requirements*.in anew")
    options, rest = parser.parse_known_args()
    if options.pin:
        pin(rest)
    else:
        set_up(tests=options.tests)


if __name__ == "__main__":
    main()
