"""Looking up by receipt code: the code is sent by POST, so that it stands in no address and no log."""

from __future__ import annotations

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue

from engage.core.errors import Invalid, NotFound
from engage.portal.receipts import open_code
from engage.portal.views._blueprint import blueprint
from engage.web.guards import citizen_write
from engage.web.languages import current_language, render
from engage.web.receipts import receipt_lookup

_CODE_LIMIT = 60


@blueprint.get("/receipts")
@citizen_write
def receipts() -> ResponseReturnValue:
    """Where a code is typed."""
    return _private(render_template("portal/receipts.html", code="", error=""))


@blueprint.post("/receipts")
@citizen_write
@receipt_lookup
def look_up() -> ResponseReturnValue:
    """What a code opens, or a sentence that says what to check."""
    typed = request.form.get("code", "")[:_CODE_LIMIT]
    try:
        opened = open_code(typed, current_language())
    except Invalid as refusal:
        return _private(_again(typed, render(refusal.errors["code"])), 422)
    except NotFound as refusal:
        return _private(_again(typed, render(refusal.message)), 404)
    return _private(render_template("portal/receipt.html", opened=opened))


def _again(typed: str, error: str) -> str:
    return render_template("portal/receipts.html", code=typed, error=error)


def _private(page: str, status: int = 200) -> ResponseReturnValue:
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response
