"""Public pages kept ready: rendered once per look, drawn anew when staff change something or after 2 s.

The nonce of the page travels inside its ETag, so that a 304 repeats the policy the kept page was served with.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final, cast

from flask import Response, current_app, g, render_template, request, session

from engage.audit.events import EntryRecorded
from engage.core.bus import subscribe
from engage.core.threads import let_others_run
from engage.settings.queries import SiteView
from engage.web import languages, shell
from engage.web.cookies import named
from engage.web.headers import csp_nonce
from engage.web.languages import current_language
from engage.web.prepared import Prepared, hole
from engage.web.shell import large_text
from engage.web.site import current_site

FRESH_SECONDS: Final = 2.0
"""How long what citizens or another process changed may stay unseen."""
_MOST_KEPT: Final = 200
_NONCE: Final = re.compile(r"[A-Za-z0-9_-]{16}")
_DIGEST_LENGTH: Final = 20


@dataclass(frozen=True, slots=True)
class _Look:
    """What makes the same page look different to two people."""

    address: str
    language: str
    large: bool
    site: SiteView


@dataclass(frozen=True, slots=True)
class _Kept:
    page: Prepared
    digest: str
    made_at: float
    changes: int


@dataclass(slots=True)
class _Store:
    pages: dict[_Look, _Kept] = field(default_factory=dict)


_changes = 0


@subscribe(EntryRecorded)
def _changed(_event: EntryRecorded) -> None:
    """Every deed of staff is in the audit log: what this process changed is seen at once."""
    global _changes  # noqa: PLW0603 - one counter for the process
    _changes += 1


def kept_page(template: str, build: Callable[[], dict[str, Any]]) -> Response | str:
    """The page of this request's path; ``build`` reads its values and runs only where none is ready.

    Pages with a flash message are drawn for their reader alone.
    """
    if "_flashes" in session:
        return render_template(template, **build())
    return _answer(_ready(template, build))


def _ready(template: str, build: Callable[[], dict[str, Any]]) -> _Kept:
    pages = cast(_Store, current_app.extensions.setdefault("portal_pages", _Store())).pages
    look = _Look(request.path, current_language(), large_text(), current_site())
    kept = pages.get(look)
    moment = time.monotonic()
    if kept is not None and kept.changes == _changes and moment - kept.made_at < FRESH_SECONDS:
        return kept
    if kept is not None:
        # Whoever comes while this is drawn gets the page there was, unless staff have changed something.
        pages[look] = replace(kept, made_at=moment)
    changes = _changes
    values = build()
    let_others_run()
    page = _draw(look, template, values)
    if len(pages) >= _MOST_KEPT:
        pages.clear()
    digest = hashlib.sha256(page.plain({"nonce": ""})).hexdigest()[:_DIGEST_LENGTH]
    kept = pages[look] = _Kept(page, digest, moment, changes)
    return kept


def _draw(look: _Look, template: str, values: dict[str, Any]) -> Prepared:
    """In a request of its own, so that nothing of the present one can stay in the page."""
    looks = (
        f"{named(languages.COOKIE)}={look.language}; {named(shell.LARGE_TEXT)}={'1' if look.large else ''}"
    )
    with (
        current_app.app_context(),
        current_app.test_request_context(look.address, headers={"Cookie": looks}),
    ):
        g.csp_nonce = hole("nonce")
        html = render_template(template, **values)
    let_others_run()
    return Prepared(html)


def _answer(kept: _Kept) -> Response:
    known = _known_nonce(kept.digest)
    if known is not None:
        g.csp_nonce = known
        response = Response(status=304)
    else:
        values = {"nonce": csp_nonce()}
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            response = Response(kept.page.gzipped(values), mimetype="text/html")
            response.headers["Content-Encoding"] = "gzip"
        else:
            response = Response(kept.page.plain(values), mimetype="text/html")
    # Weak: the same page compressed or not.
    response.set_etag(f"{kept.digest}-{csp_nonce()}", weak=True)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Accept-Encoding, Cookie"
    return response


def _known_nonce(digest: str) -> str | None:
    """The nonce of the copy the browser has of this very page, from its ETag."""
    for tag in request.if_none_match.as_set(include_weak=True):
        # What is no tag (``W/"",``) is read as None.
        found, _separator, nonce = (tag or "").partition("-")
        if found == digest and _NONCE.fullmatch(nonce):
            return nonce
    return None
