"""The words of the Chinese interface that a government site would use, and one word for one thing."""

from __future__ import annotations

import re
from functools import cache

import pytest

import translations

# English, its domain, and what stands in Chinese: wholly, or "…" for the rest of a longer text.
SAID = [
    ("The result is published with reasons. With your receipt code you can look up what came of your "
     "comment, or erase it.", "consultations", "…凭查询码可查询所提意见的办理情况…"),
    ("Put on air", "live", "设为正在回答"),
    ("put it on air", "live", "设为正在回答"),
    ("{who} was faster and {done}. Your decision was not applied; please look at the question again.",
     "live", "{who}已先行处理（{done}），本次操作未生效，请核对。"),
    # A case comes from a comment or an answer of a survey as well as from a question.
    ("It is published at once where the question was asked.", "cases", "提交后立即在原页面公开。"),
    ("Do not show the ticked ones", "consultations", "不公开勾选的意见"),
    ("Reply and more", "consultations", "办理"),
    ("For whom", "live", "嘉宾姓名"),
    ("chose one of these", "surveys", "选择了以下任一项"),
    ("chose", "surveys", "选择了"),
    ("Help text, condition and English", "surveys", "更多设置"),
    ("Make a copy", "surveys", "复制为新问卷"),
    ("Only responses that chose", "analysis", "按选项筛选"),
    ("Shown here", "analysis", "筛选后"),
    ("Answered by %(base)s people", "analysis", "%(base)s 人作答"),
    ("the oldest has waited {time}", "live", "最早一条已等 {time}"),
    (" (closed the same day)", "consultations", "（当日截止）"),
    ("Nothing is missing: the survey can be published.", "surveys", "内容已完整，可以发布。"),
    ("Published at", "surveys", "发布时间"),
    ("At least 12 characters. Four unrelated words are easy to keep and hard to guess.",
     "accounts", "…建议用几个不相关词语的拼音组合…"),
    ("This is not a questionnaire in JSON.", "questions", "问卷内容有误，请刷新后重试。"),
    ("Paste the text or Markdown. Chapters and articles (第一章, 第一条), 一、（一）1. and Markdown headings "
     "are recognised; you can correct the split afterwards. A text with # headings, **bold** words or tables "
     "is shown as Markdown, any other exactly as it is written.",
     "consultations", "可从 Word、WPS 直接粘贴；系统按“第×章”“第×条”自动拆分…"),
    ("Off: citizens read it exactly as it is typed. On: # headings, **bold** words, ~~struck~~ words, lists "
     "and tables.", "web", "…支持加粗、列表、表格…"),
    ("Operated by", "settings", "承办单位"),
    ("Open", "surveys", "正在进行"),
    ("Open", "consultations", "正在进行"),
    ("Being held", "themedays", "正在进行"),
    ("Live session", "portal", "在线访谈"),
    ("No outcome yet", "consultations", "待反馈"),
    ("Without outcome yet", "consultations", "待反馈"),
    ("With an outcome", "consultations", "已反馈"),
    ("Audit log", "audit", "操作日志"),
    ("A citizen", "audit", "市民"),
    ("This case has been closed in the meantime. What you typed is kept below.", "cases", "该事项…"),
]  # fmt: skip

# What stood there beside the one word, with the sentences in which it means something else.
GIVEN_UP = [
    ("Undertaker", ()),
    ("公众|群众", ("公众网站",)),
    ("(?<!正在)进行中", ("直播进行中，不能进行此操作。",)),
    ("访谈/直播", ()),
    ("审计日志", ()),
    ("清单", ()),
    ("此事项|本事项|该待办", ()),
    ("先一步", ()),
    ("制作副本", ()),
    ("没有缺项", ()),
    ("给哪位嘉宾", ()),
    ("未反馈|待回应|已回应", ()),
]


@cache
def _texts() -> dict[tuple[str, str], str]:
    """All that is translated: (domain, English) → Chinese."""
    found = {}
    for domain in translations.domains():
        path = translations.catalogue_path(domain, "zh_CN")
        for message in translations.read(path, "zh_CN") if path.exists() else ():
            said = message.string if isinstance(message.string, str) else "".join(message.string)
            found[domain, message.id if isinstance(message.id, str) else message.id[0]] = said
    return found


def test_a_thing_is_called_as_offices_call_it() -> None:
    texts = _texts()
    assert len(texts) > 1000
    wrong = {
        f"{domain}: {english}": texts.get((domain, english))
        for english, domain, chinese in SAID
        if not re.fullmatch(
            re.escape(chinese).replace("…", ".*"), texts.get((domain, english), ""), re.DOTALL
        )
    }
    assert not wrong


@pytest.mark.parametrize(("words", "but"), GIVEN_UP)
def test_a_word_that_was_given_up_stands_nowhere(words: str, but: tuple[str, ...]) -> None:
    found = re.compile(words)
    assert not [
        (domain, english, chinese)
        for (domain, english), chinese in _texts().items()
        if found.search(english + chinese) and chinese not in but
    ]
