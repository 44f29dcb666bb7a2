"""Pages of staff accounts: signing in, one's own account, people, units, the staff home."""

from __future__ import annotations

from engage.accounts.views import account, home, people, people_access, second_factor, sign_in, units
from engage.accounts.views.blueprint import blueprint

blueprints = (blueprint,)

__all__ = ["account", "blueprints", "home", "people", "people_access", "second_factor", "sign_in", "units"]
