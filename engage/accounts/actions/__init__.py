"""Every deed on accounts, units and sessions; each is one transaction."""

from __future__ import annotations

from engage.accounts.actions.factors import (
    add_passkey,
    confirm_app,
    make_codes,
    offer_app,
    passkey_to_make,
    remove_app,
    remove_passkey,
    reset_factors,
)
from engage.accounts.actions.people import (
    change_person,
    close_account,
    create_person,
    grant_role,
    reopen_account,
    revoke_role,
    unlock_account,
)
from engage.accounts.actions.second_step import confirm, finish_sign_in, passkey_to_use
from engage.accounts.actions.sessions import (
    Browser,
    end_all_sessions,
    end_other_sessions,
    end_session,
    sign_out,
    touch_session,
)
from engage.accounts.actions.signing_in import (
    LINK_IS_USED,
    SignedIn,
    came_by_link,
    change_password,
    make_sign_in_link,
    sign_in,
    sign_in_by_link,
)
from engage.accounts.actions.units import UnitFields, change_unit, create_unit

__all__ = [
    "LINK_IS_USED",
    "Browser",
    "SignedIn",
    "UnitFields",
    "add_passkey",
    "came_by_link",
    "change_password",
    "change_person",
    "change_unit",
    "close_account",
    "confirm",
    "confirm_app",
    "create_person",
    "create_unit",
    "end_all_sessions",
    "end_other_sessions",
    "end_session",
    "finish_sign_in",
    "grant_role",
    "make_codes",
    "make_sign_in_link",
    "offer_app",
    "passkey_to_make",
    "passkey_to_use",
    "remove_app",
    "remove_passkey",
    "reopen_account",
    "reset_factors",
    "revoke_role",
    "sign_in",
    "sign_in_by_link",
    "sign_out",
    "touch_session",
    "unlock_account",
]
