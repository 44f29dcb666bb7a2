"""The clocks that delete personal data on time and tidy the marks of devices."""

from __future__ import annotations

import logging

from engage.core.db import truncate_log
from engage.core.jobs import periodic
from engage.participation.deletion import delete_due, keep_outside
from engage.participation.marks import tidy

log = logging.getLogger(__name__)


@periodic("participation.delete-due", seconds=3600)
def delete_on_time() -> None:
    """Delete what is due, about every hour."""
    keep_outside()
    count = delete_due()
    if count:
        log.info("personal data deleted on time", extra={"rows": count})


@periodic("participation.truncate-log", seconds=60)
def forget_history() -> None:
    """Let the database's log forget what was written in which order, and what is erased since."""
    truncate_log()


@periodic("participation.tidy", seconds=300)
def tidy_marks() -> None:
    """Settle the marks of devices that a crash left open."""
    tidy()
