"""All published results, newest first."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import render_template, request

from engage.core.threads import made_in_turns
from engage.portal.queries import results as queries
from engage.portal.queries.things import Kind
from engage.portal.views._blueprint import blueprint
from engage.web.guards import public
from engage.web.numbers import page_number

_VALUE_LIMIT = 40


@blueprint.get("/results")
@public
def results() -> str:
    """Results of surveys, consultations and live sessions and reports on activities, a page at a time."""
    kind = Kind(value) if (value := _asked("kind")) in list(Kind) else None
    unit, theme_day = _asked("unit"), _asked("theme-day")
    number = page_number()
    read = made_in_turns(
        {
            "page": lambda: queries.page(number, kind=kind, unit=unit, theme_day=theme_day),
            "units": queries.units,
            "theme_days": queries.theme_days,
        }
    )
    chosen = {"kind": kind.value if kind else "", "unit": unit, "theme-day": theme_day}
    kept = urlencode({name: value for name, value in chosen.items() if value})
    return render_template(
        "portal/results.html",
        **read,
        kinds=list(Kind),
        chosen=chosen,
        filtered=bool(kept),
        address="/results?" + (kept + "&" if kept else "") + "page={page}",
    )


def _asked(name: str) -> str:
    return request.args.get(name, "")[:_VALUE_LIMIT]
