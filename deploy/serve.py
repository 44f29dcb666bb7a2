"""``make run``: bring the checkout and the database up to date, then keep web and worker running."""

from __future__ import annotations

import argparse
import errno
import http.client
import os
import socket
import sys
import time
import unicodedata
from pathlib import Path
from typing import Any

from processes import Program, Supervisor
from setup import environment, set_up, stop
from starting import Preparing, Start, hold_back

ROOT = Path(__file__).resolve().parent.parent
NO = {"0", "no", "false", "off"}


def check_port(host: str, port: int) -> None:
    """Stop with a sentence when nothing can listen there."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                stop(
                    f"Port {port} is taken: choose another, as in `make run PORT={another_port(host, port)}`."
                )
            stop(f"Nothing can listen on {host} port {port} ({error.strerror}): choose another HOST or PORT.")


def another_port(host: str, taken: int) -> int:
    """The next free port after a taken one."""
    for port in range(taken + 1, min(taken + 50, 65535)):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    return 8080


def address(host: str, port: int) -> str:
    """What a browser on this machine opens."""
    return f"http://{'127.0.0.1' if host in {'0.0.0.0', '::'} else host}:{port}"  # noqa: S104


def neighbour_address(host: str, port: int) -> str | None:
    """What a phone in the same network opens, when all interfaces are listened on."""
    if host != "0.0.0.0":  # noqa: S104
        return None
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(
                ("192.0.2.1", 9)
            )  # sends nothing; asks the system which of its addresses it would use
        except OSError:
            return None
        return f"http://{probe.getsockname()[0]}:{port}"


def is_ready(host: str, port: int) -> bool:
    """Whether /readyz answers 200."""
    connection = http.client.HTTPConnection("127.0.0.1" if host == "0.0.0.0" else host, port, timeout=2)  # noqa: S104
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def columns(text: str) -> int:
    """How many columns of a terminal a text takes; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def show_links(prepared: dict[str, Any], base: str) -> None:
    """Print the one-time links, one staff account a line."""
    links = prepared["links"]
    if not links:
        print("  There is no demonstration account. To make one: `.venv/bin/flask engage create-user`.")
        return
    print("\n  Sign in as (each link works once; `make signin` prints fresh ones):")
    width = max(columns(str(link.get("role", ""))) for link in links)
    for link in links:
        url = str(link["url"])
        role = str(link.get("role", ""))
        role += " " * (width - columns(role))
        print(f"    {role}  {base + url if url.startswith('/') else url}  {link.get('name', '')}")


def show(prepared: dict[str, Any], host: str, port: int, seconds: float) -> None:
    """Tell the person at the keyboard that the site is there, and where to look first."""
    base = address(host, port)
    print(f"\nEngage is ready at {base} (started in {seconds:.1f} s; Ctrl-C stops it)")
    neighbour = neighbour_address(host, port)
    if neighbour:
        print(f"  From a phone in the same network: {neighbour}")
    print("\n  Worth opening first:")
    for page in prepared["pages"]:
        print(f"    {base}{page['url']}  {page['title']}")
    show_links(prepared, base)
    print(flush=True)


def programs(host: str, port: int) -> list[Program]:
    """The two processes of an installation."""
    python = sys.executable
    config = str(ROOT / "deploy" / "gunicorn.conf.py")
    web = [python, "-m", "gunicorn", "-c", config, "--bind", f"{host}:{port}", "engage.wsgi:app"]
    # When the worker is due is for the start to say.
    return [Program("web", web), Program("worker", [python, "-m", "engage.worker"], due=None)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", default="5000")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--links", action="store_true", help="print fresh sign-in links and end")
    options = parser.parse_args()
    if not options.port.isdecimal() or not 0 < int(options.port) < 65536:
        stop(f"PORT must be a number from 1 to 65535, as in `make run PORT=5001`, and not {options.port!r}.")
    began, host, port = time.monotonic(), options.host, int(options.port)
    if options.links:
        set_up()
        show_links(Preparing("--links").answer(), address(host, port))
        return
    check_port(host, port)
    set_up()
    held = hold_back()
    preparing = Preparing(*([] if os.environ.get("DEMO", "").lower() in NO else ["--demo"]))

    def tell(prepared: dict[str, Any]) -> None:
        show(prepared, host, port, time.monotonic() - began)

    try:
        web, worker = programs(host, port)
        start = Start(preparing, held, worker, lambda: is_ready(host, port), tell)
        Supervisor([web, worker], ROOT, environment()).run(start)
    finally:
        preparing.end()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
