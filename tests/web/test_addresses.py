"""Where links lead and which addresses are ours: the setting decides, not what a request claims."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from engage.accounts.permissions import Role
from engage.config import ROOT
from engage.web.addresses import absolute, is_ours, path_of_ours, site_host
from engage.web.citizen import origin_is_ours
from tests.factories.accounts import make_session, make_user
from tests.factories.portal import make_city
from tests.fixtures.clients import CheckedClient
from tests.fixtures.staff import StaffClient, sign_in_session

pytestmark = [pytest.mark.database, pytest.mark.either_database]
PUBLIC = "https://city.example"
PASSED_ON = {"X-Forwarded-Host": "evil.example"}
EVIL = {"Host": "evil.example"} | PASSED_ON


@pytest.mark.parametrize(
    ("public", "host", "address", "ours"),
    [
        # asked for without a setting
        ("", "localhost:5000", "http://localhost:5000", True),
        ("", "localhost:5000", "https://localhost:5000", True),
        ("", "localhost:5000", "http://localhost", False),
        ("", "localhost:5000", "http://localhost:5001", False),
        ("", "city.example", "https://city.example/surveys/x?y=1", True),
        ("", "city.example:443", "https://city.example", True),
        ("", "city.example:80", "http://city.example", True),
        ("", "City.Example", "https://city.example", True),
        ("", "city.example:80", "https://city.example", False),
        ("", "[::1]:5000", "http://[::1]:5000", True),
        # with the setting
        (PUBLIC, "10.0.0.5:5000", "https://city.example", True),
        (PUBLIC, "10.0.0.5:5000", "http://10.0.0.5:5000", True),
        (PUBLIC, "city.example", "http://city.example", False),
        (PUBLIC, "city.example", "https://city.example:8443", False),
        # nobody's
        ("", "localhost", "null", False),
        (PUBLIC, "city.example", "null", False),
        ("", "", "null", False),
        ("", "", "", False),
        ("", "", "https://", False),
        ("", "", "file:///etc/passwd", False),
        ("", "city.example", "data:text/html,x", False),
        ("", "city.example", "//city.example", False),
        ("", "city.example", "city.example", False),
        ("", "city.example", "ftp://city.example", False),
        ("", "city.example", "https://city.example.evil.example", False),
        ("", "city.example", "https://evil.example/city.example", False),
        ("", "city.example", "https://user@city.example", False),
        ("", "city.example", "https://city.example@evil.example", False),
        ("", "city.example", "https://city.example:port", False),
        ("", "city.example", "https://[city.example", False),
        ("", "city.example", "https://city.example:99999", False),
    ],
)
def test_ours_or_not(
    make_app: Callable[..., Flask], public: str, host: str, address: str, ours: bool
) -> None:
    app = make_app(public_url=public)
    with app.test_request_context("/", headers={"Host": host} if host else {}):
        assert is_ours(address, host) is ours
        if address:
            assert origin_is_ours(address, host=host) is ours
        assert bool(path_of_ours(address)) is (ours and "/surveys" in address)


def test_an_absent_origin_falls_back_to_the_page_before(app: Flask) -> None:
    with app.test_request_context("/", headers={"Host": "city.example"}):
        assert origin_is_ours(None, None)
        assert origin_is_ours(None, "https://city.example/surveys/x")
        assert not origin_is_ours(None, "https://evil.example/")
        assert not origin_is_ours("null", "https://city.example/surveys/x")


def test_where_links_lead(make_app: Callable[..., Flask]) -> None:
    with make_app(public_url=PUBLIC).test_request_context("/", headers=EVIL):
        assert (absolute("/join"), site_host()) == (f"{PUBLIC}/join", "city.example")
    with make_app().test_request_context("/", headers={"Host": "10.0.0.5:5000"}):
        assert (absolute("/join"), site_host()) == ("http://10.0.0.5:5000/join", "10.0.0.5:5000")


def test_no_page_takes_its_links_from_the_request(make_app: Callable[..., Flask]) -> None:
    """Whatever host is claimed, also through a proxy that passes it on."""
    app = make_app(public_url=PUBLIC, trusted_proxies=1)
    app.test_client_class = CheckedClient
    with app.app_context():
        city = make_city()
        staff = _signed(app)
    visitor = app.test_client()
    room, survey = city.room.public_id, city.survey.public_id
    found = {
        path: visitor.get(path, headers=EVIL)
        for path in ("/", "/join", f"/live/{room}", f"/stage/{room}", f"/surveys/{survey}", "/staff/sign-in")
    }
    for path in (
        f"/staff/surveys/{survey}/publish",
        f"/staff/surveys/{survey}/poster",
        f"/staff/live/{room}",
    ):
        found[path] = staff.get(path, headers=PASSED_ON)
        assert "city.example" in found[path].text, path
    for path, answer in found.items():
        assert answer.status_code == 200, path
        assert "evil.example" not in answer.text, path
        assert "evil.example" not in answer.headers.get("Location", ""), path
    link = staff.send(
        f"/staff/live/{room}/guest-links", {"label": "嘉宾", "_request_id": "r" * 22}, headers=PASSED_ON
    )
    assert "evil.example" not in link.text


def _signed(app: Flask) -> StaffClient:
    client = StaffClient(app, app.response_class, use_cookies=True)
    client.token = sign_in_session(app, client, make_session(make_user(Role.COORDINATOR)))
    return client


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("city.example", 200),
        ("CITY.example", 200),
        ("city.example:8443", 200),
        ("www.city.example", 200),
        ("localhost", 200),
        ("127.0.0.1:5000", 200),
        ("evil.example", 421),
        ("city.example.evil.example", 421),
        ("city.example:x@evil.example", 421),
        ("city.example:@evil.example", 421),
        ("city.example:٣", 421),
        ("", 421),
    ],
)
def test_only_trusted_hosts_are_answered(make_app: Callable[..., Flask], host: str, status: int) -> None:
    client = make_app(trusted_hosts="city.example, www.City.example").test_client()
    for path in ("/healthz", "/socket.io/"):
        answer = client.get(path, headers={"Host": host})
        assert (answer.status_code == 421) is (status == 421), path


def test_there_is_one_place_that_makes_addresses() -> None:
    forbidden = re.compile(r"_external=True|url_root|host_url|request\.base_url|request\.url\b")
    host = re.compile(r"request\.host\b")
    for path in [*(ROOT / "engage").rglob("*.py"), *(ROOT / "templates").rglob("*.html")]:
        text = path.read_text("utf-8")
        assert not forbidden.search(text), path
        assert not host.search(text) or path.name in {"addresses.py", "headers.py"}, path
