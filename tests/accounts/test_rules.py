"""Rules of passwords, scopes and permissions as tables; no server, no writing."""

from __future__ import annotations

import time

import pytest
from flask import Flask

from engage.accounts import passwords
from engage.accounts.devices import device_label
from engage.accounts.password_rules import password_problem
from engage.accounts.permissions import GRANTS, Permission, Role
from engage.accounts.rules import activities_where, may, scope_problem, units_where
from engage.core.actor import SYSTEM, Actor, ActorKind, GrantedRole, ScopeKind

LONG = "hvuen8wsxvcwa85sjuhgzsu5uspx6ehxe68tp2ay3cf39vbk3a"


@pytest.mark.parametrize(
    ("password", "good"),
    [
        ("correct horse battery staple", True),
        ("黄河 毛笔 月台 萝卜 十二", True),
        ("Tr0ub4dor&3xyz", True),
        ("short", False),
        ("elevenchars", False),
        ("kx7vqm2wz9rt", True),
        ("kx7vqm2wz9r", False),
        ("荷塘月影石桥晚风炊烟竹林", True),
        ("荷塘月影石桥晚风炊烟竹", False),
        (LONG * 4, True),
        (LONG * 4 + "x", False),
        ("x" * 201, False),
        ("aaaaaaaaaaaa", False),
        ("abcabcabcabc", False),
        ("123456789012", False),
        ("qwertyuiopasdf", False),
        ("Password1234", False),
        ("P@ssw0rd2026!", False),
        ("admin!!!!!2026", False),
        ("202620262026", False),
        ("chenjing2026!", False),
        ("chen jing at work in the office", True),
        ("１２３４５６７８９０１２", False),
        ("\0" * 12, False),
    ],
)
def test_passwords(password: str, good: bool) -> None:
    problem = password_problem(password, name="Chen Jing", email="chenjing@example.com")
    assert (problem is None) is good, str(problem)


@pytest.mark.parametrize(
    ("password", "good"),
    [
        ("chen.jing84@qiyang.gov.cn", False),
        ("Chen.Jing84@Qiyang.Gov.CN", False),
        ("2026-chen.jing84@qiyang.gov.cn!!", False),
        ("ｃｈｅｎ．ｊｉｎｇ８４＠ｑｉｙａｎｇ．ｇｏｖ．ｃｎ", False),
        ("chenjing84qiyanggovcn", False),
        ("chen.jing84 at qiyang gov cn", False),
        ("chen.jing84@139.com", False),
        ("chen.jing84chen.jing84chen.jing84", False),
        ("ChenJing-1984-1984", False),
        ("jing.chen.2026!!", False),
        ("jing 8374 chen 9912", False),
        ("陈静陈静陈静陈静陈静陈静陈静", False),
        ("我是陈静2026年10月1日", False),
        ("市教育局1234567890", False),
        ("市教育局 政务公开主题日", False),
        ("Education Bureau 2026!", False),
        ("education_bureau_chen_jing", False),
        ("chen jing at work in the office", True),
        ("正午 竹篮 陈静 蓝色 雨伞 走廊 杯子 书", True),
        ("education of forty blue whales", True),
        ("jingle bells over the canteen", True),
        ("correct horse battery staple", True),
        ("Tr0ub4dor&3xyz", True),
    ],
)
def test_passwords_made_of_who_and_where_one_is(password: str, good: bool) -> None:
    places = ["市教育局", "Education Bureau", "政务公开主题日", ""]
    email = "Chen.Jing84@qiyang.gov.cn"
    problem = password_problem(password, name="陈静 Chen Jing", email=email, places=places)
    assert (problem is None) is good, str(problem)


COMMON = """
password1234 passwordpassword qwertyuiop123 1qaz2wsx3edc 1qaz@WSX3edc 1q2w3e4r5t6y zaq12wsxcde3 qwe123!@#asd
iloveyou1234 woaini1314520 woaini5201314 5201314520131 Woaini520!!! aini13141314 woaiwojia1314 wobuzhidao123
admin123456789 Admin@123456 P@ssw0rd1234 Passw0rd!Passw0rd! abc123456789 Aa123456789!
Abc@12345678 a1b2c3d4e5f6 beijing2008!! Beijing2022! shanghai2024 zhongguo1949 woaizhongguo nihao123456789
wodemima1234 mima12345678 zhangsan1985! chenjing1984! Zhang19850312 liming1990!!! wangwei123456
renmin123456 zhengfu12345 Gov@12345678
Engage@2026! engage123456 Huawei@123456 Summer2026!! Welcome2026! letmein123456 changeme1234 superman1234
trustno1trustno1 !@#$%^&*()_+ 147258369147 159753456852 000000000000a 20260101abcd 19491001china administrator
我爱你我爱你1314 政务公开2026年 密码密码密码密码密码密码 一二三四五六七八九十甲乙 为人民服务为人民服务
""".split()  # noqa: SIM905


@pytest.mark.parametrize("password", COMMON)
def test_passwords_that_are_tried_first(password: str) -> None:
    for written in (password, password.upper(), password.capitalize()):
        assert password_problem(written) is not None, written


@pytest.mark.parametrize(
    "password",
    ["春风又绿江南岸 蓝鲸 四只", "x7Kq-92mp-LLwz", "purple window seven ladder", "毛笔 zebra 月台 9931"],
)
def test_passwords_that_nobody_tries(password: str) -> None:
    assert password_problem(password) is None


def test_a_hash_costs_what_owasp_asks_for() -> None:
    assert passwords.PASSES >= 2
    assert passwords.MEMORY_KIB >= 19 * 1024


def test_a_long_password_is_judged_as_quickly_as_a_short_one() -> None:
    began = time.perf_counter()
    password_problem("ab1c d" * 33)
    # Of a thread, not of the hub; without a bound it is a second.
    assert time.perf_counter() - began < 0.5


@pytest.mark.parametrize("email", ["13800138000@139.com", "a@b.cn", ""])
def test_a_mailbox_of_digits_or_one_letter_forbids_no_words(email: str) -> None:
    assert password_problem("complete silence", name="", email=email) is None
    assert password_problem("13800138000@139.com", name="", email="13800138000@139.com") is not None


@pytest.mark.parametrize(
    ("role", "scope", "scope_id", "good"),
    [
        (Role.ADMINISTRATOR, ScopeKind.SITE, None, True),
        (Role.ADMINISTRATOR, ScopeKind.UNIT, 1, False),
        (Role.COORDINATOR, ScopeKind.ACTIVITY, 1, False),
        (Role.DEPARTMENT, ScopeKind.SITE, None, False),
        (Role.DEPARTMENT, ScopeKind.UNIT, None, False),
        (Role.DEPARTMENT, ScopeKind.UNIT, 1, True),
        (Role.MODERATOR, ScopeKind.ACTIVITY, 1, True),
        (Role.MODERATOR, ScopeKind.ACTIVITY, None, False),
        (Role.TYPIST, ScopeKind.SITE, None, True),
    ],
)
def test_scopes_of_roles(role: Role, scope: ScopeKind, scope_id: int | None, good: bool) -> None:
    assert (scope_problem(role, scope, scope_id) is None) is good


@pytest.mark.parametrize(
    ("grant", "unit", "activity", "covered"),
    [
        (GrantedRole("department", ScopeKind.SITE), 1, 1, True),
        (GrantedRole("department", ScopeKind.SITE), None, None, True),
        (GrantedRole("department", ScopeKind.UNIT, 1), 1, 9, True),
        (GrantedRole("department", ScopeKind.UNIT, 1), 2, 1, False),
        (GrantedRole("department", ScopeKind.UNIT, 1), None, None, False),
        (GrantedRole("department", ScopeKind.ACTIVITY, 7), 1, 7, True),
        (GrantedRole("department", ScopeKind.ACTIVITY, 7), 7, None, False),
        (GrantedRole("department", ScopeKind.ACTIVITY, 7), 7, 8, False),
        (GrantedRole("typist", ScopeKind.SITE), 1, 1, False),
    ],
)
def test_a_grant_covers_only_its_scope(
    grant: GrantedRole, unit: int | None, activity: int | None, covered: bool
) -> None:
    actor = Actor(ActorKind.STAFF, 1, grants=(grant,))
    assert may(actor, Permission.SURVEY_EDIT, unit_id=unit, activity_id=activity) is covered


def test_two_grants_do_not_add_up_to_a_third() -> None:
    grants = (GrantedRole("typist", ScopeKind.SITE), GrantedRole("department", ScopeKind.UNIT, 1))
    actor = Actor(ActorKind.STAFF, 1, grants=grants)
    assert not may(actor, Permission.SURVEY_EDIT, unit_id=2)
    assert units_where(actor, Permission.SURVEY_EDIT) == {1}
    assert units_where(actor, Permission.SURVEY_ENTER) is None
    assert activities_where(actor, Permission.SURVEY_EDIT) == frozenset()


def test_nobody_without_grants_may_anything() -> None:
    for kind in (ActorKind.ANONYMOUS, ActorKind.CITIZEN, ActorKind.STAFF):
        assert not any(may(Actor(kind), permission, anywhere=True) for permission in Permission)
    assert all(may(SYSTEM, permission) for permission in Permission)


def test_the_administrator_does_not_speak_for_units() -> None:
    administers = {
        Permission.ACCOUNT_MANAGE,
        Permission.UNIT_MANAGE,
        Permission.SETTINGS_EDIT,
        Permission.AUDIT_READ,
    }
    assert GRANTS[Role.ADMINISTRATOR] == administers


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("agent", "label"),
    [
        (
            "Mozilla/5.0 (Linux; Android 14) Chrome/120 Mobile Safari/537.36 MicroMessenger/8.0",
            "微信 · Android",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/120 Safari/537.36 Edg/120", "Edge · Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17 like Mac OS X) Version/17 Safari/604", "Safari · iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:130) Firefox/130", "Firefox · Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/120 Safari/537.36 QQBrowser/13", "QQ浏览器 · Windows"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/120 Safari/537.36 DingTalk/7.5", "钉钉 · Android"),
        ("", ""),
        ("<script>", ""),
    ],
)
def test_devices_are_named_as_people_know_them(app: Flask, agent: str, label: str) -> None:
    with app.test_request_context("/"):
        assert device_label(agent) == label
