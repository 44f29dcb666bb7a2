"""Staff pages of the year, and the photos of reports."""

from __future__ import annotations

from engage.themedays.views import activities, arranging, board, home, plan, reports, theme_days
from engage.themedays.views.blueprint import blueprint

blueprints = (blueprint,)

__all__ = ["activities", "arranging", "blueprints", "board", "home", "plan", "reports", "theme_days"]
