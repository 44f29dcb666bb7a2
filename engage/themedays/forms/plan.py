"""The forms of the plan."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, IntegerField, SelectMultipleField
from wtforms.validators import Optional

from engage.core.messages import msg
from engage.themedays.actions.rows import ContactFields, RowFields
from engage.themedays.forms._fields import (
    Choice,
    Moment,
    long_text,
    name_of,
    official_text,
    text,
)
from engage.themedays.models import Form, PlanRow
from engage.themedays.rules import CONTACTS_LIMIT, TEXT_LIMIT, THEME_LIMIT
from engage.web.display import label
from engage.web.forms import Needed, StaffForm, options

_BLANK_CONTACTS = 2


class RoundForm(StaffForm):
    year = IntegerField(_l("Year"), [Needed(msg("Please enter a year such as 2027."))])
    deadline = Moment(_l("Deadline for filing"), [Needed(msg("Please enter the deadline."))])
    instructions_zh = official_text(_l("Instructions for the units"), TEXT_LIMIT)
    instructions_en = official_text(_l("Instructions in English"), TEXT_LIMIT, rows=2)


class ExtensionForm(StaffForm):
    unit = Choice(_l("Unit"), coerce=int)
    until = Moment(_l("May file until"), [Needed(msg("Please enter until when."))])


class RowForm(StaffForm):
    """A plan row; the contact list is read from repeated plain fields."""

    revision = HiddenField()
    unit = Choice(_l("Unit"), coerce=int)
    theme = text(_l("Theme"), THEME_LIMIT, Needed(msg("Please enter the theme.")))
    form = Choice(_l("Form"))
    planned_on = DateField(_l("Planned day"), [Optional()])
    cohosts = SelectMultipleField(_l("Co-hosts"), coerce=int, validate_choice=False)
    steps = long_text(_l("Steps"), TEXT_LIMIT, description=_l("One step a line."))
    remarks = long_text(_l("Remarks"), TEXT_LIMIT, rows=2)

    def offer(self, units: Any, cohosts: Any) -> None:
        """Fill the lists: ``units`` that may file, ``cohosts`` to choose from."""
        self.unit.choices = options((unit.id, name_of(unit)) for unit in units)
        self.form.choices = options((form.value, label(form)) for form in Form)
        host = {unit.id for unit in units} if len(units) == 1 else set()
        self.cohosts.choices = [(unit.id, name_of(unit)) for unit in cohosts if unit.id not in host]

    def fields(self) -> RowFields:
        """What was typed, as the actions take it."""
        return RowFields(
            theme=self.theme.data or "",
            form=Form(self.form.data),
            planned_on=self.planned_on.data,
            steps=self.steps.data or "",
            remarks=self.remarks.data or "",
            cohosts=tuple(self.cohosts.data or ()),
            contacts=tuple(ContactFields(*line) for line in typed_contacts() if any(line)),
        )


def row_data(row: PlanRow) -> dict[str, Any]:
    """What the form of a stored row shows."""
    return {
        "revision": row.revision,
        "unit": row.unit_id,
        "theme": row.theme,
        "form": row.form.value,
        "planned_on": row.planned_on,
        "cohosts": [one.unit_id for one in row.cohosts],
        "steps": row.steps,
        "remarks": row.remarks,
    }


def typed_contacts() -> list[tuple[str, str, str]]:
    """The lines of the contact list in the posted form."""
    columns = [request.form.getlist(f"contact_{name}")[:50] for name in ("name", "post", "phone")]
    return [(name.strip(), post.strip(), phone.strip()) for name, post, phone in zip(*columns, strict=False)]


def contact_lines(row: PlanRow | None) -> list[tuple[str, str, str]]:
    """The contact list as the form shows it, with blank lines to fill in."""
    if request.method == "POST":
        lines = [line for line in typed_contacts() if any(line)]
    else:
        lines = [(one.name, one.post, one.phone) for one in row.contacts] if row else []
    blank = max(0, min(_BLANK_CONTACTS, CONTACTS_LIMIT - len(lines)))
    return [*lines, *[("", "", "")] * blank]
