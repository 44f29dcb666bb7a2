from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum

import pytest
from flask import Flask

from engage.core.messages import msg
from engage.core.types import Localized
from engage.web import assets, colour, display, richtext

pytestmark = pytest.mark.either_database


class Phase(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class State(StrEnum):
    OPEN = "open"


@pytest.fixture
def chinese(app: Flask):
    with app.test_request_context("/"):
        yield app


@pytest.fixture
def english(app: Flask):
    with app.test_request_context("/?lang=en"):
        yield app


AFTERNOON = datetime(2026, 3, 5, 7, 0, tzinfo=UTC)  # 15:00 in Shanghai


class TestTimes:
    def test_chinese(self, chinese: Flask) -> None:
        assert display.date_text(date(2026, 3, 5)) == "2026年3月5日"
        assert display.date_text("2026-03-05") == "2026年3月5日"
        assert display.date_text(date(2026, 3, 5), weekday=True) == "2026年3月5日 星期四"
        assert display.datetime_text(AFTERNOON) == "2026年3月5日 15:00"

    def test_english(self, english: Flask) -> None:
        assert display.date_text(date(2026, 3, 5)) == "5 March 2026"
        assert display.datetime_text(AFTERNOON) == "5 March 2026 15:00"

    def test_late_utc_is_the_next_day_in_shanghai(self, chinese: Flask) -> None:
        assert display.date_text(datetime(2026, 3, 5, 20, 0, tzinfo=UTC)) == "2026年3月6日"

    def test_nothing_reads_as_a_dash(self, chinese: Flask) -> None:
        assert display.date_text(None) == display.datetime_text(None) == display.number(None) == "–"

    @pytest.mark.parametrize(
        ("start", "end", "words"),
        [
            (AFTERNOON, AFTERNOON.replace(hour=8, minute=30), "2026年3月5日 15:00–16:30"),
            (date(2026, 3, 5), date(2026, 3, 20), "2026年3月5日至3月20日"),
            (date(2026, 12, 5), date(2027, 1, 4), "2026年12月5日至2027年1月4日"),
            (date(2026, 3, 5), None, "2026年3月5日起"),
            (None, date(2026, 3, 5), "2026年3月5日截止"),
            (date(2026, 3, 5), date(2026, 3, 5), "2026年3月5日"),
        ],
    )
    def test_period(self, chinese: Flask, start: date | None, end: date | None, words: str) -> None:
        assert display.period(start, end) == words


class TestFigures:
    def test_number(self, chinese: Flask) -> None:
        assert display.number(12840) == "12,840"
        assert display.number(3.14159, 2) == "3.14"
        assert display.number(1234.00005, 6) == "1,234.00005"
        assert display.number(5.0, 2) == "5"

    @pytest.mark.parametrize(
        ("share", "digits", "words"),
        [(0, 0, "0%"), (0.002, 0, "<1%"), (0.63, 0, "63%"), (0.973, 1, "97.3%"), (1, 0, "100%")],
    )
    def test_percent(self, chinese: Flask, share: float, digits: int, words: str) -> None:
        assert display.percent(share, digits) == words


class TestLabels:
    def test_same_word_in_two_enums(self, chinese: Flask) -> None:
        display.register_labels(chinese, {Phase: {Phase.OPEN: "开放"}, State: {State.OPEN: msg("Home")}})
        assert display.label(Phase.OPEN) == "开放"
        assert display.label(State.OPEN) == "首页"

    def test_flat_mapping_serves_every_enum_it_names(self, chinese: Flask) -> None:
        display.register_labels(chinese, {Phase.CLOSED: "结束", Phase.OPEN: "开放", State.OPEN: "开放"})
        assert display.label(State.OPEN) == display.label(Phase.OPEN) == "开放"

    def test_enum_without_words_never_reaches_a_page(self, chinese: Flask) -> None:
        with pytest.raises(LookupError, match=r"Phase\.CLOSED"):
            display.label(Phase.CLOSED)


class TestLanguages:
    def test_content_falls_back_to_chinese(self, english: Flask) -> None:
        assert display.local(Localized(zh_CN="你好", en="Hello")) == "Hello"
        assert display.local(Localized(zh_CN="你好")) == "你好"
        assert display.local(None) == ""

    def test_interface_words(self, chinese: Flask) -> None:
        assert display.message(msg("Home")) == "首页"
        assert display.language_tag() == "zh-CN"


class TestRichText:
    def test_markdown(self) -> None:
        html = richtext.to_html("# 标题\n\n**重点**与[链接](https://example.org)\n\n## 小节", start=3)
        assert "<h3>标题</h3>" in html
        assert "<h4>小节</h4>" in html
        assert 'rel="noopener noreferrer nofollow"' in html

    @pytest.mark.parametrize(
        "hostile",
        [
            "<script>alert(1)</script>",
            "[x](javascript:alert(1))",
            "![x](https://tracker.example/p.png)",
            "<img src=x onerror=alert(1)>",
            "[x](data:text/html;base64,PHNjcmlwdD4=)",
            '<p style="position:fixed">x</p>',
        ],
    )
    def test_nothing_runs_and_nothing_is_fetched(self, hostile: str) -> None:
        html = richtext.to_html(hostile)
        for part in ("<script", '<img src="http', 'href="javascript', 'href="data', "<p style"):
            assert part not in html

    def test_pictures_of_this_site(self) -> None:
        assert 'src="/files/ab/photo.webp"' in richtext.to_html("![合影](/files/ab/photo.webp)")

    @pytest.mark.parametrize(
        ("written", "html"),
        [
            ("![施工现场](http://example.com/a.jpg)", "<p>施工现场</p>"),
            ("![x](/files/../secret?x)", "<p>x</p>"),
            ("![x](/files/../preferences/language/en)", "<p>x</p>"),
            ("![x](/files//evil.example/x)", "<p>x</p>"),
            ("![x](/files/./.hidden)", "<p>x</p>"),
            ("前![**合影** <b>](//example.com/a.jpg)后", "<p>前合影 &lt;b&gt;后</p>"),
            (
                "[![图](http://example.com/a.jpg)](https://example.org)",
                '<p><a href="https://example.org" rel="noopener noreferrer nofollow">图</a></p>',
            ),
            ("## ![](http://example.com/a.jpg)题", "<h2>题</h2>"),
        ],
    )
    def test_of_pictures_from_elsewhere_the_words_are_shown(self, written: str, html: str) -> None:
        assert richtext.to_html(written).strip() == html

    def test_a_text_is_rendered_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        short, long = "## 短\n" + "*甲* ", "## 长\n" + "*乙* " * 1500
        first = [richtext.to_html(text, start) for text in (short, long) for start in (2, 3)]
        monkeypatch.setattr(richtext, "_markdown", None)
        assert first == [richtext.to_html(text, start) for text in (short, long) for start in (2, 3)]
        assert "<h3>短" in first[1]

    def test_too_long_is_shown_as_typed(self) -> None:
        assert richtext.to_html("*" * (richtext.LIMIT + 1)).startswith("<p>*")

    def test_empty(self) -> None:
        assert richtext.to_html(None) == richtext.to_html("") == ""


class TestColour:
    @pytest.mark.parametrize(
        "picked", ["#0e4a8f", "#ffee00", "#ffffff", "#c8102e", "#7fdbff", "#000000", "blue", ""]
    )
    def test_any_colour_carries_white_text(self, picked: str) -> None:
        theme = colour.theme(picked)
        assert colour.contrast(theme["--primary"], "#ffffff") >= 4.5
        assert colour.contrast(theme["--primary"], theme["--primary-tint"]) >= 4.5
        assert colour.contrast(theme["--primary-strong"], "#ffffff") >= colour.contrast(
            theme["--primary"], "#ffffff"
        )

    def test_a_readable_colour_is_kept(self) -> None:
        assert colour.theme("#0e4a8f")["--primary"] == "#0e4a8f"

    def test_contrast_is_wcags(self) -> None:
        assert round(colour.contrast("#000000", "#ffffff"), 1) == 21
        assert round(colour.contrast("#777777", "#ffffff"), 2) == 4.48


class TestPageNumbers:
    @pytest.mark.parametrize(
        ("current", "pages", "shown"),
        [
            (1, 1, [1]),
            (1, 3, [1, 2, 3]),
            (4, 12, [1, 2, 3, 4, 5, None, 12]),
            (6, 12, [1, None, 5, 6, 7, None, 12]),
            (12, 12, [1, None, 11, 12]),
        ],
    )
    def test_window(self, current: int, pages: int, shown: list[int | None]) -> None:
        assert display.page_numbers(current, pages) == shown


class TestAssets:
    def test_without_a_build_the_source_is_served(self, monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
        monkeypatch.setattr(assets, "MANIFEST", tmp_path / "manifest.json")
        assert assets.asset("surveys/respond.js") == "/static/js/surveys/respond.js"
        assert assets.asset("app.css") == "/static/css/app.css"
        assert assets.asset("img/emblem.svg") == "/static/img/emblem.svg"

    def test_a_new_build_is_noticed(self, monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
        manifest = tmp_path / "manifest.json"
        monkeypatch.setattr(assets, "MANIFEST", manifest)
        manifest.write_text('{"app.css": "css/app-1.css"}')
        assert assets.asset("app.css") == "/static/dist/css/app-1.css"
        manifest.write_text('{"app.css": "css/app-22.css"}')
        assert assets.asset("app.css") == "/static/dist/css/app-22.css"


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("标题", "标题："),
        ("您是否满意？", "您是否满意？ "),
        ("请说明。", "请说明。 "),
        ("Why?", "Why? "),
        ("期限：", "期限： "),
        ("", "："),
    ],
)
def test_no_colon_after_a_sign(chinese: Flask, words: str, shown: str) -> None:
    assert display.with_colon(words) == shown
