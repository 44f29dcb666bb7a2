"""A department at its office PC: plan, survey, consultation, cases, figures, results."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from engage.accounts.permissions import Role
from engage.core.clock import minute, today
from engage.core.db import db
from engage.core.writer import atomic
from engage.surveys.models import Response, Survey, SurveyVersion
from tests.factories.accounts import make_unit
from tests.factories.themedays import make_round
from tests.fixtures.browser import awake
from tests.fixtures.server import Server
from tests.journeys.people import agree, code_on, look_up, press, sign_in

Open = Callable[..., Page]
YEAR = today().year
FORMULA = "=SUM(A1:A9) 是公式吗？"
DRAFT = """第一章 总则
第一条 【目的】为规范夜间摊点经营，方便群众生活，制定本办法。
第二条 【范围】本办法适用于城区指定的夜间经营区。
第二章 经营
第三条 【时间】夜间经营时间为每日十八时至二十四时。
第四条 【卫生】摊主应当保持摊位周边五米内清洁。
"""
LATER = "夏天能不能延长到凌晨一点？"
CLEAN = "五米太窄，建议改为十米。"
LIGHT = "路灯归谁管？晚上太暗。"
ADVERT = "专业办证，电话联系。"


def _units(app: Flask) -> tuple[int, int]:
    with app.app_context():
        make_round()
        found = make_unit("市城市管理和综合执法局").id, make_unit("市住房和城乡建设局").id
        db.session.remove()
    return found


def test_a_department_files_its_plan(app: Flask, live_server: Server, open_page: Open, inspect: Any) -> None:
    unit, _ = _units(app)
    desk = open_page(phone=False)
    sign_in(app, desk, live_server, Role.DEPARTMENT, unit=unit, name="周科员")
    desk.goto(f"{live_server.url}/staff/")
    inspect(desk, "department-overview")
    desk.goto(f"{live_server.url}/staff/plan/{YEAR}")
    desk.get_by_role("link", name="新建条目").first.click()
    press(desk, "保存并报送")
    expect(desk.locator(".error-summary")).to_be_visible()
    inspect(desk, "department-row-error")
    desk.locator("[name=theme]").fill("夜间经济面对面")
    desk.locator("[name=form]").select_option("symposium")
    desk.locator("[name=planned_on]").fill(f"{YEAR}-06-18")
    desk.locator("[name=steps]").fill("发布公告\n召开座谈会\n公布答复")
    desk.locator("[name=contact_name]").first.fill("李红")
    desk.locator("[name=contact_phone]").first.fill("0746-3222333")
    press(desk, "保存并报送")
    expect(desk.locator("main")).to_contain_text("已报送")
    inspect(desk, "department-row-filed")
    desk.goto(f"{live_server.url}/staff/plan/{YEAR}")
    expect(desk.locator("main table")).to_contain_text("夜间经济面对面")
    inspect(desk, "department-plan")


def test_a_department_asks_and_publishes_what_it_heard(
    app: Flask, live_server: Server, open_page: Open, inspect: Any
) -> None:
    live_server.start_worker()
    unit, _ = _units(app)
    desk, phone = open_page(phone=False), open_page()
    sign_in(app, desk, live_server, Role.DEPARTMENT, unit=unit)
    address = _writes_a_survey(desk, live_server, inspect)
    phone.goto(live_server.url + address)
    phone.get_by_label("每周").check()
    phone.locator("textarea, input[type=text]").first.fill(FORMULA)
    phone.locator("[data-forward]").click()
    code_on(phone)
    _eleven_more(app)

    results = f"{live_server.url}/staff{address}/results"
    _until(desk, results, desk.locator("#exports"))
    _until(desk, results, desk.locator("dd, .tile", has_text="12").first)
    expect(desk.locator("[data-chart] .main-svg").first).to_be_visible()
    inspect(desk, "department-dashboard")
    choice = desk.locator("[name=filter] option", has_text="每周").get_attribute("value")
    desk.locator("[name=filter]").select_option(choice)
    desk.locator("form.toolbar [type=submit]").click()
    expect(desk.locator("main")).to_contain_text("每周")
    inspect(desk, "department-dashboard-filtered")
    _exports(desk, results, inspect)

    desk.goto(f"{live_server.url}/staff{address}/publish")
    agree(desk, "立即截止")
    _until(desk, results, desk.locator("[name=words_zh_CN]"))
    desk.locator("[name=words_zh_CN]").fill("多数人每周都坐夜间公交，十月起末班车延后半小时。")
    agree(desk, "公布结果")
    inspect(desk, "department-dashboard-published")
    phone.goto(f"{live_server.url}/results{address}")
    expect(phone.locator("main")).to_contain_text("末班车延后半小时")
    assert FORMULA not in phone.content()
    inspect(phone, "department-result")
    phone.set_viewport_size({"width": 1440, "height": 900})
    inspect(phone, "department-result")


def _writes_a_survey(desk: Page, server: Server, inspect: Any) -> str:
    desk.goto(f"{server.url}/staff/surveys/")
    inspect(desk, "department-surveys-none")
    desk.goto(f"{server.url}/staff/surveys/new")
    desk.get_by_label("中文标题").fill("夜间公交出行问卷")
    desk.get_by_role("button", name="继续编写题目").click()
    add = desk.get_by_role("button", name="添加题目", exact=True)
    add.click()
    desk.get_by_label("题目（中文）").first.fill("您多久坐一次夜间公交？")
    desk.get_by_label("选项 1（中文）").fill("每周")
    desk.get_by_label("选项 2（中文）").fill("很少")
    desk.locator("select", has=desk.locator("option[value=text]")).last.select_option("text")
    add.click()
    expect(desk.get_by_label("题目（中文）")).to_have_count(2)
    desk.get_by_label("题目（中文）").last.fill("您还有什么建议？")
    expect(desk.locator("[data-check]")).to_contain_text("可以发布")
    expect(desk.locator("[data-state]")).to_have_text("已全部保存。")
    inspect(desk, "department-builder")
    desk.get_by_role("link", name="发布", exact=True).last.click()
    desk.get_by_role("button", name="发布问卷").click()
    expect(desk.locator("#unsaid")).to_contain_text("没有截止时间")
    desk.get_by_role("button", name="仍然发布").click()
    address = desk.locator("#public-address").get_attribute("href")
    assert address
    desk.goto(f"{server.url}/staff/surveys/")
    inspect(desk, "department-surveys")
    return address


def _eleven_more(app: Flask) -> None:
    """As many as let a figure be shown."""
    with app.app_context():
        survey = db.session.query(Survey).one()
        version = db.session.query(SurveyVersion).one()
        question = version.definition["pages"][0]["questions"][0]
        with atomic():
            db.session.add_all(
                Response(
                    survey_id=survey.id,
                    version_id=version.id,
                    language="zh_CN",
                    submitted_minute=minute(),
                    answers={question["id"]: question["choices"][0]["id"]},
                )
                for _ in range(11)
            )
        db.session.remove()


def _until(page: Page, address: str, wanted: Locator) -> None:
    """Open a page again until the worker has got as far."""
    for _ in range(100):
        page.goto(address)
        if wanted.count():
            return
    raise AssertionError(f"{address} never showed {wanted}")


def _exports(desk: Page, results: str, inspect: Any) -> None:
    files: dict[str, bytes] = {}
    for kind in ("CSV", "Excel"):
        desk.goto(results)
        press(desk, kind)
        link = desk.get_by_role("link", name="下载", exact=True)
        expect(link).to_be_visible()
        inspect(desk, f"department-export-{kind.lower()}")
        with desk.expect_download() as download:
            link.click()
        files[kind] = Path(download.value.path()).read_bytes()
    lines = list(csv.reader(files["CSV"].decode("utf-8-sig").splitlines()))
    assert len(lines) == 13
    typed = [cell for line in lines for cell in line if FORMULA in cell]
    assert len(typed) == 1
    assert not typed[0].startswith("=")
    book = openpyxl.load_workbook(BytesIO(files["Excel"]))
    cells = [
        cell for sheet in book for row in sheet.iter_rows() for cell in row if FORMULA in str(cell.value)
    ]
    assert [cell.data_type for cell in cells] == ["s"]


def test_a_department_consults_answers_and_adopts(
    app: Flask, live_server: Server, open_page: Open, inspect: Any
) -> None:
    unit, other = _units(app)
    desk = open_page(phone=False)
    sign_in(app, desk, live_server, Role.DEPARTMENT, unit=unit)
    staff, public = _publishes_a_draft(desk, live_server, inspect)
    codes = {
        text: _comments(open_page(), live_server.url + public, clause, text)
        for clause, text in (("第三条", LATER), ("第四条", CLEAN), ("第四条", LIGHT), ("第二条", ADVERT))
    }
    _reviews(desk, staff, inspect)
    _replies_and_adopts(desk, staff, LATER, inspect)
    _assigns(desk, staff, LIGHT)
    colleague = open_page(phone=False)
    sign_in(app, colleague, live_server, Role.DEPARTMENT, unit=other)
    _answers_a_case(colleague, live_server, inspect)
    phone = open_page()
    expect(look_up(phone, live_server, codes[LIGHT])).to_contain_text("路灯由我局维护")
    inspect(phone, "department-receipt-answered")
    expect(look_up(phone, live_server, codes[ADVERT])).to_contain_text("广告")
    expect(look_up(phone, live_server, codes[LATER])).to_contain_text("部分采纳")

    for text in (CLEAN, LIGHT):
        _opens_comment(desk, staff, text)
        if text == CLEAN:
            desk.locator("#reply").fill("十米超出摊主能力，由环卫部门负责。")
            press(desk, "公开答复")
        desk.locator("#adoption").select_option("not" if text == CLEAN else "explained")
        desk.locator("#adoption_reason").fill("职责不在摊主，见答复。")
        press(desk, "公开采纳情况")
        expect(desk.locator(".error-summary")).to_have_count(0)
    _settles(desk, staff, inspect)
    phone.goto(f"{live_server.url}/results{public}")
    expect(phone.locator("main")).to_contain_text(CLEAN)
    assert ADVERT not in phone.content()
    inspect(phone, "department-consultation-result")
    phone.set_viewport_size({"width": 1440, "height": 900})
    inspect(phone, "department-consultation-result")


def _publishes_a_draft(desk: Page, server: Server, inspect: Any) -> tuple[str, str]:
    desk.goto(f"{server.url}/staff/consultations/new")
    inspect(desk, "department-consultation-new")
    desk.locator("[name=kind]").select_option("normative")
    desk.locator("[name=title]").fill("夜间摊点管理办法（征求意见稿）")
    desk.locator("[name=background]").fill("夜间经济需要规范，也要方便群众，请您提意见。")
    desk.locator("[name=opens_at]").fill(f"{today():%Y-%m-%d}T00:00")
    desk.locator("[name=closes_at]").fill(f"{today() + timedelta(days=40):%Y-%m-%d}T18:00")
    desk.locator("[name=contact]").fill("市城管局 0746-0000000，文昌路1号")
    press(desk, "保存，下一步填写文稿")
    desk.locator("[name=text]").fill(DRAFT)
    press(desk, "拆分为条款")
    expect(desk.locator("#clauses [name=number]")).to_have_count(6)
    inspect(desk, "department-consultation-clauses")
    desk.locator("#clauses").get_by_role("button", name="保存条款").last.click()
    staff = f"{server.url}/staff/consultations/{desk.url.split('/consultations/')[1].split('/')[0]}"
    desk.goto(staff)
    inspect(desk, "department-consultation-draft")
    agree(desk, "发布")
    expect(desk.get_by_role("link", name="公开页面")).to_be_visible()
    inspect(desk, "department-consultation-published")
    public = desk.get_by_role("link", name="公开页面").get_attribute("href")
    return staff, str(public)


def _comments(phone: Page, address: str, clause: str, text: str) -> str:
    phone.goto(address)
    awake(phone)
    phone.locator("#draft article", has_text=clause).locator("a[data-clause]").click()
    sheet = phone.get_by_role("dialog")
    sheet.locator("#stance-partly").check()
    sheet.locator("textarea").fill(text)
    press(phone, "提交意见")
    return code_on(phone)


def _row(desk: Page, text: str) -> Locator:
    return desk.locator("[data-item]", has_text=text)


def _reviews(desk: Page, staff: str, inspect: Any) -> None:
    desk.goto(f"{staff}/comments")
    listens = desk.locator("[data-keys]")
    expect(listens).to_be_visible()
    inspect(desk, "department-comments")
    for left, text in ((3, LATER), (2, CLEAN), (1, LIGHT)):
        _row(desk, text).focus()
        desk.keyboard.press("a")
        expect(desk.locator("[data-item]")).to_have_count(left)
        expect(listens).to_be_visible()
    _row(desk, ADVERT).focus()
    desk.keyboard.press("d")
    _row(desk, ADVERT).locator("[data-reason]").select_option("advertisement")
    desk.keyboard.press("Enter")
    expect(desk.locator("[data-item]")).to_have_count(0)
    inspect(desk, "department-comments-reviewed")


def _opens_comment(desk: Page, staff: str, text: str) -> None:
    desk.goto(f"{staff}/comments?view=all")
    _row(desk, text).get_by_role("link", name="办理").click()
    expect(desk.locator(".comment__text").first).to_have_text(text)


def _replies_and_adopts(desk: Page, staff: str, text: str, inspect: Any) -> None:
    _opens_comment(desk, staff, text)
    desk.locator("#reply").fill("七、八月延长到次日零时三十分。")
    press(desk, "公开答复")
    desk.locator("#adoption").select_option("partly")
    press(desk, "公开采纳情况")
    expect(desk.locator(".error-summary")).to_be_visible()
    inspect(desk, "department-comment-reason-missing")
    desk.locator("#adoption_reason").fill("凌晨一点影响周边居民休息。")
    press(desk, "公开采纳情况")
    expect(desk.locator(".comment .tag", has_text="部分采纳")).to_be_visible()
    inspect(desk, "department-comment")


def _assigns(desk: Page, staff: str, text: str) -> None:
    _opens_comment(desk, staff, text)
    desk.locator("#unit").select_option(label="市住房和城乡建设局")
    press(desk, "交办")
    expect(desk.locator("main")).to_contain_text("市住房和城乡建设局")


def _answers_a_case(colleague: Page, server: Server, inspect: Any) -> None:
    colleague.goto(f"{server.url}/staff/")
    inspect(colleague, "department-overview-case")
    colleague.goto(f"{server.url}/staff/cases")
    inspect(colleague, "department-cases")
    colleague.locator("main table a").first.click()
    inspect(colleague, "department-case")
    colleague.locator("[name=text]").fill("路灯由我局维护，本周内更换灯头。")
    press(colleague, "发布答复")
    expect(colleague.locator("main")).to_contain_text("路灯由我局维护")
    inspect(colleague, "department-case-answered")


def _settles(desk: Page, staff: str, inspect: Any) -> None:
    desk.goto(staff)
    # Ahead of time it is shorter than the law asks for: not without the reason that is published.
    desk.get_by_label("提前结束的理由").fill("汛期将至，须尽快修缮路灯。")
    agree(desk, "提前结束")
    expect(desk.locator("main")).to_contain_text("汛期将至，须尽快修缮路灯。")
    desk.goto(f"{staff}/result")
    desk.locator("[name=note]").fill("共收到四条意见，公开三条，采纳一条。")
    desk.locator("main form.panel [type=submit]").click()
    desk.goto(staff)
    press(desk, "标记办结")
    expect(desk.locator("main")).to_contain_text("已办结")
    inspect(desk, "department-consultation-settled")
