"""The page of the site settings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import event, text

from engage.accounts.permissions import Role
from engage.audit import queries as audit_queries
from engage.core import clock
from engage.core.db import db
from engage.core.writer import atomic
from engage.settings import queries
from engage.settings.queries import site
from tests.fixtures.clients import hidden_fields

pytestmark = pytest.mark.database
FIELDS = {
    "revision": "0",
    "city_zh": "清河市",
    "city_en": "Qinghe",
    "name_zh": "政务公开主题日",
    "primary_colour": "#126e5a",
    "organiser_zh": "清河市人民政府办公室",
    "contact_zh": "电话 0000-0000000",
    "icp": "湘ICP备00000000号",
    "site_code": "4300000000",
    "time_zone": "Asia/Shanghai",
}


def _now(app: Flask) -> dict[str, str]:
    """The fields as a page opened now sends them."""
    with app.app_context():
        return {**FIELDS, "revision": str(site().revision)}


def _picture(kind: str, size: tuple[int, int] = (300, 200)) -> BytesIO:
    out = BytesIO()
    Image.new("RGB", size, "#aa0000").save(out, kind)
    out.seek(0)
    return out


def test_what_is_saved_is_on_every_page_at_once(
    app: Flask, client: FlaskClient, staff_client: Callable[..., Any]
) -> None:
    admin = staff_client(Role.ADMINISTRATOR)
    assert admin.send("/staff/settings", FIELDS).status_code == 303
    page = client.get("/staff/sign-in").text
    for words in ("清河市", "清河市人民政府办公室", "湘ICP备00000000号", "4300000000"):
        assert words in page
    with app.app_context():
        entry = audit_queries.of_object("settings", 1)[0]
        assert entry.after is not None
        assert entry.after["city"] == {"zh_CN": "清河市", "en": "Qinghe"}
        assert "time_zone" not in entry.after


def test_another_process_sees_the_change(
    make_app: Callable[..., Flask], staff_client: Callable[..., Any]
) -> None:
    other = make_app()
    with other.app_context():
        assert site().city.text() == "示范市"
    assert staff_client(Role.ADMINISTRATOR).send("/staff/settings", FIELDS).status_code == 303
    with other.app_context(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("engage.settings.queries.CHECK_SECONDS", 0)
        assert site().city.text() == "清河市"


def test_saving_without_change_leaves_no_entry(app: Flask, staff_client: Callable[..., Any]) -> None:
    admin = staff_client(Role.ADMINISTRATOR)
    admin.send("/staff/settings", FIELDS)
    admin.send("/staff/settings", FIELDS)
    with app.app_context():
        assert len(audit_queries.of_object("settings", 1)) == 1


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"city_zh": ""}, "请输入中文名称"),
        ({"name_zh": "长" * 61}, "60 个字"),
        ({"primary_colour": "red; background:url(x)"}, "请输入颜色"),
        ({"site_code": "12"}, "网站标识码为 10 位"),
        ({"time_zone": "../../etc/passwd"}, "选择一项"),
    ],
)
def test_says_what_is_wrong_and_keeps_what_was_typed(
    staff_client: Callable[..., Any], change: dict[str, str], sentence: str
) -> None:
    answer = staff_client(Role.ADMINISTRATOR).send("/staff/settings", {**FIELDS, **change})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "清河市人民政府办公室" in answer.text


def test_a_form_opened_before_somebody_elses_change_is_refused(
    app: Flask, staff_client: Callable[..., Any]
) -> None:
    first, second = staff_client(Role.ADMINISTRATOR), staff_client(Role.ADMINISTRATOR)
    opened = hidden_fields(second.get("/staff/settings").text)
    assert first.send("/staff/settings", {**FIELDS, "contact_zh": "电话 1111"}).status_code == 303
    mine = {**FIELDS, **opened, "organiser_zh": "市行政审批服务局"}
    answer = second.send("/staff/settings", mine)
    assert answer.status_code == 409
    for words in ("其他人", "当前已保存：电话 1111", "当前已保存：清河市人民政府办公室", "市行政审批服务局"):
        assert words in answer.text
    with app.app_context():
        assert site().contact.text() == "电话 1111"
    # Having seen it, one may save over it.
    again = {**mine, **hidden_fields(answer.text)}
    assert second.send("/staff/settings", again).status_code == 303
    with app.app_context():
        assert site().contact.text() == FIELDS["contact_zh"]


@pytest.mark.one_database
@pytest.mark.parametrize("revision", ["", "-1", "x", "9" * 40])
def test_a_form_without_its_revision_changes_nothing(
    app: Flask, staff_client: Callable[..., Any], revision: str
) -> None:
    answer = staff_client(Role.ADMINISTRATOR).send("/staff/settings", {**FIELDS, "revision": revision})
    assert answer.status_code == 409
    with app.app_context():
        assert site().revision == 0


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_an_emblem_is_drawn_anew_and_served(
    app: Flask, client: FlaskClient, staff_client: Callable[..., Any], kind: str
) -> None:
    admin = staff_client(Role.ADMINISTRATOR)
    data = {**FIELDS, "emblem": (_picture(kind), "whatever.svg")}
    assert admin.send("/staff/settings", data, content_type="multipart/form-data").status_code == 303
    page = client.get("/staff/sign-in").text
    address = page.split('class="brand__emblem" src="')[1].split('"')[0]
    with client.get(address) as answer:
        assert (answer.status_code, answer.mimetype) == (200, "image/png")
        assert max(Image.open(BytesIO(answer.data)).size) == 256
    assert admin.send("/staff/settings", {**_now(app), "remove_emblem": "y"}).status_code == 303
    assert address not in client.get("/staff/sign-in").text


@pytest.mark.one_database
@pytest.mark.parametrize(
    "data",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"GIF89a" + b"\0" * 40,
        b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
        b"",
    ],
    ids=["svg", "gif", "broken-png", "empty"],
)
def test_what_is_no_picture_is_refused_with_a_sentence(staff_client: Callable[..., Any], data: bytes) -> None:
    admin = staff_client(Role.ADMINISTRATOR)
    fields = {**FIELDS, "emblem": (BytesIO(data), "emblem.png")}
    answer = admin.send("/staff/settings", fields, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "PNG" in answer.text
    assert "清河市" in answer.text


def test_a_picture_that_is_too_large_is_refused(
    staff_client: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engage.settings.views.LARGEST_BYTES", 100)
    monkeypatch.setattr("engage.settings.emblem.LARGEST_BYTES", 100)
    fields = {**FIELDS, "emblem": (_picture("PNG"), "emblem.png")}
    answer = staff_client(Role.ADMINISTRATOR).send(
        "/staff/settings", fields, content_type="multipart/form-data"
    )
    assert answer.status_code == 422
    assert "2 MB" in answer.text


def test_a_picture_with_too_many_pixels_is_refused(staff_client: Callable[..., Any]) -> None:
    fields = {**FIELDS, "emblem": (_picture("PNG", (4001, 1)), "emblem.png")}
    answer = staff_client(Role.ADMINISTRATOR).send(
        "/staff/settings", fields, content_type="multipart/form-data"
    )
    assert answer.status_code == 422


@pytest.mark.parametrize("name", ["emblem-0000000000000000.png", "..%2Fsecret.key", "secret.key"])
def test_no_other_file_is_served(client: FlaskClient, name: str) -> None:
    assert client.get(f"/emblem/{name}").status_code == 404


def test_the_time_zone_moves_the_clocks(app: Flask, staff_client: Callable[..., Any]) -> None:
    moment = datetime(2026, 3, 5, 15, 30, tzinfo=UTC)
    with app.app_context():
        assert clock.local(moment).hour == 23
    assert (
        staff_client(Role.ADMINISTRATOR)
        .send("/staff/settings", {**FIELDS, "time_zone": "Asia/Urumqi"})
        .status_code
        == 303
    )
    with app.app_context():
        assert clock.local(moment).hour == 21
        assert clock.start_of_day(date(2026, 3, 5)) == datetime(2026, 3, 4, 18, tzinfo=UTC)


def test_inside_a_write_the_clocks_take_no_second_connection(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Waiting for one would hold up every other writer."""
    taken: list[object] = []
    monkeypatch.setattr("engage.settings.queries.CHECK_SECONDS", 0)
    with app.app_context():
        event.listen(db.engine, "checkout", lambda *connection: taken.append(connection))
        with atomic():
            assert clock.today()
            assert site().city.text() == "示范市"
        assert len(taken) == 1


@pytest.mark.parametrize("damage", [b"", b"\x89PNG\r\n", b"no picture" * 100], ids=["cut", "begun", "other"])
def test_a_damaged_emblem_stops_no_page_and_is_mended_by_the_same_picture(
    app: Flask, staff_client: Callable[..., Any], client: FlaskClient, damage: bytes
) -> None:
    admin = staff_client(Role.ADMINISTRATOR)
    assert (
        admin.send("/staff/settings", {**_now(app), "emblem": (_picture("PNG"), "a.png")}).status_code == 303
    )
    [path] = (app.config["ENGAGE"].files / "site").glob("emblem-*.png")
    whole = path.read_bytes()
    path.write_bytes(damage)
    for address in ("/", "/share.png", "/icon-32.png"):
        assert client.get(address).status_code == 200, address
    assert (
        admin.send("/staff/settings", {**_now(app), "emblem": (_picture("PNG"), "a.png")}).status_code == 303
    )
    assert path.read_bytes() == whole


@pytest.mark.parametrize(
    "damage",
    [
        "working_days = '[]'", "working_days = '{'", "working_days = '{\"never\": true}'",
        "working_days = 'null'",
        "name = '[]'", "name = '{'", "name = '\"x\"'", "name = '{\"zh_CN\": 5}'", "name = '{\"fr\": \"x\"}'",
        "time_zone = 'Mars/Base'", "time_zone = '/etc/passwd'", "time_zone = ''",
        "primary_colour = 'red'", "primary_colour = ''",
    ],
)  # fmt: skip
@pytest.mark.sqlite_only
def test_a_damaged_row_of_settings_loses_no_page(
    app: Flask, staff_client: Callable[..., Any], client: FlaskClient, damage: str
) -> None:
    admin = staff_client(Role.ADMINISTRATOR)
    assert admin.send("/staff/settings", {**_now(app), "city_zh": "滨海市"}).status_code == 303
    assert "滨海市" in client.get("/").text
    with app.app_context(), atomic():
        db.session.execute(text(f"UPDATE site_settings SET revision = revision + 1, {damage}"))
    with app.app_context():
        queries._caches[db.engine].checked = float("-inf")
    answer = client.get("/")
    assert answer.status_code == 200
    assert "滨海市" in answer.text
    with app.app_context():
        queries._caches.clear()
    assert client.get("/").status_code == 200
    assert client.get("/readyz").status_code in (200, 503)
