"""The rules of a live session against their tables, and what texts and video addresses may be."""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.accounts.permissions import Role
from engage.core.clock import now
from engage.core.errors import Conflict, Gone, Invalid, NotFound
from engage.live.models import LiveSession, NamePolicy, Phase, QuestionState
from engage.live.rules.deeds import Deed, possible_deeds, require_deed, require_state
from engage.live.rules.life import Act, Step, clock_end, next_phase, possible, require_act, steps_from
from engage.live.rules.session import SUMMARY_MOST, require_summary
from engage.live.rules.text import LEAST, MOST, NAME_MOST, clean, nickname, question_text, require_answer
from engage.live.rules.video import ADDRESS_MOST, EMBED_HOSTS, NO_VIDEO, VideoKind, check_address, video
from tests.live.tables import ACTS, DEED_PHASES, DEED_ROLES, DEED_STATES, STEP_ROLES, STEPS

DEEDS = [deed for deed in Deed if deed is not Deed.UNDO]


def test_the_tables_are_complete() -> None:
    assert set(ACTS) == set(product(Act, Phase))
    assert set(STEPS) == set(product(Step, Phase))
    assert set(STEP_ROLES) == set(product(Step, Role))
    assert set(DEED_STATES) == set(product(DEEDS, QuestionState))
    assert set(DEED_PHASES) == set(product(DEEDS, Phase))
    assert set(DEED_ROLES) == set(product(Deed, Role))


@pytest.mark.parametrize(("act", "phase"), list(ACTS))
def test_acts(act: Act, phase: Phase) -> None:
    session = LiveSession(phase=phase, supports_on=True)
    assert possible(act, phase) is ACTS[act, phase]
    if ACTS[act, phase]:
        require_act(act, session)
        return
    with pytest.raises((NotFound, Conflict, Gone)) as refused:
        require_act(act, session)
    hidden = phase is Phase.DRAFT or act in (Act.SEE, Act.JOIN, Act.READ_RECORD)
    late = phase in (Phase.ENDED, Phase.RECORDED)
    assert refused.type is (NotFound if hidden else Gone if late else Conflict)


def test_supports_may_be_switched_off() -> None:
    with pytest.raises(Conflict, match="switched off"):
        require_act(Act.SUPPORT, LiveSession(phase=Phase.LIVE, supports_on=False))


@pytest.mark.parametrize(("step", "phase"), list(STEPS))
def test_steps(step: Step, phase: Phase) -> None:
    target = STEPS[step, phase]
    assert (step in steps_from(phase)) is (target is not None)
    if target is None:
        with pytest.raises(Conflict):
            next_phase(step, phase)
    else:
        assert next_phase(step, phase) is target


@pytest.mark.parametrize("phase", list(Phase))
@pytest.mark.parametrize(("deed", "state"), list(DEED_STATES))
def test_deeds(deed: Deed, state: QuestionState, phase: Phase) -> None:
    target = DEED_STATES[deed, state] if DEED_PHASES[deed, phase] else None
    assert (deed in possible_deeds(state, phase, answered=True, personal=True)) is (target is not None)
    if target is None:
        with pytest.raises(Conflict):
            require_deed(deed, state, phase, answered=True, personal=True, confirmed=True)
    else:
        assert require_deed(deed, state, phase, answered=True, personal=True, confirmed=True) is target


@pytest.mark.parametrize(("deed", "state"), [pair for pair, target in DEED_STATES.items() if target])
def test_what_shows_personal_data_has_to_be_confirmed(deed: Deed, state: QuestionState) -> None:
    phase = next(phase for phase in Phase if DEED_PHASES[deed, phase])
    hidden = state in (QuestionState.PENDING, QuestionState.DECLINED, QuestionState.TAKEN_DOWN)
    if hidden and deed in (Deed.APPROVE, Deed.DEFER):
        with pytest.raises(Conflict, match="confirm that it is shown"):
            require_deed(deed, state, phase, answered=True, personal=True)
    else:
        assert require_deed(deed, state, phase, answered=True, personal=True) is DEED_STATES[deed, state]
    if deed is not Deed.MASK:
        assert require_deed(deed, state, phase, answered=True) is DEED_STATES[deed, state]


def test_only_an_answer_that_is_there_is_corrected() -> None:
    assert Deed.CORRECT not in possible_deeds(QuestionState.WRITTEN, Phase.ENDED)
    with pytest.raises(Conflict, match="nothing to correct"):
        require_deed(Deed.CORRECT, QuestionState.WRITTEN, Phase.ENDED)


def test_only_personal_data_that_was_noticed_is_covered() -> None:
    assert Deed.MASK not in possible_deeds(QuestionState.PENDING, Phase.LIVE)
    with pytest.raises(Conflict, match="nothing to cover"):
        require_deed(Deed.MASK, QuestionState.PENDING, Phase.LIVE)


@pytest.mark.parametrize(
    ("state", "phase"),
    [
        (QuestionState.ON_AIR, Phase.COLLECTING),
        (QuestionState.ON_AIR, Phase.ENDED),
        (QuestionState.ON_AIR, Phase.RECORDED),
        (QuestionState.PENDING, Phase.RECORDED),
        (QuestionState.APPROVED, Phase.RECORDED),
    ],
)
def test_undo_brings_back_no_state_the_phase_has_not(state: QuestionState, phase: Phase) -> None:
    with pytest.raises(Conflict):
        require_state(state, phase)


def test_a_session_nobody_ended_ends_by_the_clock() -> None:
    start = now()
    end = start + timedelta(hours=2)
    assert clock_end(end, start) == end + timedelta(hours=6)
    assert clock_end(None, start) == start + timedelta(hours=12)
    again = end + timedelta(hours=8)
    assert clock_end(end, again) == again + timedelta(hours=6), "whoever went live again gets their time"


@pytest.mark.parametrize("text", ["", "　\n", "字" * SUMMARY_MOST, f"  {'字' * SUMMARY_MOST}\n"])
def test_a_summary_that_fits(text: str) -> None:
    assert require_summary(text) == text.strip()


def test_a_summary_that_is_too_long_is_refused_and_never_cut() -> None:
    with pytest.raises(Invalid) as refused:
        require_summary("字" * (SUMMARY_MOST + 1))
    assert str(SUMMARY_MOST + 1) in str(refused.value.errors["summary"])


HLS = "https://live.example.cn/room/a.m3u8"


@pytest.mark.parametrize(
    ("address", "kind", "origin"),
    [
        ("", VideoKind.NONE, ""),
        (HLS, VideoKind.HLS, "https://live.example.cn"),
        ("https://live.example.cn:8443/a.m3u8?token=x", VideoKind.HLS, "https://live.example.cn:8443"),
        ("http://localhost:8000/a.m3u8", VideoKind.HLS, "http://localhost:8000"),
        ("http://127.0.0.1/a.m3u8", VideoKind.HLS, "http://127.0.0.1"),
        *((f"https://{host}/room?id=1", VideoKind.EMBED, f"https://{host}") for host in sorted(EMBED_HOSTS)),
    ],
)
def test_video_that_is_shown(address: str, kind: VideoKind, origin: str) -> None:
    assert check_address(address) is None or not address
    shown = video(address)
    assert (shown.kind, shown.address, shown.origin) == (kind, address, origin)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)//a.m3u8",
        "JavaScript://player.bilibili.com/%0aalert(1)",
        "data:text/html,<script>alert(1)</script>.m3u8",
        "vbscript:x.m3u8",
        "file:///etc/passwd.m3u8",
        "blob:https://player.bilibili.com/1",
        "ftp://live.example.cn/a.m3u8",
        "//player.bilibili.com/x",
        "/a.m3u8",
        "a.m3u8",
        "https:a.m3u8",
        "https:///a.m3u8",
        "https://",
        "http://live.example.cn/a.m3u8",
        "http://player.bilibili.com/x",
        "https://player.bilibili.com@evil.example/x",
        "https://user@player.bilibili.com/x",
        "https://user:password@live.example.cn/a.m3u8",
        "https://:@live.example.cn/a.m3u8",
        "https://@live.example.cn/a.m3u8",
        "https://live.example.cn:99999/a.m3u8",
        "https://live.example.cn:x/a.m3u8",
        "https://player.bilibili.com.evil.example/x",
        "https://evil-player.bilibili.com/x",
        "https://sub.player.bilibili.com/x",
        "https://player-bilibili.com/x",
        "https://player.bilibili.com./x",
        "https://player.bіlibili.com/x",
        "https://例子.cn/a.m3u8",
        "https://evil.example/player.bilibili.com",
        "https://evil.example/x#.m3u8",
        "https://evil.example/x?a=.m3u8",
        "https://evil.example\\@player.bilibili.com/x",
        "https://localhost.evil.example/x",
        "http://localhost.evil.example/a.m3u8",
        "http://127.0.0.1.evil.example/a.m3u8",
        "http://2130706433/a.m3u8",
        f"{HLS}\nmedia-src *",
        f"{HLS}\r\nX: y",
        f"https://live.example.cn/\t{'a'}.m3u8",
        "https://live.example.cn; script-src */a.m3u8",
        "https://live.example.cn,evil.example/a.m3u8",
        'https://live.example.cn/"onload="x.m3u8',
        "https://live.example.cn/<script>.m3u8",
        "https://[::1/a.m3u8",
        f"https://live.example.cn/{'a' * ADDRESS_MOST}.m3u8",
    ],
)
def test_video_that_is_refused(address: str) -> None:
    assert check_address(address) is not None
    assert video(address) == NO_VIDEO


@given(st.text())
def test_no_address_brings_anything_into_the_policy(address: str) -> None:
    origin = video(address).origin
    assert not set(origin) & set(" \t\r\n;,'\"*")


@given(st.text())
def test_cleaning_hides_nothing_and_is_stable(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not any(unicodedata.category(each) == "Cc" and each != "\n" for each in cleaned if each < "\x80")
    assert "\n\n\n" not in cleaned
    assert not set(cleaned) & set("\u200b\u200f\u202e\u2066\ufeff\0")


@given(st.text(alphabet=st.characters(categories=["Lo", "Nd"]), min_size=LEAST, max_size=MOST))
def test_words_of_the_right_length_are_a_question(text: str) -> None:
    cleaned, wrong = question_text(f" {text}\n")
    assert cleaned == clean(text)
    assert (wrong is None) is (LEAST <= len(cleaned) <= MOST)


@given(st.text(alphabet=st.characters(categories=["P", "S", "Z", "Cc", "Cf"])))
def test_signs_alone_are_none(text: str) -> None:
    assert question_text(text)[1] is not None


@pytest.mark.parametrize(
    ("name", "policy", "shown", "refused"),
    [
        ("老王", NamePolicy.CHOICE, "老王", False),
        ("  ", NamePolicy.CHOICE, "", False),
        ("老\n王", NamePolicy.CHOICE, "老 王", False),
        ("\u202e老王", NamePolicy.CHOICE, "老王", False),
        ("名" * NAME_MOST, NamePolicy.CHOICE, "名" * NAME_MOST, False),
        ("名" * (NAME_MOST + 1), NamePolicy.CHOICE, "名" * (NAME_MOST + 1), True),
        ("名" * (NAME_MOST + 1), NamePolicy.ANONYMOUS, "", False),
    ],
)
def test_nicknames(name: str, policy: NamePolicy, shown: str, refused: bool) -> None:
    cleaned, wrong = nickname(name, policy)
    assert (cleaned, wrong is not None) == (shown, refused)


@pytest.mark.parametrize("text", ["", "  ", "。！", "字" * 11])
def test_an_answer_that_is_needed_says_something_and_fits(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        require_answer(text, needed=True, most=10)
    assert set(refused.value.errors) == {"answer"}
