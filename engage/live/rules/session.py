"""What a session's fields may hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from engage.core.errors import Invalid
from engage.core.messages import Message, msg

TITLE_MOST: Final = 120
INTRODUCTION_MOST: Final = 4000
NOTE_MOST: Final = 2000
SUMMARY_MOST: Final = 4000
GUESTS_MOST: Final = 12
GUEST_FIELD_MOST: Final = 60


def check_fields(values: Mapping[str, Any]) -> dict[str, Message]:
    """What is wrong with the given fields, by name."""
    errors: dict[str, Message] = {}
    if "title" in values and not values["title"].text():
        errors["title"] = msg("Please give the session a title.")
    _check_length(errors, values, "title", TITLE_MOST)
    _check_length(errors, values, "introduction", INTRODUCTION_MOST)
    if len(values.get("moderators_note", "")) > NOTE_MOST:
        errors["moderators_note"] = msg("This has at most {most} characters.", most=NOTE_MOST)
    _check_guests(errors, values.get("guests", []))
    starts, ends, collects = values.get("starts_at"), values.get("ends_at"), values.get("collects_from")
    if starts and ends and ends <= starts:
        errors["ends_at"] = msg("The end must be later than the start.")
    if starts and collects and collects > starts:
        errors["collects_from"] = msg("Questions are collected before the session starts, not after.")
    return errors


def require_summary(text: str) -> str:
    """The summary of a record without empty ends; raises ``Invalid`` naming ``summary``."""
    text = text.strip()
    if len(text) > SUMMARY_MOST:
        raise Invalid(
            {
                "summary": msg(
                    "The summary has at most {most} characters; yours has {count}. Please shorten it.",
                    most=SUMMARY_MOST,
                    count=len(text),
                )
            }
        )
    return text


def _check_length(errors: dict[str, Message], values: Mapping[str, Any], name: str, most: int) -> None:
    if any(len(text) > most for text in values.get(name, {}).values()):
        errors[name] = msg("This has at most {most} characters.", most=most)


def _check_guests(errors: dict[str, Message], guests: list[dict[str, str]]) -> None:
    if len(guests) > GUESTS_MOST:
        errors["guests"] = msg("At most {most} guests.", most=GUESTS_MOST)
    elif any(not guest["name"] for guest in guests):
        errors["guests"] = msg("Please write each guest's name before the post.")
    elif any(len(value) > GUEST_FIELD_MOST for guest in guests for value in guest.values()):
        errors["guests"] = msg("A name or post has at most {most} characters.", most=GUEST_FIELD_MOST)
