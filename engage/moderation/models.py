"""Reason classes, shared by everything citizens write in public."""

from __future__ import annotations

from enum import StrEnum


class ReasonClass(StrEnum):
    """Why a text is not shown (不予公开). Staff read its label, its author reads its `KIND_WORDS`."""

    OFF_TOPIC = "off-topic"
    REPEATED = "repeated"
    PERSONAL_DATA = "personal-data"
    INSULT = "insult"
    ADVERTISEMENT = "advertisement"
    UNLAWFUL = "unlawful"
    UNINTELLIGIBLE = "unintelligible"
    OTHER = "other"
