"""How long the log and its names are kept: every page and the documentation say what the tables declare."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from engage.accounts.models import CLOSED_ACCOUNT_DAYS, User
from engage.accounts.permissions import Role
from engage.audit.models import ADDRESS_DAYS, KEEP_DAYS, TRIGGERS, AuditEntry, AuditOrigin
from engage.core.db import Model
from engage.core.personal import personal_columns
from engage.web.display import days_text
from tests.factories.accounts import make_user
from tests.fixtures.staff import StaffClient

pytestmark = pytest.mark.database
DOCS = Path(__file__).resolve().parents[2] / "docs" / "security.md"


def _declared() -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for column, personal in personal_columns(Model.metadata):
        found.setdefault(column.table.name, set()).add(personal.days)
    return found


def test_the_tables_declare_what_the_database_refuses_to_delete_before() -> None:
    declared = _declared()
    assert declared[AuditEntry.__tablename__] == {KEEP_DAYS}
    assert declared[AuditOrigin.__tablename__] == {ADDRESS_DAYS}
    assert CLOSED_ACCOUNT_DAYS in declared[User.__tablename__]
    for table, days in (("audit_entry", KEEP_DAYS), ("audit_origin", ADDRESS_DAYS)):
        assert f"-{days} days" in " ".join(TRIGGERS[table]["sqlite"])
        assert f"days => {days})" in " ".join(TRIGGERS[table]["postgresql"])


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_pages_and_documentation_say_so(
    app: Flask, staff_client: Callable[..., StaffClient], language: str
) -> None:
    with app.app_context():
        person = make_user(name="李华").public_id
    with app.test_request_context(f"/?lang={language}"):
        log, address, account = (days_text(days) for days in (KEEP_DAYS, ADDRESS_DAYS, CLOSED_ACCOUNT_DAYS))
    client = staff_client(Role.ADMINISTRATOR)
    client.set_cookie("language", language)
    said = client.get("/staff/audit").text
    assert log in said
    assert address in said
    said = client.get(f"/staff/accounts/{person}").text
    assert log in said
    assert account in said
    [line] = [line for line in DOCS.read_text("utf-8").splitlines() if line.startswith("| the audit log")]
    assert f"{KEEP_DAYS // 365} years, addresses {ADDRESS_DAYS} days" in line
