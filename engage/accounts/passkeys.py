"""Passkeys (WebAuthn level 2) through py_webauthn: what browsers are asked, and whether they answer right."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

_TIMEOUT_MS = 120_000
# An answer is a few kilobytes; nothing larger is read.
LONGEST_ANSWER = 20_000
# What the library raises for what is no answer, nested without end too.
_NO_ANSWER = (WebAuthnException, ValueError, TypeError, KeyError, RecursionError)


@dataclass(frozen=True, slots=True)
class Site:
    """For whom passkeys are made: the host name they belong to, the origin of its pages, its name."""

    host: str
    origin: str
    name: str


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """What is stored of a new one; ``credential_id`` is base64url."""

    credential_id: str
    public_key: bytes
    sign_count: int


def site_of(address: str, name: str) -> Site | None:
    """The site at ``address`` (``https://host``); ``None`` where browsers offer no passkeys.

    They do over HTTPS or on this very machine, and for names, not for numbers (WebAuthn 5.1.2).
    """
    parts = urlsplit(address)
    host = parts.hostname or ""
    if not host or _is_number(host) or (parts.scheme != "https" and host != "localhost"):
        return None
    return Site(host, f"{parts.scheme}://{parts.netloc}", name)


def to_make(site: Site, user_key: bytes, email: str, name: str, others: Iterable[str]) -> tuple[str, str]:
    """What the browser is asked to make a passkey with (JSON), and the challenge in it (base64url)."""
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=site.name,
        user_id=user_key,
        user_name=email,
        user_display_name=name,
        timeout=_TIMEOUT_MS,
        exclude_credentials=_descriptors(others),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    return webauthn.options_to_json(options), bytes_to_base64url(options.challenge)


def to_use(site: Site, own: Sequence[str]) -> tuple[str, str]:
    """What the browser is asked to show one of its own passkeys with (JSON), and the challenge in it."""
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        timeout=_TIMEOUT_MS,
        allow_credentials=_descriptors(own),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options), bytes_to_base64url(options.challenge)


def made(site: Site, answer: str, challenge: str) -> NewPasskey | None:
    """The passkey the browser made for ``challenge``; ``None`` for an answer that is not right."""
    try:
        verified = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except _NO_ANSWER:
        return None
    credential_id = bytes_to_base64url(verified.credential_id)
    return NewPasskey(credential_id, verified.credential_public_key, verified.sign_count)


def which(answer: str) -> str:
    """The id of the passkey an answer says it comes from; empty where it is no answer."""
    try:
        return webauthn.helpers.parse_authentication_credential_json(answer).id
    except _NO_ANSWER:
        return ""


def shown(site: Site, answer: str, challenge: str, public_key: bytes, sign_count: int) -> int | None:
    """The new count of signatures where ``answer`` is right for ``challenge``, else ``None``.

    A count that does not grow says that the passkey was copied; it is refused.
    """
    try:
        verified = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
            require_user_verification=True,
        )
    except _NO_ANSWER:
        return None
    return verified.new_sign_count


def _descriptors(ids: Iterable[str]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in ids]


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
