"""Reports: kept as a draft, published, with photos; and what is refused."""

from __future__ import annotations

import pytest

from engage.core.actor import SYSTEM
from engage.core.errors import Conflict, Invalid, NotFound
from engage.core.ids import request_id
from engage.core.types import Localized
from engage.themedays.actions import reports
from engage.themedays.models import Activity
from engage.themedays.photos import StoredPhoto
from tests.factories.themedays import make_activity, make_theme_day
from tests.themedays.stored import events, stored_activity

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("context")]
PHOTO = reports.NewPhoto(StoredPhoto("0" * 24, 800, 600), Localized(zh_CN="居民查看图纸"))
WHOLE = reports.ReportFields(Localized(zh_CN="现场答疑"), Localized(zh_CN="三十位居民参加。"), 30)


def test_a_report_follows_the_activity() -> None:
    day = make_theme_day()
    with pytest.raises(Conflict):
        reports.save_report(SYSTEM, make_activity(day, hours=5).public_id, WHOLE, 0, publish=True)
    held = make_activity(day, hours=-5)
    reports.save_report(SYSTEM, held.public_id, WHOLE, 0, publish=True)
    stored = stored_activity(held)
    assert (stored.people_reached, stored.reported_at is not None) == (30, True)


def _held() -> Activity:
    return make_activity(make_theme_day(), hours=-5)


def test_a_draft_may_be_incomplete_and_is_not_public() -> None:
    held = _held()
    begun = reports.ReportFields(Localized(zh_CN="现场答疑"), Localized(), 30)
    reports.save_report(SYSTEM, held.public_id, begun, 0)
    stored = stored_activity(held)
    assert (stored.reported_at, stored.people_reached, stored.report) == (None, None, Localized())
    assert reports.draft_of(stored) == begun
    with pytest.raises(Invalid) as refused:
        reports.save_report(SYSTEM, held.public_id, begun, 1, publish=True)
    assert set(refused.value.errors) == {"text_zh"}


def test_a_draft_beside_a_published_report_changes_nothing_of_it() -> None:
    held = _held()
    reports.save_report(SYSTEM, held.public_id, WHOLE, 0, publish=True)
    other = reports.ReportFields(WHOLE.title, Localized(zh_CN="改到一半"), 31)
    reports.save_report(SYSTEM, held.public_id, other, 1)
    stored = stored_activity(held)
    assert (stored.report, stored.people_reached) == (WHOLE.text, 30)
    reports.save_report(SYSTEM, held.public_id, other, 2, publish=True)
    stored = stored_activity(held)
    assert (stored.report, stored.people_reached, stored.report_draft) == (other.text, 31, None)


def test_a_report_changed_meanwhile_is_not_overwritten() -> None:
    held = _held()
    reports.save_report(SYSTEM, held.public_id, WHOLE, 0)
    with pytest.raises(Conflict):
        reports.save_report(SYSTEM, held.public_id, WHOLE, 0, photo=PHOTO)
    assert stored_activity(held).photos == []


def test_a_photo_keeps_what_was_typed() -> None:
    held = _held()
    reports.save_report(SYSTEM, held.public_id, WHOLE, 0, photo=PHOTO)
    stored = stored_activity(held)
    assert (len(stored.photos), stored.reported_at) == (1, None)
    assert reports.draft_of(stored) == WHOLE
    typed = reports.ReportFields(WHOLE.title, Localized(zh_CN="又写了一段"), 30)
    assert reports.remove_photo(SYSTEM, held.public_id, stored.photos[0].id, typed, 1) == "0" * 24
    stored = stored_activity(held)
    assert (stored.photos, reports.draft_of(stored)) == ([], typed)


def test_the_same_form_adds_one_photo() -> None:
    held, drawn = _held(), request_id()
    for _ in range(2):
        reports.save_report(SYSTEM, held.public_id, WHOLE, 0, photo=PHOTO, request_id=drawn)
    assert len(stored_activity(held).photos) == 1
    assert events().count("photo.added") == 1


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        (reports.ReportFields(Localized(zh_CN="长" * 201), Localized()), "title_zh"),
        (reports.ReportFields(Localized(zh_CN="答疑"), Localized(en="x" * 20_001)), "text_en"),
        (reports.ReportFields(Localized(zh_CN="答疑"), Localized(), -1), "people_reached"),
    ],
)
@pytest.mark.parametrize("publish", [False, True])
def test_what_no_report_may_say_is_named(fields: reports.ReportFields, field: str, publish: bool) -> None:
    with pytest.raises(Invalid) as refused:
        reports.save_report(SYSTEM, _held().public_id, fields, 0, publish=publish)
    assert field in refused.value.errors


def test_a_photo_needs_words_and_their_number_is_limited() -> None:
    held = _held()
    with pytest.raises(Invalid):
        wordless = reports.NewPhoto(PHOTO.stored, Localized())
        reports.save_report(SYSTEM, held.public_id, WHOLE, 0, photo=wordless)
    for revision in range(12):
        reports.save_report(SYSTEM, held.public_id, WHOLE, revision, photo=PHOTO)
    with pytest.raises(Invalid):
        reports.save_report(SYSTEM, held.public_id, WHOLE, 12, photo=PHOTO)
    with pytest.raises(NotFound):
        reports.remove_photo(SYSTEM, held.public_id, 9999, WHOLE, 12)
