"""How the web process runs: one gevent process for pages and sockets. Documented in docs/operations.md."""

from __future__ import annotations

import contextlib
import gc
import json
import logging
import os
import resource
import runpy
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gevent
from gevent.event import Event
from gevent.pool import Pool
from gevent.server import StreamServer
from gunicorn.glogging import Logger
from gunicorn.http.errors import LimitRequestHeaders
from gunicorn.workers.ggevent import GeventWorker

# The package must not be imported before all is patched for gevent.
plain = runpy.run_path(str(Path(__file__).with_name("plain.py")))["plain"]
connection = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("connection.py"))))


def settings() -> Any:
    """The configuration of the installation; ends with its sentence where it is wrong."""
    config = plain("config")
    try:
        return config.load_config()
    except config.ConfigError as error:
        sys.exit(str(error))


class JsonLines(logging.Formatter):
    """The server's own lines in the form of the application's: one JSON object each."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of one record."""
        line = {
            "event": record.getMessage(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


class Log(Logger):
    """gunicorn's log in that form."""

    def setup(self, cfg: Any) -> None:
        """Set it up as gunicorn does, but for the form."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(JsonLines())
            handler.addFilter(connection.NamesNobody())


SETTINGS = settings()
SOCKETS = SETTINGS.max_sockets
# All headers together; nginx passes on as much.
HEADER_BYTES = 32 * 1024


class Worker(GeventWorker):
    """gunicorn's gevent worker, but it stops at once: it waits for requests, not for idle connections.

    The stock one looks once a second and waits for every open connection, which would make a restart last as
    long as its patience.
    """

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.under_way = 0
        self.turns = connection.Turns()
        # A signal may come while the application loads, long before there is anything to stop.
        self.stopping = Event()

    def run(self) -> None:
        """Serve until told to stop; close the sockets, let running requests end, leave."""
        if self.cfg.is_ssl:
            raise RuntimeError("Certificates belong to the proxy in front: this server speaks HTTP only.")
        servers = [
            StreamServer(listener, handle=self.handler_of(listener), spawn=Pool(self.worker_connections))
            for listener in self.sockets
        ]
        for server in servers:
            server.start()
        while self.alive:
            self.notify()
            self.stopping.wait(1.0)
        for server in servers:
            server.close()
        close_sockets = getattr(self.wsgi, "extensions", {}).get("close_sockets")
        if close_sockets is not None:
            close_sockets()
        deadline = time.monotonic() + self.cfg.graceful_timeout
        while self.under_way and time.monotonic() < deadline:
            gevent.sleep(0.02)
        close_database = getattr(self.wsgi, "extensions", {}).get("close_database")
        if close_database is not None:
            close_database()

    def handler_of(self, listener: Any) -> Any:
        """What answers one connection of ``listener``."""
        listener.setblocking(1)
        return lambda client, address: self.handle(listener, connection.Connection(client), address)

    def handle_exit(self, sig: int, frame: Any) -> None:
        """SIGTERM."""
        super().handle_exit(sig, frame)
        gevent.spawn(self.stopping.set)

    def handle_request(self, listener_name: Any, req: Any, sock: Any, addr: Any) -> None:
        """Answer one request, then let others have theirs.

        The opening request of a socket lasts as long as it, so nobody waits for it.
        """
        if sum(len(name) + len(value) for name, value in req.headers) > HEADER_BYTES:
            raise LimitRequestHeaders("too large")
        counted = not connection.is_for_sockets(req.path)
        if not counted:
            sock.upgraded()
        address = addr[0] if isinstance(addr, tuple) else ""
        self.under_way += counted
        try:
            self.turns.wait(connection.network(address, req.headers, SETTINGS.trusted_proxies))
            super().handle_request(listener_name, req, sock, addr)
        finally:
            self.under_way -= counted
        sock.answered()


worker_class = Worker
workers = 1
# gunicorn's default of 1,000 caps sockets silently.
worker_connections = SOCKETS + 1000
backlog = 4096
keepalive = 30
timeout = 60
graceful_timeout = 5
accesslog = None
errorlog = "-"
logger_class = Log
loglevel = "warning"
control_socket_disable = True
# Of its temporary file and of a socket it is bound to; else it makes them readable for all.
umask = 0o077


def on_starting(server: Any) -> None:
    """Be the only one where only one may be, which a restart of the child keeps; then prepare the system."""
    os.umask(umask)
    running = plain("core/running")
    try:
        # Held by its number, for nothing that is thrown away may close it.
        running.hold_web(SETTINGS.instance, SETTINGS.database_url, where=", ".join(server.cfg.bind))
    except running.Running as error:
        sys.exit(str(error))
    raise_limits()


def when_ready(_server: object) -> None:
    """Stay the only one: signals that ask gunicorn for another process, or for one less, are not heard."""
    for number in (signal.SIGTTIN, signal.SIGTTOU, signal.SIGUSR2):
        signal.signal(number, signal.SIG_IGN)


def raise_limits() -> None:
    """Raise the limit of open files to what so many sockets need, as far as the system lets us."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = SOCKETS * 2 + 2000
    ceiling = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft < ceiling:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (ceiling, hard))


def post_fork(_server: object, _worker: object) -> None:
    """Loading makes a million things that stay: looking through them meanwhile costs a tenth of the start."""
    gc.disable()


def post_worker_init(_worker: object) -> None:
    """What was made until now stays; looking through it again and again would stall every socket."""
    gc.enable()
    gc.collect()
    gc.freeze()
    # A page leaves some forty objects in circles: 100,000 would be swept up in one stall of 140 ms.
    gc.set_threshold(10_000, 20, 1000)
