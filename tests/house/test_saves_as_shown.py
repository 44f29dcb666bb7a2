"""Every form of the staff can be sent back exactly as it is shown, by whoever is shown it, and is taken.

A form that wants something it has no field for, or that marks a needed field as optional, can never be saved.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest
from flask import Flask

from engage.accounts.permissions import Role
from engage.core.db import Model, db
from engage.core.types import Localized, LocalizedText, UtcDateTime
from engage.core.writer import atomic
from engage.settings.models import SiteSettings
from tests.fixtures.staff import StaffClient
from tests.house.every_page import offices_visits, years_visits

pytestmark = pytest.mark.database

PARTS = {"offices": offices_visits, "years": years_visits}
CONTROLS = {"input", "select", "textarea", "button"}
NEVER_SENT = {"submit", "button", "reset", "image", "file"}
# Pages with such a form that the roles together are shown; a walk that finds fewer has gone astray.
LEAST = {"offices": 20, "years": 15}


# A survey's own fields typed in from paper, and one form whose buttons each need the fields beside them: what
# is needed is said when it is sent.
SAID_LATER = {"surveys/staff/enter.html", "consultations/staff/comment.html"}

# Pages whose first form edits what is stored, and what is stored beside it whenever something is sent.
EDITS = {
    "accounts/unit.html", "consultations/staff/clauses.html", "consultations/staff/contact.html",
    "consultations/staff/terms.html", "live/staff/edit.html", "settings/edit.html",
    "surveys/staff/settings.html", "themedays/activity.html", "themedays/report.html", "themedays/round.html",
    "themedays/row.html", "themedays/theme_day.html",
}  # fmt: skip
BESIDE = {"write_request", "outbox_job", "notification", "staff_session", "deletion"}


@dataclass(frozen=True)
class Form:
    """As rendered: where its first button sends it, what a browser would send, what must be filled in yet."""

    target: str
    data: dict[str, list[str]]
    empty: frozenset[str]
    editable: bool


def _forms(html: str, path: str) -> list[Form]:
    page = html5lib.parse(html, namespaceHTMLElements=False)
    for template in list(page.iter("template")):
        template.clear()
    parsed = [
        _form(page, element, path)
        for element in page.iter("form")
        if element.get("method", "get").lower() == "post"
    ]
    return [form for form in parsed if form is not None and form.editable]


def _form(page: Element, element: Element, path: str) -> Form | None:
    """Without a button that can be pressed nothing is sent: no form."""
    named = element.get("id")
    inside = [one for one in element.iter() if one.get("form") in (None, named)]
    outside = [one for one in page.iter() if named is not None and one.get("form") == named]
    controls = [
        one
        for one in dict.fromkeys([*inside, *outside])
        if one.tag in CONTROLS and one.get("disabled") is None
    ]
    button = next((one for one in controls if _kind(one) == "submit"), None)
    if button is None:
        return None
    fields = [one for one in controls if one.get("name") and _kind(one) not in NEVER_SENT]
    data: dict[str, list[str]] = {}
    for control in fields:
        data.setdefault(control.get("name", ""), []).extend(_values(control))
    needed = {one.get("name", "") for one in controls if one.get("required") is not None}
    if button.get("name"):
        data.setdefault(button.get("name", ""), []).append(button.get("value", ""))
    return Form(
        target=button.get("formaction") or element.get("action") or path,
        data=data,
        empty=frozenset(name for name in needed if not any(value.strip() for value in data.get(name, ()))),
        editable=any(_kind(one) != "hidden" for one in fields),
    )


def _kind(control: Element) -> str:
    if control.tag in {"select", "textarea"}:
        return control.tag
    return control.get("type", "submit" if control.tag == "button" else "text").lower()


def _values(control: Element) -> list[str]:
    match _kind(control):
        case "textarea":
            return ["".join(control.itertext())]
        case "select":
            options = list(control.iter("option"))
            chosen = [option for option in options if option.get("selected") is not None]
            return [option.get("value", "".join(option.itertext())) for option in chosen or options[:1]]
        case "checkbox" | "radio":
            return [control.get("value", "on")] if control.get("checked") is not None else []
        case _:
            return [control.get("value", "")]


def _shown(client: StaffClient, path: str) -> list[Form]:
    page = client.get(path)
    return _forms(page.text, path) if page.status_code == 200 else []


def _refused(client: StaffClient, path: str, forms: list[Form]) -> Iterator[str]:
    """The forms on a page that are not taken although all that is marked as needed is filled in."""
    for at in range(len(forms)):
        if at:  # Read anew: the form before may have raised the revision that this one carries.
            forms = _shown(client, path)
        if at >= len(forms) or forms[at].empty:
            continue
        sent = client.post(forms[at].target, data=forms[at].data)
        if sent.status_code >= 400:
            yield f"{path} → {forms[at].target}: {sent.status_code}"


@pytest.mark.parametrize("part", PARTS)
def test_every_form_is_taken_as_it_is_shown(
    part: str, demonstration: Flask, staff_client: Callable[..., StaffClient]
) -> None:
    with demonstration.app_context():
        visits = [visit for visit in PARTS[part]() if visit.template not in SAID_LATER]
        db.session.remove()
    refused: list[str] = []
    tried = 0
    for role in Role:
        client = staff_client(role)
        for visit in visits:
            if forms := _shown(client, visit.path):
                tried += 1
                refused += [f"{role.value}: {sentence}" for sentence in _refused(client, visit.path, forms)]
    assert refused == []
    assert tried >= LEAST[part]


def _stored() -> Counter[tuple[str, str]]:
    """Every row but for its number, also with what counts how often it changed."""
    tables = [table for table in Model.metadata.sorted_tables if table.name not in BESIDE]
    return Counter(
        (table.name, repr({name: value for name, value in row.items() if name != "id"}))
        for table in tables
        for row in db.session.execute(table.select()).mappings()
    )


def _say_all_in_english_too() -> None:
    """And at times that no form shows: to the second."""
    with atomic():
        # The settings say all in English, and processes keep what they say.
        for table in {*Model.metadata.sorted_tables} - {SiteSettings.__table__}:
            texts = [column for column in table.columns if isinstance(column.type, LocalizedText)]
            times = [column for column in table.columns if column.name in {"starts_at", "ends_at"}]
            for row in db.session.execute(table.select()).mappings() if texts else ():
                changed: dict[str, Any] = {
                    column.name: Localized({**row[column.name], "en": 'Said "in" <b>English</b> &amp; it\'s'})
                    for column in texts
                }
                for column in times:
                    if isinstance(column.type, UtcDateTime) and row[column.name]:
                        changed[column.name] = row[column.name].replace(second=0) + timedelta(seconds=17)
                db.session.execute(table.update().where(table.c.id == row["id"]).values(changed))


def test_what_is_saved_as_it_is_shown_is_not_changed(
    demonstration: Flask, staff_client: Callable[..., StaffClient]
) -> None:
    with demonstration.app_context():
        visits = [visit for visit in (*offices_visits(), *years_visits()) if visit.template in EDITS]
        _say_all_in_english_too()
        db.session.remove()
    clients = {role: staff_client(role) for role in (Role.COORDINATOR, Role.ADMINISTRATOR)}
    changed = []
    for visit in visits:
        client = clients[visit.who or Role.COORDINATOR]
        form = _forms(client.get(visit.path).text, visit.path)[0]
        with demonstration.app_context():
            before = _stored()
        assert client.post(form.target, data=form.data).status_code < 400, visit.path
        with demonstration.app_context():
            after = _stored()
        changed += [(visit.path, *row) for row in (after - before, before - after) if row]
    assert {visit.template for visit in visits} == EDITS
    assert not changed, "\n".join(map(str, changed))
