"""What every page says about the site, from the settings."""

from __future__ import annotations

from engage.settings import queries
from engage.settings.queries import SiteView
from engage.web.assets import asset


def current_site() -> SiteView:
    """The site as the settings have it now."""
    return queries.site()


def emblem_url() -> str:
    """The address of the emblem: the administrator's own, else the placeholder."""
    emblem = current_site().emblem
    return f"/emblem/{emblem}" if emblem else asset("img/emblem.svg")
