"""The shell around every page: theme, language, large text, QR code, staff navigation, style guide."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from urllib.parse import parse_qsl, quote, urlencode

import segno
from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    redirect,
    render_template,
    request,
    send_from_directory,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.accounts.permissions import Permission
from engage.accounts.rules import may
from engage.core.types import LANGUAGES
from engage.web import colour, cookies, languages
from engage.web.actor import staff_actor
from engage.web.addresses import absolute, is_ours
from engage.web.guards import public, signed_in
from engage.web.kept import page_before
from engage.web.limits import hit
from engage.web.site import current_site, emblem_url

LARGE_TEXT = "large_text"
_YEAR = 365 * 24 * 3600
_PATH_LIMIT = 300
_QR_PER_NETWORK = "120/minute"
# Printable ASCII without what a browser would read as another host or an entity.
_PATH = re.compile(r"/(?![/\\])[!-~]*\Z")

blueprint = Blueprint("shell", __name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the staff navigation."""

    label: str
    url: str
    icon: str
    current: bool


def init_shell(app: Flask) -> None:
    """Offer the shell's globals to templates."""
    app.context_processor(lambda: {"site": current_site()})
    app.jinja_env.globals.update(
        current_site=current_site,
        emblem_url=emblem_url,
        large_text=large_text,
        large_text_url=large_text_url,
        language_url=language_url,
        theme_url=theme_url,
        current_address=_here,
        staff_nav=staff_nav,
        staff_label=staff_label,
    )


@blueprint.get("/theme.css")
@public
def theme() -> Response:
    """The site's colours as custom properties; the address changes with them."""
    rules = ";".join(f"{name}:{value}" for name, value in colour.theme(current_site().primary_colour).items())
    response = Response(f":root{{{rules}}}", mimetype="text/css")
    fresh = request.args.get("v") == _theme_stamp()
    response.cache_control.public = True
    response.cache_control.max_age = _YEAR if fresh else 60
    return response


@blueprint.get("/preferences/language/<code>")
@public
def language(code: str) -> ResponseReturnValue:
    """Remember the language on this device and go back; repeating it changes nothing."""
    if code not in LANGUAGES:
        abort(404)
    return _remember(languages.COOKIE, code)


@blueprint.get("/preferences/large-text/<any(on, off):state>")
@public
def large_text_choice(state: str) -> ResponseReturnValue:
    """Remember large-text mode on this device and go back."""
    return _remember(LARGE_TEXT, "1" if state == "on" else "")


@blueprint.get("/qr.svg")
@public
def qr() -> Response:
    """A QR code of one of this site's own pages, given as ``?path=/…``."""
    path = request.args.get("path", "/")
    if not _is_ours(path):
        abort(400)
    response = Response(_qr_svg(absolute(path)), mimetype="image/svg+xml")
    response.cache_control.public = True
    response.cache_control.max_age = 86400
    return response


@blueprint.get("/emblem/<name>")
@public
def emblem(name: str) -> Response:
    """The emblem an administrator uploaded; only the one in use is served."""
    if name != current_site().emblem:
        abort(404)
    folder = current_app.config["ENGAGE"].files / "site"
    return send_from_directory(folder, name, max_age=_YEAR)


@blueprint.get("/styleguide")
@signed_in
def styleguide() -> str:
    """Every component in every state."""
    return render_template("staff/styleguide.html")


def large_text() -> bool:
    """Whether this device asked for large text."""
    return cookies.read(LARGE_TEXT) == "1"


def large_text_url() -> str:
    """The address that switches large text and comes back to this page."""
    return f"/preferences/large-text/{'off' if large_text() else 'on'}?next={quote(_here())}"


def language_url(code: str) -> str:
    """The address that switches to language ``code`` and comes back to this page."""
    return f"/preferences/language/{code}?next={quote(_here())}"


def theme_url() -> str:
    """The address of the theme's style sheet."""
    return f"/theme.css?v={_theme_stamp()}"


def staff_label() -> str:
    """The name of who is signed in, or nothing."""
    actor = staff_actor()
    return actor.label if actor else ""


def staff_nav() -> list[tuple[str, list[Entry]]]:
    """The groups of staff pages that the signed-in person may open."""
    actor = staff_actor()
    if actor is None:
        return []
    groups: list[tuple[str, list[Entry]]] = []
    for title, entries in _staff_pages():
        shown = [
            Entry(label, url, icon, _is_current(url))
            for label, url, icon, permission in entries
            if permission is None or may(actor, permission, anywhere=True)
        ]
        if shown:
            groups.append((title, shown))
    return groups


def _staff_pages() -> list[tuple[str, list[tuple[str, str, str, Permission | None]]]]:
    p = Permission
    return [
        (
            gettext("Daily work"),
            [
                (gettext("Overview"), "/staff/", "layout-dashboard", None),
                (gettext("Cases"), "/staff/cases", "inbox", p.CASE_READ),
                (gettext("Guests' check-in"), "/staff/check-in", "map-pin", p.ACTIVITY_CHECK_IN),
            ],
        ),
        (
            gettext("Theme days"),
            [
                (gettext("Year plan"), "/staff/plan", "calendar-days", p.PLAN_FILE),
                (gettext("Activities"), "/staff/activities/", "landmark", p.ACTIVITY_READ),
                (gettext("Surveys"), "/staff/surveys/", "clipboard-list", p.SURVEY_READ),
                (gettext("Consultations"), "/staff/consultations/", "scroll-text", p.CONSULTATION_READ),
                (gettext("Live sessions"), "/staff/live/", "radio", p.LIVE_READ),
            ],
        ),
        (
            gettext("Administration"),
            [
                (gettext("Accounts"), "/staff/accounts", "users", p.ACCOUNT_MANAGE),
                (gettext("Units"), "/staff/units", "building-2", p.UNIT_MANAGE),
                (gettext("Site settings"), "/staff/settings", "settings", p.SETTINGS_EDIT),
                (gettext("Audit log"), "/staff/audit", "history", p.AUDIT_READ),
            ],
        ),
    ]


def _is_current(url: str) -> bool:
    if url == "/staff/":
        return request.path == url
    return request.path.rstrip("/") == url.rstrip("/") or request.path.startswith(url.rstrip("/") + "/")


@lru_cache(maxsize=500)
def _qr_svg(address: str) -> bytes:
    """Drawing takes up to 30 ms in which nothing else is answered: what is not drawn yet is counted."""
    hit("qr", per_network=_QR_PER_NETWORK)
    out = BytesIO()
    segno.make(address, error="m", micro=False).save(
        out, kind="svg", border=4, scale=4, xmldecl=False, light="#fff", dark="#000", omitsize=True
    )
    return out.getvalue()


def _here() -> str:
    """The page to come back to: this one, or for the answer to a form the page the form was on."""
    if request.method in ("GET", "HEAD"):
        pairs = [
            pair for pair in parse_qsl(request.query_string.decode("utf-8", "replace")) if pair[0] != "lang"
        ]
        path = quote(request.path) + ("?" + urlencode(pairs) if pairs else "")
        return path if _is_ours(path) else "/"
    path = page_before()
    return path if _is_ours(path) else "/"


def _is_ours(path: str) -> bool:
    return len(path) <= _PATH_LIMIT and bool(_PATH.match(path))


def _remember(cookie: str, value: str) -> ResponseReturnValue:
    target = request.args.get("next", "/")
    response = redirect(target if _is_ours(target) else "/", code=303)
    if _is_followed():
        if value:
            cookies.keep(response, cookie, value, seconds=_YEAR)
        else:
            cookies.forget(response, cookie)
    response.cache_control.no_store = True
    return response


def _is_followed() -> bool:
    """Whether a person went here by a link of ours: no picture or link elsewhere changes how pages look.

    What browsers do not say is taken for good: those without these headers ignore cookies set for another
    site's page (SameSite). Source: Fetch Metadata Request Headers (W3C).
    """
    said = request.headers.get
    return (
        request.method == "GET"
        and said("Sec-Fetch-Site", "none") in ("same-origin", "none")
        and said("Sec-Fetch-Dest", "document") == "document"
        and not said("Sec-Purpose", said("Purpose", ""))
        and (not request.referrer or is_ours(request.referrer))
    )


def _theme_stamp() -> str:
    return hashlib.sha256(current_site().primary_colour.encode()).hexdigest()[:10]
