"""`flask engage import-comments`: a CSV file of comments into a consultation."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import click
from flask.cli import with_appcontext

from engage.consultations.actions.importing import Progress, find, import_rows
from engage.consultations.queries.published import clause_names
from engage.consultations.rules.importing import CELL_CHARACTERS, FILE_BYTES, MOST_FINDINGS, Reading, read
from engage.core.actor import SYSTEM
from engage.core.clock import now
from engage.core.errors import NotFound
from engage.settings.queries import site


@click.command("import-comments")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--consultation", "public_id", required=True, help="Its address /consultations/…, or the last part of it."
)
@click.option("--skip-bad", is_flag=True, help="Import the good rows although others have mistakes.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_appcontext
def import_comments(file: Path, public_id: str, skip_bad: bool, as_json: bool) -> None:
    """Import the comments of FILE (CSV, UTF-8 or GB 18030) into a consultation; safe to run again.

    Headers such as 留言编号, 留言主题, 留言时间, 留言详情, 条款, 态度 or id, title, time, text, clause and
    stance are understood, those of an exported file among them. Columns that name a person are never read.
    Without --skip-bad nothing is imported while any row has a mistake; a file that cannot be read to its end
    is never imported.
    """
    if file.stat().st_size > FILE_BYTES:
        raise click.ClickException(f"{file} is larger than {FILE_BYTES // 1_000_000} MB.")
    content = file.read_bytes()
    csv.field_size_limit(CELL_CHARACTERS)
    consultation_id = _found(public_id)
    reading = read(content, now(), site().zone, clause_names(consultation_id))
    refused = reading.unreadable or bool(reading.findings and not skip_bad)
    done = Progress(0, 0, 0)
    if not refused:
        done = _import(consultation_id, reading, quiet=as_json)
    _tell(reading, done, as_json=as_json, refused=refused)
    if refused:
        raise SystemExit(1)


def _found(named: str) -> int:
    """By the address or its last part."""
    public_id = named.partition("?")[0].rstrip("/").rpartition("/")[2]
    try:
        return find(public_id)
    except NotFound as missing:
        raise click.ClickException(
            f"There is no consultation with the id {public_id}: it is the last part of its address."
        ) from missing


def _import(consultation_id: int, reading: Reading, *, quiet: bool) -> Progress:
    done = Progress(0, 0, 0)
    with click.progressbar(length=len(reading.rows), label="Importing", hidden=quiet) as bar:
        for step in import_rows(SYSTEM, consultation_id, reading.rows):
            bar.update(step.rows - done.rows)
            done = step
    return done


def _tell(reading: Reading, done: Progress, *, as_json: bool, refused: bool) -> None:
    findings = [
        {"row": finding.row, "message": str(finding.message)} for finding in reading.findings[:MOST_FINDINGS]
    ]
    if as_json:
        result = {
            "rows": len(reading.rows),
            "imported": done.imported,
            "known": done.known,
            "bad": len(reading.findings),
            "findings": findings,
            "ignored_columns": reading.ignored,
        }
        click.echo(json.dumps(result, ensure_ascii=False))
        return
    for finding in findings:
        where = f"Row {finding['row']}: " if finding["row"] else ""
        click.echo(f"{where}{finding['message']}", err=True)
    if len(reading.findings) > len(findings):
        click.echo(f"… and {len(reading.findings) - len(findings)} more.", err=True)
    if refused:
        way_out = "" if reading.unreadable else ", or use --skip-bad to leave these rows out"
        click.echo(f"Nothing was imported. Correct the file{way_out}.", err=True)
        return
    click.echo(
        f"Imported {done.imported} comments; {done.known} were there already; "
        f"{len(reading.findings)} rows had mistakes."
    )


commands = (import_comments,)
