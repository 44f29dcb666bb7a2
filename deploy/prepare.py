"""Bring the database up to date and make sign-in links, in one process because each costs a start of Python.

Prints one JSON object: ``new`` (whether the database was created now), ``links`` (one-time sign-in links:
name, role, url), ``pages`` (worth opening first: title, url). Progress goes to standard error.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import sys
from typing import Any

import click
from flask import Flask
from flask.cli import ScriptInfo

from engage import create_app
from engage.cli import is_new
from engage.core.schema import SchemaError

PAGES = ({"title": "Home", "url": "/"}, {"title": "Staff", "url": "/staff/"})


def run(app: Flask, *arguments: str) -> Any:
    """Run ``flask engage …`` in this process; returns its JSON answer, or None when it gave none."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), app.app_context():
        info = ScriptInfo(create_app=lambda: app)
        app.cli.main(["engage", *arguments], prog_name="flask", standalone_mode=False, obj=info)
    lines = said.getvalue().strip().splitlines()
    return json.loads(lines[-1]) if lines and lines[-1][:1] in "[{" else None


def prepare(app: Flask, *, demo: bool, links_only: bool) -> dict[str, Any]:
    """Migrate, load the demonstration into a new database when wanted, and make the links.

    An interrupted first start leaves a note that the demonstration is wanted still, for the next one.
    """
    answer: dict[str, Any] = {"new": False, "pages": list(PAGES), "links": []}
    if not links_only:
        wanted = app.config["ENGAGE"].instance / "demo-wanted"
        with app.app_context():
            if demo and is_new():
                wanted.touch()
        answer["new"] = bool(run(app, "init", "--json")["new"])
        if demo and wanted.exists():
            print("Loading the demonstration content …", file=sys.stderr, flush=True)
            run(app, "demo", "--json")
        elif demo and run(app, "demo", "--pages", "--json")["pages"]:
            run(app, "demo", "--json")  # moves what is open and in progress to the present
        wanted.unlink(missing_ok=True)
    made = run(app, "signin", "--json")
    answer["links"] = made["links"]
    if answer["links"]:
        answer["pages"] = run(app, "demo", "--pages", "--json")["pages"] or answer["pages"]
    return answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--demo", action="store_true", help="load the demonstration into a new database")
    parser.add_argument("--links", action="store_true", help="only make fresh sign-in links")
    options = parser.parse_args()
    try:
        with contextlib.redirect_stdout(sys.stderr):
            answer = prepare(create_app(), demo=options.demo, links_only=options.links)
    except click.ClickException as error:
        sys.exit(error.format_message())
    except SchemaError as error:
        sys.exit(str(error))
    print(json.dumps(answer, ensure_ascii=False), flush=True)
    # Nothing is left to tidy, and taking the interpreter down in order costs a tenth of a second.
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
