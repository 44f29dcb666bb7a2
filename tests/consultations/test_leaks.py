"""What is not published never leaves: no public page, no other's receipt, no list, in no state."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from engage.accounts.permissions import Role
from engage.consultations.models import Adoption, CommentState, Consultation
from engage.consultations.queries import clause_tallies, recent_results, story
from engage.consultations.queries.comments import of_clause, of_consultation
from engage.consultations.receipts import comment_receipts
from engage.core.clock import now
from engage.moderation.models import ReasonClass
from tests.factories.consultations import clause_keys, make_comments, make_consultation
from tests.factories.themedays import make_activity, make_theme_day
from tests.fixtures.staff import StaffClient

pytestmark = pytest.mark.database
SECRET = "不应公开的内容"
HIDDEN = [CommentState.PENDING, CommentState.DECLINED, CommentState.ERASED]


@pytest.fixture(params=[True, False], ids=["open", "result-published"])
def one(app: Flask, request: pytest.FixtureRequest) -> Consultation:
    """One with a hidden comment of each state on each place, and one published beside them."""
    with app.app_context():
        over = {} if request.param else {"opened": 40, "closes": -1, "result_published_at": now()}
        one = make_consultation(**over, activity_id=make_activity(make_theme_day()).id)
        for clause in ("", clause_keys(one)[0]):
            for state in HIDDEN:
                make_comments(
                    one,
                    [SECRET],
                    state=state,
                    clause=clause,
                    held=True,
                    reason=ReasonClass.OTHER,
                    reason_note=SECRET,
                    reply=SECRET,
                    replied_at=now(),
                    adoption=Adoption.ADOPTED,
                    adoption_reason=SECRET,
                )
            make_comments(one, ["公开的意见"], state=CommentState.PUBLISHED, clause=clause)
        return one


def test_no_public_page_shows_it(client: FlaskClient, one: Consultation) -> None:
    key = clause_keys(one)[0]
    base = f"/consultations/{one.public_id}"
    result = f"/results{base}"
    pages = ["/consultations/", base, f"{base}/comment", f"{base}/clauses/{key}", result]
    pages += [f"{page}?page={number}" for page in pages[2:] for number in (0, 2, -1, 99)]
    pages += [f"{result}?outcome={word}" for word in ("adopted", "not", "open", "pending", "declined")]
    pages += ["/", "/results", f"/results?q={SECRET}", f"/search?q={SECRET}"]
    for page in pages:
        assert SECRET not in client.get(page).text.replace(f'value="{SECRET}"', ""), page
    assert "公开的意见" in client.get(f"{base}/comment").text


def test_no_query_for_the_public_counts_or_holds_it(app: Flask, one: Consultation) -> None:
    with app.app_context():
        tallies = clause_tallies(one.id)
        assert {tally.comments for tally in tallies.values()} == {1}
        assert of_clause(one.id, "").total == 1
        assert of_consultation(one.id).total == 2
        for result in recent_results():
            assert (result.comments, result.adopted, result.partly) == (2, 0, 0)
        (told,) = story([one.activity_id or 0])
        assert (told.said, told.comments, told.handled, told.adopted) == (2, 2, 0, 0)


def test_no_receipt_shows_a_reply_before_publication(app: Flask, one: Consultation) -> None:
    with app.app_context():
        for state in (CommentState.PENDING, CommentState.DECLINED):
            (row,) = make_comments(one, ["我的意见"], state=state, reply=SECRET, adoption_reason=SECRET)
            [(_, shown)] = comment_receipts([row.id])
            assert shown.text == "我的意见"
            assert SECRET not in (shown.reply, shown.adoption_reason)


@pytest.mark.one_database
@pytest.mark.parametrize("role", [Role.TYPIST, Role.MODERATOR, Role.APPROVER, Role.ADMINISTRATOR, None])
def test_only_who_answers_may_export(
    one: Consultation, staff_client: Callable[..., StaffClient], role: Role | None
) -> None:
    staff = staff_client(role)
    answer = staff.send(f"/staff/consultations/{one.public_id}/exports")
    assert answer.status_code == 403
    assert SECRET not in answer.text


def test_staff_of_another_unit_see_nothing(
    one: Consultation, staff_client: Callable[..., StaffClient], app: Flask
) -> None:
    with app.app_context():
        other = make_consultation()
    staff = staff_client(Role.DEPARTMENT, unit=other.unit_id)
    base = f"/staff/consultations/{one.public_id}"
    for path in (
        "",
        "/comments",
        "/exports/abcdefghjkmn",
        "/enter",
        "/preview",
        "/terms",
        "/clauses",
        "/result",
    ):
        assert staff.get(base + path).status_code == 403, path
    assert one.public_id not in staff.get("/staff/consultations/").text
