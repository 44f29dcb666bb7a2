"""The pages of results, with the service answering on its socket."""

from __future__ import annotations

import socket
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from engage.accounts.permissions import Role
from engage.analysis.models import PublishedResult
from engage.analysis.socket_path import socket_path
from engage.core.clock import now
from engage.core.db import db
from engage.core.jobs import OutboxJob
from engage.core.types import Localized
from engage.core.writer import atomic
from engage.demo.results import public_result
from engage.questions.definition import read
from engage.surveys.models import Source, Survey
from engage.web import stuffing
from tests.factories.accounts import make_unit
from tests.factories.responses import add_responses, definition, make_survey
from tests.fixtures.analysis import analysis_of
from tests.fixtures.html import of_class, parsed
from tests.fixtures.staff import StaffClient

pytestmark = pytest.mark.database
Staff = Callable[..., StaffClient]


@pytest.fixture
def listening(app: Flask) -> Iterator[Path]:
    """The service of this test's application; its socket."""
    with analysis_of(app):
        yield socket_path(app.config["ENGAGE"].instance)


def _url(survey: dict[str, int], rest: str = "") -> str:
    return f"/staff/surveys/{db.session.get_one(Survey, survey['survey']).public_id}/results{rest}"


def test_answers_in_words_are_read_page_by_page(
    app: Flask, listening: Path, survey: dict[str, int], staff_client: Staff
) -> None:
    with app.app_context():
        add_responses(survey, [{"aaaa": "s1", "eeee": f"第{at}条 <b>粗体</b>"} for at in range(25)])
        add_responses(survey, [{"aaaa": "s2", "eeee": "另一类"}])
        url = _url(survey, "/texts/eeee")
    client = staff_client(Role.COORDINATOR)
    page = client.get(url).text
    assert "共 26 条" in page
    [answers] = of_class(parsed(page), "plain-list")  # a list without bullets beside its cards
    assert len(answers) == len(of_class(answers, "comment")) == 20
    assert "另一类" in page
    assert "第24条 &lt;b&gt;粗体&lt;/b&gt;" in page
    assert "第5条" not in page
    assert "第5条" in client.get(f"{url}?page=2").text
    assert "另一类" not in client.get(f"{url}?filter=aaaa:s1").text
    assert "没有文字回答" in client.get(f"{url}?filter=aaaa:gone").text
    assert client.get(f"{url}?page=3").status_code == 404
    assert client.get(url.replace("eeee", "zzzz")).status_code == 404


def test_the_dashboard_tells_that_many_come_from_one_network(
    app: Flask, listening: Path, survey: dict[str, int], staff_client: Staff
) -> None:
    with app.app_context():
        url = _url(survey)
        for number in range(stuffing.WARN_FROM):
            stuffing.count(f"survey:{survey['survey']}", str(number), address="198.51.100.7")
            stuffing.count("survey:987654", str(number), address="198.51.100.8")
        stuffing.count(f"survey:{survey['survey']}", "another", address="203.0.113.9")
    page = staff_client(Role.COORDINATOR).get(url).text
    assert "今天收到的 101 份中有 100 份来自同一网络地址" in page
    assert "198.51.100" not in page


@pytest.mark.parametrize(
    ("language", "sheet", "source"), [("zh_CN", "答卷", "网上"), ("en", "Responses", "Web")]
)
def test_a_file_is_asked_for_in_the_words_of_who_asks(
    app: Flask, survey: dict[str, int], staff_client: Staff, language: str, sheet: str, source: str
) -> None:
    with app.app_context():
        url = _url(survey, "/exports")
    client = staff_client(Role.COORDINATOR)
    client.set_cookie("language", language)
    assert client.send(url, {"format": "csv"}).status_code == 303
    with app.app_context():
        words = db.session.query(OutboxJob).filter_by(name="analysis.export").one().payload["words"]
    assert words["sheet"] == sheet
    assert words["sources"]["web"] == source
    assert set(words["sources"]) == {one.value for one in Source}
    assert words["languages"] == {"zh_CN": "简体中文", "en": "English"}


def test_figures_of_numbers_have_the_places_of_the_question(
    app: Flask, listening: Path, staff_client: Staff
) -> None:
    whole = {"id": "nnnn", "type": "number", "text": {"zh_CN": "户数"}}
    two = {"id": "mmmm", "type": "number", "decimals": 2, "text": {"zh_CN": "电价"}}
    with app.app_context():
        survey = make_survey(definition(("s1",), whole, two))
        add_responses(survey, [{"mmmm": 1.25, "nnnn": 1}, {"nnnn": 2}, {"nnnn": 8}, {"nnnn": 8}])
        url = _url(survey)
    page = staff_client(Role.COORDINATOR).get(url).text
    assert "平均 1.25 · 中位数 1.25 · 1.25 至 1.25" in page
    assert "平均 4.75 · 中位数 5 · 1 至 8" in page
    assert '<td>8</td><td class="numeric">2</td>' in page
    assert '<td>1.25</td><td class="numeric">1</td>' in page


def test_a_unit_does_not_read_the_answers_of_another(
    app: Flask, listening: Path, survey: dict[str, int], staff_client: Staff
) -> None:
    with app.app_context():
        urls = [_url(survey), _url(survey, "/total"), _url(survey, "/texts/eeee")]
        other = make_unit("市财政局")
    client = staff_client(Role.DEPARTMENT, unit=other)
    assert {client.get(url).status_code for url in urls} == {403}


def test_only_this_system_user_may_ask(app: Flask, listening: Path) -> None:
    assert stat.S_IMODE(listening.stat().st_mode) == 0o600


def test_a_socket_of_someone_else_is_not_asked(
    app: Flask,
    listening: Path,
    survey: dict[str, int],
    staff_client: Staff,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with app.app_context():
        url = _url(survey)
    client = staff_client(Role.COORDINATOR)
    assert client.get(url).status_code == 200
    monkeypatch.setattr("engage.analysis.socket_path.os.getuid", lambda: listening.stat().st_uid + 1)
    connected: list[object] = []
    monkeypatch.setattr(socket.socket, "connect", lambda *whom: connected.append(whom))
    answer = client.get(url)
    assert answer.status_code == 503
    assert "正在准备分析" in answer.text
    assert connected == []


def test_the_public_page_shows_rounded_shares_without_numbers(app: Flask, survey: dict[str, int]) -> None:
    rows = [{"aaaa": "s1"}] * 60 + [{"aaaa": "s2"}] * 37 + [{"cccc": 4}] * 3
    rows[:55] = [{**rows[at], "dddd": at % 2 if at else 4321} for at in range(55)]
    with app.app_context():
        with atomic():
            questions = public_result(read(definition(("s1", "s2"))), rows)
            db.session.add(
                PublishedResult(
                    survey_id=survey["survey"],
                    words=Localized(),
                    responses=100,
                    questions=questions,
                    published_by_id=None,
                )
            )
            one = db.session.get_one(Survey, survey["survey"])
            one.opens_at = one.closes_at = one.results_published_at = now()
        url = f"/results/surveys/{one.public_id}"
    page = app.test_client().get(url).text
    assert "<strong>60%</strong></span>" in page
    assert "<strong>40%</strong></span>" in page
    assert "不显示人数" in page
    for told in (97, 60, 37):
        assert f"> · {told}" not in page
        assert f"{told} 人" not in page
    assert "1 及以上" in page
    assert "432" not in page
