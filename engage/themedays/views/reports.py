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
from engage.themedays.actions import reports as actions
from engage.themedays.forms import ReportForm, report_data
from engage.themedays.photos import LARGEST_BYTES, forget_photo, store_photo
from engage.themedays.queries import public, staff
from engage.themedays.rules import ActivityDeed, require_activity
from engage.themedays.views.blueprint import blueprint
from engage.web import guards
from engage.web.actor import current_actor, staff_actor

_PHOTO = re.compile(r"([0-9a-f]{24})(-phone)?\.webp")
_YEAR = 365 * 24 * 3600


@blueprint.route("/staff/activities/<public_id>/report", methods=["GET", "POST"])
@guards.staff(Permission.ACTIVITY_EDIT)
@guards.uploading
def report(public_id: str) -> ResponseReturnValue:
    """Write the report of an activity that has been held.

    One form with several buttons: whichever is pressed, what was typed is kept.
    """
    found, phase, _ = staff.activity_for(current_actor(), public_id)
    require_activity(ActivityDeed.REPORT, phase)
    form = ReportForm(data=report_data(found))
    if form.validate_on_submit():
        deed, _, photo_id = request.form.get("deed", "").partition(":")
        try:
            if deed == "remove" and photo_id.isascii() and photo_id.isdecimal() and len(photo_id) < 10:
                return _remove_photo(public_id, form, int(photo_id))
            return _save(public_id, form, deed)
        except Invalid as refusal:
            form.refuse(refusal)
        except TooLarge as refusal:
            form.refuse(Invalid({"photo": refusal.message}))
    page = render_template(
        "themedays/report.html", form=form, activity=found, changed=found.report_draft is not None
    )
    return page, 422 if form.is_submitted() else 200


def _save(public_id: str, form: ReportForm, deed: str) -> ResponseReturnValue:
    """Keep or publish what was typed, with the photo where one was chosen."""
    photo = _photo(public_id, form, wanted=deed == "photo")
    publish = deed == "publish"
    actions.save_report(
        current_actor(),
        public_id,
        form.fields(),
        _revision(form),
        publish=publish,
        photo=photo,
        request_id=form.request_id.data or "",
    )
    if photo is not None:
        flash(gettext("The photo has been added."), "success")
    if publish:
        flash(gettext("The report has been published."), "success")
    elif deed != "photo":
        flash(gettext("The draft has been saved; the public does not see it yet."), "success")
    return redirect(_address(public_id, "#photos" if deed == "photo" else ""), 303)


def _photo(public_id: str, form: ReportForm, *, wanted: bool) -> actions.NewPhoto | None:
    upload = request.files.get("photo")
    if upload is None or not upload.filename:
        if wanted:
            raise Invalid({"photo": msg("Please choose a photo.")})
        return None
    actions.may_report(current_actor(), public_id)
    actions.check_alt(form.alt())
    # One byte more than allowed tells that there is more.
    stored = store_photo(upload.stream.read(LARGEST_BYTES + 1), _folder())
    return actions.NewPhoto(stored, form.alt())


def _remove_photo(public_id: str, form: ReportForm, photo_id: int) -> ResponseReturnValue:
    name = actions.remove_photo(current_actor(), public_id, photo_id, form.fields(), _revision(form))
    if name is not None:
        forget_photo(name, _folder())
    flash(gettext("The photo has been removed."), "success")
    return redirect(_address(public_id, "#photos"), 303)


def _address(public_id: str, part: str) -> str:
    return url_for("themedays.report", public_id=public_id) + part


def _revision(form: ReportForm) -> int:
    value = form.revision.data or ""
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else -1


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


def _folder() -> Path:
    files: Path = current_app.config["ENGAGE"].files
    return files / "photos"
