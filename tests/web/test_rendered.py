"""Texts are made into HTML once, beside the hub where that takes long, and no text grows out of bounds."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from markupsafe import Markup

from engage.web import rendered as rendering
from engage.web import richtext, typedtext
from engage.web.rendered import Rendered, rendered
from engage.web.richtext import to_html
from engage.web.typedtext import typed
from tests.fixtures.work import calls


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    rendered.clear()


def test_a_text_is_made_once() -> None:
    made: list[str] = []
    store = Rendered(10_000)

    def make() -> Markup:
        made.append("x")
        return Markup("<p>x</p>")

    assert {store.get(("x",), make, lasting=lasting) for lasting in (True, False, True)} == {"<p>x</p>"}
    assert made == ["x"]


def test_what_was_asked_for_last_is_kept_and_no_more_than_there_is_room_for() -> None:
    store, made = Rendered(20_000), []

    def ask(name: str, size: int) -> None:
        store.get((name,), lambda: made.append(name) or Markup("x" * size), lasting=False)  # type: ignore[func-returns-value]

    for name in ("a", "b", "c", "d"):
        ask(name, 4_000)
        ask("a", 4_000)
        assert store.used <= store.room
    ask("e", 4_000)
    assert store.used <= store.room
    ask("a", 4_000)
    ask("too large", 40_000)
    ask("a", 4_000)
    assert made == ["a", "b", "c", "d", "e", "too large"]
    ask("b", 4_000)
    assert made[-1] == "b"


def test_who_asks_meanwhile_waits_for_the_one_under_way() -> None:
    store, made = Rendered(10_000), []
    begun, release = threading.Event(), threading.Event()

    def make() -> Markup:
        made.append(1)
        begun.set()
        assert release.wait(30)
        return Markup("x")

    answers: list[Markup] = []
    asking = [
        threading.Thread(target=lambda: answers.append(store.get(("x",), make, lasting=True)))
        for _ in range(3)
    ]
    asking[0].start()
    assert begun.wait(30)
    for thread in asking[1:]:
        thread.start()
    release.set()
    for thread in asking:
        thread.join(30)
    assert answers == ["x"] * 3
    assert made == [1]


def test_what_cannot_be_made_is_asked_for_again() -> None:
    store = Rendered(10_000)

    def fail() -> Markup:
        raise ValueError("broken")

    for _ in range(2):
        with pytest.raises(ValueError, match="broken"):
            store.get(("x",), fail, lasting=True)
    assert store.get(("x",), lambda: Markup("x"), lasting=True) == "x"


TABLE = "序号\t车型\t首小时\n" + "1\t小型车\t二元\n" * 3_000


@pytest.mark.parametrize(
    ("show", "module", "work", "text"),
    [
        (typed, typedtext, "_as_typed", TABLE),
        (to_html, richtext, "_render", "![![]" * 2_000),
        (to_html, richtext, "_render", "**甲** [去](https://city.example)\n\n" * 40),
    ],
    ids=["table", "pictures", "words"],
)
def test_long_texts_leave_the_hub_and_are_made_once(
    monkeypatch: pytest.MonkeyPatch,
    show: Callable[[str], Markup],
    module: object,
    work: str,
    text: str,
) -> None:
    beside: list[str] = []
    real, make = rendering.beside_the_hub, getattr(module, work)
    monkeypatch.setattr(rendering, "beside_the_hub", lambda job: beside.append("left") or real(job))
    monkeypatch.setattr(module, work, lambda *words, **how: beside.append("made") or make(*words, **how))
    assert show(text) == show(text) != ""
    assert beside == ["left", "made"]


@pytest.mark.parametrize(
    "text", [TABLE, "a\t" * 40_000, "a\t" * 1_000 + "\na\tb" * 20_000, "甲\n\n" * 20_000]
)
def test_html_and_work_grow_with_the_text(text: str) -> None:
    rendered.clear()
    assert len(typed(text)) < 30 * len(text)
    rendered.clear()
    assert calls(lambda: typed(text)) < 20 * len(text)


def test_rows_of_few_cells_are_a_table_with_others_of_many() -> None:
    wide = "\t".join("甲乙丙丁戊己庚辛壬癸子丑")
    page = typed(f"收费标准\t元\n{wide}\n合计\t12\n{wide}")
    assert page.count("<tr>") == 4
    assert page.count("<td>") + page.count("<th>") == 4 * 12
