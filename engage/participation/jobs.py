"""The clocks that delete personal data on time and mix what must have no order."""

from __future__ import annotations

import logging

from engage.core.jobs import periodic
from engage.participation.deletion import delete_due, keep_outside
from engage.participation.mixing import EVERY_SECONDS, mix

log = logging.getLogger(__name__)


@periodic("participation.delete-due", seconds=3600)
def delete_on_time() -> None:
    """Delete what is due, about every hour."""
    keep_outside()
    count = delete_due()
    if count:
        log.info("personal data deleted on time", extra={"rows": count})


@periodic("participation.mix", seconds=EVERY_SECONDS)
def mix_rows() -> None:
    """Take the order of arrival out of what notes devices (PostgreSQL)."""
    mix()
