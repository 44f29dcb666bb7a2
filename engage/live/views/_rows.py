"""The rows of a room's page of questions: drawn once for everybody, then filled in for each phone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from flask import render_template
from flask_babel import gettext
from markupsafe import Markup

from engage.core.ids import request_id
from engage.live.queries.shared import Listing
from engage.web.citizen import citizen_token
from engage.web.languages import current_language
from engage.web.prepared import Prepared, hole

_SLOTS = ("request_id", "on", "pressed", "word", "total")


def rows(
    shown: Listing,
    address: str,
    *,
    supporting: bool,
    sources: Mapping[str, str],
    totals: Mapping[str, Any],
    supported: Collection[str],
) -> Markup:
    """The list items of ``shown`` with totals and this device's own supports; each sends to ``address``."""
    language = current_language()
    if language not in shown.drawn:
        slots = {
            view["id"]: {name: hole(f"{name}-{view['id']}") for name in _SLOTS} | {"token": hole("token")}
            for view in shown.views
        }
        shown.drawn[language] = Prepared(
            render_template(
                "live/_list.html",
                listing=shown,
                address=address,
                slots=slots,
                supporting=supporting,
                source_words=sources,
            )
        )
    filled = shown.drawn[language].plain(_values(shown, totals, supported)).decode()
    return Markup(filled)  # noqa: S704 (a template's, and values that need no escape)


def _values(shown: Listing, totals: Mapping[str, Any], supported: Collection[str]) -> dict[str, str]:
    values = {"token": citizen_token()}
    words = {True: gettext("Supported"), False: gettext("Support")}
    for key in (view["id"] for view in shown.views):
        on = key in supported
        values |= {
            f"request_id-{key}": request_id(),
            f"on-{key}": "0" if on else "1",
            f"pressed-{key}": "true" if on else "false",
            f"word-{key}": words[on],
            f"total-{key}": str(totals.get(key, [0])[0]),
        }
    return values
