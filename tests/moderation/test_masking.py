"""What screening notices in a question is covered, and the rest of the words stay; the cost is linear."""

from __future__ import annotations

import pytest

from engage.core.errors import Conflict
from engage.live.rules.text import MOST
from engage.moderation.actions import places, screen
from engage.moderation.rules.masking import COVER, masked
from tests.fixtures.work import calls

COVERED = [
    ("请打我电话13800138000，谢谢", f"请打我电话{COVER}，谢谢"),
    ("138 0013 8000或者0746-3221234找王先生", f"{COVER}或者{COVER}找王先生"),
    ("身份证430481 19900307 1236的人", f"身份证{COVER}的人"),
    ("身份证110105 19491231 002 X的人", f"身份证{COVER}的人"),
    ("卡号6222-0212-3456-7890-128", f"卡号{COVER}"),
    ("写信到zhang.san@city.example.com吧", f"写信到{COVER}吧"),
    ("写信到张三zhang（at）city。com吧", f"写信到张三{COVER}吧"),
    ("1\u03013\u03018\u0301 0013 8000是我", f"{COVER}是我"),
    ("一三八零零一三八零零零是我", f"{COVER}是我"),
    ("车牌湘M·F1234挡路", f"车牌{COVER}挡路"),
    ("护照号 E12345678 丢了", f"{COVER} 丢了"),
]


@pytest.mark.parametrize(("text", "right"), COVERED)
def test_only_what_was_noticed_is_covered(text: str, right: str) -> None:
    assert masked(text, places) == right
    assert not screen(right).held


@pytest.mark.parametrize("text", ["第三条应当写明期限。", "2026年3月5日14时30分", ""])
def test_other_words_stay(text: str) -> None:
    assert masked(text, places) == text


def test_many_numbers_are_covered_at_once() -> None:
    numbers = [f"1380013{last:04}" for last in range(8000, 8030)]
    text = "、".join(f"找{number}吧" for number in numbers)
    assert masked(text, places) == "、".join(f"找{COVER}吧" for _ in numbers)


def test_what_cannot_be_covered_is_said() -> None:
    with pytest.raises(Conflict):
        masked("什么都算", lambda text: [(0, 1)])


@pytest.mark.parametrize("signs", ["1 3-", "13 ", "1 ", "a@a.a ", "13812345678 ", "q"])
def test_covering_costs_as_much_for_each_character(signs: str) -> None:
    def cover(size: int) -> int:
        return calls(lambda: masked((signs * size)[:size], places))

    assert cover(4 * MOST) < 6 * cover(MOST)
    assert cover(MOST) < 60 * MOST
