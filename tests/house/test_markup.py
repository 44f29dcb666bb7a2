"""The rules of markup that every fetched page is held against find what they are for, and only that."""

from __future__ import annotations

import pytest

from tests.fixtures.html import check_html, parsed
from tests.fixtures.markup import RULES, Markup, Rule, wrong_with

FORM = "<form action=/{0} method=post><input type=hidden name=of value={0}><button>{1}</button></form>"


WRONG = [
    ("<dl><div><dd>3</dd><dt>Answers</dt></div></dl>", "dl:"),
    ("<dl><dd>3</dd></dl>", "dl:"),
    ("<table class=calendar><tr role=row><td>1</td></tr></table>", "role on tr"),
    ("<table class=data><tr><td>Day 1</td></tr></table>", "wider than a phone: Day 1"),
    ("<div class=table-scroll><table class=table><tr><td>2</td></tr></table></div>", "wider than a phone"),
    ("<select name=a required><option value=x>X</option></select>", "first option"),
    ("<span aria-label='Page 1'>1</span>", "without a role has a name"),
    ("<input readonly=True>", "readonly"),
    ("<button>Go <a href=/x>there</a></button>", "a inside button"),
    ("<label for=nowhere>Name</label>", "no such field"),
    ("<div id=d></div><label for=d>Name</label>", "no such field"),
    ("<input aria-describedby='hint error'><p id=hint>…</p>", "no ['error']"),
    ("<img src=x.png>", "without alt"),
    ("<svg class=icon></svg>", "neither named nor hidden"),
    ("<h1>a</h1><h3>b</h3>", "h3 after h1"),
    ("<div role=group><button>a</button></div>", "without a name"),
    ("<fieldset><input></fieldset>", "without a legend"),
    (FORM.format("a", "Delete") + FORM.format("b", "Delete"), "two buttons are named 'Delete'"),
    (
        "<form><button name=do value=merge:1>Merge</button><button name=do value=merge:2>Merge</button>",
        "two buttons are named 'Merge'",
    ),
    ("</main><p class=demo-strip>Demonstration</p>", "outside of all landmarks"),
]


@pytest.mark.parametrize(("body", "sentence"), WRONG)
def test_what_is_wrong_is_found(body: str, sentence: str) -> None:
    found = wrong_with(parsed(f"<main>{body}"))
    assert len(found) == 1
    assert sentence in found[0]


@pytest.mark.parametrize(
    "body",
    [
        "<div class=table-scroll tabindex=0><table><tr><td>1</td></tr></table></div>"
        "<table class='data data--stack'><tr><td>1</td></tr></table><table class=calendar></table>",
        "<dl><dt>a</dt><dt>b</dt><dd>1</dd><dd>2</dd></dl><dl><div><dt>a</dt><dd>1</dd></div></dl>",
        "<select name=a required><option value=''>–</option><option value=x>X</option></select>",
        "<select name=a required><option></option><option value=x>X</option></select>",
        "<div role=img aria-label='Chart'><svg></svg></div><svg aria-hidden=true></svg>",
        "<svg role=img aria-label='A bus'></svg><img src=x.png alt=''>",
        FORM.format("a", "Delete<span class=visually-hidden>: bus</span>") + FORM.format("b", "Delete"),
        FORM.format("a", "Save") * 2,
        "<a href=/x><h2>Title</h2></a><h3>b</h3><h2>c</h2>",
        "</main><aside>Demonstration</aside><a class=skip-link href=#main>Skip</a><p role=status>Saved</p>",
    ],
)
def test_what_is_right_is_left_alone(body: str) -> None:
    assert wrong_with(parsed(f"<main>{body}")) == []


PAGE = "<!doctype html><html lang=en><title>t</title><main><h1>{}</h1>{}</main>"
GOOD = PAGE.format("Room 17", "<p id=one-12345>Hello</p><p id=two-23456>Well &amp; good</p>")


@pytest.mark.parametrize(
    "page",
    [
        PAGE.format("Room 17", "<p id=one-12345>Hello</p><p id=one-12345>Well &amp; good</p>"),
        PAGE.format("Room 17", "<p id=one-12345>你好</p><p id=two-23456>Well &amp; good</p>"),
        PAGE.format("Room 17", "<p id=one-12345>Hello</p><p id=two-23456>Well &ampgood</p>"),
        PAGE.format("Room 17", "<p id=one-12345>He\x01llo</p><p id=two-23456>Well &amp; good</p>"),
        GOOD.replace("h1", "h2"),
        GOOD.replace("two-23456>", "two-23456 onclick=go()>"),
    ],
    ids=["same id", "Chinese", "entity", "control", "heading", "handler"],
)
def test_a_page_nearly_like_a_good_one_is_read_again(page: str) -> None:
    check_html(GOOD)
    check_html(GOOD.replace("Room", "Hall").replace("12345", "99999"))
    with pytest.raises(AssertionError):
        check_html(page)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_each_rule_has_been_seen_to_fail(rule: Rule) -> None:
    assert any(list(rule(Markup(parsed(f"<main>{body}")))) for body, _ in WRONG)
