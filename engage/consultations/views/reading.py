"""What everybody reads: the list, the draft, and one clause with what people said about it."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from engage.consultations.queries.comments import of_clause
from engage.consultations.queries.lists import closed_list, open_list
from engage.consultations.queries.published import Published, published
from engage.consultations.queries.tallies import NOTHING, clause_tallies, total
from engage.consultations.rules.clauses import Clause
from engage.consultations.rules.comments import TEXT_LIMIT
from engage.consultations.rules.phases import Phase
from engage.consultations.views._blueprints import public_pages
from engage.consultations.views._visit import in_visit
from engage.web.guards import public
from engage.web.numbers import page_number

WHOLE = ""


@public_pages.get("/consultations/")
@public
def index() -> ResponseReturnValue:
    """Open consultations first, then those that are over."""
    closed, number, pages = closed_list(page_number())
    return render_template(
        "consultations/index.html",
        open_ones=open_list() if number == 1 else [],
        closed_ones=closed,
        number=number,
        pages=pages,
        Phase=Phase,
    )


@public_pages.get("/consultations/<public_id>")
@public
def show(public_id: str) -> ResponseReturnValue:
    """The draft with its table of contents."""
    consultation = published(public_id)
    if consultation.phase is Phase.WITHDRAWN:
        return withdrawn(consultation)
    page = draft_page(consultation)
    return in_visit(public_id, page) if consultation.phase is Phase.OPEN else page


@public_pages.get("/consultations/<public_id>/clauses/<clause>")
@public
def clause_page(public_id: str, clause: str) -> ResponseReturnValue:
    """One clause, its comment form, and the published comments."""
    consultation = published(public_id)
    if consultation.phase is Phase.WITHDRAWN:
        return withdrawn(consultation)
    return _commenting(consultation, consultation.clause(clause))


@public_pages.get("/consultations/<public_id>/comment")
@public
def whole_page(public_id: str) -> ResponseReturnValue:
    """The whole draft as what is commented on."""
    consultation = published(public_id)
    if consultation.phase is Phase.WITHDRAWN:
        return withdrawn(consultation)
    return _commenting(consultation, None)


def _commenting(consultation: Published, clause: Clause | None) -> ResponseReturnValue:
    page = discussion(consultation, clause)
    return in_visit(consultation.public_id, page) if consultation.phase is Phase.OPEN else page


def withdrawn(consultation: Published, *, code: str = "", text: str = "") -> ResponseReturnValue:
    """That a consultation is withdrawn, and nothing of it but one's own code, or what one just typed."""
    page = render_template("consultations/withdrawn.html", consultation=consultation, code=code, text=text)
    return page, 410


def draft_page(consultation: Published, *, preview: bool = False) -> str:
    """The draft with its table of contents; as staff see it before publication where it is a `preview`."""
    tallies = {} if preview else clause_tallies(consultation.id)
    return render_template(
        "consultations/show.html",
        consultation=consultation,
        tallies=tallies,
        nothing=NOTHING,
        total=total(tallies.values()),
        open=consultation.phase is Phase.OPEN and not preview,
        preview=preview,
        limit=TEXT_LIMIT,
        Phase=Phase,
    )


def discussion(
    consultation: Published,
    clause: Clause | None,
    *,
    errors: dict[str, str] | None = None,
    stance: str = "",
    text: str = "",
    refusal: str = "",
) -> str:
    """A clause (or the whole, `None`) with its form as typed and what is published about it."""
    key = clause.key if clause else WHOLE
    return render_template(
        "consultations/clause.html",
        consultation=consultation,
        clause=clause,
        tally=clause_tallies(consultation.id).get(key, NOTHING),
        page=of_clause(consultation.id, key, page_number()),
        open=consultation.phase is Phase.OPEN,
        errors=errors or {},
        stance=stance,
        text=text,
        refusal=refusal,
        limit=TEXT_LIMIT,
        Phase=Phase,
    )
