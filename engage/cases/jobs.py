"""Reminders: two working days before, on the day, weekly when late.

The coordinator hears of late ones and of those given back.
"""

from __future__ import annotations

from datetime import timedelta

from engage.accounts.permissions import Permission
from engage.cases.models import Case
from engage.cases.queries import open_due_by
from engage.cases.rules import SOON_WORKING_DAYS, reminder_due
from engage.core.calendar import add_working_days
from engage.core.clock import today
from engage.core.jobs import periodic
from engage.core.messages import Message, msg
from engage.core.writer import atomic
from engage.notifications.actions import notify
from engage.notifications.queries import holders_by_unit
from engage.settings.queries import site


@periodic("cases.remind", seconds=600)
def remind() -> None:
    """Tell the units, once a day and case, what is due soon or late."""
    with atomic():
        day = today(site().zone)
        # Rest days behind the last working day count with it.
        last = add_working_days(day, SOON_WORKING_DAYS + 1) - timedelta(days=1)
        due = [case for case in open_due_by(last) if reminder_due(case.due_on, day, case.reminded_on)]
        if not due:
            return
        answering = holders_by_unit(Permission.CASE_ANSWER, sorted({case.unit_id for case in due}))
        for case in due:
            late = day > case.due_on
            people = set(answering.get(case.unit_id, ())) if case.returned_at is None else set()
            if late or case.returned_at is not None:
                people |= set(answering.get(None, ()))
            case.reminded_on = day
            key, url = f"case-due:{case.id}:{day.isoformat()}", f"/staff/cases/{case.public_id}"
            notify(people, key, *_words(case, late), url)


def _words(case: Case, late: bool) -> tuple[Message, Message]:
    text = msg("“{title}” is due on {day}.", title=case.title, day=case.due_on)
    if late:
        return msg("An answer is overdue"), text
    return msg("An answer is due soon"), text
