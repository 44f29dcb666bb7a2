"""The staff list, the overview of one consultation, and its preview."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.accounts.permissions import Permission
from engage.accounts.rules import may
from engage.consultations.actions.publishing import RESULT_IS_OUT
from engage.consultations.queries import staff as queries
from engage.consultations.queries.tallies import outcome_counts, progress, state_counts
from engage.consultations.rules.clauses import from_data
from engage.consultations.rules.matching import changed
from engage.consultations.rules.periods import is_short, length
from engage.consultations.rules.phases import Deed, Phase
from engage.consultations.rules.settling import missing
from engage.consultations.rules.terms import REASON_LIMIT
from engage.consultations.views._blueprints import staff_pages
from engage.consultations.views.reading import draft_page
from engage.core.clock import now
from engage.core.errors import NotFound
from engage.core.ids import request_id
from engage.core.types import Localized
from engage.web.actor import current_actor
from engage.web.guards import staff
from engage.web.numbers import page_number
from engage.web.site import current_site
from engage.web.stuffing import crowd


@staff_pages.get("/")
@staff(Permission.CONSULTATION_READ)
def index() -> ResponseReturnValue:
    """The consultations this person may read."""
    page = queries.listed(current_actor(), page_number())
    return render_template(
        "consultations/staff/index.html",
        listed=page.items,
        page=page,
        may_create=may(current_actor(), Permission.CONSULTATION_EDIT, anywhere=True),
    )


@staff_pages.get("/<public_id>")
@staff(Permission.CONSULTATION_READ)
def overview(public_id: str) -> ResponseReturnValue:
    """Where it stands, and what can be done next."""
    return overview_page(public_id)


@staff_pages.get("/<public_id>/poster")
@staff(Permission.CONSULTATION_READ)
def poster(public_id: str) -> ResponseReturnValue:
    """A page to print and hang up: title, end and the QR code of the draft."""
    one = queries.work(current_actor(), public_id).consultation
    if one.version_number is None:
        raise NotFound
    return render_template(
        "staff/poster.html",
        title=one.title,
        lead=Localized(),
        path=url_for("consultations.show", public_id=public_id),
        invitation=gettext("Scan with WeChat to read the draft and comment"),
        closes_at=one.closes_at,
        unit=one.unit.name,
        back=(url_for(".overview", public_id=public_id), gettext("Back to the consultation")),
    )


def overview_page(
    public_id: str, errors: dict[str, str] | None = None, status: int = 200
) -> ResponseReturnValue:
    """The overview, with what a deed was refused for."""
    work = queries.work(current_actor(), public_id)
    one = work.consultation
    zone = current_site().zone
    period = length(one.opens_at, one.closes_at, zone) if one.opens_at and one.closes_at else None
    edited = from_data(one.edit_clauses)
    page = render_template(
        "consultations/staff/overview.html",
        work=work,
        one=one,
        period=period,
        short=bool(one.opens_at and one.closes_at and is_short(one.kind, one.opens_at, one.closes_at, zone)),
        edited=edited,
        unpublished=one.version_number is not None and changed(work.clauses, edited),
        left_behind=queries.left_behind(work),
        counts=state_counts(one.id),
        outcomes=outcome_counts(one.id),
        missing=missing(work.phase, progress(one)) if work.phase is Phase.CLOSED else [],
        closing_short=bool(one.opens_at and is_short(one.kind, one.opens_at, now(), zone)),
        errors=errors or {},
        typed=request.form,
        reason_limit=REASON_LIMIT,
        result_is_out=RESULT_IS_OUT,
        export_request=request_id(),
        crowd=crowd(f"consultation:{one.id}"),
        Deed=Deed,
        Phase=Phase,
    )
    return page, status


@staff_pages.get("/<public_id>/preview")
@staff(Permission.CONSULTATION_READ)
def preview(public_id: str) -> ResponseReturnValue:
    """The public page of the text being written, before anybody else can read it."""
    return draft_page(queries.preview(queries.work(current_actor(), public_id)), preview=True)
