"""What the deeds share: the case as it stands, and who is told."""

from __future__ import annotations

from engage.accounts.models import Unit
from engage.accounts.permissions import Permission
from engage.cases.models import Case, CaseState
from engage.core.db import db
from engage.core.errors import Conflict, NotFound
from engage.core.messages import msg
from engage.core.types import Localized
from engage.notifications.actions import notify
from engage.notifications.queries import holders


def load(case_id: int) -> Case:
    """The case; raises ``NotFound``."""
    case = db.session.get(Case, case_id)
    if case is None:
        raise NotFound
    return case


def require_current(case: Case, revision: int, state: CaseState = CaseState.OPEN) -> None:
    """Raises ``Conflict`` where the case is in another state or was changed since it was seen."""
    if case.state is not state:
        raise Conflict(msg("This case has been closed in the meantime. What you typed is kept below."))
    if case.revision != revision:
        raise Conflict


def unit_name(unit_id: int) -> Localized:
    """For the audit log."""
    unit = db.session.get(Unit, unit_id)
    return unit.name if unit is not None else Localized()


def tell_unit(case: Case) -> None:
    """Tell the unit that it owes an answer."""
    # A unit without staff here must not leave a citizen waiting unnoticed.
    people = holders(Permission.CASE_ANSWER, case.unit_id) or holders(Permission.CASE_ASSIGN)
    notify(
        people,
        f"case-opened:{case.id}:{case.revision}",
        msg("Your unit owes an answer"),
        msg("“{title}” is due on {day}.", title=case.title, day=case.due_on),
        f"/staff/cases/{case.public_id}",
    )
