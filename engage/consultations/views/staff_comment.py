"""One comment: its official reply, its outcome, the department that owes the answer; and typing one in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from engage.accounts.permissions import Permission
from engage.accounts.queries import unit_names
from engage.consultations.actions import answering, moderating
from engage.consultations.actions.entering import ENTERABLE, enter
from engage.consultations.models import Adoption, Comment, CommentState, Source, Stance
from engage.consultations.queries import staff as queries
from engage.consultations.queries.published import clauses_of
from engage.consultations.queries.staff import Work
from engage.consultations.rules.clauses import Clause
from engage.consultations.rules.comments import ENTERED_LIMIT, REASON_LIMIT, REPLY_LIMIT, Pick, cleaned
from engage.consultations.rules.phases import Deed, require_phase
from engage.consultations.views._args import choice, clause_key, number
from engage.consultations.views._blueprints import staff_pages
from engage.core.actor import Actor
from engage.core.errors import Conflict, Invalid, Refusal
from engage.core.ids import request_id
from engage.moderation.models import ReasonClass
from engage.moderation.rules import NOTE_LIMIT
from engage.web.actor import current_actor
from engage.web.display import label
from engage.web.guards import staff
from engage.web.languages import render


class Group(Enum):
    """The fields of the one form on a comment's page, by the button that takes them."""

    REPLY = ("reply",)
    ADOPTION = ("adoption", "adoption_reason")
    CASE = ("unit",)
    REVIEW = ("reason", "note")


_NAMES = {
    Group.REPLY: _l("Official reply"),
    Group.ADOPTION: _l("What came of it"),
    Group.CASE: _l("Let a department answer"),
    Group.REVIEW: _l("Review this comment"),
}
# Buttons that publish what holds personal data: covered, or as it is after the question beside it.
_SHOWN = {"covered": {"cover": True}, "as-it-is": {"confirmed": True}}


@staff_pages.get("/<public_id>/comments/<comment_id>")
@staff(Permission.CONSULTATION_READ)
def comment(public_id: str, comment_id: str) -> ResponseReturnValue:
    """A comment with all that can be done about it."""
    return _page(queries.work(current_actor(), public_id), comment_id)


@staff_pages.post("/<public_id>/comments/<comment_id>/reply")
@staff(Permission.COMMENT_REPLY)
def reply(public_id: str, comment_id: str) -> ResponseReturnValue:
    """Publish the official reply."""

    def write(actor: Actor, work: Work, pick: Pick) -> None:
        answering.reply(actor, work.consultation.id, pick, request.form.get("reply", ""))

    return _do(public_id, comment_id, Group.REPLY, write, _("The reply is published."))


@staff_pages.post("/<public_id>/comments/<comment_id>/adopt")
@staff(Permission.COMMENT_ADOPT)
def adopt(public_id: str, comment_id: str) -> ResponseReturnValue:
    """Say what came of it."""

    def write(actor: Actor, work: Work, pick: Pick) -> None:
        adoption = choice(Adoption, request.form.get("adoption"))
        reason = request.form.get("adoption_reason", "")
        answering.adopt(actor, work.consultation.id, [pick], adoption, reason)

    return _do(public_id, comment_id, Group.ADOPTION, write, _("The outcome is published."))


@staff_pages.post("/<public_id>/comments/<comment_id>/assign")
@staff(Permission.COMMENT_REPLY)
def assign(public_id: str, comment_id: str) -> ResponseReturnValue:
    """Make it the case of a unit, or take it back."""

    def write(actor: Actor, work: Work, pick: Pick) -> None:
        if request.form.get("back"):
            answering.unassign(actor, work.consultation.id, pick)
        else:
            answering.assign(actor, work.consultation.id, pick, number(request.form.get("unit")))

    return _do(public_id, comment_id, Group.CASE, write, _("Saved."))


@staff_pages.post("/<public_id>/comments/<comment_id>/decide")
@staff(Permission.COMMENT_MODERATE)
def decide_one(public_id: str, comment_id: str) -> ResponseReturnValue:
    """Publish (as it is, or with what was noticed covered), decline, or put back to review."""

    def write(actor: Actor, work: Work, pick: Pick) -> None:
        asked = request.form.get("state", "")
        state = CommentState.PUBLISHED if asked in _SHOWN else choice(CommentState, asked)
        reason = choice(ReasonClass, request.form.get("reason"))
        note = request.form.get("note", "")
        moderating.decide(actor, work.consultation.id, [pick], state, reason, note, **_SHOWN.get(asked, {}))

    return _do(public_id, comment_id, Group.REVIEW, write, _("Decided."))


@staff_pages.route("/<public_id>/enter", methods=["GET", "POST"])
@staff(Permission.COMMENT_ENTER)
def enter_comment(public_id: str) -> ResponseReturnValue:
    """Type in what came on paper, in the hall or by telephone."""
    actor = current_actor()
    work = queries.work(actor, public_id, Deed.ENTER)
    require_phase(Deed.ENTER, work.phase)
    form = request.form
    errors: dict[str, str] = {}
    refusal, code, status = "", "", 200
    if request.method == "POST":
        try:
            code = enter(
                actor,
                work.consultation.id,
                clause_key(form.get("clause")),
                choice(Stance, form.get("stance")),
                form.get("text", ""),
                choice(Source, form.get("source")) or Source.WEB,
                form.get("_request_id", ""),
            )
        except Invalid as invalid:
            errors = {name: render(words) for name, words in invalid.errors.items()}
            status = invalid.status
        except Conflict as conflict:
            refusal, status = render(conflict.message), conflict.status
        work = queries.work(actor, public_id, Deed.ENTER)
    page = render_template(
        "consultations/staff/enter.html",
        work=work,
        typed=form if not code else {},
        request_id=request_id() if code else form.get("_request_id") or request_id(),
        errors=errors,
        refusal=refusal,
        code=code,
        source_options=[(one.value, label(one)) for one in ENTERABLE],
        clause_options=[("", _("The draft as a whole"))]
        + [(one.key, one.name) for one in work.clauses if one.commentable],
        limit=ENTERED_LIMIT,
        Deed=Deed,
    )
    return page, status


def _do(
    public_id: str, comment_id: str, group: Group, deed: Callable[[Actor, Work, Pick], None], done: str
) -> ResponseReturnValue:
    """Do what one button asks for; what was typed for the others comes back, for they publish it."""
    actor = current_actor()
    work = queries.work(actor, public_id)
    pick = Pick(comment_id, number(request.form.get("revision")))
    try:
        deed(actor, work, pick)
    except (Invalid, Conflict) as refusal:
        return _page(queries.work(actor, public_id), comment_id, request.form, refusal)
    flash(done, "success")
    work = queries.work(actor, public_id)
    left = _left(queries.comment_of(work, comment_id), group)
    if left:
        # Its texts fit into no cookie, so no redirect can carry them; sent again, the deed is known as done.
        return _page(work, comment_id, left)
    return redirect(url_for(".comment", public_id=public_id, comment_id=comment_id), 303)


def _left(row: Comment, done: Group) -> dict[str, str]:
    """What was typed on the page for other buttons than the one that was pressed and differs from what is."""
    stored = {
        "reply": row.reply,
        "adoption": row.adoption.value if row.adoption else "",
        "adoption_reason": row.adoption_reason,
    }
    typed = {name: request.form.get(name) for group in Group if group is not done for name in group.value}
    if row.replied_at or row.state is not CommentState.PUBLISHED:
        typed["unit"] = None
    return {
        name: text
        for name, text in typed.items()
        if text is not None and cleaned(text) != stored.get(name, "")
    }


def _page(
    work: Work, comment_id: str, typed: Mapping[str, str] | None = None, refusal: Refusal | None = None
) -> ResponseReturnValue:
    row: Comment = queries.comment_of(work, comment_id)
    errors = (
        {name: render(words) for name, words in refusal.errors.items()}
        if isinstance(refusal, Invalid)
        else {}
    )
    named = [unit_id for unit_id in (row.reply_unit_id, row.assigned_unit_id) if unit_id]
    page = render_template(
        "consultations/staff/comment.html",
        work=work,
        row=row,
        clause=_clause(row),
        units=queries.all_units() if Deed.ASSIGN in work.may else [],
        unit_names=unit_names(named) if named else {},
        typed={name: text.replace("\r\n", "\n") for name, text in (typed or {}).items()},
        unsaved=[] if refusal else [_NAMES[group] for group in Group if set(group.value) & set(typed or ())],
        errors=errors,
        refusal=render(refusal.message) if refusal and not errors else "",
        reasons=list(ReasonClass),
        adoptions=list(Adoption),
        reply_limit=REPLY_LIMIT,
        reason_limit=REASON_LIMIT,
        note_limit=NOTE_LIMIT,
        Deed=Deed,
        CommentState=CommentState,
    )
    return page, refusal.status if refusal else 200


def _clause(row: Comment) -> Clause | None:
    """The clause as its author read it; None for the whole draft."""
    if not row.clause:
        return None
    clauses = clauses_of(row.consultation_id, row.version)
    return next((one for one in clauses if one.key == row.clause), None)
