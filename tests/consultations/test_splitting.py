"""Drafts split into clauses, and clauses that keep their ids through later texts."""

from __future__ import annotations

import pytest

from engage.consultations.rules.clauses import (
    CLAUSES,
    DRAFT_CHARACTERS,
    Clause,
    Part,
    cut,
    merged,
    require_clauses,
)
from engage.consultations.rules.matching import with_keys_of
from engage.consultations.rules.splitting import split
from engage.core.errors import Invalid

ARTICLES = """停车管理办法（征求意见稿）

第一章　总则
第一条 【目的】为了规范停车，制定本办法。
第二条 本办法适用于：
（一）道路停车；
1.白线；
（二）公共停车场。
第二章 附则
第三条 本办法自公布之日起施行。"""
OUTLINE = """一、总体要求
坚持以人为本。
（一）指导思想
深入贯彻新发展理念。
（二）基本原则。
1.统筹规划。
2.分步实施。
二、保障措施
加强领导。"""
MARKDOWN = """# 口袋公园方案
## 目标
建设 **1.5** 万平方米。
## 措施
1. 增绿
2. 减排"""
HEADINGS = """## Goal
Text here.
- one
- two

## Means
More."""
_C, _P = Part.CHAPTER, Part.CLAUSE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            ARTICLES,
            [
                (_C, "", "停车管理办法（征求意见稿）", ""),
                (_C, "第一章", "总则", ""),
                (_P, "第一条", "目的", "为了规范停车，制定本办法。"),
                (_P, "第二条", "", "本办法适用于：\n（一）道路停车；\n1.白线；\n（二）公共停车场。"),
                (_C, "第二章", "附则", ""),
                (_P, "第三条", "", "本办法自公布之日起施行。"),
            ],
        ),
        (
            OUTLINE,
            [
                (_C, "一、", "总体要求", "坚持以人为本。"),
                (_P, "（一）", "指导思想", "深入贯彻新发展理念。"),
                (_P, "（二）", "", "基本原则。\n1.统筹规划。\n2.分步实施。"),
                (_P, "二、", "保障措施", "加强领导。"),
            ],
        ),
        (
            MARKDOWN,
            [
                (_C, "", "口袋公园方案", ""),
                (_P, "", "目标", "建设 **1.5** 万平方米。"),
                (_C, "", "措施", ""),
                (_P, "1.", "", "增绿"),
                (_P, "2.", "", "减排"),
            ],
        ),
        (HEADINGS, [(_P, "", "Goal", "Text here.\n- one\n- two"), (_P, "", "Means", "More.")]),
        ("第一段话。\n第二段话。", [(_P, "", "", "第一段话。"), (_P, "", "", "第二段话。")]),
        ("一段，\n分两行。\n\n又一段。", [(_P, "", "", "一段，\n分两行。"), (_P, "", "", "又一段。")]),
        ("- 甲\n- 乙", [(_P, "", "", "甲"), (_P, "", "", "乙")]),
        ("1.5万平方米的公园。", [(_P, "", "", "1.5万平方米的公园。")]),
        ("", []),
    ],
)
def test_split(text: str, expected: list[tuple[Part, str, str, str]]) -> None:
    clauses = split(text)
    assert [(one.part, one.number, one.title, one.text) for one in clauses] == expected
    assert len({one.key for one in clauses}) == len(clauses)


@pytest.mark.parametrize("text", ["第" * 50_000, "（" * 50_000, "#" * 50_000, "1." * 20_000, "\n" * 60_000])
def test_hostile_text_is_split_at_once(text: str) -> None:
    split(text)


def test_limits_are_said() -> None:
    with pytest.raises(Invalid) as refusal:
        split("字" * (DRAFT_CHARACTERS + 1))
    assert "text" in refusal.value.errors
    many = [Clause(str(at), Part.CLAUSE, "", "", "字") for at in range(CLAUSES + 1)]
    with pytest.raises(Invalid):
        require_clauses(many)
    with pytest.raises(Invalid) as refusal:
        require_clauses([Clause("a", Part.CLAUSE, "第一条", "", ""), many[0]])
    assert "text-0" in refusal.value.errors
    with pytest.raises(Invalid):
        require_clauses([])


def _keys(before: str, after: str) -> list[tuple[str, int | None]]:
    """For each clause of `after`, its number and the place of the clause of `before` it continues."""
    old = split(before)
    places = {one.key: at for at, one in enumerate(old)}
    return [(one.number, places.get(one.key)) for one in with_keys_of(old, split(after))]


def test_ids_are_stable_through_later_texts() -> None:
    before = "第一条 每小时收费二元，首半小时免费。\n第二条 残疾人车辆免费。\n第三条 本办法自公布之日起施行。"
    after = (
        "第一条 每小时收费三元，首半小时免费。\n第二条 新能源车辆停放一小时以内的，减半收费并公示。\n"
        "第三条 残疾人车辆免费。\n第四条 本办法自公布之日起施行。"
    )
    assert _keys(before, after) == [("第一条", 0), ("第二条", None), ("第三条", 1), ("第四条", 2)]
    assert _keys(before, before) == [("第一条", 0), ("第二条", 1), ("第三条", 2)]


def test_merging_and_cutting_by_hand() -> None:
    clauses = split("第一条 甲。\n第二条 乙。\n丙。")
    one = merged(clauses, 1)
    assert [(c.key, c.text) for c in one] == [(clauses[0].key, "甲。\n第二条\n乙。\n丙。")]
    two = cut(clauses, 1)
    assert [c.text for c in two] == ["甲。", "乙。", "丙。"]
    assert two[1].key == clauses[1].key
    marked = [Clause("k", Part.CLAUSE, "", "", "甲\n乙\n---\n丙")]
    assert [c.text for c in cut(marked, 0)] == ["甲\n乙", "丙"]
    with pytest.raises(Invalid):
        cut(clauses, 0)
    assert merged(clauses, 0) == clauses
    assert cut(clauses, 99) == clauses
