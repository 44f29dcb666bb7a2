"""The clocks that delete personal data on time and tidy the marks of devices."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from flask import current_app

from engage.core.db import rewrite, size, truncate_log
from engage.core.errors import Busy
from engage.core.jobs import job, periodic
from engage.core.writer import atomic
from engage.participation.deletion import FORGET_WORDS, delete_due, forget_words_later, keep_outside
from engage.participation.marks import tidy

log = logging.getLogger(__name__)

FILES_SECONDS = 25 * 3600
"""A file for staff is kept for a day from when it was asked for; an hour later nothing of it is left."""
AT_ONCE_BYTES = 100_000_000
"""A database up to this size is written anew as soon as something was erased, in about a second."""


@periodic("participation.delete-due", seconds=3600)
def delete_on_time() -> None:
    """Delete what is due, about every hour."""
    keep_outside()
    _forget_leftovers()
    count = delete_due()
    if count:
        with atomic():
            forget_words_later()
        log.info("personal data deleted on time", extra={"rows": count})


@periodic("participation.truncate-log", seconds=60)
def forget_history() -> None:
    """Let the database's log forget what was written in which order, and what is erased since."""
    truncate_log()


@periodic("participation.tidy", seconds=300)
def tidy_marks() -> None:
    """Settle the marks of devices that a crash left open."""
    tidy()


@job(FORGET_WORDS)
def forget_words(payload: dict[str, Any]) -> None:
    """Let no file hold what was deleted: neither the files made for staff, nor the database and its log.

    Files for staff are kept for a day and are asked for again in a moment. A large database is written anew
    at night, since nobody can write meanwhile.
    """
    for path in _files_for_staff():
        path.unlink(missing_ok=True)
    if not payload.get("at_night") and size() > AT_ONCE_BYTES:
        truncate_log()
        with atomic():
            forget_words_later()
    elif not rewrite():
        raise Busy


def _forget_leftovers() -> None:
    """Delete files made for staff that nobody keeps any more, also what a killed worker left half written."""
    before = time.time() - FILES_SECONDS
    for path in _files_for_staff():
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < before:
                path.unlink()


def _files_for_staff() -> Iterator[Path]:
    return (current_app.config["ENGAGE"].files / "exports").glob("*")
