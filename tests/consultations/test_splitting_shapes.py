"""Drafts as units really write them: titles, contents, references, annexes, signatures; no word is lost."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.consultations.rules.clauses import Part
from engage.consultations.rules.splitting import split

_C, _P = Part.CHAPTER, Part.CLAUSE
Shape = tuple[Part, str, str, str]

REAL: dict[str, tuple[str, list[Shape]]] = {
    "title over two lines": (
        "祁阳市城区停车管理办法\n（征求意见稿）\n\n第一条 为了规范停车，制定本办法。",
        [
            (_C, "", "祁阳市城区停车管理办法（征求意见稿）", ""),
            (_P, "第一条", "", "为了规范停车，制定本办法。"),
        ],
    ),
    "title over three lines, bracket after a blank": (
        "祁阳市人民政府办公室\n关于印发停车管理办法的通知\n\n（草案）\n为了规范停车，现通知如下：\n一、加强管理。",
        [
            (_C, "", "祁阳市人民政府办公室关于印发停车管理办法的通知（草案）", ""),
            (_P, "", "", "为了规范停车，现通知如下："),
            (_P, "一、", "", "加强管理。"),
        ],
    ),
    "title and words below it, no numbers": (
        "关于停车收费的公告\n（征求意见稿）\n小型车每小时二元。\n大型车每小时四元。",
        [
            (_C, "", "关于停车收费的公告（征求意见稿）", ""),
            (_P, "", "", "小型车每小时二元。"),
            (_P, "", "", "大型车每小时四元。"),
        ],
    ),
    "table of contents with leaders and pages": (
        "停车管理办法\n目　录\n第一章　总则……………1\n第二章 附则 . . . . . 12\n\n第一章 总则\n第一条 甲。\n"
        "第二章 附则\n第二条 乙。",
        [
            (_C, "", "停车管理办法", ""),
            (_C, "第一章", "总则", ""),
            (_P, "第一条", "", "甲。"),
            (_C, "第二章", "附则", ""),
            (_P, "第二条", "", "乙。"),
        ],
    ),
    "contents in Markdown": (
        "## 目录\n- 总则\n- 附则\n## 总则\n甲。\n## 附则\n乙。",
        [(_P, "", "总则", "甲。"), (_P, "", "附则", "乙。")],
    ),
    "a word 目录 that is no table of contents": (
        "第一条 公布目录。\n目录\n由市城管局编制。",
        [(_P, "第一条", "", "公布目录。\n目录\n由市城管局编制。")],
    ),
    "paragraphs that refer to articles and items": (
        "第一条 甲。\n第二条 乙。\n第三条规定的车辆不适用本条。\n第一条、第三条规定的费用除外。\n"
        "第一条第二款的情形除外。\n第一章的规定照此执行。\n（一）、（二）项除外。\n第三条 丙。",
        [
            (_P, "第一条", "", "甲。"),
            (
                _P,
                "第二条",
                "",
                "乙。\n第三条规定的车辆不适用本条。\n第一条、第三条规定的费用除外。\n"
                "第一条第二款的情形除外。\n第一章的规定照此执行。\n（一）、（二）项除外。",
            ),
            (_P, "第三条", "", "丙。"),
        ],
    ),
    "articles pasted without a blank": (
        "第一条为了规范停车，制定本办法。\n第二条有关部门应当配合。\n第一条已有要求的从其要求。\n"
        "第二条之一中小学校周边另行规定。\n第三条本办法自公布之日起施行。",
        [
            (_P, "第一条", "", "为了规范停车，制定本办法。"),
            (_P, "第二条", "", "有关部门应当配合。\n第一条已有要求的从其要求。"),
            (_P, "第二条之一", "", "中小学校周边另行规定。"),
            (_P, "第三条", "", "本办法自公布之日起施行。"),
        ],
    ),
    "lists of numbers at the beginning of a paragraph": (
        "一、二级医院应当免费。\n一、总体要求\n坚持公益。\n二、工作任务\n1、2号线停运。\n1、增绿。",
        [
            (_P, "", "", "一、二级医院应当免费。"),
            (_P, "一、", "总体要求", "坚持公益。"),
            (_P, "二、", "工作任务", "1、2号线停运。\n1、增绿。"),
        ],
    ),
    "annexes and signature after the last article": (
        "第一条 甲。\n（一）子；\n1.丑；\n（二）寅。\n第二条 乙。\n\n附件：1.收费标准\n2.申请表\n\n"
        "祁阳市城市管理局\n祁阳市财政局\n2026年3月1日\n\n附件1\n停车收费标准\n小型车 2元",
        [
            (_P, "第一条", "", "甲。\n（一）子；\n1.丑；\n（二）寅。"),
            (_P, "第二条", "", "乙。"),
            (_P, "附件", "", "1.收费标准\n2.申请表"),
            (_C, "", "祁阳市城市管理局 祁阳市财政局 2026年3月1日", ""),
            (_P, "附件1", "停车收费标准", "小型车 2元"),
        ],
    ),
    "an annex with articles of its own": (
        "一、印发办法。\n二、自印发之日起执行。\n二〇二六年三月一日\n附件：停车管理办法\n"
        "第一条 甲。\n第二条 乙。",
        [
            (_P, "一、", "", "印发办法。"),
            (_P, "二、", "", "自印发之日起执行。"),
            (_C, "", "二〇二六年三月一日", ""),
            (_C, "附件", "停车管理办法", ""),
            (_P, "第一条", "", "甲。"),
            (_P, "第二条", "", "乙。"),
        ],
    ),
    "English": (
        "Parking Rules\n(Draft for comment)\n\nChapter I General\nArticle 1 Purpose\nTo keep order.\n"
        "Article 2. Cars park here.\nArticle 1 shall apply to lorries too.\nAppendix A: Fees\nCars 2 yuan.",
        [
            (_C, "", "Parking Rules (Draft for comment)", ""),
            (_C, "Chapter I", "General", ""),
            (_P, "Article 1", "Purpose", "To keep order."),
            (_P, "Article 2", "", "Cars park here.\nArticle 1 shall apply to lorries too."),
            (_P, "Appendix A", "Fees", "Cars 2 yuan."),
        ],
    ),
    "numbered English": (
        "1. Purpose\nTo keep order.\n2. Scope\n1.5 km around the station.",
        [(_P, "1.", "Purpose", "To keep order."), (_P, "2.", "Scope", "1.5 km around the station.")],
    ),
    "articles as Markdown headings": (
        "# 停车办法 #\n\n### 第一条 目的\n\n**规范**停车。\n\n### 第二条 范围\n\n- 道路\n- 广场",
        [
            (_C, "", "停车办法", ""),
            (_P, "第一条", "目的", "**规范**停车。"),
            (_P, "第二条", "范围", "- 道路\n- 广场"),
        ],
    ),
}


@pytest.mark.parametrize("name", REAL)
def test_drafts_as_they_are_written(name: str) -> None:
    text, expected = REAL[name]
    assert [(one.part, one.number, one.title, one.text) for one in split(text)] == expected


HOSTILE = [
    *("# " + " #" * 29_000 + "x", "目录\n" + "第一章\n" * 12_000, "附件" * 20_000, "附件\n" * 15_000),
    *("（一）" * 15_000, "一、" * 20_000, "一、\n" * 15_000, "第一条\n" * 12_000, "2026年3月1日\n" * 6_000),
    *("Article 1" * 6_000, "Article 1\n" * 5_000, "[" * 50_000, "第一条 【" + "目" * 50_000, " \n" * 30_000),
    *("..." * 15_000 + "\n目录", "目录\n" + "." * 50_000, "一二三四五六七八九十" * 6_000, "局\n" * 20_000),
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:8])
def test_hostile_drafts_are_split_at_once_and_wholly(text: str) -> None:
    # A split that takes more than linear time would not come to its end within a test run.
    assert _signs("".join(map(_printed, split(text.replace("目录\n", ""))))) == _signs(
        text.replace("目录\n", "")
    )
    split(text)


_BEGINNINGS = st.sampled_from(
    [
        *(
            "第一章 ",
            "第二节",
            "第一条 ",
            "第二条",
            "第十二条之一　",
            "第三条规定的",
            "第一条、第二条",
            "一、",
            "二、二级",
        ),
        *(
            "（一）",
            "(二)",
            "（一）项",
            "1.",
            "2、",
            "1、2号",
            "3）",
            "1.5",
            "- ",
            "* ",
            "# ",
            "### 第二条 ",
            "附件",
            "附件1",
        ),
        *(
            "附件：",
            "附录 ",
            "附：",
            "Chapter I ",
            "Article 3 ",
            "Article 3 shall",
            "Section 2. ",
            "Annex B ",
            "**第三条** ",
        ),
        *("【目的】", "祁阳市城管局", "2026年3月1日", "（征求意见稿）", "", "", "　　"),
    ]
)
_RESTS = st.one_of(
    st.sampled_from(
        ["", "", "总则", "为了规范停车，制定本办法。", "停车管理办法", "【名称】内容。", "长" * 130, "。"]
    ),
    st.text(max_size=30),
)
_DRAFTS = st.lists(st.builds(lambda first, rest: first + rest, _BEGINNINGS, _RESTS), max_size=25).map(
    "\n".join
)


@given(_DRAFTS | st.text(max_size=300))
def test_no_word_is_lost_or_moved(text: str) -> None:
    clauses = split(text)
    kept = _signs("".join(map(_printed, clauses)))
    assert kept == _signs(text) or _is_without_contents(kept, [_signs(line) for line in text.splitlines()])
    assert len({one.key for one in clauses}) == len(clauses)


@given(
    st.lists(st.sampled_from(["总则", "收费", "管理", "附则", "罚则"]), min_size=1, max_size=5, unique=True)
)
def test_contents_are_left_out_because_they_come_again(names: list[str]) -> None:
    chapters = [f"第{'一二三四五'[at]}章 {name}" for at, name in enumerate(names)]
    body = "\n".join(f"{chapter}\n第{at}条 内容。" for at, chapter in enumerate(chapters, 1))
    contents = "\n".join(f"{chapter}……{at}" for at, chapter in enumerate(chapters, 1))
    with_contents, without = split(f"办法\n目录\n{contents}\n{body}"), split(f"办法\n{body}")
    assert [_printed(one) for one in with_contents] == [_printed(one) for one in without]


def _printed(one: object) -> str:
    return "\n".join(str(getattr(one, name)) for name in ("number", "title", "text"))


def _is_without_contents(kept: str, lines: list[str]) -> bool:
    """Whether some lines went together, and each of them comes again below."""
    return any(
        kept == "".join(lines[:start] + lines[end:]) and set(lines[start:end]) <= set(lines[end:])
        for start, end in combinations(range(len(lines) + 1), 2)
    )


def _signs(text: str) -> str:
    """Letters and digits: what must be there in its order; blanks, brackets and Markdown signs may go."""
    return "".join(sign for sign in text if sign.isalnum())
