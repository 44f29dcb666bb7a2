"""What a text seems to contain."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


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
    ADDRESS = "address"


class Place(NamedTuple):
    """Where a text seems to contain it: ``text[start:end]``."""

    hit: Hit
    start: int
    end: int
