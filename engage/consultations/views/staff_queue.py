"""The working list: review, decide about many at once with one reason, undo."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from engage.accounts.permissions import Permission
from engage.consultations.actions import answering, moderating
from engage.consultations.actions.moderating import Decided
from engage.consultations.models import Adoption, Comment, CommentState
from engage.consultations.queries import staff as queries
from engage.consultations.queries.published import clause_names
from engage.consultations.queries.queue import SEARCH_LIMIT, Filter, View, queue
from engage.consultations.queries.staff import Work
from engage.consultations.queries.tallies import outcome_counts, state_counts
from engage.consultations.rules.comments import REASON_LIMIT, Pick
from engage.consultations.rules.phases import Deed
from engage.consultations.views._args import choice, clause_key, number
from engage.consultations.views._blueprints import staff_pages
from engage.core.actor import Actor
from engage.core.errors import Conflict, Invalid, NotFound
from engage.core.ids import request_id
from engage.core.threads import Turn
from engage.moderation.models import ReasonClass
from engage.moderation.rules import NOTE_LIMIT, Hit, screened
from engage.web.actor import current_actor
from engage.web.guards import staff
from engage.web.languages import render

_UNDO = "consultation_undo"
_UNDOABLE = frozenset({"publish", "publish-as-it-is", "cover", "decline"})
_WHOLE = "whole"
_LOOK = "look"


@staff_pages.get("/<public_id>/comments")
@staff(Permission.CONSULTATION_READ)
def comments(public_id: str) -> ResponseReturnValue:
    """The list as filtered."""
    return _page(queries.work(current_actor(), public_id))


@staff_pages.post("/<public_id>/comments")
@staff(Permission.CONSULTATION_READ)
def decide(public_id: str) -> ResponseReturnValue:
    """Decide about one comment (its own button) or about all that are ticked."""
    actor = current_actor()
    work = queries.work(actor, public_id)
    if request.form.get("do") == _LOOK:
        return _page(work)
    try:
        done = _decide(actor, work)
    except Invalid as refusal:
        own = _own()
        errors = {f"{name}{own}": render(words) for name, words in refusal.errors.items()}
        return _page(work, errors=errors, status=refusal.status)
    except Conflict as refusal:
        return _page(queries.work(actor, public_id), refusal=render(refusal.message), status=refusal.status)
    _say(public_id, done)
    return redirect(url_for(".comments", public_id=public_id, **_filter_args()), 303)


def _decide(actor: Actor, work: Work) -> Decided:
    form, own = request.form, _own()
    deed, _colon, one = form.get("do", "").partition("=")
    picks = [_pick(one)] if one else [_pick(text) for text in form.getlist("pick")]
    picks = [pick for pick in picks if pick.comment]
    reason = choice(ReasonClass, form.get(f"reason{own}"))
    note = form.get(f"note{own}", "")
    identity = work.consultation.id
    match deed:
        case "publish":
            return moderating.decide(actor, identity, picks, CommentState.PUBLISHED)
        case "publish-as-it-is" if one:
            return moderating.decide(actor, identity, picks, CommentState.PUBLISHED, confirmed=True)
        case "cover":
            return moderating.decide(actor, identity, picks, CommentState.PUBLISHED, cover=True)
        case "decline":
            return moderating.decide(actor, identity, picks, CommentState.DECLINED, reason, note)
        case "undo":
            return moderating.decide(actor, identity, picks, CommentState.PENDING)
        case "adopt":
            adoption = choice(Adoption, form.get("adoption"))
            return answering.adopt(actor, identity, picks, adoption, form.get("adoption_reason", ""))
        case _:
            raise NotFound


def _own() -> str:
    """The end of the names of a comment's own fields where its own button was used, else empty."""
    one = request.form.get("do", "").partition("=")[2]
    return f"-{_pick(one).comment}" if one else ""


def _pick(text: str) -> Pick:
    comment, _colon, revision = text.partition(":")
    return Pick(comment[:12], number(revision))


def _say(public_id: str, done: Decided) -> None:
    """Tell what was done, and keep what an undo needs until the next page."""
    flash(ngettext("%(num)s comment decided.", "%(num)s comments decided.", len(done.done)), "success")
    if done.skipped:
        words = ngettext(
            "%(num)s comment was left alone: someone else has decided about it in the meantime.",
            "%(num)s comments were left alone: someone else has decided about them in the meantime.",
            done.skipped,
        )
        flash(words, "warn")
    if done.held:
        words = ngettext(
            "%(num)s comment was left alone: personal data was noticed in it. Please look at it by itself.",
            "%(num)s comments were left alone: personal data was noticed in them. "
            "Please look at each by itself.",
            done.held,
        )
        flash(words, "warn")
    session.pop(_UNDO, None)
    if request.form.get("do", "").partition("=")[0] in _UNDOABLE:
        session[_UNDO] = [public_id, [f"{pick.comment}:{pick.revision}" for pick in done.done]]


def _page(
    work: Work, errors: dict[str, str] | None = None, refusal: str = "", status: int = 200
) -> ResponseReturnValue:
    one = work.consultation
    wanted = _filter(work)
    page = queue(one.id, wanted, number(request.args.get("after")) or None)
    counts, outcomes = state_counts(one.id), outcome_counts(one.id)
    undo = session.pop(_UNDO, None) if request.method != "POST" else None
    names = clause_names(one.id)
    now_there = {clause.key: clause.name for clause in work.clauses if clause.commentable}
    decided = sum(number for outcome, number in outcomes.items() if outcome is not None)
    shown = render_template(
        "consultations/staff/queue.html",
        work=work,
        page=page,
        wanted=wanted,
        tabs_shown=[
            (View.PENDING, counts.get(CommentState.PENDING, 0)),
            (View.TO_ANSWER, outcomes.get(None, 0)),
            (View.DONE, decided),
            (View.DECLINED, counts.get(CommentState.DECLINED, 0)),
            (View.ALL, None),
        ],
        clauses=now_there | {key: name for key, name in names.items() if key not in now_there},
        dropped=names.keys() - now_there.keys(),
        hits=_hits(page.comments),
        args=_filter_args(),
        typed=request.form,
        picked=request.form.getlist("pick"),
        undo=undo[1] if undo and undo[0] == one.public_id else [],
        errors=errors or {},
        faulty=_own().removeprefix("-") if errors else "",
        refusal=refusal,
        reasons=list(ReasonClass),
        adoptions=list(Adoption),
        note_limit=NOTE_LIMIT,
        reason_limit=REASON_LIMIT,
        whole=_WHOLE,
        export_request=request_id(),
        View=View,
        Deed=Deed,
        CommentState=CommentState,
    )
    return shown, status


@lru_cache(maxsize=500)
def _hits_of(text: str) -> tuple[Hit, ...]:
    """What screening noticed: asked each time the same rows are shown."""
    return screened(text).hits


def _hits(comments: Iterable[Comment]) -> Mapping[str, tuple[Hit, ...]]:
    """What was noticed in each comment that waits for that reason, by public id."""
    turn = Turn()
    hits = {}
    for comment in comments:
        if comment.held:
            hits[comment.public_id] = _hits_of(comment.text)
            turn.pause()
    return hits


def _filter(work: Work) -> Filter:
    args = request.args
    clause = args.get("clause")
    return Filter(
        view=choice(View, args.get("view")) or View.PENDING,
        clause=None if not clause else "" if clause == _WHOLE else clause_key(clause),
        search=args.get("q", "").strip()[:SEARCH_LIMIT],
        held=args.get("held") == "1",
    )


def _filter_args() -> dict[str, Any]:
    """The filter of this page, for addresses that come back to it."""
    names = ("view", "clause", "q", "held", "after")
    return {name: request.args[name][:SEARCH_LIMIT] for name in names if request.args.get(name)}
