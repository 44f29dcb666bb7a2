"""The terms of a consultation: what it says of itself, and what it needs before people may read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from engage.consultations.models import Kind
from engage.consultations.rules.periods import is_short, minimum_words
from engage.core.errors import Invalid
from engage.core.messages import Message, msg, too_long
from engage.core.types import Localized

TITLE_LIMIT: Final = 120
BACKGROUND_LIMIT: Final = 10_000
CONTACT_LIMIT: Final = 500
REASON_LIMIT: Final = 500
LONGEST: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Terms:
    """`contact` is an office's, with telephone and address; `short_reason` is published."""

    kind: Kind
    title: Localized
    background: Localized
    contact: Localized
    opens_at: datetime | None
    closes_at: datetime | None
    short_reason: Localized
    review_first: bool = True
    activity_id: int | None = None


def require_terms(terms: Terms) -> None:
    """Raises `Invalid` where terms cannot be stored: no title, too long, ending before they begin."""
    errors: dict[str, Message] = {}
    if not terms.title.get("zh_CN"):
        errors["title"] = msg("Please enter the title.")
    limits = {
        "title": TITLE_LIMIT,
        "background": BACKGROUND_LIMIT,
        "contact": CONTACT_LIMIT,
        "short_reason": REASON_LIMIT,
    }
    for name, limit in limits.items():
        longest = max((len(text) for text in getattr(terms, name).values()), default=0)
        if longest > limit:
            errors[name] = too_long(longest, limit)
    if terms.opens_at and terms.closes_at:
        if terms.closes_at <= terms.opens_at:
            errors["closes_at"] = msg("Please choose an end after the beginning.")
        elif terms.closes_at - terms.opens_at > LONGEST:
            errors["closes_at"] = msg("Please choose an end within a year of the beginning.")
    if errors:
        raise Invalid(errors)


def require_publishable(terms: Terms) -> None:
    """Raises `Invalid` with a sentence for each field that publishing still needs."""
    errors: dict[str, Message] = {}
    if not terms.background.get("zh_CN"):
        errors["background"] = msg("Please say in a few sentences what this is about and why.")
    try:
        require_contact(terms)
    except Invalid as lacking:
        errors |= lacking.errors
    if terms.opens_at is None:
        errors["opens_at"] = msg("Please choose when it opens.")
    if terms.closes_at is None:
        errors["closes_at"] = msg("Please choose when it closes.")
    if terms.opens_at is not None and terms.closes_at is not None:
        try:
            require_short_reason(terms.kind, terms.opens_at, terms.closes_at, terms.short_reason)
        except Invalid as short:
            errors |= short.errors
    if errors:
        raise Invalid(errors)


def require_contact(terms: Terms) -> None:
    """Raises `Invalid` (field `contact`) where people are told nobody to turn to."""
    if not terms.contact.get("zh_CN"):
        sentence = msg("Please give an office, telephone number or address people can turn to.")
        raise Invalid({"contact": sentence})


def require_short_reason(kind: Kind, opens_at: datetime, closes_at: datetime, reason: Localized) -> None:
    """Raises `Invalid` (field `short_reason`) where a short period has no reason, or one that is too long."""
    words = reason.get("zh_CN", "")
    if len(words) > REASON_LIMIT:
        raise Invalid({"short_reason": too_long(len(words), REASON_LIMIT)})
    if not words and is_short(kind, opens_at, closes_at):
        sentence = msg(
            "The period is shorter than this kind asks for ({minimum}). "
            "Please choose a later end or give the reason; it is published.",
            minimum=minimum_words(kind),
        )
        raise Invalid({"short_reason": sentence})
