"""The respondent's pages by plain forms, as a browser without script sends them, and as the script does."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from engage.core.clock import now
from engage.core.db import db
from engage.core.ids import keyed_hash, request_id
from engage.core.keys import key
from engage.core.writer import atomic
from engage.participation import receipts
from engage.participation.deletion import erase_by_code
from engage.participation.marks import took_part
from engage.surveys.models import Layout, Response
from engage.surveys.queries.responses import RECEIPT_KIND, own_response
from tests.factories.answers import address, count, fields, send
from tests.factories.questions import page, question, twenty_answers, twenty_questions
from tests.factories.surveys import make_survey, send_response
from tests.fixtures.clients import hidden_fields
from tests.fixtures.html import check_html

pytestmark = pytest.mark.database
Make = Callable[..., FlaskClient]


@pytest.fixture
def context(app: Flask) -> Any:
    with app.app_context():
        yield app


def code_in(html: str) -> str:
    found = re.search(r'id="receipt-code">([^<]+)<', html)
    assert found
    return found.group(1)


def test_marks_nobody_sees_are_taken_out_of_an_answer_not_refused(
    context: Flask, citizen_client: Make
) -> None:
    survey = make_survey({"pages": [page("p1", question("aaaaaa", "text"))]})
    assert send(citizen_client(), survey, {"aaaaaa": "路\0灯\u202e不亮"}).status_code == 303
    assert db.session.scalars(select(Response)).one().answers == {"aaaaaa": "路灯不亮"}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("3次", 3), ("３ 次", 3), ("1,200次", 1200), ("2 TIMES", 2), ("3天", None), ("次", None)],
)
def test_a_number_may_be_typed_with_its_unit(
    context: Flask, citizen_client: Make, typed: str, kept: int | None
) -> None:
    survey = make_survey(
        {"pages": [page("p1", question("aaaaaa", "number", unit={"zh_CN": "次", "en": "times"}))]}
    )
    assert send(citizen_client(), survey, {"aaaaaa": typed}).status_code == (422 if kept is None else 303)
    stored = [row.answers for row in db.session.scalars(select(Response))]
    assert stored == ([] if kept is None else [{"aaaaaa": kept}])


def test_a_whole_journey(context: Flask, citizen_client: Make) -> None:
    survey = make_survey()
    client = citizen_client()
    answer = send(client, survey, twenty_answers())
    assert answer.status_code == 303
    done = client.get(answer.headers["Location"])
    code = code_in(done.get_data(as_text=True))
    found = receipts.find(code)
    assert found is not None
    assert found.kind == RECEIPT_KIND
    stored = db.session.get_one(Response, found.object_id)
    assert stored.answers["q0"] == "b"
    assert stored.answers["q1"] == ["a", "c"]
    assert stored.answers["q3"] == 32
    assert stored.language == "zh_CN"
    assert stored.submitted_minute.second == stored.submitted_minute.microsecond == 0
    own = own_response(found.object_id, "zh_CN")
    assert own.lines[0] == ("题目q0", "选项b")


def test_what_is_sent_compressed_is_the_same_page(context: Flask, citizen_client: Make) -> None:
    survey = make_survey()
    client = citizen_client()
    packed = client.get(address(survey), headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    page = gzip.decompress(packed.data).decode()
    check_html(page)
    assert hidden_fields(page)["_token"] == client.token  # type: ignore[attr-defined]
    nonces = set(re.findall(r'nonce="([^"]+)"', page))
    assert len(nonces) == 1
    assert f"'nonce-{nonces.pop()}'" in packed.headers["Content-Security-Policy"]
    assert not re.search(r"hole[0-9a-f]{24}", page)


def test_every_form_draws_its_own_request_id_and_nonce(context: Flask, citizen_client: Make) -> None:
    survey = make_survey()
    first, second = (citizen_client().get(address(survey)).get_data(as_text=True) for _ in range(2))
    one, two = hidden_fields(first), hidden_fields(second)
    assert one["_request_id"] != two["_request_id"]
    assert one["_token"] != two["_token"]


def test_faults_are_listed_with_links_and_what_was_typed_is_kept(
    context: Flask, citizen_client: Make
) -> None:
    survey = make_survey()
    answer = send(citizen_client(), survey, twenty_answers() | {"q0": "", "q3": "十二", "q4": "保留<我>"})
    assert answer.status_code == 422
    html = answer.get_data(as_text=True)
    assert 'href="#q-q0"' in html
    assert 'href="#q-q3"' in html
    assert 'value="十二"' in html
    assert "保留&lt;我&gt;" in html
    assert html.count("checked") > 10
    assert count() == 0


def test_a_retry_answers_the_same_code_and_makes_one_response(context: Flask, citizen_client: Make) -> None:
    survey = make_survey(one_per_device=True)
    client = citizen_client()
    hidden = hidden_fields(client.get(address(survey)).get_data(as_text=True))
    codes = set()
    for _ in range(3):
        answer = client.post(address(survey), data=hidden | fields(twenty_answers()))
        assert answer.status_code == 303
        codes.add(code_in(client.get(answer.headers["Location"]).get_data(as_text=True)))
    assert len(codes) == 1
    assert count() == 1


def test_a_retry_after_closing_still_gets_its_receipt(context: Flask, citizen_client: Make) -> None:
    survey = make_survey()
    client = citizen_client()
    hidden = hidden_fields(client.get(address(survey)).get_data(as_text=True))
    assert client.post(address(survey), data=hidden | fields(twenty_answers())).status_code == 303
    with atomic():
        survey.closes_at = now() - timedelta(seconds=1)
    assert client.post(address(survey), data=hidden | fields(twenty_answers())).status_code == 303
    assert count() == 1


def test_one_response_per_device_where_the_survey_says_so(context: Flask, citizen_client: Make) -> None:
    survey = make_survey(one_per_device=True)
    client = citizen_client()
    second = hidden_fields(client.get(address(survey)).get_data(as_text=True))
    assert send(client, survey, twenty_answers()).status_code == 303
    again = client.post(address(survey), data=second | fields(twenty_answers()))
    assert again.status_code == 409
    assert "希望办事再快一点" in again.get_data(as_text=True)
    assert client.get(address(survey)).status_code == 200
    assert '<form class="questionnaire"' not in client.get(address(survey)).get_data(as_text=True)
    assert send(citizen_client(), survey, twenty_answers()).status_code == 303
    assert count() == 2


def test_several_from_one_device_where_it_may(context: Flask, citizen_client: Make) -> None:
    survey = make_survey(one_per_device=False)
    client = citizen_client()
    assert send(client, survey, twenty_answers()).status_code == 303
    assert send(client, survey, twenty_answers()).status_code == 303
    assert count() == 2


def test_the_script_gets_json(context: Flask, citizen_client: Make) -> None:
    survey = make_survey()
    client = citizen_client()
    hidden = hidden_fields(client.get(address(survey)).get_data(as_text=True))
    headers = {"Accept": "application/json"}
    wrong = client.post(address(survey), data=hidden | fields({"q0": "b"}), headers=headers)
    assert wrong.status_code == 422
    assert set(wrong.get_json()["errors"]) >= {"q2", "q6"}
    right = client.post(address(survey), data=hidden | fields(twenty_answers()), headers=headers)
    assert right.status_code == 200
    assert right.get_json()["done"] == address(survey) + "/done"
    other = client.post(
        address(survey), data=hidden | fields(twenty_answers() | {"q0": "c"}), headers=headers
    )
    assert other.status_code == 409
    assert count() == 1


def test_the_receipt_page_needs_the_receipt(context: Flask, citizen_client: Make) -> None:
    survey = make_survey()
    client = citizen_client()
    assert client.get(address(survey) + "/done").status_code == 303
    done = address(survey) + "/done"
    for forged in ("<script>", send_response(survey), f"{send_response(survey, device='other')}.sign"):
        client.set_cookie("receipt", forged, path=done)
        assert client.get(done).status_code == 303


def test_a_code_that_was_erased_is_not_offered_any_more(context: Flask, citizen_client: Make) -> None:
    survey = make_survey()
    client = citizen_client()
    done = send(client, survey, twenty_answers()).headers["Location"]
    code = code_in(client.get(done).get_data(as_text=True))
    erase_by_code(code, request_id())
    again = client.get(done)
    assert again.status_code == 410
    assert code not in again.get_data(as_text=True)
    assert "已删除" in again.get_data(as_text=True)
    assert client.get(done).status_code == 303


def test_no_response_can_be_joined_to_a_device(context: Flask, citizen_client: Make) -> None:
    """Nothing in the database holds the device, nor the mark of its having taken part."""
    survey = make_survey(one_per_device=True)
    clients = [citizen_client() for _ in range(5)]
    for client in clients:
        assert send(client, survey, twenty_answers()).status_code == 303
    dump = "\n".join(
        str(tuple(row)) for table in db.metadata.sorted_tables for row in db.session.execute(select(table))
    )
    for client in clients:
        device: str = client.device  # type: ignore[attr-defined]
        assert took_part(f"survey:{survey.id}", device)
        assert device not in dump
        assert keyed_hash(key("participation"), f"survey:{survey.id}", device)[:16] not in dump


def test_all_types_render_in_both_languages_and_layouts(context: Flask, citizen_client: Make) -> None:
    for layout in Layout:
        survey = make_survey(twenty_questions(4), layout=layout)
        for language in ("zh_CN", "en"):
            answer = citizen_client().get(address(survey), query_string={"lang": language})
            assert answer.status_code == 200
            assert "题目q19</span> (en)" in answer.text or language == "zh_CN"


def test_whoever_is_done_hides_the_code(context: Flask, citizen_client: Make) -> None:
    client, survey = citizen_client(), make_survey(one_per_device=True)
    done = send(client, survey, twenty_answers()).headers["Location"]
    assert 'id="receipt-code"' in client.get(done).text
    hidden = client.get(f"{done}?hide=1")
    assert (hidden.status_code, hidden.headers["Location"]) == (303, address(survey))
    assert client.get(done).status_code == 303


@pytest.mark.parametrize(("once", "seconds"), [(True, 3600), (False, 120)])
def test_where_several_answer_on_one_device_the_code_is_shown_for_a_moment(
    context: Flask, citizen_client: Make, once: bool, seconds: int
) -> None:
    answer = send(citizen_client(), make_survey(one_per_device=once), twenty_answers())
    assert any(f"Max-Age={seconds};" in cookie for cookie in answer.headers.getlist("Set-Cookie"))
