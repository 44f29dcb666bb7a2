"""The clock that deletes personal data on time."""

from __future__ import annotations

import logging

from engage.core.jobs import periodic
from engage.participation.deletion import delete_due

log = logging.getLogger(__name__)


@periodic("participation.delete-due", seconds=3600)
def delete_on_time() -> None:
    """Delete what is due, about every hour."""
    count = delete_due()
    if count:
        log.info("personal data deleted on time", extra={"rows": count})
