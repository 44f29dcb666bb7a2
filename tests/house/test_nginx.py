"""The sample for nginx as it runs: accepted by Debian's version, and people can write behind it."""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from http.client import RemoteDisconnected
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask

from tests.factories.answers import fields
from tests.factories.questions import twenty_answers
from tests.factories.surveys import make_survey
from tests.fixtures.clients import hidden_fields
from tests.fixtures.nginx import NAME, SAMPLE, Front
from tests.fixtures.server import ROOT, Server, wait_until

pytestmark = [pytest.mark.database, pytest.mark.sqlite_only]


def test_debians_nginx_takes_the_sample(tmp_path: Path) -> None:
    said = Front(tmp_path, 5000).check()
    assert said.returncode == 0, said.stderr
    assert "[emerg]" not in said.stderr


@pytest.fixture
def survey(app: Flask) -> str:
    with app.app_context():
        return f"/surveys/{make_survey().public_id}"


@pytest.fixture
def front(survey: str, make_server: Callable[..., Server], tmp_path: Path) -> Iterator[Front]:
    """With a port in the address, and nobody has set public_url."""
    folder = tmp_path / "nginx"
    folder.mkdir()
    made = Front(folder, make_server(trusted_proxies=1).port)
    with made.running():
        yield made


def test_a_form_with_a_port_in_the_address_is_taken(front: Front, survey: str) -> None:
    page = front.ask("GET", survey)
    assert page.status == 200
    assert page.headers["Strict-Transport-Security"]
    cookie = "; ".join(line.partition(";")[0] for line in page.headers.get_all("Set-Cookie") or [])
    form = hidden_fields(page.text) | fields(twenty_answers())
    headers = {"Content_Type": "application/x-www-form-urlencoded", "Cookie": cookie}
    body = urlencode(form, doseq=True)
    for stranger in ("https://evil.example", "null", f"https://{NAME}", f"https://{NAME}:1"):
        assert front.ask("POST", survey, body, Origin=stranger, **headers).status == 403
    sent = front.ask("POST", survey, body, Origin=front.url, **headers)
    assert sent.status == 303
    assert sent.headers["Location"].startswith("/")


def test_a_socket_opens_behind_it(front: Front) -> None:
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec_WebSocket_Version": "13"}
    upgrade["Sec_WebSocket_Key"] = "dGhlIHNhbXBsZSBub25jZQ=="
    path = "/socket.io/?EIO=4&transport=websocket"
    assert front.ask("GET", path, Origin=front.url, **upgrade).status == 101
    assert front.ask("GET", path, Origin="https://evil.example", **upgrade).status == 403


def test_links_lead_here_whatever_a_stranger_claims(front: Front) -> None:
    policy = front.ask("GET", "/", X_Forwarded_Host="evil.example").headers["Content-Security-Policy"]
    assert "evil.example" not in policy
    for tls in (True, False):
        with pytest.raises((RemoteDisconnected, ConnectionResetError)):
            front.ask("GET", "/", tls=tls, Host="evil.example")
    with pytest.raises(ssl.SSLError):
        front.connection("evil.example")
    redirect = front.ask("GET", "/calendar", tls=False, Host=NAME)
    assert (redirect.status, redirect.headers["Location"]) == (301, f"https://{NAME}/calendar")


def test_host_is_the_name_that_was_chosen(front: Front) -> None:
    whole = f"https://{NAME}/healthz"
    asked = {
        (whole, "evil.example"): 421,
        (whole, f"{NAME}.evil.example"): 421,
        (f"https://{NAME}/static/dist/manifest.json", "evil.example"): 421,
        ("/healthz", f"{NAME}:x@evil.example"): 421,
        ("/healthz", f"{NAME}:@evil.example"): 421,
        ("/healthz", f"{NAME}:80#@evil.example"): 421,
        (whole, f"{NAME}:8443"): 200,
        (whole, NAME.upper()): 200,
        ("/healthz", f"{NAME}:8443"): 200,
    }
    assert {(line, host): front.ask("GET", line, Host=host).status for line, host in asked} == asked


def test_files_come_from_nginx(front: Front) -> None:
    name = json.loads((ROOT / "static" / "dist" / "manifest.json").read_text())["app.css"]
    file = front.ask("GET", f"/static/dist/{name}")
    assert file.status == 200
    assert file.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert "includeSubDomains" in file.headers["Strict-Transport-Security"]
    assert file.headers["Server"] == "nginx"


def test_while_the_process_behind_is_gone_there_is_a_page(tmp_path: Path) -> None:
    alone = Front(tmp_path, 1)
    with alone.running():
        answer = alone.ask("GET", "/")
        assert answer.status == 503
        assert answer.headers["Retry-After"] == "10"
        assert "系统正在重新启动" in answer.text


def test_one_address_has_so_many_requests_at_once_and_others_are_served(front: Front, survey: str) -> None:
    """Bodies that never end, as many as are let through; what comes on top is told to wait."""
    most = int(re.findall(r"limit_conn engage_address (\d+);", SAMPLE.read_text(encoding="utf-8"))[0])
    begun = f"POST {survey} HTTP/1.1\r\nHost: {NAME}:{front.port}\r\nContent-Length: 9\r\n\r\nx".encode()
    with ExitStack() as held:

        def begin() -> None:
            connection = held.enter_context(closing(front.connection()))
            connection.sock.sendall(begun)

        def answer(source: str = "127.0.0.1") -> tuple[int, str]:
            with closing(front.connection(source=source)) as connection:
                connection.request("GET", "/healthz", headers={"Host": f"{NAME}:{front.port}"})
                with connection.getresponse() as found:
                    return found.status, found.read().decode()

        for _ in range(most - 1):
            begin()
        assert answer()[0] == 200
        for _ in range(10):
            begin()
        wait_until(lambda: answer()[0] == 429)
        assert "请稍候" in answer()[1]
        assert answer("127.0.0.2")[0] == 200
    wait_until(lambda: answer()[0] == 200)
