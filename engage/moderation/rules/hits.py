"""What a text seems to contain."""

from __future__ import annotations

from enum import StrEnum


class Hit(StrEnum):
    """A kind of personal data."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    IDENTITY_NUMBER = "identity-number"
    PASSPORT = "passport"
    EMAIL = "email"
    MESSENGER = "messenger"
    BANK_CARD = "bank-card"
    PLATE = "plate"
