"""Where a person has their own colours forced, what is selected is still seen: without any colour of ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.factories.consultations import clause_keys, make_consultation
from tests.fixtures.server import Server

pytestmark = pytest.mark.browser
_DRAWN = """card => { const style = getComputedStyle(card);
    return [style.outlineStyle, style.outlineWidth, style.borderWidth, style.borderColor].join(); }"""


def test_what_is_chosen_is_told_apart(app: Flask, live_server: Server, open_page: Callable[..., Any]) -> None:
    with app.app_context():
        one = make_consultation()
        clause, public_id = clause_keys(one)[0], one.public_id
    page = open_page(forced_colors="active")
    page.goto(f"{live_server.url}/consultations/{public_id}/clauses/{clause}")
    agree = page.locator(".choice--agree")
    before = agree.evaluate(_DRAWN)
    page.locator("#stance-agree").check()
    assert agree.evaluate(_DRAWN) != before
    page.locator("#stance-partly").check()
    assert agree.evaluate(_DRAWN) == before
    current, other = (
        page.locator(f".site-nav a{which}").first for which in ("[aria-current]", ":not([aria-current])")
    )
    assert current.evaluate(_DRAWN) != other.evaluate(_DRAWN)
