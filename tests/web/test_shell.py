from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient

from engage.accounts.permissions import Role
from engage.settings.queries import SiteView
from engage.web import shell
from engage.web.assets import asset
from engage.web.guards import public

pytestmark = pytest.mark.either_database

ROOT = Path(__file__).resolve().parents[2]
PAGE = '{% extends "base.html" %}{% block title %}试{% endblock %}{% block main %}<h1>试</h1>{% endblock %}'


@pytest.fixture
def page(app: Flask, client: FlaskClient) -> FlaskClient:
    app.add_url_rule("/page", "page", public(lambda: render_template_string(PAGE)))
    return client


class TestPreferences:
    def test_language_is_remembered_and_comes_back(self, page: FlaskClient) -> None:
        assert 'lang="zh-CN"' in page.get("/page").text
        answer = page.get("/preferences/language/en?next=/page%3Fa%3D1")
        assert (answer.status_code, answer.location) == (303, "/page?a=1")
        assert '<html lang="en"' in page.get("/page").text

    def test_unknown_language(self, client: FlaskClient) -> None:
        assert client.get("/preferences/language/xx").status_code == 404

    def test_large_text_is_remembered_without_script(self, page: FlaskClient) -> None:
        assert 'class="large-text"' not in page.get("/page").text
        page.get("/preferences/large-text/on?next=/page")
        text = page.get("/page").text
        assert 'class="large-text"' in text
        assert "/preferences/large-text/off?next=/page" in text
        page.get("/preferences/large-text/off")
        assert 'class="large-text"' not in page.get("/page").text

    def test_staff_have_the_switch_too(self, staff_client: Callable[..., Any]) -> None:
        client = staff_client(Role.DEPARTMENT)
        assert "/preferences/large-text/on?next=/staff/" in client.get("/staff/").text
        client.get("/preferences/large-text/on")
        text = client.get("/staff/").text
        assert 'class="large-text"' in text
        assert "/preferences/large-text/off?next=/staff/" in text

    @pytest.mark.parametrize(
        "target",
        [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
            "/a b",
            "/" + "x" * 400,
        ],
    )
    def test_only_our_own_pages_are_gone_back_to(self, client: FlaskClient, target: str) -> None:
        assert client.get("/preferences/language/en", query_string={"next": target}).location == "/"

    @pytest.mark.parametrize(
        ("headers", "kept"),
        [
            ({}, True),
            ({"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "document"}, True),
            ({"Sec-Fetch-Site": "none", "Sec-Fetch-Dest": "document"}, True),
            ({"Referer": "http://localhost/calendar"}, True),
            ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "image"}, False),
            ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document"}, False),
            ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Dest": "document"}, False),
            ({"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "image"}, False),
            (
                {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "document", "Sec-Purpose": "prefetch"},
                False,
            ),
            ({"Referer": "https://evil.example/"}, False),
        ],
        ids=str,
    )
    @pytest.mark.parametrize("path", ["/preferences/language/en", "/preferences/large-text/on"])
    def test_only_a_person_on_our_pages_switches(
        self, client: FlaskClient, path: str, headers: dict[str, str], kept: bool
    ) -> None:
        answer = client.get(path, headers=headers)
        assert answer.status_code == 303
        assert bool(answer.headers.getlist("Set-Cookie")) is kept

    def test_asking_without_going_switches_nothing(self, client: FlaskClient) -> None:
        assert not client.head("/preferences/language/en").headers.getlist("Set-Cookie")

    def test_switch_leaves_out_a_language_in_the_address(self, page: FlaskClient) -> None:
        assert "next=/page%3Fa%3D1" in page.get("/page?a=1&lang=en").text


class TestQr:
    def test_of_this_site(self, client: FlaskClient) -> None:
        answer = client.get("/qr.svg?path=/surveys/abc")
        assert answer.mimetype == "image/svg+xml"
        assert answer.text.startswith("<svg")
        assert "style=" not in answer.text

    @pytest.mark.parametrize(
        "path", ["//evil.example", "https://evil.example", "surveys", "/" + "x" * 400, "/\\evil"]
    )
    def test_of_nobody_else(self, client: FlaskClient, path: str) -> None:
        assert client.get("/qr.svg", query_string={"path": path}).status_code == 400

    def test_is_drawn_once_and_not_without_end(
        self, make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(shell, "_QR_PER_NETWORK", "5/day")
        client = make_app(rate_limits=True).test_client()
        answers = [client.get(f"/qr.svg?path=/surveys/drawn-{number}") for number in range(6)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429]
        assert "Retry-After" in answers[-1].headers
        assert client.get("/qr.svg?path=/surveys/drawn-3").status_code == 200

    @pytest.mark.parametrize(
        ("address", "shown"),
        [
            ("/page?a=1&lang=en", "/page?a=1"),
            ("/page?q=停车", "/page?q=%E5%81%9C%E8%BD%A6"),
            ("/page?q=" + "停车" * 60, "/"),
        ],
        ids=["plain", "chinese", "long"],
    )
    def test_each_page_asks_for_one_that_can_be_drawn(
        self, page: FlaskClient, address: str, shown: str
    ) -> None:
        (path,) = re.findall(r'<img src="/qr\.svg\?path=([^"]*)"', page.get(address).text)
        assert unquote(path) == shown
        assert page.get(f"/qr.svg?path={path}").status_code == 200

    @pytest.mark.parametrize("address", ["/没有这一页", "/" + "x" * 400])
    def test_a_page_that_is_not_there_has_none(self, client: FlaskClient, address: str) -> None:
        answer = client.get(address)
        assert answer.status_code == 404
        assert "/qr.svg" not in answer.text


class TestTheme:
    def test_colours_are_served_and_kept(self, client: FlaskClient) -> None:
        with client.application.test_request_context("/"):
            address = shell.theme_url()
        answer = client.get(address)
        assert answer.mimetype == "text/css"
        assert "--primary:#0e4a8f" in answer.text
        assert answer.cache_control.max_age == 365 * 24 * 3600
        assert client.get("/theme.css?v=old").cache_control.max_age == 60


class TestPage:
    def test_landmarks_and_way_round(self, page: FlaskClient) -> None:
        text = page.get("/page").text
        for part in (
            'href="#main"',
            '<main class="main" id="main"',
            'aria-label="主导航"',
            "<footer",
            "工作人员登录",
        ):
            assert part in text
        assert "<title>试 - 政务公开主题日</title>" in text
        assert "style=" not in text

    def test_footer_says_who_is_behind_it(self, page: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
        site = SiteView(
            icp="湘ICP备00000000号", police_filing="湘公网安备 43000000000000号", site_code="4300000000"
        )
        monkeypatch.setattr("engage.settings.queries.site", lambda: site)
        text = page.get("/page").text
        for part in (
            f'<a href="https://beian.miit.gov.cn/" rel="noopener">{site.icp}</a>',
            f'<a href="https://beian.mps.gov.cn/" rel="noopener">{site.police_filing}</a>',
            "网站标识码：4300000000",
        ):
            assert part in text

    def test_styleguide_is_for_staff(self, client: FlaskClient) -> None:
        assert client.get("/styleguide").status_code in (302, 401)

    def test_emblem_in_use_only(self, client: FlaskClient) -> None:
        assert client.get("/emblem/other.png").status_code == 404


class TestStatic:
    def test_built_files_are_kept_for_good_and_come_compressed(self, client: FlaskClient) -> None:
        with client.get(asset("app.css"), headers={"Accept-Encoding": "br, gzip"}) as answer:
            assert answer.headers["Content-Encoding"] == "br"
            assert "immutable" in answer.headers["Cache-Control"]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"

    def test_an_unknown_file_is_a_designed_404(self, client: FlaskClient) -> None:
        answer = client.get("/static/dist/none.css")
        assert answer.status_code == 404
        assert "没有找到该页面" in answer.text

    def test_citizens_styles_stay_small(self, client: FlaskClient) -> None:
        with client.get(asset("app.css"), headers={"Accept-Encoding": "gzip"}) as answer:
            assert answer.headers["Content-Encoding"] == "gzip"
            assert len(answer.data) <= 10_000


class TestStyles:
    def test_every_icon_used_is_in_the_list(self) -> None:
        listed = set((ROOT / "static/img/icons.txt").read_text(encoding="utf-8").split())
        used: set[str] = set()
        for path in (ROOT / "templates").rglob("*.html"):
            used |= set(re.findall(r"\bicon\('([a-z0-9-]+)'", path.read_text(encoding="utf-8")))
            used |= set(re.findall(r'\bicon\("([a-z0-9-]+)"', path.read_text(encoding="utf-8")))
        assert used <= listed, sorted(used - listed)

    def test_every_custom_property_used_is_defined(self) -> None:
        styles = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "static/css").rglob("*.css"))
        used = set(re.findall(r"var\((--[a-z0-9-]+)", styles))
        defined = set(re.findall(r"(--[a-z0-9-]+)\s*:", styles))
        assert used <= defined, sorted(used - defined)
