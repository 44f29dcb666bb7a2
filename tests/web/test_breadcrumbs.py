"""Where am I: each staff page and each page of the public site that tells it begins at the same place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).parents[2] / "templates"
# The first pages themselves; the page of a refusal, which is of either area; the step that comes before any
# other page; and the console, whose one line has its own way back and no room for more.
WITHOUT = {
    "accounts/confirm.html",
    "accounts/home.html",
    "errors/page.html",
    "live/staff/console.html",
    "staff/base.html",
}
# What a page of the work area calls that brings the breadcrumbs with it.
HEADS = ("head(work,", "head(survey,")


def _sources(base: str) -> dict[str, str]:
    found = {str(path.relative_to(TEMPLATES)): path.read_text() for path in TEMPLATES.rglob("*.html")}
    return {
        name: text
        for name, text in found.items()
        if f'{{% extends "{base}" %}}' in text and name not in WITHOUT
    }


def _roots(text: str) -> set[str]:
    return set(re.findall(r"breadcrumbs\(\[\((_\('[^']+'\), '[^']*')\)", text))


STAFF, PUBLIC = "_('Overview'), '/staff/'", "_('Home'), '/'"
PAGES = [(name, text, STAFF) for name, text in _sources("staff/base.html").items()] + [
    (name, text, PUBLIC) for name, text in _sources("base.html").items() if "breadcrumbs(" in text
]


@pytest.mark.parametrize(("name", "text", "root"), PAGES, ids=[name for name, _, _ in PAGES])
def test_the_first_place_is_that_of_the_area(name: str, text: str, root: str) -> None:
    if root is STAFF and any(head in text for head in HEADS):
        assert _roots(text) <= {root}, name
    else:
        assert _roots(text) == {root}, name


@pytest.mark.parametrize("name", ["consultations/staff/_tabs.html", "surveys/staff/_tabs.html"])
def test_the_heads_of_staff_pages_begin_there_too(name: str) -> None:
    assert _roots((TEMPLATES / name).read_text()) == {STAFF}
