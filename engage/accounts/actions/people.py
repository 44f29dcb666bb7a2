"""Staff members: opened, changed, closed, granted roles. Only an administrator does these."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import delete, exists, select

from engage.accounts import entries, lockout
from engage.accounts.actions.factors import forget_factors
from engage.accounts.actions.sessions import end_sessions_of
from engage.accounts.events import GrantsChanged
from engage.accounts.models import Grant, SignInLink, Unit, User
from engage.accounts.permissions import Permission, Role
from engage.accounts.rules import require, scope_problem
from engage.accounts.scopes import activity_names
from engage.audit.actions import changes, record
from engage.core.actor import Actor, ScopeKind
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import Conflict, Invalid, NotFound
from engage.core.messages import Message, msg, too_long
from engage.core.writer import atomic, publish

NAME_LIMIT = 60
_LAST = msg("At least one active administrator must remain. Please name another one first.")


def create_person(actor: Actor, email: str, name: str, *, is_demo: bool = False) -> int:
    """Open an account without password; answers its id. Raises ``Invalid`` by field."""
    require(actor, Permission.ACCOUNT_MANAGE)
    email, name = _checked(email, name)
    with atomic():
        _refuse_taken(email, None)
        user = User(email=email, name=name, is_demo=is_demo)
        db.session.add(user)
        db.session.flush()
        after = {"name": name, "email": _short(email)}
        record(actor, entries.ACCOUNT_CREATED, "account", user.id, after=after, label=name)
        return user.id


def change_person(actor: Actor, user_id: int, email: str, name: str) -> None:
    """Change name and email. Raises ``Invalid`` by field, ``NotFound``."""
    require(actor, Permission.ACCOUNT_MANAGE)
    email, name = _checked(email, name)
    with atomic():
        user = _user(user_id)
        _refuse_taken(email, user_id)
        before, after = changes({"name": user.name, "email": user.email}, {"name": name, "email": email})
        if not after:
            return
        user.name, user.email = name, email
        for values in (before, after):
            if "email" in values:
                values["email"] = _short(values["email"] or "")
        record(actor, entries.ACCOUNT_CHANGED, "account", user_id, before, after, label=name)


def close_account(actor: Actor, user_id: int) -> None:
    """Close an account: no sign-in, all sessions end. Its data is deleted a year later."""
    require(actor, Permission.ACCOUNT_MANAGE)
    with atomic():
        user = _user(user_id)
        if user.id == actor.id:
            raise Conflict(msg("You cannot close your own account. Please ask another administrator."))
        if not user.active:
            return
        user.active, user.closed_at = False, now()
        db.session.flush()
        _keep_an_administrator()
        db.session.execute(delete(SignInLink).where(SignInLink.user_id == user_id))
        end_sessions_of(user_id)
        forget_factors(user_id)
        record(actor, entries.ACCOUNT_CLOSED, "account", user_id, label=user.name)
        publish(GrantsChanged(user_id))


def reopen_account(actor: Actor, user_id: int) -> None:
    """Open a closed account again, as long as its name has not been deleted."""
    require(actor, Permission.ACCOUNT_MANAGE)
    with atomic():
        user = _user(user_id)
        if user.active:
            return
        if user.email is None:
            raise Conflict(msg("The data of this account has been deleted. Please create a new account."))
        user.active, user.closed_at = True, None
        record(actor, entries.ACCOUNT_REOPENED, "account", user_id, label=user.name)
        publish(GrantsChanged(user_id))


def unlock_account(actor: Actor, user_id: int, account: str) -> None:
    """Let the person try passwords again; nothing where sign-in is not locked.

    ``account`` is the keyed hash under which attempts with their email address are counted.
    """
    require(actor, Permission.ACCOUNT_MANAGE)
    with atomic():
        user = _user(user_id)
        until = lockout.locked_until(account)
        if until is None:
            return
        lockout.unlock(account)
        record(actor, entries.ACCOUNT_UNLOCKED, "account", user_id, before={"until": until}, label=user.name)


def grant_role(actor: Actor, user_id: int, role: Role, scope: ScopeKind, scope_id: int | None = None) -> None:
    """Grant a role on a scope; granting it twice changes nothing. Raises ``Invalid`` by field."""
    require(actor, Permission.ACCOUNT_MANAGE)
    scope_id = None if scope is ScopeKind.SITE else scope_id
    problem = scope_problem(role, scope, scope_id)
    if problem is not None:
        field = {ScopeKind.UNIT: "unit", ScopeKind.ACTIVITY: "activity"}.get(scope, "scope")
        raise Invalid({field if scope_id is None and scope is not ScopeKind.SITE else "scope": problem})
    with atomic():
        user = _user(user_id)
        if any((g.role, g.scope, g.scope_id) == (role, scope, scope_id) for g in user.grants):
            return
        on = _scope_name(scope, scope_id)
        user.grants.append(Grant(role=role, scope=scope, scope_id=scope_id))
        after = {"role": role, "scope": scope, "on": on}
        record(actor, entries.ROLE_GRANTED, "account", user_id, after=after, label=user.name)
        publish(GrantsChanged(user_id))


def revoke_role(actor: Actor, user_id: int, grant_id: int) -> None:
    """Take a grant back; nothing where it is gone. Raises ``Conflict`` for the last administrator."""
    require(actor, Permission.ACCOUNT_MANAGE)
    with atomic():
        user = _user(user_id)
        grant = next((grant for grant in user.grants if grant.id == grant_id), None)
        if grant is None:
            return
        user.grants.remove(grant)
        db.session.flush()
        _keep_an_administrator()
        before = {
            "role": grant.role,
            "scope": grant.scope,
            "on": _scope_name(grant.scope, grant.scope_id, gone=True),
        }
        record(actor, entries.ROLE_REVOKED, "account", user_id, before=before, label=user.name)
        publish(GrantsChanged(user_id))


def _short(email: str) -> str:
    """What the log, which is kept for longer than the account, says of an address: ``l…@example.com``."""
    mailbox, _, domain = email.partition("@")
    return f"{mailbox[:1]}…@{domain}" if domain else ""


def _user(user_id: int) -> User:
    user = db.session.get(User, user_id)
    if user is None:
        raise NotFound
    return user


def _checked(email: str, name: str) -> tuple[str, str]:
    errors: dict[str, Message] = {}
    name = " ".join(name.split())
    if not name:
        errors["name"] = msg("Please enter the person's name.")
    elif len(name) > NAME_LIMIT:
        errors["name"] = too_long(len(name), NAME_LIMIT)
    try:
        # Without asking the name servers: government networks often have none, and it would wait.
        email = validate_email(email.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        errors["email"] = msg("Please enter an email address such as name@example.com.")
    if errors:
        raise Invalid(errors)
    return email.lower(), name


def _refuse_taken(email: str, user_id: int | None) -> None:
    taken = db.session.scalar(select(User.id).where(User.email == email))
    if taken is not None and taken != user_id:
        raise Invalid({"email": msg("There is already an account with this email address.")})


def _keep_an_administrator() -> None:
    remains = select(
        exists().where(
            Grant.user_id == User.id,
            Grant.role == Role.ADMINISTRATOR,
            Grant.scope == ScopeKind.SITE,
            User.active,
        )
    )
    if not db.session.scalar(remains):
        raise Conflict(_LAST)


def _scope_name(scope: ScopeKind, scope_id: int | None, *, gone: bool = False) -> str | None:
    """What the scope is called in the log. Raises ``Invalid`` for one that is no more, unless ``gone``."""
    if scope is ScopeKind.SITE or scope_id is None:
        return None
    if scope is ScopeKind.UNIT:
        unit = db.session.get(Unit, scope_id)
        if unit is not None:
            return unit.name.text()
    else:
        name = activity_names([scope_id]).get(scope_id)
        if name is not None:
            return name
    if gone:
        return str(scope_id)
    raise Invalid({str(scope): msg("This does not exist any more. Please choose again.")})
