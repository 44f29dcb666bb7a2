"""What staff are told: each thing once, on their page and by one mail."""

from __future__ import annotations

import json
import smtplib
from collections.abc import Callable
from datetime import UTC, date, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from engage.accounts.permissions import Permission, Role
from engage.core.db import db
from engage.core.messages import msg
from engage.core.writer import atomic
from engage.notifications import mail
from engage.notifications.actions import notify
from engage.notifications.jobs import send_mail
from engage.notifications.models import Notification
from engage.notifications.queries import holders, holders_by_unit, unread_count
from engage.notifications.words import in_words, read, stored
from engage.worker import Worker
from tests.factories.accounts import make_unit, make_user
from tests.fixtures.staff import StaffClient

pytestmark = pytest.mark.database
SUBJECT, TEXT = (
    msg("Your unit owes an answer"),
    msg("“{title}” is due on {day}.", title="停车", day=date(2026, 3, 9)),
)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[EmailMessage]:
    """The mails handed over; a test may put an error in front."""
    mails: list[EmailMessage] = []
    monkeypatch.setattr(mail, "send", lambda _url, message: mails.append(message))
    return mails


def _tell(user_id: int, key: str = "case-opened:1") -> int:
    with atomic():
        return notify([user_id], key, SUBJECT, TEXT, "/staff/cases/abc")


def test_a_person_is_told_once_and_gets_one_mail(app: Flask, sent: list[EmailMessage]) -> None:
    with app.app_context():
        user = make_user(Role.DEPARTMENT, unit=make_unit())
        assert [_tell(user.id), _tell(user.id)] == [1, 0]
        assert unread_count(user.id) == 1
    worker = Worker(app)
    worker.run_waiting()
    with app.app_context():
        row = db.session.scalars(select(Notification)).one()
        send_mail({"id": row.id})
        for moment in (row.created_at, row.mailed_at):
            assert moment is not None
            assert (moment.second, moment.microsecond) == (0, 0), "no finer than what citizens say"
    assert [message["To"] for message in sent] == [user.email]
    assert "有新的事项待答复" in sent[0]["Subject"]
    assert "“停车”的答复期限为 2026年3月9日。" in sent[0].get_content()
    assert "/staff/cases/abc" in sent[0].get_content()


def test_a_mail_that_cannot_leave_is_tried_again(
    app: Flask, sent: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_url: str, _message: Any) -> None:
        raise smtplib.SMTPServerDisconnected

    with app.app_context():
        _tell(make_user(Role.DEPARTMENT, unit=make_unit()).id)
        number = db.session.scalars(select(Notification.id)).one()
        with monkeypatch.context() as patched:
            patched.setattr(mail, "send", refuse)
            with pytest.raises(smtplib.SMTPServerDisconnected):
                send_mail({"id": number})
        assert not sent
        send_mail({"id": number})
        assert len(sent) == 1


def test_closed_accounts_get_no_mail(app: Flask, sent: list[EmailMessage]) -> None:
    with app.app_context():
        _tell(make_user(Role.DEPARTMENT, unit=make_unit(), active=False).id)
        send_mail({"id": db.session.scalars(select(Notification.id)).one()})
    assert not sent


def test_whom_to_tell(app: Flask) -> None:
    with app.app_context():
        unit = make_unit()
        staff, coordinator = make_user(Role.DEPARTMENT, unit=unit), make_user(Role.COORDINATOR)
        make_user(Role.TYPIST, unit=unit)
        make_user(Role.DEPARTMENT, unit=unit, active=False)
        assert holders(Permission.CASE_ANSWER, unit.id) == [staff.id]
        assert holders(Permission.CASE_ASSIGN) == [coordinator.id]
        found = holders_by_unit(Permission.CASE_ANSWER, [unit.id])
        assert found == {unit.id: [staff.id], None: [coordinator.id]}


def test_messages_survive_being_stored() -> None:
    nested = msg("“{title}” is due on {day}.", title=msg("Theme day"), day="3")
    assert read(stored(nested)) == nested
    assert stored(nested) == json.loads(json.dumps(stored(nested)))
    assert in_words(msg("no such sentence {count}", count=3)) == "no such sentence 3"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh_CN", "截止时间为2026年3月5日 09:30，期限为2026年12月1日"),
        ("en", "until 5 March 2026 09:30, due 1 December 2026"),
    ],
)
def test_days_and_times_read_naturally(language: str, words: str) -> None:
    template = {"zh_CN": "截止时间为{until}，期限为{day}", "en": "until {until}, due {day}"}[language]
    moment = datetime(2026, 3, 5, 1, 30, tzinfo=UTC)
    kept = json.loads(json.dumps(stored(msg(template, until=moment, day=date(2026, 12, 1)))))
    assert str(read(kept, language)) == words


def test_the_page_lists_what_is_new_and_marks_it_read(
    app: Flask, staff_client: Callable[..., StaffClient]
) -> None:
    client = staff_client(Role.COORDINATOR)
    assert "没有新消息" in client.get("/staff/notifications").text
    with app.app_context():
        _tell(client.user.id)
        number = db.session.scalars(select(Notification.id)).one()
    page = client.get("/staff/notifications").text
    assert "有新的事项待答复" in page
    assert "2026年3月9日" in page
    assert "9 March 2026" in client.get("/staff/notifications?lang=en").text
    client.get("/staff/notifications?lang=zh_CN")
    assert "消息提醒" in client.get("/staff/").text
    assert client.send("/staff/notifications/read", {"up_to": number}).status_code == 303
    assert "全部标为已读" not in client.get("/staff/notifications").text


@pytest.mark.one_database
@pytest.mark.parametrize("value", ["", "x", "²", "9" * 40])
def test_marking_read_takes_only_numbers(staff_client: Callable[..., StaffClient], value: str) -> None:
    assert (
        staff_client(Role.COORDINATOR).send("/staff/notifications/read", {"up_to": value}).status_code == 303
    )


class _Server:
    """Stands in for an SMTP server's connection."""

    calls: list[tuple[str, Any]] = []

    def __init__(self, host: str, port: int, **_options: Any) -> None:
        _Server.calls = [("connect", (host, port))]

    def __enter__(self) -> _Server:
        return self

    def __exit__(self, *_error: object) -> None:
        _Server.calls.append(("quit", None))

    def starttls(self, **_options: Any) -> None:
        _Server.calls.append(("starttls", None))

    def login(self, user: str, password: str) -> None:
        _Server.calls.append(("login", (user, password)))

    def send_message(self, message: EmailMessage) -> None:
        _Server.calls.append(("send", message["Subject"]))


def test_mail_goes_out_over_smtp(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtplib, "SMTP", _Server)
    message = mail.compose("a@example.com", "b@example.com", "标题\r\nBcc: x@example.com", "正文")
    mail.send("smtp://user:p%40ss@mail.example.com:587", message)
    assert [name for name, _ in _Server.calls] == ["connect", "starttls", "login", "send", "quit"]
    assert _Server.calls[2][1] == ("user", "p@ss")
    assert message["Bcc"] is None
    with pytest.raises(ValueError):
        mail.send("ftp://example.com", message)
