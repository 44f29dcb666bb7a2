"""Live fan-out: N viewers in one room, two frames a second to each of them.

    python -m benchmarks.live [--viewers 5000] [--seconds 20] [--rate 2] [--server live|lean|stock]
    python -m benchmarks.live --url http://host:port --room PUBLIC_ID

Without --url it starts a web process of its own on a fresh database with one live session. Every viewer is
a phone that has opened the room's page (a cookie and a token of its own, from one of 250 addresses, rate
limits on), then joins by WebSocket. A frame is a question that one viewer asks and that the room publishes
at once: it is committed (`synchronous=FULL`), logged, and sent to everyone. A time runs from asking to the
arrival at each phone, so the load's own reading is in it. `lost` counts frames that a viewer should have
got and did not. `--server lean` is the same room without the live domain and its database, `stock`
Flask-SocketIO and gunicorn as shipped. Bytes per viewer are the server's resident memory less that before the
first page was opened; `join_cpu_ms` is the server's processor time for one join. The last line is one JSON
object.
"""

from __future__ import annotations

import argparse
import html
import json
import os
import re
import secrets
import statistics
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks import _http, _web
from benchmarks._sockets import SOURCES, Crowd, Viewer

_TOKEN = re.compile(rb'name="_token" value="([^"]+)"')
_DATA = re.compile(rb"data-live-data>(.*?)</script>", re.S)
_MARK = re.compile(rb"mark([a-p]{6})")
_DIGITS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")
_TEXT = "老旧小区加装电梯以后每户要分摊多少费用，低保家庭能不能减免？"
_SETTLE_SECONDS = 3.0


def mark(number: int) -> str:
    """A frame's number in letters: digits would look like a telephone number to the screening."""
    return "mark" + f"{number:06x}".translate(_DIGITS)


class Live:
    """The words of the real room."""

    seed = "benchmarks._seed_live"
    app = "engage.wsgi:app"

    def __init__(self, room: str) -> None:
        self.room = room

    def prepare(self, host: str, port: int, viewers: list[Viewer]) -> None:
        """Let every viewer open the room's page."""
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda viewer: self._open(host, port, viewer), viewers))

    def _open(self, host: str, port: int, viewer: Viewer) -> None:
        connection = _http.Connection(host, port, f"127.0.0.{2 + viewer.number % SOURCES}")
        try:
            page = connection.get(f"/live/{self.room}")
        finally:
            connection.close()
        token = _TOKEN.search(page.body)
        if page.status != 200 or token is None or "device" not in page.cookies:
            raise SystemExit(f"The room's page answered {page.status} and not as expected.")
        viewer.cookie, viewer.token = page.cookies["device"], token[1].decode()
        data = _DATA.search(page.body)
        shown = json.loads(html.unescape(data[1].decode())) if data else {}
        viewer.have = {name: shown[name]["seq"] for name in ("public", "mine") if name in shown}

    def first_word(self, viewer: Viewer) -> str:
        return "40" + json.dumps({"token": viewer.token})

    def entered(self, viewer: Viewer, text: bytes) -> bool:
        if text.startswith(b"40"):
            viewer.send("421" + json.dumps(["live.join", {"room": self.room, "have": viewer.have}]))
        if text.startswith(b"41") or b'"error"' in text:
            raise SystemExit(f"A viewer was not let in: {text[:200]!r}")
        return text.startswith(b"431")

    def fire(self, viewer: Viewer, number: int) -> None:
        fields = {"text": f"{_TEXT}{mark(number)}", "name": "", "request_id": secrets.token_urlsafe(16)}
        viewer.send("422" + json.dumps(["live.ask", fields]))

    def is_frame(self, text: bytes) -> bool:
        return text.startswith(b'42["live.delta"') and b'"stream":"public"' in text


class Bare:
    """The words of the bare room."""

    app = "benchmarks._plain:app"
    seed = "benchmarks._seed_live"
    room = ""

    def prepare(self, host: str, port: int, viewers: list[Viewer]) -> None:
        """Nothing: nobody is asked who they are."""

    def first_word(self, viewer: Viewer) -> str:
        return "40{}"

    def entered(self, viewer: Viewer, text: bytes) -> bool:
        if text.startswith(b"40"):
            viewer.send('421["join",null]')
        return text.startswith(b"431")

    def fire(self, viewer: Viewer, number: int) -> None:
        viewer.send("422" + json.dumps(["fire", {"text": mark(number) + "x" * 270}]))

    def is_frame(self, text: bytes) -> bool:
        return text.startswith(b'42["frame"')


class Measure:
    """Asks in step and notes what arrives when; times in seconds."""

    def __init__(self, kind: Live | Bare, viewers: list[Viewer], rate: float) -> None:
        self.kind, self.viewers, self.every = kind, viewers, 1 / rate
        self.next_at = time.perf_counter()
        self.sent: dict[bytes, float] = {}
        self.times: list[float] = []
        self.arrived: Counter[bytes] = Counter()
        self.frame_bytes = 0
        self.refused = 0
        self.asking = True

    def tick(self) -> None:
        """Ask when it is time."""
        moment = time.perf_counter()
        if self.asking and moment >= self.next_at:
            self.next_at += self.every
            number = len(self.sent)
            self.sent[mark(number)[4:].encode()] = moment
            self.kind.fire(self.viewers[number * 7 % len(self.viewers)], number)

    def hear(self, text: bytes, moment: float) -> None:
        """Note one text."""
        if self.kind.is_frame(text):
            found = _MARK.findall(text)
            self.frame_bytes = len(text)
            for each in found:
                self.arrived[each] += 1
                self.times.append(moment - self.sent[each])
        elif text.startswith(b"432") and b'"error"' in text:
            self.refused += 1
            print("refused:", text[:200].decode())

    def lost(self) -> int:
        """Frames that did not arrive somewhere."""
        return sum(max(0, len(self.viewers) - self.arrived[each]) for each in self.sent)


def milliseconds(times: list[float], percent: int) -> float:
    """A percentile of times in seconds, in milliseconds."""
    return round(statistics.quantiles(times, n=100, method="inclusive")[percent - 1] * 1000, 1)


def run(arguments: argparse.Namespace, kind: Live | Bare, server: _web.Server | None) -> dict[str, Any]:
    """Open, join, listen, count."""
    address = urlsplit(server.url if server else arguments.url)
    host, port = address.hostname or "127.0.0.1", address.port or 80
    _web.pin_load(os.getpid(), server)
    viewers = [Viewer(number) for number in range(arguments.viewers)]
    empty = server.memory_mb() if server else 0.0
    kind.prepare(host, port, viewers)
    crowd = Crowd(host, port, viewers)
    print(f"{len(viewers):,} viewers have the page; joining", flush=True)
    try:
        cpu = server.cpu_seconds() if server else 0.0
        join_seconds = crowd.join(kind.first_word, kind.entered)
        join_cpu = server.cpu_seconds() - cpu if server else 0.0
        crowd.listen(_SETTLE_SECONDS, lambda text, moment: None, lambda: None)
        measure = Measure(kind, viewers, arguments.rate)
        cpu, began = server.cpu_seconds() if server else 0.0, time.perf_counter()
        crowd.listen(arguments.seconds, measure.hear, measure.tick)
        share = (server.cpu_seconds() - cpu if server else 0.0) / (time.perf_counter() - began)
        measure.asking = False
        crowd.listen(_SETTLE_SECONDS, measure.hear, measure.tick)
        full = server.memory_mb() if server else 0.0
    finally:
        crowd.close()
    return {
        "viewers": arguments.viewers,
        "p50_ms": milliseconds(measure.times, 50),
        "p99_ms": milliseconds(measure.times, 99),
        "cpu_core_share": round(share, 3) if server else None,
        "bytes_per_viewer": round((full - empty) * 1048576 / arguments.viewers) if server else None,
        "joins_per_s": round(arguments.viewers / join_seconds),
        "lost": measure.lost() + crowd.lost_connections + measure.refused,
        "doubled": sum(max(0, count - len(viewers)) for count in measure.arrived.values()),
        "join_cpu_ms": round(join_cpu * 1000 / arguments.viewers, 3) if server else None,
        "frames": len(measure.sent),
        "frame_bytes": measure.frame_bytes,
        "server": arguments.server,
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--viewers", type=int, default=5000)
    parser.add_argument("--seconds", type=float, default=20.0, help="how long to measure")
    parser.add_argument("--rate", type=float, default=2.0, help="frames a second")
    parser.add_argument("--server", choices=("live", "lean", "stock"), default="live")
    parser.add_argument("--url", help="a server that runs already")
    parser.add_argument("--room", help="its session's public id; it must publish questions at once")
    arguments = parser.parse_args()
    if arguments.url and not arguments.room and arguments.server == "live":
        raise SystemExit("Say which room: --room PUBLIC_ID")
    os.environ["BENCH_SERVER"] = arguments.server
    app = Live.app if arguments.server == "live" else Bare.app
    gunicorn = "benchmarks/_stock.conf.py" if arguments.server == "stock" else "deploy/gunicorn.conf.py"
    with tempfile.TemporaryDirectory(prefix="engage-bench-") as folder:
        server = None if arguments.url else _web.start(Path(folder), 0, Live.seed, app, gunicorn)
        try:
            kind = Live(server.survey if server else arguments.room) if arguments.server == "live" else Bare()
            result = run(arguments, kind, server)
        finally:
            if server is not None:
                server.stop()
    for name, value in result.items():
        print(f"{name:<18}{value!s:>12}")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
