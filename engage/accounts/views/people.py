"""Staff members, for administrators: list, open, change, close, grant, sign-in links."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.accounts import actions, factors, lockout, queries, scopes
from engage.accounts.confirming import confirmed
from engage.accounts.forms import GrantForm, PersonForm
from engage.accounts.known_browsers import account_key
from engage.accounts.labels import ROLE_TEXTS
from engage.accounts.models import CLOSED_ACCOUNT_DAYS, User
from engage.accounts.permissions import Permission, Role
from engage.accounts.views.blueprint import blueprint
from engage.audit.models import KEEP_DAYS
from engage.core.actor import ScopeKind
from engage.core.errors import Invalid, NotFound
from engage.web.actor import current_actor
from engage.web.addresses import absolute
from engage.web.guards import staff
from engage.web.languages import local_text

_SEARCH_LIMIT = 60


def saving_edits(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Save what was typed of the person before another button of its page does its work."""

    @wraps(view)
    def save_first(public_id: str, **more: Any) -> ResponseReturnValue:
        user, form = found_person(public_id), PersonForm()
        stored = (user.name or "", user.email or "")
        if "name" not in request.form or (form.name.data, form.email.data) == stored:
            return view(public_id, **more)
        if form.validate():
            try:
                actions.change_person(current_actor(), user.id, form.email.data, form.name.data)
            except Invalid as refusal:
                form.refuse(refusal)
            else:
                return view(public_id, **more)
        return _page(public_id, form=form, grant_form=_grant_form(), status=422)

    return save_first


@blueprint.get("/staff/accounts")
@staff(Permission.ACCOUNT_MANAGE)
def people() -> str:
    """Who has an account, active or closed."""
    search = request.args.get("q", "").strip()[:_SEARCH_LIMIT]
    closed = request.args.get("closed") == "1"
    found = queries.people(search=search, closed=closed)
    return render_template(
        "accounts/people.html", people=found, names=queries.scope_names(found), search=search, closed=closed
    )


@blueprint.route("/staff/accounts/new", methods=["GET", "POST"])
@staff(Permission.ACCOUNT_MANAGE)
@confirmed
def new_person() -> ResponseReturnValue:
    """Open an account; its first sign-in link is made on the page that follows."""
    form = PersonForm()
    if form.validate_on_submit():
        try:
            user_id = actions.create_person(current_actor(), form.email.data, form.name.data)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            flash(gettext("The account is open. Now grant a role and make a sign-in link."), "success")
            return _to(queries.public_id_of(user_id))
    return render_template("accounts/new_person.html", form=form), 422 if form.is_submitted() else 200


@blueprint.route("/staff/accounts/<public_id>", methods=["GET", "POST"])
@staff(Permission.ACCOUNT_MANAGE)
@confirmed
def person(public_id: str) -> ResponseReturnValue:
    """One account: name and email, roles, sign-in link, closing."""
    user = found_person(public_id)
    form = PersonForm(obj=user)
    if form.validate_on_submit():
        try:
            actions.change_person(current_actor(), user.id, form.email.data, form.name.data)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            flash(gettext("Saved."), "success")
            # A role that was being chosen meanwhile is not lost.
            return _page(public_id, grant_form=_grant_form()) if _grant_begun() else _to(public_id)
    if form.is_submitted():
        return _page(public_id, form=form, grant_form=_grant_form(), status=422)
    return _page(public_id, form=form)


@blueprint.post("/staff/accounts/<public_id>/grants")
@staff(Permission.ACCOUNT_MANAGE)
@confirmed
@saving_edits
def grant(public_id: str) -> ResponseReturnValue:
    """Grant a role."""
    user = found_person(public_id)
    form = _grant_form()
    if form.validate_on_submit():
        try:
            scope = ScopeKind(form.scope.data)
            actions.grant_role(current_actor(), user.id, Role(form.role.data), scope, _scope_id(form, scope))
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            flash(gettext("The role has been granted."), "success")
            return _to(public_id)
    return _page(public_id, grant_form=form, status=422)


@blueprint.post("/staff/accounts/<public_id>/grants/<int:grant_id>/revoke")
@staff(Permission.ACCOUNT_MANAGE)
@confirmed
@saving_edits
def revoke(public_id: str, grant_id: int) -> ResponseReturnValue:
    """Take a role back."""
    actions.revoke_role(current_actor(), found_person(public_id).id, grant_id)
    flash(gettext("The role has been taken back."), "success")
    return _to(public_id)


@blueprint.post("/staff/accounts/<public_id>/link")
@staff(Permission.ACCOUNT_MANAGE)
@confirmed
@saving_edits
def make_link(public_id: str) -> ResponseReturnValue:
    """Make a one-time sign-in link and show it, this once."""
    token = actions.make_sign_in_link(current_actor(), found_person(public_id).id)
    return _page(public_id, link=absolute(url_for("accounts.sign_in_link", token=token)))


@blueprint.post("/staff/accounts/<public_id>/unlock")
@staff(Permission.ACCOUNT_MANAGE)
@confirmed
def unlock(public_id: str) -> ResponseReturnValue:
    """Let somebody locked out by wrong passwords try again."""
    user = found_person(public_id)
    actions.unlock_account(current_actor(), user.id, account_key(user.email or ""))
    flash(gettext("The person can sign in again now."), "success")
    return _to(public_id)


@blueprint.post("/staff/accounts/<public_id>/close")
@staff(Permission.ACCOUNT_MANAGE)
@confirmed
@saving_edits
def close(public_id: str) -> ResponseReturnValue:
    """Close the account."""
    actions.close_account(current_actor(), found_person(public_id).id)
    flash(gettext("The account is closed and all its devices are signed out."), "success")
    return _to(public_id)


@blueprint.post("/staff/accounts/<public_id>/reopen")
@staff(Permission.ACCOUNT_MANAGE)
@confirmed
@saving_edits
def reopen(public_id: str) -> ResponseReturnValue:
    """Open a closed account again."""
    actions.reopen_account(current_actor(), found_person(public_id).id)
    flash(gettext("The account is open again."), "success")
    return _to(public_id)


def _grant_begun() -> bool:
    """Whether something was chosen of a role that is not granted yet."""
    form = request.form
    untouched = {"role": next(iter(Role)).value, "scope": ScopeKind.UNIT.value, "unit": "", "activity": ""}
    return any(form.get(name, value).strip() != value for name, value in untouched.items())


def found_person(public_id: str) -> User:
    """The staff member with this public id. Raises ``NotFound``."""
    user = queries.person(public_id)
    if user is None:
        raise NotFound
    return user


def _to(public_id: str) -> ResponseReturnValue:
    return redirect(url_for("accounts.person", public_id=public_id), 303)


def _page(
    public_id: str,
    *,
    form: PersonForm | None = None,
    grant_form: GrantForm | None = None,
    link: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    user = found_person(public_id)
    page = render_template(
        "accounts/person.html",
        person=user,
        names=queries.scope_names([user]),
        form=form or PersonForm(formdata=None, obj=user),
        grant_form=grant_form or _grant_form(empty=True),
        role_texts=ROLE_TEXTS,
        link=link,
        sessions=queries.sessions_of(user.id),
        app=factors.app_of(user.id),
        passkeys=factors.passkeys_of(user.id),
        codes_left=factors.codes_left(user.id),
        is_me=user.id == current_actor().id,
        account_days=CLOSED_ACCOUNT_DAYS,
        log_days=KEEP_DAYS,
        locked_until=lockout.locked_until(account_key(user.email or "")),
    )
    # A page that may show a link must not be found again by the Back button of a shared computer.
    return page, status, {"Cache-Control": "no-store"}


def _grant_form(*, empty: bool = False) -> GrantForm:
    form = GrantForm(formdata=None) if empty else GrantForm()
    units = [(unit.public_id, local_text(unit.name)) for unit in queries.units()]
    form.offer([("", "–"), *units], activities=scopes.activities_known())
    return form


def _scope_id(form: GrantForm, scope: ScopeKind) -> int | None:
    if scope is ScopeKind.UNIT:
        unit = queries.unit(form.unit.data or "")
        return unit.id if unit else None
    if scope is ScopeKind.ACTIVITY:
        public_id = (form.activity.data or "").split("?")[0].rstrip("/").rpartition("/")[2]
        return scopes.find_activity(public_id)
    return None
