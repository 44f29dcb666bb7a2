"""The pages of `respond`: the form and the receipt are prepared once per version, language and look."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from flask import Response, current_app, g, render_template, request, url_for

from engage.core.errors import Refusal
from engage.core.ids import request_id
from engage.core.messages import Message
from engage.core.threads import Shared, beside_the_hub
from engage.core.types import Localized
from engage.questions.compiled import Step, path, validate
from engage.questions.logic import tests
from engage.surveys.actions.submit import FirstCounts
from engage.surveys.models import Layout
from engage.surveys.queries.published import CompiledVersion, Published
from engage.surveys.rules import TAKEN_BACK, Phase
from engage.surveys.views import state
from engage.web import languages, shell
from engage.web.citizen import citizen_token
from engage.web.cookies import named
from engage.web.headers import csp_nonce
from engage.web.languages import current_language
from engage.web.prepared import Prepared, hole
from engage.web.shell import large_text
from engage.web.site import current_site

_MOST_PREPARED: Final = 100
_prepared: dict[tuple[object, ...], Prepared] = {}
_shared = Shared()


def first_form(survey: Published, asked: CompiledVersion) -> Response:
    """The empty form: from the prepared page, with this device's token and a fresh request id put in."""
    key = ("form", survey, asked.number)
    whole = survey.layout is Layout.ALL_AT_ONCE
    page = _ready(
        key,
        url_for("surveys.show", public_id=survey.public_id),
        "surveys/respond.html",
        lambda: form_values(survey, asked, None if whole else 0, {}, {}),
        token=hole("token"),
        request_id=hole("request_id"),
        whole=whole,
        first=True,
    )
    return _filled(page, {"token": citizen_token(), "request_id": request_id()})


def form_step(
    survey: Published,
    asked: CompiledVersion,
    page: int | None,
    raw: Mapping[str, object],
    errors: Mapping[str, Message],
) -> str:
    """Page `page` of the form (None: all of it) with what was typed and the sentences about it."""
    return render_template(
        "surveys/respond.html",
        **form_values(survey, asked, page, raw, errors),
        token=citizen_token(),
        request_id=request.form.get("_request_id") or request_id(),
        whole=page is None,
        first=False,
    )


def receipt(survey: Published, code: str) -> Response:
    """The receipt with its code and what happens next."""
    key = ("receipt", survey)
    page = _ready(
        key,
        url_for("surveys.done", public_id=survey.public_id),
        "surveys/done.html",
        dict,
        survey=survey,
        code=hole("code"),
    )
    return _filled(page, {"code": code})


def not_now(survey: Published, phase: Phase) -> tuple[str, int]:
    """Why the survey cannot be answered at this moment."""
    withdrawn = phase in TAKEN_BACK
    page = render_template(
        "surveys/closed.html", survey=survey, announced=phase is Phase.ANNOUNCED, withdrawn=withdrawn
    )
    return page, 410 if withdrawn else 200


def answered(survey: Published) -> str:
    """This device has taken part already."""
    return render_template("surveys/answered.html", survey=survey)


def refused(survey: Published, refusal: Refusal, lines: Sequence[tuple[Localized, str]]) -> str:
    """Why the answers were not taken, with all of them below, and the code of those that count instead."""
    code = refusal.code if isinstance(refusal, FirstCounts) else ""
    return render_template("surveys/refused.html", survey=survey, refusal=refusal, lines=lines, code=code)


def form_values(
    survey: Published,
    asked: CompiledVersion,
    page: int | None,
    raw: Mapping[str, object],
    errors: Mapping[str, Message],
) -> dict[str, Any]:
    """What the form's template needs for page `page` (None: all of them)."""
    compiled = asked.compiled
    pages = compiled.definition.pages
    answers = validate(compiled, raw).answers
    shown = path(compiled, answers)
    steps = (
        compiled.steps
        if page is None or not raw
        else tuple(step for step in compiled.steps if step.id in shown or _depends_on_own_page(step, asked))
    )
    every_page = sorted({step.page for step in compiled.steps})
    shown_pages = sorted({compiled.by_id[id].page for id in shown})
    return {
        "survey": survey,
        "version": asked.number,
        "pages": [
            (number, each, [s for s in steps if s.page == number]) for number, each in enumerate(pages)
        ],
        "page": page,
        # Of all pages, also those that an answer may skip: how many there are must not change on the way.
        "page_at": every_page.index(page) if page in every_page else 0,
        "page_count": len(every_page),
        "last": page is None or not shown_pages or page >= shown_pages[-1],
        "numbers": {step.id: number for number, step in enumerate(steps, 1)},
        "rules": [list(rule) for rule in compiled.rules],
        "may_be_fewer": any(step.show_if for step in compiled.steps),
        "state": raw,
        "packed": "" if page is None else state.packed(compiled, page, raw),
        "errors": errors,
    }


def _depends_on_own_page(step: Step, asked: CompiledVersion) -> bool:
    """Whether answers on the step's own page decide about it: then a page without script has to show it."""
    return any(asked.compiled.by_id[test.question].page == step.page for test in tests(step.show_if))


def _ready(
    key: tuple[object, ...], address: str, template: str, more: Callable[[], Mapping[str, Any]], **values: Any
) -> Prepared:
    """The page of ``key`` in the present look; who asks while it is prepared waits for it."""
    key = (*key, *_look())
    return _prepared.get(key) or _shared.get(
        key, lambda: _prepare(key, address, template, {**values, **more()})
    )


def _look() -> tuple[object, ...]:
    return current_language(), large_text(), current_site()


def _prepare(key: tuple[object, ...], address: str, template: str, values: Mapping[str, Any]) -> Prepared:
    """Renders the page in a request of its own, so that nothing of the present one can stay in it."""
    language, large = current_language(), large_text()
    looks = f"{named(languages.COOKIE)}={language}; {named(shell.LARGE_TEXT)}={'1' if large else ''}"
    with current_app.app_context(), current_app.test_request_context(address, headers={"Cookie": looks}):
        g.csp_nonce = hole("nonce")
        html = render_template(template, **values)
    page = beside_the_hub(lambda: Prepared(html))
    if len(_prepared) >= _MOST_PREPARED:
        _prepared.clear()
    _prepared[key] = page
    return page


def _filled(page: Prepared, values: dict[str, str]) -> Response:
    values["nonce"] = csp_nonce()
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response = Response(page.gzipped(values), mimetype="text/html")
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = Response(page.plain(values), mimetype="text/html")
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Accept-Encoding, Cookie"
    return response
