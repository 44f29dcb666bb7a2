"""What the shell says about the site: names, footer, colour; filled from the settings domain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, current_app, g, has_request_context

from engage.core.types import Localized
from engage.web import colour

_NOTHING = Localized()
_CITY = Localized(zh_CN="示范市", en="Demo City")
_NAME = Localized(zh_CN="政务公开主题日", en="Government Openness Theme Days")


@dataclass(frozen=True, slots=True)
class Site:
    """The parts of the site settings that every page shows."""

    city: Localized = _CITY
    name: Localized = _NAME
    organiser: Localized = _NOTHING
    undertaker: Localized = _NOTHING
    contact: Localized = _NOTHING
    icp: str = ""
    police_filing: str = ""
    site_code: str = ""
    emblem_url: str = ""
    primary_colour: str = colour.DEFAULT


def provide_site(app: Flask, provider: Callable[[], Site]) -> None:
    """Let ``provider`` answer what the site is called; it is asked once per request."""
    app.extensions["site"] = provider


def current_site() -> Site:
    """The site as the settings have it now."""
    provider: Callable[[], Site] = current_app.extensions.get("site", Site)
    if not has_request_context():
        return provider()
    if "site" not in g:
        g.site = provider()
    return g.site
