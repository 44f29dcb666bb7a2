"""Units, for administrators and coordinators."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.accounts import actions, queries
from engage.accounts.forms import UnitForm
from engage.accounts.models import Unit, UnitKind
from engage.accounts.permissions import Permission
from engage.accounts.views.blueprint import blueprint
from engage.core.errors import Invalid, NotFound
from engage.core.types import Localized
from engage.web.actor import current_actor
from engage.web.guards import staff


@blueprint.get("/staff/units")
@staff(Permission.UNIT_MANAGE)
def units() -> str:
    """All units in their order."""
    return render_template("accounts/units.html", units=queries.units(active_only=False))


@blueprint.route("/staff/units/new", methods=["GET", "POST"])
@staff(Permission.UNIT_MANAGE)
def new_unit() -> ResponseReturnValue:
    """Add a unit."""
    return _edit(None)


@blueprint.route("/staff/units/<public_id>", methods=["GET", "POST"])
@staff(Permission.UNIT_MANAGE)
def unit(public_id: str) -> ResponseReturnValue:
    """Change a unit."""
    found = queries.unit(public_id)
    if found is None:
        raise NotFound
    return _edit(found)


def _edit(found: Unit | None) -> ResponseReturnValue:
    form = UnitForm(data=_data(found) if found else None)
    form.offer()
    if form.validate_on_submit():
        try:
            if found is None:
                actions.create_unit(current_actor(), _fields(form))
            else:
                actions.change_unit(current_actor(), found.id, _fields(form))
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            flash(gettext("Saved."), "success")
            return redirect(url_for("accounts.units"), 303)
    return render_template("accounts/unit.html", form=form, unit=found), 422 if form.is_submitted() else 200


def _data(unit: Unit) -> dict[str, object]:
    return {
        "name_zh": unit.name.get("zh_CN", ""),
        "name_en": unit.name.get("en", ""),
        "code": unit.code,
        "kind": unit.kind.value,
        "position": unit.position,
        "active": unit.active,
    }


def _fields(form: UnitForm) -> actions.UnitFields:
    return actions.UnitFields(
        code=form.code.data,
        name=Localized(zh_CN=form.name_zh.data, en=form.name_en.data),
        kind=UnitKind(form.kind.data),
        position=form.position.data or 0,
        active=form.active.data,
    )
