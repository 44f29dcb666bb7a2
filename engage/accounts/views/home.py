"""The staff home: what waits for the person who signed in."""

from __future__ import annotations

from flask import render_template, url_for

from engage.accounts import queries
from engage.accounts.labels import ROLE_TEXTS
from engage.accounts.permissions import Permission, Role
from engage.accounts.views.blueprint import blueprint
from engage.core.actor import Actor
from engage.core.messages import msg
from engage.web.actor import current_actor
from engage.web.guards import signed_in
from engage.web.staff_home import Tile, home_tile, home_tiles


@blueprint.get("/staff/")
@signed_in
def home() -> str:
    """What this person may do, as tiles with what waits, and their roles in words."""
    actor = current_actor()
    return render_template(
        "accounts/home.html",
        actor=actor,
        tiles=home_tiles(actor),
        roles=[(Role(grant.role), grant) for grant in actor.grants],
        role_texts=ROLE_TEXTS,
        scope_names=queries.names_of_scopes(actor.grants),
    )


@home_tile(Permission.ACCOUNT_MANAGE, position=900)
def _accounts(_actor: Actor) -> Tile:
    return Tile(
        msg("Accounts"),
        msg("Staff members, their roles and sign-in links."),
        url_for("accounts.people"),
        "users",
    )


@home_tile(Permission.UNIT_MANAGE, position=910)
def _units(_actor: Actor) -> Tile:
    return Tile(msg("Units"), msg("The units that hold theme days."), url_for("accounts.units"), "landmark")
