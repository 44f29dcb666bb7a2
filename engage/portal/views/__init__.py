"""Pages of the portal."""

from __future__ import annotations

from engage.portal.views import home, receipts, results, theme_days
from engage.portal.views._blueprint import blueprint

blueprints = (blueprint,)

__all__ = ["blueprints", "home", "receipts", "results", "theme_days"]
