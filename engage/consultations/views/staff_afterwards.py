"""What can still be set once the period is over: a new end for it, and whom people can turn to."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from engage.accounts.permissions import Permission
from engage.consultations.actions import editing, publishing
from engage.consultations.forms import ContactForm, PeriodForm
from engage.consultations.queries import staff as queries
from engage.consultations.rules.phases import Deed, require_phase
from engage.consultations.views._blueprints import staff_pages
from engage.core.errors import Conflict, Invalid
from engage.web.actor import current_actor
from engage.web.guards import staff
from engage.web.languages import render
from engage.web.site import current_site


@staff_pages.route("/<public_id>/extend", methods=["GET", "POST"])
@staff(Permission.CONSULTATION_PUBLISH)
def extend(public_id: str) -> ResponseReturnValue:
    """Set the period again, so that people can comment once more."""
    actor = current_actor()
    work = queries.work(actor, public_id, Deed.EXTEND)
    require_phase(Deed.EXTEND, work.phase)
    form = PeriodForm()
    refusal, status = "", 200
    if form.validate_on_submit():
        try:
            end = form.end(current_site().zone)
            publishing.extend(actor, work.consultation.id, end, form.short_reason.data or "")
        except Invalid as refused:
            form.refuse(refused)
        except Conflict as refused:
            refusal, status = render(refused.message), refused.status
        else:
            flash(_("The period is set. People can comment again."), "success")
            return redirect(url_for(".overview", public_id=public_id), 303)
        work = queries.work(actor, public_id, Deed.EXTEND)
    page = render_template(
        "consultations/staff/extend.html", work=work, form=form, refusal=refusal, Deed=Deed
    )
    return page, 422 if form.errors else status


@staff_pages.route("/<public_id>/contact", methods=["GET", "POST"])
@staff(Permission.CONSULTATION_EDIT)
def contact(public_id: str) -> ResponseReturnValue:
    """The terms as they were consulted on, with the contact, which may change."""
    actor = current_actor()
    work = queries.work(actor, public_id, Deed.CORRECT)
    require_phase(Deed.CORRECT, work.phase)
    one = work.consultation
    form = ContactForm(contact=one.contact.get("zh_CN", ""), contact_en=one.contact.get("en", ""))
    if form.validate_on_submit():
        try:
            editing.correct_contact(actor, one.id, form.texts())
        except Invalid as refused:
            form.refuse(refused)
        else:
            flash(_("Saved."), "success")
            return redirect(url_for(".overview", public_id=public_id), 303)
        work = queries.work(actor, public_id, Deed.CORRECT)
    page = render_template("consultations/staff/contact.html", work=work, form=form, Deed=Deed)
    return page, 422 if form.errors else 200
