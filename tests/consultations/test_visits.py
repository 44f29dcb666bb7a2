"""Several comments in one visit come under one code; nothing that is kept says that they belong together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, update

from engage.consultations.models import Comment, CommentState, Consultation
from engage.consultations.views import _visit
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import NotFound
from engage.core.ids import request_id
from engage.core.writer import atomic
from engage.participation import receipts
from engage.participation.deletion import delete_due, deletions, erase_by_code, look_up, reapply_deletions
from engage.participation.models import Deletion, Receipt
from engage.portal.receipts import open_code
from tests.factories.consultations import clause_keys, comments_of, make_consultation, send_comment
from tests.factories.receipts import look_up as look_up_page
from tests.fixtures.html import of_class, parsed
from tests.participation.files import read_all

pytestmark = pytest.mark.database
VISIT = "v" * 22
Texts = list[str]


@pytest.fixture
def one(app: Flask) -> Iterator[Consultation]:
    with app.app_context():
        yield make_consultation()


def _send(one: Consultation, *texts: str, visit: str = VISIT) -> list[str]:
    return [send_comment(one, text=text, visit=visit) for text in texts]


def _shown(code: str) -> Texts:
    db.session.rollback()
    return [part.receipt.text for part in open_code(code, "zh_CN").parts]


def test_one_code_opens_all_comments_of_a_visit_and_nothing_else(one: Consultation) -> None:
    codes = _send(one, "甲", "乙", "丙")
    [other] = _send(one, "丁", visit="w" * 22)
    assert len(set(codes)) == 1
    assert _shown(codes[0].lower().replace("-", " ")) == ["甲", "乙", "丙"]
    assert _shown(other) == ["丁"]
    assert _send(make_consultation(unit=one.unit), "戊") != codes[:1]
    assert _shown(codes[0]) == ["甲", "乙", "丙"]


@pytest.mark.parametrize(
    ("visits", "shown"),
    [
        ((VISIT, VISIT), ["甲", "乙"]),
        # The answer was lost, and the phone sends again after its visit has ended, or in another one.
        (("", VISIT), ["甲", "乙"]),
        ((VISIT, "w" * 22), ["甲", "乙"]),
        ((VISIT, ""), ["甲"]),
    ],
)
def test_a_retry_is_the_same_comment_under_the_visit_that_sends_it(
    one: Consultation, visits: tuple[str, str], shown: Texts
) -> None:
    number = request_id()
    send_comment(one, text="甲", request_id=number, visit=visits[0])
    if visits[1]:
        _send(one, "乙", visit=visits[1])
    codes = {send_comment(one, text="甲", request_id=number, visit=visits[1]) for _ in range(3)}
    assert len(codes) == 1
    assert _shown(codes.pop()) == shown
    assert Counter(row.text for row in comments_of(one)) == Counter(shown)


def test_a_full_visit_gives_the_next_one_a_code_of_its_own(one: Consultation) -> None:
    most = receipts.MOST_UNDER_ONE
    words = [f"第{number}条意见" for number in range(most + 2)]
    codes = _send(one, *words)
    assert len(set(codes[:most])) == 1
    assert len(set(codes)) == 3
    assert [_shown(code) for code in codes[most - 1 :]] == [words[:most], [words[-2]], [words[-1]]]


def test_one_of_several_is_erased_and_the_rest_stays(one: Consultation) -> None:
    number = request_id()
    code = send_comment(one, text="甲", visit=VISIT)
    send_comment(one, text="乙", visit=VISIT, request_id=number)
    _send(one, "丙")
    second = open_code(code, "zh_CN").parts[1].handle
    erasable = look_up(code, second)
    assert (erasable.lines, erasable.leaves) == (["乙"], 2)
    form = request_id()
    for _ in range(2):
        erase_by_code(code, form, second)
    assert _shown(code) == ["甲", "丙"]
    with pytest.raises(NotFound):
        erase_by_code(code, request_id(), second)
    # A phone that still sends it does not bring it back, and the place it had is another's to take.
    assert send_comment(one, text="乙", visit=VISIT, request_id=number) == code
    assert _send(one, "丁") == [code]
    assert _shown(code) == ["甲", "丙", "丁"]


def test_a_handle_opens_nothing_under_another_code(one: Consultation) -> None:
    code, other = _send(one, "甲")[0], _send(one, "乙", visit="w" * 22)[0]
    handle = open_code(other, "zh_CN").parts[0].handle
    with pytest.raises(NotFound):
        erase_by_code(code, request_id(), handle)
    assert (_shown(code), _shown(other)) == (["甲"], ["乙"])


def test_all_are_erased_at_once_and_again_after_a_restore(one: Consultation) -> None:
    [code, *_] = _send(one, "甲", "乙")
    columns = (Receipt.code_hash, Receipt.kind, Receipt.object_id)
    kept = [row._asdict() for row in db.session.execute(select(*columns))]
    erase_by_code(code, request_id())
    assert [row.state for row in comments_of(one)] == [CommentState.ERASED] * 2
    assert receipts.find_all(code) == []
    with pytest.raises(NotFound):
        open_code(code, "zh_CN")
    noted = deletions()
    assert len(noted) == 2
    with atomic():
        db.session.execute(delete(Deletion))
        db.session.execute(insert(Receipt), kept)
        db.session.execute(update(Comment).values(state=CommentState.PUBLISHED, text="甲"))
    assert len(_shown(code)) == 2
    assert reapply_deletions(noted) == 2
    assert [row.text for row in comments_of(one)] == ["", ""]
    assert receipts.find_all(code) == []


def test_receipts_go_with_their_comments(one: Consultation) -> None:
    [code, *_] = _send(one, "甲", "乙")
    first = comments_of(one)[0].id
    with atomic():
        db.session.execute(delete(Comment).where(Comment.id == first))
    delete_due()
    assert _shown(code) == ["乙"]
    assert {row.object_id for row in db.session.scalars(select(Receipt))} == {comments_of(one)[0].id}


def test_nothing_kept_says_which_comments_belong_together(one: Consultation, tmp_path: Path) -> None:
    """What is stored of a comment is the same for all or another for each, whatever their visits."""
    codes = {
        visit: _send(one, *texts, visit=visit)[0]
        for visit, texts in (("a" * 22, "甲乙丙"), ("b" * 22, "丁戊"))
    }
    rows = db.session.scalars(select(Receipt)).all()
    by_comment: dict[int, set[str]] = {}
    for row in rows:
        by_comment.setdefault(row.object_id, set()).add(row.code_hash)
    assert sorted(len(hashes) for hashes in by_comment.values()) == [2] * 5
    assert not any(left & right for left, right in combinations(by_comment.values(), 2))
    comments = comments_of(one)
    for column in set(Comment.__table__.columns.keys()) - {"submitted_minute", "counted"}:
        assert len({getattr(comment, column) for comment in comments}) in (1, len(comments)), column
    secret = [word for pair in codes.items() for word in (*pair, pair[1].replace("-", ""))]
    for path, content in read_all(tmp_path).items():
        assert not [word for word in secret if word.encode() in content], path


def _fields(phone: Any, text: str) -> dict[str, str]:
    return {
        "_token": phone.token,
        "_request_id": request_id(),
        "_version": "1",
        "text": text,
        "stance": "partly",
    }


@pytest.fixture
def sent(
    citizen_client: Callable[..., Any], one: Consultation
) -> tuple[Any, str, list[str], Callable[[str, str], str]]:
    """A phone, the address of the draft, its clauses, and how to comment: the page that comes after."""
    phone, base = citizen_client(), f"/consultations/{one.public_id}"

    def send(path: str, text: str) -> str:
        phone.get(f"{base}{path}")
        phone.post(f"{base}{path}", data=_fields(phone, text))
        page: str = phone.get(f"{base}/done").text
        return page

    return phone, base, clause_keys(one), send


def _links(page: str, of: str) -> list[str]:
    [part] = of_class(parsed(page), of)
    return [link.get("href", "") for link in part.iter("a")]


def _code(page: str) -> str:
    [row] = of_class(parsed(page), "receipt__code")
    return "".join(row.itertext())


def test_the_page_after_a_comment_goes_on_and_lists_what_was_commented_on(
    sent: tuple[Any, str, list[str], Callable[[str, str], str]],
) -> None:
    phone, base, keys, send = sent
    clauses = [f"{base}#clause-{key}" for key in keys]
    pages = [send(f"/clauses/{keys[at]}", f"意见{at}") for at in (1, 0, 0)]
    assert len({_code(page) for page in pages}) == 1
    assert _listed(pages[0]) == []
    for page in pages[1:]:
        assert _listed(page) == [clauses[1], clauses[0]]
        # Past the one that has a comment already.
        assert _links(page, "button-row")[0] == clauses[2]
    last = send("/comment", "总的看法")
    assert _listed(last) == [clauses[1], clauses[0]]
    assert "整篇文稿" in last
    shown = look_up_page(phone, _code(last)).text
    assert [shown.count(f"意见{at}") for at in (0, 1)] == [2, 1]
    assert "总的看法" in shown


def _listed(page: str) -> list[str]:
    lists = [each for each in parsed(page).iter("ul") if each.get("class") == "stack"]
    return [link.get("href", "") for each in lists for link in each.iter("a")]


def test_who_is_done_leaves_no_code_for_the_next(
    sent: tuple[Any, str, list[str], Callable[[str, str], str]],
) -> None:
    phone, base, keys, send = sent
    first = _code(send(f"/clauses/{keys[0]}", "我的意见"))
    assert phone.get(f"{base}/done?hide=1").status_code == 303
    assert phone.get(f"{base}/done").status_code == 303
    page = send(f"/clauses/{keys[1]}", "别人的意见")
    assert _code(page) != first
    assert "我的意见" not in look_up_page(phone, _code(page)).text


def test_a_visit_goes_on_while_its_pages_are_opened_and_then_ends(
    sent: tuple[Any, str, list[str], Callable[[str, str], str]],
) -> None:
    phone, base, keys, send = sent
    first = _code(send(f"/clauses/{keys[0]}", "甲"))
    lives = phone.get(f"{base}").headers["Set-Cookie"]
    assert "comment_visit=" in lives
    assert "Max-Age=1800" in lives
    assert f"Path={base};" in lives
    assert "HttpOnly" in lives
    phone.delete_cookie("comment_visit", path=base)
    assert _code(send(f"/clauses/{keys[1]}", "乙")) != first


def test_a_visit_that_ended_while_one_wrote_begins_with_the_comment(
    sent: tuple[Any, str, list[str], Callable[[str, str], str]],
) -> None:
    phone, base, keys, _ = sent
    for text in ("甲", "乙"):
        phone.post(f"{base}/clauses/{keys[0]}", data=_fields(phone, text))
    code = _code(phone.get(f"{base}/done").text)
    assert _shown(code) == ["甲", "乙"]


@pytest.mark.parametrize("number", ["", "x", "ü" * 20, "a" * 65])
def test_a_cookie_that_is_no_number_of_a_visit_counts_as_none(
    sent: tuple[Any, str, list[str], Callable[[str, str], str]], number: str
) -> None:
    phone, base, *_ = sent
    phone.set_cookie("comment_visit", number, path=base)
    assert phone.post(f"{base}/comment", data=_fields(phone, "甲")).status_code == 303
    assert _shown(_code(phone.get(f"{base}/done").text)) == ["甲"]


def test_nobody_leaves_a_number_they_know_for_those_who_come_after(
    sent: tuple[Any, str, list[str], Callable[[str, str], str]],
) -> None:
    """On a tablet in a hall: the number decides the code, and the code reads and erases."""
    phone, base, *_ = sent
    number, minute = "n" * 24, int(now().timestamp()) // 60
    codes = []
    for planted in (number, f"{number}.{minute}", f"{number}.{minute}.{'A' * 43}"):
        for text in ("甲", "乙"):
            phone.set_cookie("comment_visit", planted, path=base)
            phone.post(f"{base}/comment", data=_fields(phone, text))
            codes.append(_code(phone.get(f"{base}/done").text))
    assert len(set(codes)) == len(codes)
    assert [_shown(code) for code in codes] == [["甲"], ["乙"]] * 3


@pytest.mark.parametrize(("minutes", "same"), [(119, True), (121, False)])
def test_a_visit_ends_after_two_hours_whoever_goes_on_reading(
    sent: tuple[Any, str, list[str], Callable[[str, str], str]],
    monkeypatch: pytest.MonkeyPatch,
    minutes: int,
    same: bool,
) -> None:
    _phone, _base, keys, send = sent
    first = _code(send(f"/clauses/{keys[0]}", "甲"))
    monkeypatch.setattr(_visit, "now", lambda: now() + timedelta(minutes=minutes))
    assert (_code(send(f"/clauses/{keys[1]}", "乙")) == first) is same


def test_one_or_all_are_erased_in_the_pages(
    sent: tuple[Any, str, list[str], Callable[[str, str], str]],
) -> None:
    phone, _base, keys, send = sent
    code = [_code(send(f"/clauses/{keys[at]}", f"意见{at}")) for at in range(3)][-1]
    for left in (2, 1):
        forms = _erasing(look_up_page(phone, code).text)
        assert len(forms) == left + 2
        asked = phone.get(phone.post("/personal-data/erase", data=forms[0]).location)
        assert "意见" in asked.text
        assert "查询码" in asked.text
        again = _erasing(asked.text)[0] | {"sure": "yes"}
        done = phone.post("/personal-data/erase", data=again)
        assert done.status_code == 303
        assert "仍可查询" in phone.get(done.location).text
        back = phone.get(f"/personal-data/erase?which={forms[0]['which']}")
        assert back.status_code == 410
        assert "仍可查询" in back.text
        assert len(_shown(code)) == left
    [last] = _erasing(look_up_page(phone, code).text)
    assert "which" not in last
    asked = phone.get(phone.post("/personal-data/erase", data=last).location)
    sure = _erasing(asked.text)[0] | {"sure": "yes"}
    assert "仍可查询" not in phone.get(phone.post("/personal-data/erase", data=sure).location).text
    db.session.rollback()
    assert receipts.find_all(code) == []


def _erasing(page: str) -> list[dict[str, str]]:
    forms = [form for form in parsed(page).iter("form") if form.get("action") == "/personal-data/erase"]
    return [
        {
            field.get("name", ""): field.get("value", "")
            for field in form.iter("input")
            if field.get("type") == "hidden"
        }
        for form in forms
    ]
