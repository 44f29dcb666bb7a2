"""What nobody sees of an answer decides nothing: the browser reads a text as the server does."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from engage.core.db import db
from engage.surveys.models import Response
from tests.factories.questions import asks, definition, question
from tests.factories.surveys import make_survey
from tests.fixtures.browser import awake
from tests.fixtures.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.database]

ASKED_ON = [
    "停\u200b车难",
    "\ufeff停车难\u00ad",
    " 停车难\u3164",
    "\u202e停车难\u2800\u2800",
    "停车难\u2028",
]
"""Texts in which nobody sees more than 停车难; a field of one line takes them as they are pasted."""
NOTHING = "\u3164\u200d\u2800\u0301"


def test_conditions_hold_in_both_or_in_neither(
    app: Flask, live_server: Server, open_page: Callable[..., Page]
) -> None:
    with app.app_context():
        survey = make_survey(
            definition(
                question("q1", "text", required=True),
                question("q2", "text", required=True, show_if=asks("equals", "q1", "停车难")),
                question("q3", "text", required=True, show_if=asks("contains", "q1", "停车难")),
            )
        )
        address = f"{live_server.url}/surveys/{survey.public_id}"
    for words in ASKED_ON:
        screen = open_page()
        screen.goto(address)
        awake(screen)
        screen.locator("#q-q1").fill(words)
        expect(screen.locator("#q-q2")).to_be_visible()
        expect(screen.locator("#q-q3")).to_be_visible()
        screen.locator("#q-q2").fill("二")
        screen.locator("#q-q3").fill(NOTHING)
        screen.locator("[data-forward]").click()
        expect(screen.locator("[data-errors] a")).to_have_count(1)
        screen.locator("#q-q3").fill("三")
        screen.locator("[data-forward]").click()
        expect(screen.locator("#receipt-code")).to_be_visible()
    with app.app_context():
        assert [row.answers for row in db.session.scalars(select(Response))] == [
            {"q1": "停车难", "q2": "二", "q3": "三"}
        ] * len(ASKED_ON)
