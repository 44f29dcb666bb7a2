"""Pages of the portal."""

from __future__ import annotations

from engage.portal.views import home, listings, receipts, results, theme_days
from engage.portal.views._blueprint import blueprint

blueprints = (blueprint,)

__all__ = ["blueprints", "home", "listings", "receipts", "results", "theme_days"]
