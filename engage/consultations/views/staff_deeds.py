"""The deeds about a consultation as a whole: publishing, closing, withdrawing, settling, and its result."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from engage.accounts.permissions import Permission
from engage.consultations.actions import publishing, settling
from engage.consultations.forms import ResultForm
from engage.consultations.queries import staff as queries
from engage.consultations.queries.tallies import outcome_counts
from engage.consultations.rules.phases import Deed, require_phase
from engage.consultations.views._blueprints import staff_pages
from engage.consultations.views.staff_list import overview_page
from engage.core.actor import Actor
from engage.core.errors import Conflict, Invalid
from engage.core.types import Localized
from engage.web.actor import current_actor
from engage.web.guards import staff
from engage.web.languages import render


@staff_pages.post("/<public_id>/publish")
@staff(Permission.CONSULTATION_PUBLISH)
def publish(public_id: str) -> ResponseReturnValue:
    """Freeze and publish what was written."""
    return _do(public_id, publishing.publish_consultation, _("Published. Everybody can read it now."))


@staff_pages.post("/<public_id>/close")
@staff(Permission.CONSULTATION_PUBLISH)
def close(public_id: str) -> ResponseReturnValue:
    """End the period early."""

    def write(actor: Actor, consultation_id: int) -> None:
        publishing.close(actor, consultation_id, request.form.get("short_reason", ""))

    return _do(public_id, write, _("Closed. It takes no more comments."))


@staff_pages.post("/<public_id>/withdraw")
@staff(Permission.CONSULTATION_PUBLISH)
def withdraw(public_id: str) -> ResponseReturnValue:
    """Take it back."""
    return _do(public_id, publishing.withdraw, _("Withdrawn. Its page says so."))


@staff_pages.post("/<public_id>/delete")
@staff(Permission.CONSULTATION_EDIT)
def delete(public_id: str) -> ResponseReturnValue:
    """Drop a draft that was never published."""
    actor = current_actor()
    try:
        publishing.delete_draft(actor, queries.work(actor, public_id, Deed.DELETE).consultation.id)
    except Conflict as refusal:
        return overview_page(public_id, {"state": render(refusal.message)}, refusal.status)
    flash(_("The draft is deleted."), "success")
    return redirect(url_for(".index"), 303)


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
    if request.method != "POST":
        require_phase(Deed.PUBLISH_RESULT, work.phase)
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
    undecided = outcome_counts(one.id).get(None, 0)
    page = render_template(
        "consultations/staff/result.html", work=work, form=form, undecided=undecided, Deed=Deed
    )
    return page, status


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
        return overview_page(public_id, errors, refusal.status)
    except Conflict as refusal:
        return overview_page(public_id, {"state": render(refusal.message)}, refusal.status)
    flash(done, "success")
    return redirect(url_for(".overview", public_id=public_id), 303)
