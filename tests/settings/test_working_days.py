"""The page of working days: looked at before it is stored, told in the log, known at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import select

from engage.accounts.permissions import Role
from engage.audit.models import AuditEntry
from engage.core.calendar import add_working_days, is_working_day, missing_years
from engage.core.db import db
from engage.settings.queries import site
from tests.fixtures.html import parsed, words_of
from tests.fixtures.staff import StaffClient

pytestmark = pytest.mark.database
PAGE = "/staff/working-days"
NOTICE = "2099年节假日安排：春节：1月21日（周三）至23日（周五）放假调休，共3天。1月24日（周六）上班。"


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.ADMINISTRATOR])
def test_a_notice_is_looked_at_and_then_stored(
    app: Flask, staff_client: Callable[..., StaffClient], role: Role
) -> None:
    client = staff_client(role)
    looked = client.send(PAGE, {"text": NOTICE, "do": "look"})
    assert looked.status_code == 200
    [box] = [one for one in parsed(looked.text).iter("div") if one.get("id") == "found"]
    assert "2099年1月21日 星期三 至 2099年1月23日 星期五 共 3 天" in words_of(box)
    assert "2099年1月24日 星期六" in words_of(box)
    with app.app_context():
        assert is_working_day(date(2099, 1, 21))
    assert client.send(PAGE, {"text": NOTICE, "do": "save"}).status_code == 303
    assert client.send(PAGE, {"text": NOTICE, "do": "save"}).status_code == 303
    assert "2099" in words_of(parsed(client.get(PAGE).text))
    assert "2099-01-21,放假" in client.get(f"{PAGE}?year=2099").text
    with app.app_context():
        assert add_working_days(date(2099, 1, 20), 1) == date(2099, 1, 24)
        assert missing_years(date(2099, 3, 1)) == []
        [entry] = db.session.scalars(select(AuditEntry).where(AuditEntry.event == "working-days.changed"))
        free = [f"2099-01-{day}" for day in (21, 22, 23)]
        assert entry.after == {"year": "2099", "holidays": free, "worked": ["2099-01-24"]}


def test_a_year_is_replaced_and_others_stay(app: Flask, staff_client: Callable[..., StaffClient]) -> None:
    client = staff_client(Role.COORDINATOR)
    for text in (NOTICE, "2098-02-03,holiday", "2099-02-10,holiday"):
        assert client.send(PAGE, {"text": text, "do": "save"}).status_code == 303
    with app.app_context():
        assert site().working_days == {date(2098, 2, 3): False, date(2099, 2, 10): False}


def test_what_is_refused_stays_typed_and_stores_nothing(
    app: Flask, staff_client: Callable[..., StaffClient]
) -> None:
    text = "2099年1月21日（周一）放假 <script>"
    refused = staff_client(Role.COORDINATOR).send(PAGE, {"text": text, "do": "save"})
    assert refused.status_code == 422
    page = parsed(refused.text)
    assert "不是文中的星期" in words_of(page)
    assert next("".join(one.itertext()).strip() for one in page.iter("textarea")) == text
    with app.app_context():
        assert not site().working_days


def test_the_file_of_an_earlier_version_is_stored_once(app: Flask) -> None:
    file = Path(app.config["ENGAGE"].instance) / "holidays.csv"
    file.write_text("date,kind\n2099-01-21,放假\n2098-01-25,workday\n2098-01-24,holiday\n", encoding="utf-8")
    runner: FlaskCliRunner = app.test_cli_runner()
    for said in ("Stored the 3 dates", "up to date"):
        done = runner.invoke(args=["engage", "init"])
        assert done.exit_code == 0
        assert said in done.output
    assert not file.exists()
    with app.app_context():
        assert len(site().working_days) == 3
    file.write_text("2099-01-21,放假\ntomorrow,holiday\n", encoding="utf-8")
    done = runner.invoke(args=["engage", "init"])
    assert done.exit_code == 1
    assert "holidays.csv, line 2" in done.output
    assert file.exists()
