"""Codes that show a second factor: of an authenticator app (RFC 6238), and for the day it is lost."""

from __future__ import annotations

import hmac
import re
from datetime import datetime

import pyotp

from engage.core.ids import keyed_hash, short_id
from engage.core.keys import key
from engage.core.sealing import seal, unseal

PURPOSE = "authenticator"
STEP_SECONDS = 30
# A clock may be half a minute wrong either way.
_SKEW = 1
HOW_MANY = 10
_HALF = 5
_LONGEST = 200
_CODE = re.compile(r"[0-9]{6}")


def new_secret() -> str:
    """A fresh secret of 160 random bits, sealed."""
    return seal(PURPOSE, pyotp.random_base32())


def secret_text(sealed: str) -> str | None:
    """The secret as people type it into an app (base32); ``None`` under another key."""
    return unseal(PURPOSE, sealed)


def app_address(sealed: str, account: str, site: str) -> str:
    """The ``otpauth:`` address that the app's camera reads; empty where the secret cannot be read."""
    secret = secret_text(sealed)
    issuer = site.replace(":", " ")
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer) if secret else ""


def matching_step(sealed: str, code: str, last_step: int, moment: datetime) -> int | None:
    """The 30 seconds whose code ``code`` is, if they are now or next to it and later than ``last_step``."""
    secret = secret_text(sealed)
    plain = typed_code(code)
    if secret is None or not _CODE.fullmatch(plain):
        return None
    app, here = pyotp.TOTP(secret), int(moment.timestamp()) // STEP_SECONDS
    steps = [
        step
        for step in range(here - _SKEW, here + _SKEW + 1)
        if hmac.compare_digest(app.at(step * STEP_SECONDS), plain)
    ]
    return next((step for step in steps if step > last_step), None)


def typed_code(text: str) -> str:
    """A code as it is compared: without spaces and hyphens, digits and small letters in their plain form.

    What comes after 200 characters belongs to no code.
    """
    digits = {ord("０") + number: str(number) for number in range(10)}
    return re.sub(r"[\s\-－]", "", text[:_LONGEST].translate(digits)).lower()


def new_recovery_codes() -> list[str]:
    """Ten codes of ten letters and digits (49 random bits each), in halves: ``abcde-23456``."""
    return [f"{short_id(_HALF)}-{short_id(_HALF)}" for _ in range(HOW_MANY)]


def recovery_hash(user_id: int, code: str) -> str:
    """What is stored of a recovery code."""
    return keyed_hash(key("recovery"), "code", str(user_id), typed_code(code))
