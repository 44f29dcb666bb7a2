"""``flask engage …``: the commands of an installation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup
from flask_migrate import upgrade
from sqlalchemy import inspect

from engage.core.db import db

engage_cli = AppGroup("engage", help="Run and keep an Engage installation.")


def say(result: dict[str, Any], *, as_json: bool, text: str) -> None:
    """Print ``text`` for people or ``result`` as one JSON object for scripts."""
    click.echo(json.dumps(result, ensure_ascii=False) if as_json else text)


@engage_cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def init(as_json: bool) -> None:
    """Create or migrate the database in the instance folder; safe to run again."""
    fresh = not inspect(db.engine).has_table("alembic_version")
    upgrade()
    folder: Path = current_app.config["ENGAGE"].instance
    current_app.config["ENGAGE"].files.mkdir(parents=True, exist_ok=True)
    say(
        {"new": fresh, "instance": str(folder)},
        as_json=as_json,
        text="Created the database." if fresh else "The database is up to date.",
    )
