"""Looking up by receipt code: the code is sent by POST, so that it stands in no address and no log.

What it opens has a page of its own, to which people come back from what they follow there: browsers do not go
back to the answer to a form.
"""

from __future__ import annotations

from typing import Final

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engage.core.errors import Invalid, NotFound
from engage.portal.receipts import open_code
from engage.portal.views._blueprint import blueprint
from engage.web.fresh_receipt import LOOKED_UP_SECONDS, erased_page, hidden, remember, remembered
from engage.web.guards import citizen_write
from engage.web.languages import current_language, render
from engage.web.receipts import receipt_lookup

_CODE_LIMIT: Final = 60
_COOKIE: Final = "looked-up"


@blueprint.get("/receipts")
@citizen_write
def receipts() -> ResponseReturnValue:
    """Where a code is typed."""
    return _private(render_template("portal/receipts.html", code="", error=""))


@blueprint.post("/receipts")
@citizen_write
@receipt_lookup
def look_up() -> ResponseReturnValue:
    """On to what a code opens, or a sentence that says what to check."""
    typed = request.form.get("code", "")[:_CODE_LIMIT]
    try:
        opened = open_code(typed, current_language())
    except Invalid as refusal:
        return _private(_again(typed, render(refusal.errors["code"])), 422)
    except NotFound as refusal:
        return _private(_again(typed, render(refusal.message)), 404)
    page = url_for("portal.found")
    response = make_response(redirect(page, 303))
    remember(response, _COOKIE, opened.code, page, LOOKED_UP_SECONDS)
    return response


@blueprint.get("/receipts/found")
@citizen_write
def found() -> ResponseReturnValue:
    """What the code opens that was looked up in this browser a moment ago."""
    again = url_for("portal.receipts")
    if request.args.get("hide"):
        return hidden(_COOKIE, request.path, again)
    code = remembered(_COOKIE)
    if not code:
        return redirect(again, 303)
    try:
        opened = open_code(code, current_language())
    except NotFound:
        return erased_page(_COOKIE, request.path)
    return _private(render_template("portal/receipt.html", opened=opened))


def _again(typed: str, error: str) -> str:
    return render_template("portal/receipts.html", code=typed, error=error)


def _private(page: str, status: int = 200) -> ResponseReturnValue:
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response
