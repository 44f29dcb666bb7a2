"""Writing a consultation: its terms, the pasted text, and correcting the split."""

from __future__ import annotations

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from engage.accounts.permissions import Permission
from engage.accounts.queries import units
from engage.accounts.rules import units_where
from engage.consultations.actions import editing
from engage.consultations.forms import TermsForm, TextForm
from engage.consultations.models import CLAUSE_KEY_LENGTH
from engage.consultations.queries import staff as queries
from engage.consultations.rules.clauses import (
    CUT,
    Clause,
    Part,
    added,
    cut,
    from_data,
    merged,
    new_key,
    problems,
    removed,
)
from engage.consultations.rules.comments import cleaned
from engage.consultations.rules.phases import Deed, require_phase
from engage.consultations.views._args import choice, number
from engage.consultations.views._blueprints import staff_pages
from engage.core.errors import Conflict, Invalid
from engage.web.actor import current_actor
from engage.web.guards import staff
from engage.web.languages import local_text, render
from engage.web.site import current_site

_ROW_CHARACTERS = 40
_FEWEST_ROWS, _MOST_ROWS = 2, 40


@staff_pages.route("/new", methods=["GET", "POST"])
@staff(Permission.CONSULTATION_EDIT)
def create() -> ResponseReturnValue:
    """Begin a consultation."""
    actor = current_actor()
    form = _terms_form()
    if request.method != "POST":
        form.review_first.data = True
    elif form.validate_on_submit():
        try:
            terms = form.terms(current_site().zone)
            made = editing.create(actor, form.unit.data, terms, request_id=form.request_id.data or "")
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for(".text", public_id=made), 303)
    page = render_template("consultations/staff/terms.html", form=form, work=None, Deed=Deed)
    return page, 422 if form.errors else 200


@staff_pages.route("/<public_id>/terms", methods=["GET", "POST"])
@staff(Permission.CONSULTATION_EDIT)
def terms(public_id: str) -> ResponseReturnValue:
    """Title, background, period and the like."""
    actor = current_actor()
    work = queries.work(actor, public_id, Deed.EDIT)
    form = _terms_form(work.consultation.activity_id)
    del form.unit
    status = 200
    if request.method != "POST":
        require_phase(Deed.EDIT, work.phase)
        form.show(editing.terms_of(work.consultation), current_site().zone)
    elif form.validate_on_submit():
        try:
            editing.edit_terms(actor, work.consultation.id, form.terms(current_site().zone))
        except Invalid as refusal:
            form.refuse(refusal)
        except Conflict as refusal:
            flash(render(refusal.message), "error")
            status = refusal.status
        else:
            flash(_("Saved."), "success")
            return redirect(url_for(".overview", public_id=public_id), 303)
        work = queries.work(actor, public_id, Deed.EDIT)
    page = render_template("consultations/staff/terms.html", form=form, work=work, Deed=Deed)
    return page, 422 if form.errors else status


@staff_pages.route("/<public_id>/text", methods=["GET", "POST"])
@staff(Permission.CONSULTATION_EDIT)
def text(public_id: str) -> ResponseReturnValue:
    """Paste the draft; it is split into clauses."""
    actor = current_actor()
    work = queries.work(actor, public_id, Deed.EDIT)
    if request.method != "POST":
        require_phase(Deed.EDIT, work.phase)
    form = TextForm()
    status = 200
    if form.validate_on_submit():
        revision = number(request.form.get("revision"))
        try:
            editing.set_text(actor, work.consultation.id, form.text.data or "", revision)
        except Invalid as refusal:
            form.refuse(refusal)
        except Conflict as refusal:
            flash(render(refusal.message), "error")
            status = refusal.status
        else:
            flash(_("The text has been split. Please check it below."), "success")
            return redirect(url_for(".clauses", public_id=public_id), 303)
        work = queries.work(actor, public_id, Deed.EDIT)
    page = render_template("consultations/staff/text.html", form=form, work=work, Deed=Deed)
    return page, 422 if form.errors else status


@staff_pages.get("/<public_id>/clauses")
@staff(Permission.CONSULTATION_EDIT)
def clauses(public_id: str) -> ResponseReturnValue:
    """The split as it stands, to be corrected, with what keeps it from being published."""
    work = queries.work(current_actor(), public_id, Deed.EDIT)
    require_phase(Deed.EDIT, work.phase)
    one = work.consultation
    matching = one.matched_from is not None
    if request.accept_mimetypes.best == "application/json":
        return jsonify(state="running" if matching else "done", done=0, all=0)
    if matching:
        return render_template("consultations/staff/matching.html", work=work, Deed=Deed)
    shown = from_data(one.edit_clauses)
    errors = {name: render(words) for name, words in problems(shown).items()}
    return _clauses(public_id, shown, one.edit_revision, errors=errors)


@staff_pages.post("/<public_id>/clauses")
@staff(Permission.CONSULTATION_EDIT)
def save_clauses(public_id: str) -> ResponseReturnValue:
    """Merge, split, remove or add a clause; or save them all."""
    actor = current_actor()
    work = queries.work(actor, public_id, Deed.EDIT)
    revision = number(request.form.get("revision"))
    typed = _typed()
    deed, _colon, position = request.form.get("do", "save").partition(":")
    at = number(position)
    try:
        if deed != "save":
            return _clauses(public_id, _corrected(typed, deed, at), revision, at=at)
        editing.set_clauses(actor, work.consultation.id, typed, revision)
    except Invalid as refusal:
        errors = {name: render(words) for name, words in refusal.errors.items()}
        return _clauses(public_id, typed, revision, errors=errors, status=refusal.status)
    except Conflict as refusal:
        return _clauses(public_id, typed, revision, refusal=render(refusal.message), status=refusal.status)
    flash(_("Saved."), "success")
    return redirect(url_for(".overview", public_id=public_id), 303)


def _clauses(
    public_id: str,
    shown: list[Clause] | tuple[Clause, ...],
    revision: int,
    *,
    at: int | None = None,
    errors: dict[str, str] | None = None,
    refusal: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    page = render_template(
        "consultations/staff/clauses.html",
        work=queries.work(current_actor(), public_id, Deed.EDIT),
        clauses=shown,
        revision=revision,
        at=at,
        errors=errors or {},
        refusal=refusal,
        parts=list(Part),
        rows_of=_rows_of,
        markdown=any(one.markdown for one in shown),
        cut=CUT,
        Deed=Deed,
    )
    return page, status


def _rows_of(text: str) -> int:
    """How many rows a box needs to show all of a clause where no script and no style makes it grow."""
    needed = sum(len(line) // _ROW_CHARACTERS + 1 for line in text.split("\n"))
    return min(max(_FEWEST_ROWS, needed), _MOST_ROWS)


def _corrected(typed: list[Clause], deed: str, at: int) -> list[Clause]:
    match deed:
        case "merge":
            return merged(typed, at)
        case "split":
            return cut(typed, at)
        case "remove":
            return removed(typed, at)
        case "add":
            return added(typed, at)
        case _:
            return typed


def _typed() -> list[Clause]:
    """The clauses of the form, in their order: all of them, also those that are too many."""
    form = request.form
    rows = zip(
        form.getlist("key"),
        form.getlist("part"),
        form.getlist("number"),
        form.getlist("title"),
        form.getlist("text"),
        strict=False,
    )
    return [
        Clause(
            key[:CLAUSE_KEY_LENGTH] or new_key(),
            choice(Part, part) or Part.CLAUSE,
            " ".join(cleaned(printed).split()),
            " ".join(cleaned(title).split()),
            cleaned(body),
            markdown=bool(form.get("markdown")),
        )
        for key, part, printed, title, body in rows
    ]


def _terms_form(activity_id: int | None = None) -> TermsForm:
    form = TermsForm()
    actor = current_actor()
    allowed = units_where(actor, Permission.CONSULTATION_EDIT)
    form.kinds()
    form.unit.choices = [
        (unit.id, local_text(unit.name)) for unit in units() if allowed is None or unit.id in allowed
    ]
    form.activity_id.choices = [(0, _("None"))] + [
        (one.id, local_text(one.title)) for one in queries.activities_for(actor, activity_id)
    ]
    return form
