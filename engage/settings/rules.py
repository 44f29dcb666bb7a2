"""What the site settings may be."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engage.core.messages import Message, msg

# The languages of the texts and what their fields end in.
ENDINGS = {"zh_CN": "zh", "en": "en"}
TEXT_LIMITS = {"city": 40, "name": 60, "organiser": 80, "undertaker": 80, "contact": 200}
PLAIN_LIMITS = {"icp": 60, "police_filing": 60, "site_code": 20}
# What administrators choose from; any other IANA name is taken too.
ZONES = ("Asia/Shanghai", "Asia/Urumqi", "UTC")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
# 政府网站标识码: ten characters (国办发〔2014〕57号).
_SITE_CODE = re.compile(r"[0-9A-Za-z]{10}")


def colour_problem(colour: str) -> Message | None:
    """Why ``colour`` cannot be the main colour, or ``None``."""
    if _COLOUR.fullmatch(colour):
        return None
    return msg("Please enter a colour as # and six digits or letters a-f, such as #0e4a8f.")


def zone_problem(name: str) -> Message | None:
    """Why ``name`` is no time zone, or ``None``."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return msg("Please choose a time zone of the list.")
    return None


def site_code_problem(code: str) -> Message | None:
    """Why ``code`` is no site identification code, or ``None``; empty is allowed."""
    if not code or _SITE_CODE.fullmatch(code):
        return None
    return msg("A site identification code has ten digits or letters.")
