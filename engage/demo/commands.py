"""``flask engage demo``."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from flask import current_app

from engage.demo.load import is_loaded, load
from engage.demo.refresh import refresh
from engage.demo.remove import remove
from engage.demo.tour import pages, samples


@click.command()
@click.option(
    "--remove", "removing", is_flag=True, help="Remove the demonstration content, and nothing else."
)
@click.option("--pages", "only_pages", is_flag=True, help="Only say which pages to look at; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def demo(removing: bool, only_pages: bool, as_json: bool) -> None:
    """Load the demonstration: an invented city with a year of theme days, surveys, drafts and live sessions.

    Dates lie around the day it is loaded; running it again moves those of what is open and in progress to
    the present, and changes nothing else. Everything is marked as demonstration; real content entered
    beside it stays when it is removed.
    """
    if removing and only_pages:
        raise click.UsageError("Choose either --remove or --pages.")
    files: Path = current_app.config["ENGAGE"].files
    if removing:
        _removed(remove(files), as_json)
    else:
        new = not only_pages and load(files, _quiet if as_json else click.echo)
        refreshed = not only_pages and not new and refresh()
        _loaded(new, refreshed, as_json)


def _loaded(new: bool, refreshed: bool, as_json: bool) -> None:
    there = is_loaded()
    found = {
        "new": new,
        "refreshed": refreshed,
        "pages": [asdict(page) for page in pages()] if there else [],
        "receipts": [asdict(sample) for sample in samples()] if there else [],
    }
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    if not there:
        click.echo("There is no demonstration content.")
        return
    there_already = "Brought its dates up to date." if refreshed else "Nothing was changed."
    click.echo("Loaded the demonstration." if new else f"The demonstration is there already. {there_already}")
    click.echo("\nWorth opening first:")
    _lines((page["url"], page["title"]) for page in found["pages"])  # type: ignore[attr-defined]
    click.echo("\nReceipt codes to try on /receipts:")
    _lines((sample["code"], sample["title"]) for sample in found["receipts"])  # type: ignore[attr-defined]
    click.echo(
        "\n`.venv/bin/flask engage signin` prints sign-in links of its staff; "
        "`.venv/bin/flask engage demo --remove` removes it."
    )


def _removed(removed: bool, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"removed": removed}))
    else:
        click.echo("Removed the demonstration." if removed else "There is no demonstration content.")


def _lines(rows: Any) -> None:
    for first, second in rows:
        click.echo(f"  {first}  {second}")


def _quiet(_text: str) -> None:
    """Progress is for people."""


commands: tuple[click.Command, ...] = (demo,)
