"""The page of the site settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.accounts.permissions import Permission
from engage.core.errors import Conflict, Invalid, TooLarge
from engage.core.messages import msg
from engage.core.types import Localized
from engage.settings.actions import SettingsFields, save_settings
from engage.settings.emblem import LARGEST_BYTES, store_emblem
from engage.settings.forms import SettingsForm
from engage.settings.queries import SiteView, site
from engage.settings.rules import ENDINGS, PLAIN_LIMITS, TEXT_LIMITS
from engage.settings.working_days import working_days
from engage.web.actor import current_actor
from engage.web.guards import staff, uploading
from engage.web.languages import render
from engage.web.numbers import revision_number

blueprint = Blueprint("settings", __name__)
blueprint.add_url_rule("/staff/working-days", view_func=working_days, methods=["GET", "POST"])
blueprints = (blueprint,)


@blueprint.route("/staff/settings", methods=["GET", "POST"])
@staff(Permission.SETTINGS_EDIT)
@uploading
def edit() -> ResponseReturnValue:
    """Look at the settings and save them."""
    view = site()
    form = SettingsForm(data=_data(view))
    if form.validate_on_submit():
        try:
            save_settings(
                current_actor(),
                _fields(form),
                emblem=_emblem(form),
                revision=revision_number(form.revision.data),
            )
        except Invalid as refusal:
            form.refuse(refusal)
        except TooLarge as refusal:
            form.refuse(Invalid({"emblem": refusal.message}))
        except Conflict as refusal:
            _show_what_is_saved(form, site())
            flash(render(refusal.message), "error")
            return _page(form, view), 409
        else:
            flash(gettext("The site settings have been saved."), "success")
            return redirect(url_for("settings.edit"), 303)
    status = 422 if form.is_submitted() else 200
    return _page(form, view), status


def _page(form: SettingsForm, view: SiteView) -> str:
    return render_template("settings/edit.html", form=form, has_emblem=view.emblem is not None)


def _show_what_is_saved(form: SettingsForm, view: SiteView) -> None:
    """Say at each field what someone else has saved; what was typed stays, and may then be saved over it."""
    for name, value in _data(view).items():
        field = form[name]
        if name == "revision":
            field.data = value
        elif value != (field.data or ""):
            field.errors = [render(msg("Saved in the meantime: {value}", value=value or "–"))]


def _folder() -> Path:
    files: Path = current_app.config["ENGAGE"].files
    return files / "site"


def _emblem(form: SettingsForm) -> str | bool | None:
    """The stored name of what was uploaded, ``None`` for the standard one, ``True`` to keep what is there."""
    upload = request.files.get(form.emblem.name)
    if upload is not None and upload.filename:
        # One byte more than allowed tells that there is more.
        return store_emblem(upload.stream.read(LARGEST_BYTES + 1), _folder())
    return None if form.remove_emblem.data else True


def _data(view: SiteView) -> dict[str, Any]:
    texts = {
        f"{name}_{ending}": getattr(view, name).get(language, "")
        for name in TEXT_LIMITS
        for language, ending in ENDINGS.items()
    }
    plain = {name: getattr(view, name) for name in (*PLAIN_LIMITS, "primary_colour", "time_zone")}
    return texts | plain | {"revision": view.revision}


def _fields(form: SettingsForm) -> SettingsFields:
    values = form.data
    texts: dict[str, Any] = {
        name: Localized({language: values[f"{name}_{ending}"] or "" for language, ending in ENDINGS.items()})
        for name in TEXT_LIMITS
    }
    plain: dict[str, Any] = {
        name: values[name] or "" for name in (*PLAIN_LIMITS, "primary_colour", "time_zone")
    }
    return SettingsFields(**texts, **plain)
