"""For everyone: what is kept about people, why and for how long, and having one's own erased."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.core.db import Model
from engage.core.errors import Gone, Invalid, NotFound
from engage.core.messages import Message, msg
from engage.core.personal import personal_columns, personal_outside
from engage.participation.deletion import REQUEST_DAYS, erase_by_code, look_up
from engage.participation.receipts import grouped, normalised, well_formed
from engage.web.fresh_receipt import LOOKED_UP_SECONDS, erased_page, remember, remembered
from engage.web.guards import citizen_write, public
from engage.web.languages import render
from engage.web.receipts import receipt_lookup

blueprint = Blueprint("participation", __name__)
blueprints = (blueprint,)

_CODE_LIMIT = 40
_COOKIE = "erasing"
_STAFF = "Staff"


@dataclass(frozen=True, slots=True)
class Kept:
    """One line of the page: what is kept for one purpose and equally long."""

    what: tuple[str, ...]
    purpose: str
    days: int


@blueprint.get("/personal-data")
@public
def kept() -> str:
    """What is kept, why and until when: read from the declarations of the tables themselves."""
    return render_template("participation/kept.html", **_page())


@blueprint.post("/personal-data/erase")
@citizen_write
@receipt_lookup
def erase() -> ResponseReturnValue:
    """Erase by receipt code in two steps: first on to the question, then what was confirmed there."""
    code = request.form.get("code", "")[:_CODE_LIMIT]
    which = request.form.get("which", "")[:_CODE_LIMIT]
    try:
        if not well_formed(normalised(code)):
            raise NotFound(_MISTYPED)
        confirmed = request.form.get("step") == "confirm"
        if confirmed and request.form.get("sure") == "yes":
            erase_by_code(code, request.form.get("_request_id", ""), which)
            return redirect(url_for("participation.erased", one="yes" if which else None), 303)
        look_up(code, which)
        return _ask(code, which, unsure=confirmed)
    except Invalid as refusal:
        words = next(iter(refusal.errors.values()))
    except (NotFound, Gone) as refusal:
        words = refusal.message
    page = render_template("participation/kept.html", **_page(), code=code, error=render(words))
    return page, 422


@blueprint.get("/personal-data/erase")
@citizen_write
def asked() -> ResponseReturnValue:
    """What would be erased, and the question whether to: a page to come back to, unlike what answers a form.

    The code is never in an address: the browser keeps it for this page.
    """
    code, which = remembered(_COOKIE), request.args.get("which", "")[:_CODE_LIMIT]
    if not code:
        return redirect(url_for("participation.kept") + "#erase")
    try:
        erasable = look_up(code, which)
    except NotFound:
        return erased_page(_COOKIE, request.path, one=bool(which))
    unsure = bool(request.args.get("unsure"))
    page = render_template(
        "participation/confirm.html",
        code=grouped(normalised(code)),
        which=which,
        erasable=erasable,
        error=render(_NOT_SURE) if unsure else "",
        from_receipt=bool(request.args.get("receipt")),
    )
    return page, 422 if unsure else 200, {"Cache-Control": "no-store"}


def _ask(code: str, which: str, *, unsure: bool) -> ResponseReturnValue:
    page = url_for(
        "participation.asked",
        which=which or None,
        receipt=request.form.get("receipt") and "yes",
        unsure="yes" if unsure else None,
    )
    response = make_response(redirect(page, 303))
    remember(response, _COOKIE, code, url_for("participation.asked"), LOOKED_UP_SECONDS)
    return response


@blueprint.get("/personal-data/erased")
@public
def erased() -> str:
    """What comes after; `one` where one of several was chosen."""
    return render_template("participation/erased.html", one=bool(request.args.get("one")))


_MISTYPED = msg(
    "This is not a complete receipt code. It has twelve letters and digits, such as ABCD-EFGH-JKMN."
)
_NOT_SURE = msg("Please tick the box to confirm that you want to erase this.")


def _page() -> dict[str, object]:
    in_tables = [declared for _column, declared in personal_columns(Model.metadata)]
    citizens: dict[tuple[int, str], list[str]] = {}
    staff: dict[tuple[int, str], list[str]] = {}
    for declared in (*in_tables, *personal_outside().values()):
        what = declared.what or msg("Personal data")
        group = staff if _is_about_staff(what, declared.purpose) else citizens
        found = group.setdefault((declared.days, _said(declared.purpose)), [])
        if (said := _said(what)) not in found:
            found.append(said)
    return {
        "citizens": _lines(citizens),
        "staff": _lines(staff),
        "request_days": REQUEST_DAYS,
    }


def _lines(found: dict[tuple[int, str], list[str]]) -> list[Kept]:
    return [Kept(tuple(sorted(what)), purpose, days) for (days, purpose), what in sorted(found.items())]


def _is_about_staff(*messages: Message) -> bool:
    return any(message.template.startswith(_STAFF) for message in messages)


def _said(words: Message) -> str:
    """In the reader's language, without the mark of staff: their table says so once."""
    said = render(words)
    if not words.template.startswith(_STAFF):
        return said
    rest = said.partition(gettext(": "))[2].strip()
    return rest[:1].upper() + rest[1:]
