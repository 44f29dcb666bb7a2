"""Everybody in one session, each in their own browser."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Flask
from playwright.sync_api import Page, expect

from engage.accounts.permissions import Role
from engage.live import actions
from engage.live.models import Phase
from engage.live.rules.life import Step
from tests.factories import live as make
from tests.factories.accounts import make_session, make_user
from tests.fixtures.server import Server
from tests.fixtures.staff import staff_cookie

# A script that leaves a page without sockets: they ask for an address that is none.
NO_SOCKETS = """window.WebSocket = class extends WebSocket {
    constructor() { super(`ws://${location.host}/nowhere`); }
};
"""


class Hall:
    """A live session with its phones, consoles, stage and guest; ``errors`` are those of their scripts."""

    def __init__(self, app: Flask, server: Server, open_context: Callable[..., Any], **values: Any) -> None:
        self.app = app
        self.server = server
        self.open_context = open_context
        with app.app_context():
            room = make.make_room(Phase.LIVE, **values)
            self.room = room.public_id
            self.cookie = {**staff_cookie(app, make_session(make_user(Role.MODERATOR))), "url": server.url}
            self.guest_token = actions.make_link(make.moderator(), room.id, "李局长")
            make.db.session.remove()
        self.errors: list[str] = []

    def open(self, path: str, *, staff: bool = False, **options: Any) -> Page:
        context = self.open_context(**options)
        if staff:
            context.add_cookies([self.cookie])
        page = context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.goto(self.server.url + path)
        return page

    def phone(self, language: str = "zh_CN") -> Page:
        page = self.open(f"/live/{self.room}?lang={language}")
        expect(page.locator(".live[data-ready]")).to_be_visible()
        return page

    def console(self) -> Page:
        page = self.open(f"/staff/live/{self.room}/console", staff=True, phone=False)
        expect(page.locator("[data-keys]")).to_be_visible()
        expect(page.locator("[data-light]")).to_have_text("已连接")
        return page

    def stage(self) -> Page:
        return self.open(f"/stage/{self.room}", viewport={"width": 1920, "height": 1080})

    def guest(self) -> Page:
        return self.open(f"/guest/{self.guest_token}", viewport={"width": 1024, "height": 768})

    def asked(self, *texts: str, deeds: tuple[make.Deed, ...] = (), **values: Any) -> None:
        """Questions of as many phones, decided beforehand."""
        with self.app.app_context():
            room = make.db.session.scalars(make.db.select(make.LiveSession)).one()
            by = make.moderator()
            for number, text in enumerate(texts):
                make.decide(room, make.ask(room, text, by=number + 100), *deeds, by=by, **values)
            make.db.session.remove()

    def decided(self, text: str, *deeds: make.Deed) -> None:
        """A colleague decides about one question."""
        with self.app.app_context():
            row = make.db.session.scalars(make.db.select(make.LiveQuestion).filter_by(text=text)).one()
            room = make.db.session.get_one(make.LiveSession, row.session_id)
            make.decide(room, row, *deeds)
            make.db.session.remove()

    def decided_all(self, texts: Sequence[str], *deeds: make.Deed) -> None:
        """A colleague decides about several questions."""
        with self.app.app_context():
            wanted = make.db.select(make.LiveQuestion).where(make.LiveQuestion.text.in_(texts))
            for row in make.db.session.scalars(wanted).all():
                make.decide(make.db.session.get_one(make.LiveSession, row.session_id), row, *deeds)
            make.db.session.remove()

    def take(self, step: Step) -> None:
        """A colleague takes a step in the life of the session."""
        with self.app.app_context():
            room = make.db.session.scalars(make.db.select(make.LiveSession)).one()
            actions.step(make.moderator(), room.id, step)
            make.db.session.remove()

    def stored(self) -> dict[str, str]:
        """The state of each question by its text."""
        with self.app.app_context():
            make.db.session.rollback()
            rows = make.db.session.scalars(make.db.select(make.LiveQuestion)).all()
            found = {row.text: row.state.value for row in rows}
            make.db.session.remove()
        return found


def ask(page: Page, text: str) -> None:
    page.locator("[data-ask-form] textarea").fill(text)
    page.locator("[data-ask-form] [type=submit]").click()


def item(page: Page, column: str, text: str) -> Any:
    return page.locator(f"[data-column={column}] .queue-item", has_text=text)


def press_key(page: Page, column: str, text: str, key: str) -> None:
    """Press ``key`` on a row after looking at it: the key that brought it does not decide for a moment."""
    row = item(page, column, text)
    row.focus()
    expect(row).not_to_have_attribute("data-came", key)
    page.keyboard.press(key)
