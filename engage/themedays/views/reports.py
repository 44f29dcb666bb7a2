"""Reports of activities with their photos."""

from __future__ import annotations

import re
from pathlib import Path

from flask import current_app, flash, redirect, render_template, request, send_from_directory, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.accounts.permissions import Permission
from engage.core.errors import Invalid, NotFound, TooLarge
from engage.core.messages import msg
from engage.core.types import Localized
from engage.themedays.actions import reports as actions
from engage.themedays.forms import ReportForm, report_data
from engage.themedays.photos import LARGEST_BYTES, forget_photo, store_photo
from engage.themedays.queries import public, staff
from engage.themedays.rules import ActivityDeed, require_activity
from engage.themedays.views.blueprint import blueprint
from engage.web import guards
from engage.web.actor import current_actor, staff_actor
from engage.web.languages import render

_PHOTO = re.compile(r"([0-9a-f]{24})(-phone)?\.webp")
_YEAR = 365 * 24 * 3600


@blueprint.route("/staff/activities/<public_id>/report", methods=["GET", "POST"])
@guards.staff(Permission.ACTIVITY_EDIT)
def report(public_id: str) -> ResponseReturnValue:
    """Write the report of an activity that has been held."""
    found, phase, _ = staff.activity_for(current_actor(), public_id)
    require_activity(ActivityDeed.REPORT, phase)
    form = ReportForm(data=report_data(found))
    if form.validate_on_submit():
        value = form.revision.data or ""
        revision = int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else -1
        try:
            actions.write_report(current_actor(), public_id, form.fields(), revision)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            flash(gettext("The report has been published."), "success")
            return redirect(url_for("themedays.report", public_id=public_id), 303)
    page = render_template("themedays/report.html", form=form, activity=found, photo_errors={})
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/staff/activities/<public_id>/photos")
@guards.staff(Permission.ACTIVITY_EDIT)
@guards.uploading
def add_photo(public_id: str) -> ResponseReturnValue:
    """Add a photo, with words for people who cannot see it."""
    alt = Localized(zh_CN=request.form.get("alt_zh", "").strip(), en=request.form.get("alt_en", "").strip())
    actions.may_report(current_actor(), public_id)
    try:
        actions.check_alt(alt)
        upload = request.files.get("photo")
        if upload is None or not upload.filename:
            raise Invalid({"photo": msg("Please choose a photo.")})
        # One byte more than allowed tells that there is more.
        photo = store_photo(upload.stream.read(LARGEST_BYTES + 1), _folder())
        actions.add_photo(current_actor(), public_id, photo, alt)
    except Invalid as refusal:
        return _again(public_id, refusal)
    except TooLarge as refusal:
        return _again(public_id, Invalid({"photo": refusal.message}))
    flash(gettext("The photo has been added."), "success")
    return redirect(url_for("themedays.report", public_id=public_id) + "#photos", 303)


@blueprint.post("/staff/activities/<public_id>/photos/<int:photo_id>/remove")
@guards.staff(Permission.ACTIVITY_EDIT)
def remove_photo(public_id: str, photo_id: int) -> ResponseReturnValue:
    """Take a photo out of the report."""
    name = actions.remove_photo(current_actor(), public_id, photo_id)
    if name is not None:
        forget_photo(name, _folder())
    flash(gettext("The photo has been removed."), "success")
    return redirect(url_for("themedays.report", public_id=public_id) + "#photos", 303)


@blueprint.get("/files/photos/<name>")
@guards.public
def photo(name: str) -> ResponseReturnValue:
    """A photo of a public report; staff see it before that."""
    matched = _PHOTO.fullmatch(name)
    if matched is None:
        raise NotFound
    is_public = public.photo_is_public(matched[1])
    if not is_public and staff_actor() is None:
        raise NotFound
    response = send_from_directory(_folder(), name, mimetype="image/webp", max_age=_YEAR)
    if not is_public:
        response.cache_control.no_store = True
    return response


def _again(public_id: str, refusal: Invalid) -> ResponseReturnValue:
    found = staff.activity_for(current_actor(), public_id)[0]
    form = ReportForm(formdata=None, data=report_data(found))
    errors = {name: [render(sentence)] for name, sentence in refusal.errors.items()}
    return render_template("themedays/report.html", form=form, activity=found, photo_errors=errors), 422


def _folder() -> Path:
    files: Path = current_app.config["ENGAGE"].files
    return files / "photos"
