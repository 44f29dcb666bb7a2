"""The staff list, the overview of one consultation, and the deeds about it as a whole."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from engage.accounts.permissions import Permission
from engage.accounts.rules import may
from engage.consultations.actions import editing, settling
from engage.consultations.forms import ResultForm
from engage.consultations.queries import staff as queries
from engage.consultations.queries.tallies import outcome_counts, progress, state_counts
from engage.consultations.rules.clauses import from_data
from engage.consultations.rules.matching import changed
from engage.consultations.rules.periods import is_short, length
from engage.consultations.rules.phases import Deed, Phase
from engage.consultations.rules.settling import missing
from engage.consultations.views._blueprints import staff_pages
from engage.core.actor import Actor
from engage.core.errors import Conflict, Invalid
from engage.core.messages import msg
from engage.core.types import Localized
from engage.web.actor import current_actor
from engage.web.guards import staff
from engage.web.languages import render
from engage.web.site import current_site
from engage.web.staff_home import Tile, home_tile


@home_tile(Permission.COMMENT_MODERATE, position=40)
def waiting(actor: Actor) -> Tile | None:
    """What waits for review."""
    count = queries.pending_total(actor)
    return Tile(
        msg("Consultations"),
        msg("Comments waiting for review") if count else msg("No comment waits for review."),
        url_for("staff_consultations.index"),
        "scroll-text",
        count or None,
    )


@staff_pages.get("/")
@staff(Permission.CONSULTATION_READ)
def index() -> ResponseReturnValue:
    """The consultations this person may read."""
    return render_template(
        "consultations/staff/index.html",
        listed=queries.listed(current_actor()),
        may_create=may(current_actor(), Permission.CONSULTATION_EDIT, anywhere=True),
    )


@staff_pages.get("/<public_id>")
@staff(Permission.CONSULTATION_READ)
def overview(public_id: str) -> ResponseReturnValue:
    """Where it stands, and what can be done next."""
    return _overview(public_id)


def _overview(public_id: str, errors: dict[str, str] | None = None, status: int = 200) -> ResponseReturnValue:
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
        counts=state_counts(one.id),
        outcomes=outcome_counts(one.id),
        missing=missing(work.phase, progress(one)) if work.phase is Phase.CLOSED else [],
        errors=errors or {},
        Deed=Deed,
        Phase=Phase,
    )
    return page, status


@staff_pages.post("/<public_id>/publish")
@staff(Permission.CONSULTATION_PUBLISH)
def publish(public_id: str) -> ResponseReturnValue:
    """Freeze and publish what was written."""
    return _do(public_id, editing.publish_consultation, _("Published. Everybody can read it now."))


@staff_pages.post("/<public_id>/close")
@staff(Permission.CONSULTATION_PUBLISH)
def close(public_id: str) -> ResponseReturnValue:
    """End the period early."""
    return _do(public_id, editing.close, _("Closed. It takes no more comments."))


@staff_pages.post("/<public_id>/withdraw")
@staff(Permission.CONSULTATION_PUBLISH)
def withdraw(public_id: str) -> ResponseReturnValue:
    """Take it back."""
    return _do(public_id, editing.withdraw, _("Withdrawn. Its page says so."))


@staff_pages.post("/<public_id>/settle")
@staff(Permission.CONSULTATION_PUBLISH)
def settle(public_id: str) -> ResponseReturnValue:
    """Mark as settled."""
    return _do(public_id, settling.settle, _("Settled."))


@staff_pages.post("/<public_id>/reopen")
@staff(Permission.CONSULTATION_PUBLISH)
def reopen(public_id: str) -> ResponseReturnValue:
    """Take the mark back."""
    return _do(public_id, settling.reopen, _("No longer marked as settled."))


@staff_pages.route("/<public_id>/result", methods=["GET", "POST"])
@staff(Permission.RESULTS_PUBLISH)
def result(public_id: str) -> ResponseReturnValue:
    """Write the adoption feedback and publish the result page."""
    actor = current_actor()
    work = queries.work(actor, public_id, Deed.PUBLISH_RESULT)
    one = work.consultation
    form = ResultForm()
    status = 200
    if request.method == "GET":
        form.note.data, form.note_en.data = one.result_note.get("zh_CN", ""), one.result_note.get("en", "")
    elif form.validate_on_submit():
        try:
            note = Localized(zh_CN=form.note.data or "", en=form.note_en.data or "")
            settling.publish_result(actor, one.id, note)
        except Invalid as refusal:
            form.refuse(refusal)
            status = refusal.status
        except Conflict as refusal:
            flash(render(refusal.message), "error")
            status = refusal.status
        else:
            flash(_("The result page is published."), "success")
            return redirect(url_for(".overview", public_id=public_id), 303)
    work = queries.work(actor, public_id, Deed.PUBLISH_RESULT)
    return render_template("consultations/staff/result.html", work=work, form=form, Deed=Deed), status


@staff_pages.post("/<public_id>/result/withdraw")
@staff(Permission.RESULTS_PUBLISH)
def withdraw_result(public_id: str) -> ResponseReturnValue:
    """Take the result page back."""
    return _do(public_id, settling.withdraw_result, _("The result page is taken back."))


def _do(public_id: str, deed: Callable[[Actor, int], None], done: str) -> ResponseReturnValue:
    actor = current_actor()
    one = queries.work(actor, public_id).consultation
    try:
        deed(actor, one.id)
    except Invalid as refusal:
        errors = {name: render(words) for name, words in refusal.errors.items()}
        return _overview(public_id, errors, refusal.status)
    except Conflict as refusal:
        return _overview(public_id, {"state": render(refusal.message)}, refusal.status)
    flash(done, "success")
    return redirect(url_for(".overview", public_id=public_id), 303)
