"""Where Chinese stands on a page in another language."""

from __future__ import annotations

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.web.marking import mark_chinese

ZH = 'lang="zh-CN"'

PAGES = [
    ("<p>Nothing &amp; nobody</p>", "<p>Nothing &amp; nobody</p>"),
    ("<h1>小区问卷</h1>", f"<h1 {ZH}>小区问卷</h1>"),
    ('<h1 class="a" id="b">第 3 条 </h1>', f'<h1 class="a" id="b" {ZH}>第 3 条 </h1>'),
    (
        "<p>Survey result: 小区 2024 年问卷 (open)</p>",
        f"<p>Survey result: <span {ZH}>小区 2024 年问卷</span> (open)</p>",
    ),
    ("<p>建议 WiFi 和 USB</p>", f"<p><span {ZH}>建议</span> WiFi <span {ZH}>和</span> USB</p>"),
    ("<p>安装WiFi设备</p>", f"<p><span {ZH}>安装WiFi设备</span></p>"),
    ("<li><b>1</b> 停车 </li>", f"<li><b>1</b> <span {ZH}>停车</span> </li>"),
    # The words of its attributes are English.
    ('<a title="Open">停车</a>', f'<a title="Open"><span {ZH}>停车</span></a>'),
    ('<a aria-label="Open">停车</a>', f'<a aria-label="Open"><span {ZH}>停车</span></a>'),
    ('<img alt="停车"><p data-text></p>', '<img alt="停车"><p data-text></p>'),
    ('<option value="a">城东 East</option>', f'<option value="a" {ZH}>城东 East</option>'),
    ("<textarea>停车\n难 now</textarea>", f"<textarea {ZH}>停车\n难 now</textarea>"),
    ("<title>停车</title>", "<title>停车</title>"),
    ('<script>a = "<p>停车</p>"</script>', '<script>a = "<p>停车</p>"</script>'),
    ("<!-- 停车 --><svg><title>车</title></svg>", "<!-- 停车 --><svg><title>车</title></svg>"),
    (f"<a {ZH}>中文</a><b>停车</b>", f"<a {ZH}>中文</a><b {ZH}>停车</b>"),
    (f"<div {ZH}><div>中</div>文</div>停", f"<div {ZH}><div>中</div>文</div><span {ZH}>停</span>"),
    (f"<html {ZH}><p>Page 停车</p></html>", f"<html {ZH}><p>Page 停车</p></html>"),
    ("<p>停车<br>困难</p>", f"<p><span {ZH}>停车</span><br><span {ZH}>困难</span></p>"),
]


@pytest.mark.parametrize(("page", "marked"), PAGES)
def test_what_is_marked(page: str, marked: str) -> None:
    assert mark_chinese(page) == marked
    assert mark_chinese(marked) == marked


@given(st.lists(st.sampled_from(["停车", "2024", "now", " ", "\n", "&amp;", "，", "<b>", "</b>", "<br>"])))
def test_words_stay_as_they_are(words: list[str]) -> None:
    page = f"<p>{''.join(words)}</p>"
    assert _plain(mark_chinese(page)) == _plain(page)


def _plain(page: str) -> str:
    return "".join(html5lib.parse(page, namespaceHTMLElements=False).itertext())
