"""The published result: how it went, what was said, what came of it."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from engage.consultations.models import Adoption
from engage.consultations.queries.comments import Outcome, of_consultation
from engage.consultations.queries.published import clause_names, published
from engage.consultations.queries.tallies import (
    NO_FIGURES,
    NOTHING,
    clause_tallies,
    figures,
    outcome_counts,
    source_counts,
    total,
)
from engage.consultations.rules.periods import length
from engage.consultations.rules.phases import Phase
from engage.consultations.views._args import choice
from engage.consultations.views._blueprints import public_pages
from engage.core.errors import NotFound
from engage.web.guards import public
from engage.web.numbers import page_number
from engage.web.site import current_site


@public_pages.get("/results/consultations/<public_id>")
@public
def result(public_id: str) -> ResponseReturnValue:
    """The result page; not found before staff publish it."""
    consultation = published(public_id)
    if consultation.result_published_at is None or consultation.phase is Phase.WITHDRAWN:
        raise NotFound
    names = clause_names(consultation.id)
    now_there = {one.key: one.name for one in consultation.clauses if one.commentable}
    outcome = choice(Outcome, request.args.get("outcome"))
    outcomes = outcome_counts(consultation.id)
    tallies = clause_tallies(consultation.id)
    days, _ = length(consultation.opens_at, consultation.closes_at, current_site().zone)
    return render_template(
        "consultations/result.html",
        consultation=consultation,
        days=days,
        tallies=tallies,
        nothing=NOTHING,
        total=total(tallies.values()),
        outcomes=[
            (one, outcomes.get(Adoption(one) if one is not Outcome.OPEN else None, 0)) for one in Outcome
        ],
        outcome=outcome,
        sources=source_counts(consultation.id),
        figures=figures([consultation.id]).get(consultation.id, NO_FIGURES),
        page=of_consultation(consultation.id, page_number(), outcome),
        names=names,
        clauses=now_there,
        # What was said about a clause that a later version dropped was said all the same.
        dropped={key: name for key, name in names.items() if key not in now_there},
        Phase=Phase,
        Outcome=Outcome,
    )
