"""What other programs show of a page: its title, words and a picture of ours, and icons as PNG."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from engage.accounts.permissions import Role
from engage.consultations.models import State
from engage.core.types import Localized
from engage.web import share
from tests.factories.consultations import make_consultation
from tests.factories.portal import make_city
from tests.fixtures.clients import hidden_fields
from tests.fixtures.html import parsed, words_of
from tests.fixtures.staff import StaffClient

pytestmark = pytest.mark.database
PUBLIC = "https://city.example"


def _meta(html: str) -> dict[str, str]:
    named = [one for one in parsed(html).iter("meta") if one.get("property") or one.get("name")]
    return {one.get("property") or one.get("name", ""): one.get("content", "") for one in named}


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("path", "size"),
    [
        ("/icon-32.png", (32, 32)),
        ("/icon-180.png", (180, 180)),
        ("/icon-512.png", (512, 512)),
        ("/share.png", (1200, 630)),
    ],
)
def test_pictures_are_png_of_their_size(client: FlaskClient, path: str, size: tuple[int, int]) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    with Image.open(BytesIO(answer.data), formats=("PNG",)) as picture:
        assert picture.size == size
        assert "transparency" not in picture.info, "Apple shows what is clear as black"
        assert len(picture.getcolors(100_000) or ()) > 2
    assert len(answer.data) < 20_000


@pytest.mark.one_database
@pytest.mark.parametrize(
    "path", ["/icon-33.png", "/icon-0.png", "/icon-99999999.png", "/icon--1.png", "/icon-x.png"]
)
def test_no_other_size_is_drawn(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_picture_is_drawn_once_and_again_after_a_change(
    client: FlaskClient, staff_client: Callable[..., StaffClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    share._drawn.cache_clear()
    drawn: list[object] = []
    draw = share._draw
    monkeypatch.setattr(share, "_draw", lambda *what: drawn.append(what) or draw(*what))
    first = client.get("/share.png").data
    assert client.get("/share.png?v=other").data == first
    assert len(drawn) == 1
    staff = staff_client(Role.ADMINISTRATOR)
    fields = hidden_fields(staff.get("/staff/settings").text)
    saved = {
        "city_zh": "清河市",
        "name_zh": "主题日",
        "primary_colour": "#8a1538",
        "time_zone": "Asia/Shanghai",
    }
    assert staff.send("/staff/settings", fields | saved).status_code == 303
    assert client.get("/share.png").data != first


def test_a_page_tells_its_title_words_and_picture(make_app: Callable[..., Flask]) -> None:
    app = make_app(public_url=PUBLIC)
    with app.app_context():
        one = make_consultation(
            title=Localized(zh_CN="养犬管理办法"), background=Localized(zh_CN="为了规范养犬，征求意见。")
        )
        city = make_city()
    client = app.test_client()
    draft = client.get(f"/consultations/{one.public_id}").text
    found = _meta(draft)
    assert found["og:title"] == "养犬管理办法"
    assert found["og:description"] == found["description"] == "为了规范养犬，征求意见。"
    assert found["og:image"].startswith(f"{PUBLIC}/share.png?v=")
    icons = {one.get("rel"): one.get("href", "") for one in parsed(draft).iter("link")}
    assert client.get(icons["apple-touch-icon"]).mimetype == client.get(icons["icon"]).mimetype == "image/png"
    assert (
        client.get(found["og:image"].removeprefix(PUBLIC))
        .headers["Cache-Control"]
        .endswith(f"max-age={365 * 24 * 3600}")
    )
    site = found["og:site_name"]
    for path in (
        "/",
        "/calendar",
        "/results",
        "/surveys/",
        "/consultations/",
        f"/live/{city.room.public_id}",
        f"/surveys/{city.survey.public_id}",
    ):
        told = _meta(client.get(path).text)
        assert told["og:title"], path
        assert told["og:description"] not in ("", site), path


def test_without_a_setting_nobody_puts_another_host_into_the_picture(client: FlaskClient) -> None:
    page = client.get("/", headers={"Host": "evil.example"}).text
    assert _meta(page)["og:image"].startswith("/share.png")


def test_pages_of_staff_and_screens_tell_nothing(staff_client: Callable[..., StaffClient]) -> None:
    assert not [
        name for name in _meta(staff_client(Role.COORDINATOR).get("/staff/").text) if name.startswith("og:")
    ]


def test_a_consultation_has_address_code_and_poster_as_a_survey_has(
    app: Flask, staff_client: Callable[..., StaffClient]
) -> None:
    with app.app_context():
        one = make_consultation(title=Localized(zh_CN="养犬管理办法"))
        draft = make_consultation(state=State.DRAFT)
    client = staff_client(Role.COORDINATOR)
    overview = client.get(f"/staff/consultations/{one.public_id}").text
    assert f"/qr.svg?path=/consultations/{one.public_id}" in overview
    assert f"/staff/consultations/{one.public_id}/poster" in overview
    page = parsed(client.get(f"/staff/consultations/{one.public_id}/poster").text)
    told = words_of(page)
    assert "养犬管理办法" in told
    assert f"/consultations/{one.public_id}" in told
    assert "截止时间" in told
    assert client.get(f"/staff/consultations/{draft.public_id}/poster").status_code == 404
    assert "/qr.svg?path=/consultations/" not in client.get(f"/staff/consultations/{draft.public_id}").text
