"""First load on a phone with an empty cache: what goes over the wire, counted by the browser itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from itertools import count
from random import Random

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Page, Route, expect

from engage.consultations.models import CommentState
from engage.core.actor import SYSTEM
from engage.core.clock import now
from engage.core.db import db
from engage.core.types import Localized
from engage.live.models import Phase
from engage.participation.marks import marks
from engage.surveys.models import Layout
from engage.themedays.actions import reports
from engage.themedays.photos import store_photo
from tests.factories import live as make
from tests.factories.consultations import make_comments, make_consultation
from tests.factories.portal import make_activity, make_theme_day
from tests.factories.questions import twenty_questions
from tests.factories.surveys import make_survey
from tests.fixtures.server import Server

pytestmark = pytest.mark.browser

LIMIT = 60 * 1024
COUNTED = ("Document", "Stylesheet", "Script", "Font")
PHOTO_LIMIT = 40 * 1024
_SEEDS = count(1)
VIDEO = "https://live.example.cn/room/a.m3u8"


@dataclass
class Wire:
    """What one page fetched: bytes received for each kind of resource, and every address."""

    kinds: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    addresses: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Listen from now on, with an empty cache."""
        devtools = page.context.new_cdp_session(page)
        devtools.send("Network.enable")
        devtools.send("Network.clearBrowserCache")
        devtools.on(
            "Network.responseReceived", lambda event: self.kinds.update({event["requestId"]: event["type"]})
        )
        devtools.on(
            "Network.loadingFinished",
            lambda event: self.sizes.update({event["requestId"]: int(event["encodedDataLength"])}),
        )
        page.on("request", lambda request: self.addresses.append(request.url))

    def of(self, kind: str) -> int:
        return sum(size for request, size in self.sizes.items() if self.kinds.get(request) == kind)

    def report(self, name: str) -> int:
        """Print the figures (seen with ``-s`` or ``-rP``); the bytes that count."""
        total = sum(self.of(kind) for kind in COUNTED)
        parts = ", ".join(f"{kind.lower()} {self.of(kind):,}" for kind in (*COUNTED, "Image", "XHR", "Fetch"))
        print(f"{name}: {total:,} bytes of {LIMIT:,} ({parts})")
        return total


@pytest.fixture
def pages(app: Flask) -> dict[str, str]:
    """A survey of twenty questions, a room of two hundred, a draft of sixty clauses with many comments."""
    with app.app_context():
        survey = make_survey(twenty_questions(4), layout=Layout.PAGE_BY_PAGE)
        room = make.make_room(Phase.LIVE, video_address=VIDEO)
        by = make.moderator()
        for number in range(200):
            asked = make.ask(
                room, f"第{number}个问题：加装电梯的费用由哪些人来分摊，一楼怎么办？", by=number + 1
            )
            make.decide(room, asked, make.Deed.APPROVE, by=by)
        clauses = [f"第{number}条 道路停车每小时收费{number}元，首半小时免费。" for number in range(1, 61)]
        draft = make_consultation(draft="\n".join(clauses))
        make_comments(
            draft, (f"第{n}条意见：建议延长免费时间。" for n in range(1_000)), state=CommentState.PUBLISHED
        )
        # They count once a device: a server without any marks would miss them.
        marks().begin()
        found = {
            "survey": f"/surveys/{survey.public_id}",
            "room": f"/live/{room.public_id}",
            "consultation": f"/consultations/{draft.public_id}",
            "comments": f"/consultations/{draft.public_id}/comment",
        }
        db.session.remove()
    return found


def test_first_load_fits_a_weak_network(
    pages: dict[str, str], live_server: Server, open_page: Callable[..., Page]
) -> None:
    totals = {}
    for name, path in {"home": "/", **pages}.items():
        page, wire = open_page(), Wire()
        wire.watch(page)
        page.goto(live_server.url + path, wait_until="networkidle")
        totals[name] = wire.report(name)
        assert wire.of("Document") > 1_000, "nothing was measured"
        if name == "room":
            _the_player_waits_for_a_tap(page, wire)
    assert all(total <= LIMIT for total in totals.values()), totals


def _the_player_waits_for_a_tap(page: Page, wire: Wire) -> None:
    assert not [address for address in wire.addresses if "example.cn" in address]
    page.route(VIDEO, _nothing_there)
    with page.expect_request(VIDEO):
        page.locator(".player__start").click()
    expect(page.locator(".player")).to_contain_text("文字继续")


def _nothing_there(route: Route) -> None:
    route.fulfill(status=404, body="")


def test_photos_come_late_and_small(app: Flask, live_server: Server, open_page: Callable[..., Page]) -> None:
    with app.app_context():
        activity = make_activity(
            make_theme_day(),
            report_title=Localized(zh_CN="走进水厂"),
            # Browsers fetch ahead by up to 8,000 px where they do not know how fast the network is.
            report=Localized(zh_CN="市民代表参观了制水全过程。\n\n" * 300),
            reported_at=now(),
        )
        written = reports.draft_of(activity)
        for revision in range(2):
            stored = store_photo(_noise(), app.config["ENGAGE"].files / "photos")
            photo = reports.NewPhoto(stored, Localized(zh_CN="市民代表在化验室"))
            reports.save_report(SYSTEM, activity.public_id, written, revision, photo=photo)
        address = f"/activities/{activity.public_id}"
        db.session.remove()
    page, wire = open_page(), Wire()
    wire.watch(page)
    page.goto(live_server.url + address, wait_until="networkidle")
    assert not [one for one in wire.addresses if "/files/photos/" in one], (
        "a photo was fetched before it was near"
    )
    with page.expect_event("requestfinished", lambda one: "/files/photos/" in one.url) as seen:
        page.locator(".photo img").last.scroll_into_view_if_needed()
    assert seen.value.url.endswith("-phone.webp")
    size = seen.value.sizes()["responseBodySize"]
    print(f"photo at phone width: {size:,} bytes")
    assert 1_000 < size <= PHOTO_LIMIT


def _noise() -> bytes:
    """The hardest photo: every pixel is chance."""
    picture = Image.frombytes("RGB", (1600, 1200), Random(next(_SEEDS)).randbytes(1600 * 1200 * 3))
    file = BytesIO()
    picture.save(file, "JPEG", quality=80)
    return file.getvalue()
