"""What a unit reports after an activity: an article, a figure, photos with words."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, func, select

from engage.audit.actions import changes, record
from engage.core.actor import Actor
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import Conflict, Invalid, NotFound
from engage.core.messages import msg
from engage.core.types import Localized
from engage.core.writer import atomic
from engage.themedays import entries
from engage.themedays.actions._load import check_texts
from engage.themedays.actions.activities import allowed_activity
from engage.themedays.models import ReportPhoto
from engage.themedays.photos import StoredPhoto
from engage.themedays.rules import ALT_LIMIT, ARTICLE_LIMIT, PHOTOS_LIMIT, THEME_LIMIT, ActivityDeed

MOST_REACHED = 100_000_000


@dataclass(frozen=True, slots=True)
class ReportFields:
    """An article in Markdown; ``people_reached`` is how many took part on site."""

    title: Localized
    text: Localized
    people_reached: int | None = None


def write_report(actor: Actor, public_id: str, fields: ReportFields, revision: int) -> None:
    """Publish or change the report of an activity that has been held.

    Raises ``NotFound``, ``NotAllowed``, ``Conflict``, ``Invalid``.
    """
    with atomic():
        activity = allowed_activity(actor, public_id, ActivityDeed.REPORT)
        if activity.revision != revision:
            raise Conflict
        _check(fields)
        wanted = {"title": fields.title, "report": fields.text, "people_reached": fields.people_reached}
        current = {
            "title": activity.report_title,
            "report": activity.report,
            "people_reached": activity.people_reached,
        }
        old, new = changes(current, wanted)
        activity.report_title, activity.report = fields.title, fields.text
        activity.people_reached = fields.people_reached
        activity.reported_at = activity.reported_at or now()
        activity.revision += 1
        record(actor, entries.REPORTED, "activity", public_id, old, new, label=activity.title.text())


def add_photo(actor: Actor, public_id: str, photo: StoredPhoto, alt: Localized) -> None:
    """Add a stored photo to a report. Raises ``Invalid`` without words for it or beyond the limit."""
    with atomic():
        activity = allowed_activity(actor, public_id, ActivityDeed.REPORT)
        check_alt(alt)
        taken = db.session.execute(
            select(func.count(), func.max(ReportPhoto.position)).where(ReportPhoto.activity_id == activity.id)
        ).one()
        if taken[0] >= PHOTOS_LIMIT:
            raise Invalid({"photo": msg("A report may have at most {limit} photos.", limit=PHOTOS_LIMIT)})
        db.session.add(
            ReportPhoto(
                activity_id=activity.id,
                position=(taken[1] or 0) + 1,
                file_name=photo.name,
                alt=alt,
                width=photo.width,
                height=photo.height,
            )
        )
        label = activity.title.text()
        record(actor, entries.PHOTO_ADDED, "activity", public_id, after={"alt": alt}, label=label)


def may_report(actor: Actor, public_id: str) -> None:
    """Raise what ``add_photo`` would before a picture is drawn for nothing."""
    with atomic():
        allowed_activity(actor, public_id, ActivityDeed.REPORT)


def check_alt(alt: Localized) -> None:
    """Raise ``Invalid`` for a photo without words for those who cannot see it."""
    errors = check_texts({"alt": (alt, ALT_LIMIT)})
    if not alt.get("zh_CN"):
        errors["alt_zh"] = msg("Please describe the photo for people who cannot see it.")
    if errors:
        raise Invalid(errors)


def remove_photo(actor: Actor, public_id: str, photo_id: int) -> str | None:
    """Take a photo out of a report; answers its file name where nothing shows it any more.

    Raises ``NotFound``.
    """
    with atomic():
        activity = allowed_activity(actor, public_id, ActivityDeed.REPORT)
        photo = db.session.scalar(
            select(ReportPhoto).where(ReportPhoto.id == photo_id, ReportPhoto.activity_id == activity.id)
        )
        if photo is None:
            raise NotFound
        name, alt = photo.file_name, photo.alt
        db.session.execute(delete(ReportPhoto).where(ReportPhoto.id == photo_id))
        label = activity.title.text()
        record(actor, entries.PHOTO_REMOVED, "activity", public_id, before={"alt": alt}, label=label)
        shown = select(ReportPhoto.id).where(ReportPhoto.file_name == name).limit(1)
        return None if db.session.scalar(shown) is not None else name


def _check(fields: ReportFields) -> None:
    errors = check_texts({"title": (fields.title, THEME_LIMIT), "text": (fields.text, ARTICLE_LIMIT)})
    if not fields.title.get("zh_CN"):
        errors["title_zh"] = msg("Please enter the headline of the report.")
    if not fields.text.get("zh_CN"):
        errors["text_zh"] = msg("Please write the report.")
    if fields.people_reached is not None and not 0 <= fields.people_reached <= MOST_REACHED:
        errors["people_reached"] = msg("Please enter how many people took part as a whole number.")
    if errors:
        raise Invalid(errors)
