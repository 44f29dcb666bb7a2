"""What a unit reports after an activity: an article, a figure, photos with words."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, func, select

from engage.audit.actions import changes, record
from engage.core.actor import Actor
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import Conflict, Invalid, NotFound
from engage.core.messages import Message, msg
from engage.core.types import Localized
from engage.core.writer import atomic
from engage.participation.actions import made_once
from engage.themedays import entries
from engage.themedays.actions._load import check_texts
from engage.themedays.actions.activities import allowed_activity
from engage.themedays.models import Activity, ReportPhoto
from engage.themedays.photos import StoredPhoto
from engage.themedays.rules import ALT_LIMIT, ARTICLE_LIMIT, PHOTOS_LIMIT, THEME_LIMIT, ActivityDeed

MOST_REACHED = 100_000_000


@dataclass(frozen=True, slots=True)
class ReportFields:
    """An article in Markdown; ``people_reached`` is how many took part."""

    title: Localized
    text: Localized
    people_reached: int | None = None


@dataclass(frozen=True, slots=True)
class NewPhoto:
    """A stored photo with words for those who cannot see it."""

    stored: StoredPhoto
    alt: Localized


def save_report(
    actor: Actor,
    public_id: str,
    fields: ReportFields,
    revision: int,
    *,
    publish: bool = False,
    photo: NewPhoto | None = None,
    request_id: str = "",
) -> None:
    """Keep a report as it is being written, or ``publish`` it; with one more photo where one was chosen.

    Done once for a ``request_id``. A draft lies beside what is public already and changes nothing of it.
    Raises ``NotFound``, ``NotAllowed``, ``Conflict`` before the activity has been held or where it was
    changed meanwhile, ``Invalid`` for a photo without words, one too many, or a report not yet complete.
    """

    def make() -> str:
        activity = _opened(actor, public_id, revision)
        if photo is not None:
            _add_photo(actor, activity, photo)
        changed = (_publish if publish else _keep)(actor, activity, fields)
        activity.revision += changed or photo is not None
        return public_id

    with atomic():
        made_once(actor, request_id, f"report.save:{public_id}", [fields, publish, photo], make)


def draft_of(activity: Activity) -> ReportFields:
    """The report as it is being written: the draft, else what is public, else a headline alone."""
    kept = activity.report_draft
    if kept is None:
        return ReportFields(activity.report_title or activity.title, activity.report, activity.people_reached)
    return ReportFields(Localized(kept["title"]), Localized(kept["text"]), kept["people_reached"])


def may_report(actor: Actor, public_id: str) -> None:
    """Raise what ``save_report`` would before a picture is drawn for nothing."""
    with atomic():
        allowed_activity(actor, public_id, ActivityDeed.REPORT)


def check_alt(alt: Localized) -> None:
    """Raise ``Invalid`` for a photo without words for those who cannot see it."""
    errors = check_texts({"alt": (alt, ALT_LIMIT)})
    if not alt.get("zh_CN"):
        errors["alt_zh"] = msg("Please describe the photo for people who cannot see it.")
    if errors:
        raise Invalid(errors)


def remove_photo(
    actor: Actor, public_id: str, photo_id: int, fields: ReportFields, revision: int
) -> str | None:
    """Take a photo out of a report and keep the draft; answers its file name where nothing shows it any more.

    Raises ``NotFound``, ``NotAllowed``, ``Conflict``, ``Invalid``.
    """
    with atomic():
        activity = _opened(actor, public_id, revision)
        photo = db.session.scalar(
            select(ReportPhoto).where(ReportPhoto.id == photo_id, ReportPhoto.activity_id == activity.id)
        )
        if photo is None:
            raise NotFound
        _keep(actor, activity, fields)
        activity.revision += 1
        name, alt = photo.file_name, photo.alt
        db.session.execute(delete(ReportPhoto).where(ReportPhoto.id == photo_id))
        label = activity.title.text()
        record(actor, entries.PHOTO_REMOVED, "activity", public_id, before={"alt": alt}, label=label)
        shown = select(ReportPhoto.id).where(ReportPhoto.file_name == name).limit(1)
        return None if db.session.scalar(shown) is not None else name


def _opened(actor: Actor, public_id: str, revision: int) -> Activity:
    activity = allowed_activity(actor, public_id, ActivityDeed.REPORT)
    if activity.revision != revision:
        raise Conflict
    return activity


def _publish(actor: Actor, activity: Activity, fields: ReportFields) -> bool:
    """Whether anything of it was not public before."""
    errors = _too_long(fields)
    if not fields.title.get("zh_CN"):
        errors["title_zh"] = msg("Please enter the headline of the report.")
    if not fields.text.get("zh_CN"):
        errors["text_zh"] = msg("Please write the report.")
    if errors:
        raise Invalid(errors)
    wanted = {"title": fields.title, "report": fields.text, "people_reached": fields.people_reached}
    current = {
        "title": activity.report_title,
        "report": activity.report,
        "people_reached": activity.people_reached,
    }
    old, new = changes(current, wanted)
    if not new and activity.reported_at and activity.report_draft is None:
        return False
    activity.report_title, activity.report = fields.title, fields.text
    activity.people_reached, activity.report_draft = fields.people_reached, None
    activity.reported_at = activity.reported_at or now()
    record(actor, entries.REPORTED, "activity", activity.public_id, old, new, label=activity.title.text())
    return True


def _keep(actor: Actor, activity: Activity, fields: ReportFields) -> bool:
    """Whether it differs from what was kept."""
    errors = _too_long(fields)
    if errors:
        raise Invalid(errors)
    if fields == draft_of(activity):
        return False
    activity.report_draft = {
        "title": dict(fields.title),
        "text": dict(fields.text),
        "people_reached": fields.people_reached,
    }
    record(
        actor,
        entries.REPORT_KEPT,
        "activity",
        activity.public_id,
        after={"title": fields.title, "people_reached": fields.people_reached},
        label=activity.title.text(),
    )
    return True


def _add_photo(actor: Actor, activity: Activity, photo: NewPhoto) -> None:
    check_alt(photo.alt)
    taken = db.session.execute(
        select(func.count(), func.max(ReportPhoto.position)).where(ReportPhoto.activity_id == activity.id)
    ).one()
    if taken[0] >= PHOTOS_LIMIT:
        raise Invalid({"photo": msg("A report may have at most {limit} photos.", limit=PHOTOS_LIMIT)})
    db.session.add(
        ReportPhoto(
            activity_id=activity.id,
            position=(taken[1] or 0) + 1,
            file_name=photo.stored.name,
            alt=photo.alt,
            width=photo.stored.width,
            height=photo.stored.height,
        )
    )
    label = activity.title.text()
    record(actor, entries.PHOTO_ADDED, "activity", activity.public_id, after={"alt": photo.alt}, label=label)


def _too_long(fields: ReportFields) -> dict[str, Message]:
    errors = check_texts({"title": (fields.title, THEME_LIMIT), "text": (fields.text, ARTICLE_LIMIT)})
    if fields.people_reached is not None and not 0 <= fields.people_reached <= MOST_REACHED:
        errors["people_reached"] = msg("Please enter how many people took part as a whole number.")
    return errors
