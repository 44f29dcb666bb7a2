"""``flask engage create-user``, ``signin`` and ``reset-second-factor``."""

from __future__ import annotations

import json
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from engage.accounts import actions, queries
from engage.accounts.factors import has_factor
from engage.accounts.labels import ROLES
from engage.accounts.models import Grant, User
from engage.accounts.permissions import Role
from engage.accounts.rules import ROLE_SCOPES
from engage.accounts.scopes import find_activity
from engage.core.actor import SYSTEM, ScopeKind
from engage.core.writer import atomic

_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
_SCOPES = {
    ScopeKind.SITE: "for the whole site (leave out --unit and --activity)",
    ScopeKind.UNIT: "for a unit (--unit)",
    ScopeKind.ACTIVITY: "for an activity (--activity)",
}
# What is worth opening first comes first.
_ORDER = list(Role)


@click.command("create-user")
@with_appcontext
@click.argument("email")
@click.argument("name")
@click.option("--role", type=click.Choice([role.value for role in Role]), help="Role to grant.")
@click.option("--unit", "unit_code", help="Code of the unit the role is for.")
@click.option("--activity", help="Public id of the activity the role is for.")
@_JSON
def create_user(
    email: str, name: str, role: str | None, unit_code: str | None, activity: str | None, as_json: bool
) -> None:
    """Open a staff account and print a one-time sign-in link.

    For an EMAIL that has an account already, only the role is granted and a fresh link made.
    """
    if unit_code is not None and activity is not None:
        raise click.UsageError("Choose either --unit or --activity.")
    if role is None and (unit_code is not None or activity is not None):
        raise click.UsageError("--unit and --activity say where a role is for: name it with --role.")
    scope, scope_id = _scope(unit_code, activity)
    if role is not None and scope not in ROLE_SCOPES[Role(role)]:
        possible = " or ".join(words for kind, words in _SCOPES.items() if kind in ROLE_SCOPES[Role(role)])
        raise click.ClickException(f"The role {role} is granted {possible}.")
    existing = queries.person_by_email(email)
    if existing is not None and not existing.active:
        raise click.ClickException(
            f"The account of {email} is closed: an administrator opens it again first."
        )
    # One transaction: where the role cannot be granted, no account is left without it.
    with atomic():
        user_id = existing.id if existing else actions.create_person(SYSTEM, email, name)
        if role is not None:
            actions.grant_role(SYSTEM, user_id, Role(role), scope, scope_id)
        link = _link(user_id)
    answer = {
        "email": email.strip().lower(),
        "name": name,
        "role": role,
        "url": link,
        "new": existing is None,
    }
    _say(
        answer,
        as_json,
        f"{'Opened' if existing is None else 'Found'} the account of {name}. Sign in once at:\n  {link}",
    )


@click.command()
@with_appcontext
@click.argument("email", required=False)
@_JSON
def signin(email: str | None, as_json: bool) -> None:
    """Print fresh one-time sign-in links: of the account EMAIL, else of every demonstration account."""
    if email is not None:
        person = queries.person_by_email(email)
        if person is None or not person.active:
            raise click.ClickException(f"There is no open account with the email address {email}.")
        people = [person]
    else:
        people = sorted(queries.demo_people(), key=lambda person: _ORDER.index(_first_role(person.grants)))
    links = [_described(person) for person in people]
    lines = [f"  {link['role']}  {link['name']}\n    {link['url']}" for link in links]
    _say(
        {"links": links},
        as_json,
        "\n".join(lines)
        or "There are no demonstration accounts. Name one: .venv/bin/flask engage signin EMAIL",
    )


@click.command("reset-second-factor")
@with_appcontext
@click.argument("email")
@_JSON
def reset_second_factor(email: str, as_json: bool) -> None:
    """Take the lost second factor of the account EMAIL away and end its sessions.

    For the last administrator who has lost theirs; others are helped on their account's page.
    """
    person = queries.person_by_email(email)
    if person is None or not person.active:
        raise click.ClickException(f"There is no open account with the email address {email}.")
    if not has_factor(person.id):
        raise click.ClickException(f"The account {email} has no second factor.")
    actions.reset_factors(SYSTEM, person.id)
    text = f"The second factor of {email} is reset; a new one is set up at the next sign-in."
    _say({"email": person.email, "reset": True}, as_json, text)


commands: tuple[click.Command, ...] = (create_user, signin, reset_second_factor)


def _described(person: User) -> dict[str, Any]:
    role = _first_role(person.grants) if person.grants else None
    return {
        "role": str(ROLES[role]) if role else "-",
        "name": person.name,
        "email": person.email,
        "url": _link(person.id),
    }


def _first_role(grants: list[Grant]) -> Role:
    return min((grant.role for grant in grants), key=_ORDER.index, default=_ORDER[-1])


def _link(user_id: int) -> str:
    """The link with the public address where one is set, else from the root, for the caller to complete."""
    root: str = current_app.config["ENGAGE"].public_url
    return f"{root}/staff/sign-in/{actions.make_sign_in_link(SYSTEM, user_id)}"


def _scope(unit_code: str | None, activity: str | None) -> tuple[ScopeKind, int | None]:
    if unit_code is not None:
        unit = next((unit for unit in queries.units(active_only=False) if unit.code == unit_code), None)
        if unit is None:
            raise click.ClickException(f"There is no unit with the code {unit_code}.")
        return ScopeKind.UNIT, unit.id
    if activity is not None:
        activity_id = find_activity(activity)
        if activity_id is None:
            raise click.ClickException(f"There is no activity with the id {activity}.")
        return ScopeKind.ACTIVITY, activity_id
    return ScopeKind.SITE, None


def _say(answer: dict[str, Any], as_json: bool, text: str) -> None:
    click.echo(json.dumps(answer, ensure_ascii=False) if as_json else text)
