"""Kind × period, phase × deed, what a comment must be, and what settling waits for: as tables."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from engage.consultations.models import Adoption, CommentState, Kind, Stance, State
from engage.consultations.rules.clauses import Clause, Part, problems, require_clauses, require_size
from engage.consultations.rules.comments import (
    ENTERED_LIMIT,
    NEXT,
    TEXT_LIMIT,
    cleaned,
    require_adoption,
    require_comment,
    require_decision,
)
from engage.consultations.rules.periods import is_short, length
from engage.consultations.rules.phases import ALLOWED, Deed, Phase, phase, require_phase
from engage.consultations.rules.settling import Progress, missing
from engage.consultations.rules.terms import Terms, require_publishable, require_short_reason, require_terms
from engage.core.errors import Conflict, Gone, Invalid, NotFound
from engage.core.types import Localized
from engage.moderation.models import ReasonClass

ZONE = ZoneInfo("Asia/Shanghai")
OPENS = datetime(2026, 3, 2, 9, tzinfo=ZONE)  # a Monday


@pytest.mark.parametrize(
    ("kind", "days", "hour", "short"),
    [
        (Kind.MAJOR_DECISION, 30, 18, False),
        (Kind.MAJOR_DECISION, 30, 12, True),
        (Kind.MAJOR_DECISION, 29, 23, True),
        (Kind.BUSINESS, 29, 18, True),
        (Kind.PLANNING, 30, 18, False),
        (Kind.NORMATIVE, 9, 18, False),
        (Kind.NORMATIVE, 8, 18, True),
        (Kind.OTHER, 1, 18, False),
    ],
)
def test_shortest_periods(kind: Kind, days: int, hour: int, short: bool) -> None:
    assert is_short(kind, OPENS, (OPENS + timedelta(days=days)).replace(hour=hour), ZONE) is short


def test_working_days_follow_the_calendar() -> None:
    # 国庆 2025: 1–8 October off, 11 October a working Saturday (国务院办公厅 2024 notice).
    opens = datetime(2025, 9, 30, 9, tzinfo=ZONE)
    assert length(opens, datetime(2025, 10, 11, 18, tzinfo=ZONE), ZONE) == (11, 3)


def test_phases_follow_state_and_clock() -> None:
    closes = OPENS + timedelta(days=30)
    second = timedelta(seconds=1)
    assert phase(State.PUBLISHED, OPENS, closes, OPENS - second) is Phase.ANNOUNCED
    assert phase(State.PUBLISHED, OPENS, closes, OPENS) is Phase.OPEN
    assert phase(State.PUBLISHED, OPENS, closes, closes - second) is Phase.OPEN
    assert phase(State.PUBLISHED, OPENS, closes, closes) is Phase.CLOSED
    for state in (State.DRAFT, State.SETTLED, State.WITHDRAWN):
        assert phase(state, OPENS, closes, OPENS).value == state.value


POSSIBLE = {
    # phase: letters of the deeds possible in it
    Phase.DRAFT: "edit publish delete read-queue export",
    Phase.ANNOUNCED: "see edit publish withdraw read-queue export",
    Phase.OPEN: "see comment edit publish close withdraw read-queue moderate enter reply adopt assign export",
    Phase.CLOSED: "see extend correct withdraw read-queue moderate enter reply adopt assign export "
    "publish-result settle",
    Phase.SETTLED: "see read-queue moderate export reopen",
    Phase.WITHDRAWN: "see edit publish read-queue export",
}


@pytest.mark.parametrize("stands", list(Phase))
def test_what_is_possible_when(stands: Phase) -> None:
    assert {deed.value for deed in Deed if stands in ALLOWED[deed][1]} == set(POSSIBLE[stands].split())


def test_refusals_fit_the_phase() -> None:
    for stands, refusal in (
        (Phase.DRAFT, NotFound),
        (Phase.ANNOUNCED, Conflict),
        (Phase.CLOSED, Gone),
        (Phase.SETTLED, Gone),
        (Phase.WITHDRAWN, Gone),
    ):
        with pytest.raises(refusal):
            require_phase(Deed.COMMENT, stands)


@pytest.mark.parametrize(
    ("stance", "text", "whole", "wrong"),
    [
        (Stance.AGREE, "", False, set()),
        (Stance.AGREE, "好", False, set()),
        (Stance.PARTLY, "", False, {"text"}),
        (Stance.DISAGREE, "", True, {"text"}),
        (Stance.DISAGREE, "太贵", False, set()),
        (None, "有话说", False, {"stance"}),
        (None, "", False, {"stance"}),
        (None, "有话说", True, set()),
        (None, "", True, {"text"}),
        (Stance.AGREE, "字" * TEXT_LIMIT, False, set()),
        (Stance.AGREE, "😀" * TEXT_LIMIT, False, set()),
        (Stance.AGREE, "字" * (TEXT_LIMIT + 1), False, {"text"}),
    ],
)
def test_what_a_comment_must_be(stance: Stance | None, text: str, whole: bool, wrong: set[str]) -> None:
    if not wrong:
        require_comment(stance, text, whole=whole)
        return
    with pytest.raises(Invalid) as refusal:
        require_comment(stance, text, whole=whole)
    assert set(refusal.value.errors) == wrong


def test_text_is_cleaned_but_kept() -> None:
    assert cleaned("  一\r\n二\x00\x07\t三\ud800  ") == "一\n二\t三"


def test_decisions_and_outcomes_need_reasons() -> None:
    require_decision(CommentState.PUBLISHED, None, "")
    require_decision(CommentState.DECLINED, ReasonClass.OFF_TOPIC, "")
    for reason, note in ((None, ""), (ReasonClass.OTHER, ""), (ReasonClass.INSULT, "字" * 201)):
        with pytest.raises(Invalid):
            require_decision(CommentState.DECLINED, reason, note)
    require_adoption(Adoption.ADOPTED, "")
    for adoption in (None, Adoption.NOT, Adoption.PARTLY, Adoption.EXPLAINED):
        with pytest.raises(Invalid):
            require_adoption(adoption, "")


def test_only_its_author_erases_a_comment() -> None:
    assert not NEXT[CommentState.ERASED]
    assert set(NEXT) == set(CommentState)
    assert CommentState.ERASED not in frozenset().union(*NEXT.values())
    for state in (CommentState.ERASED, None):
        with pytest.raises(Invalid) as refusal:
            require_decision(state, ReasonClass.OTHER, "说明")
        assert set(refusal.value.errors) == {"state"}
    for state in (CommentState.PUBLISHED, CommentState.PENDING):
        require_decision(state, None, "")


def test_what_settling_waits_for() -> None:
    ready = Progress(result_published=True)
    assert missing(Phase.CLOSED, ready) == []
    assert len(missing(Phase.OPEN, ready)) == 1
    assert len(missing(Phase.CLOSED, Progress(1, 2, 3, False))) == 4


def _terms(**values: object) -> Terms:
    text = Localized(zh_CN="一")
    given = {
        "kind": Kind.MAJOR_DECISION,
        "title": text,
        "background": text,
        "contact": text,
        "opens_at": OPENS,
        "closes_at": OPENS + timedelta(days=31),
        "short_reason": Localized(),
    }
    return Terms(**{**given, **values})  # type: ignore[arg-type]


def test_a_short_period_needs_its_reason() -> None:
    require_publishable(_terms())
    short = {"closes_at": OPENS + timedelta(days=10)}
    with pytest.raises(Invalid) as refusal:
        require_publishable(_terms(**short))
    assert set(refusal.value.errors) == {"short_reason"}
    require_publishable(_terms(**short, short_reason=Localized(zh_CN="防汛在即。")))


def test_terms_are_checked() -> None:
    for values, wrong in (
        ({"title": Localized(en="English only")}, "title"),
        ({"title": Localized(zh_CN="字" * 121)}, "title"),
        ({"closes_at": OPENS}, "closes_at"),
        ({"closes_at": OPENS + timedelta(days=400)}, "closes_at"),
    ):
        with pytest.raises(Invalid) as refusal:
            require_terms(_terms(**values))
        assert set(refusal.value.errors) == {wrong}


@pytest.mark.parametrize(
    ("reason", "wrong"), [("", True), ("防汛在即。", False), ("字" * 500, False), ("字" * 501, True)]
)
def test_a_short_period_needs_a_reason_of_some_length(reason: str, wrong: bool) -> None:
    arguments = (Kind.MAJOR_DECISION, OPENS, OPENS + timedelta(days=3), Localized(zh_CN=reason))
    if not wrong:
        require_short_reason(*arguments)
        return
    with pytest.raises(Invalid) as refusal:
        require_short_reason(*arguments)
    assert set(refusal.value.errors) == {"short_reason"}


def test_letters_typed_in_may_be_longer() -> None:
    letter = "字" * ENTERED_LIMIT
    require_comment(None, letter, whole=True, limit=ENTERED_LIMIT)
    with pytest.raises(Invalid):
        require_comment(None, letter + "字", whole=True, limit=ENTERED_LIMIT)


def test_problems_name_their_clause() -> None:
    clauses = [
        Clause("a", Part.CLAUSE, "第一条", "目的", "字" * 8_001),
        Clause("b", Part.CLAUSE, "第二条", "", ""),
        Clause("c", Part.CLAUSE, "第三条", "", "好。"),
        Clause("d", Part.CLAUSE, "", "", ""),
        Clause("e", Part.CLAUSE, "第四条", "长" * 121, ""),
    ]
    found = problems(clauses)
    assert set(found) == {"text-0", "text-1", "text-3", "text-4"}
    for name, words in (
        ("text-0", "第一条 目的"),
        ("text-1", "第二条"),
        ("text-3", "4"),
        ("text-4", "第四条"),
    ):
        assert words in str(found[name])
    with pytest.raises(Invalid) as refusal:
        require_clauses(clauses)
    assert set(refusal.value.errors) == set(found)
    require_size(clauses)
