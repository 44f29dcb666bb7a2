"""Real files of messages: `make acceptance SAMPLES=folder` reads every CSV file below citizen-messages/."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from engage.consultations.rules.importing import CELL_CHARACTERS, read
from engage.core.clock import now

pytestmark = pytest.mark.acceptance


def test_every_file_of_messages_is_read_without_a_finding() -> None:
    csv.field_size_limit(CELL_CHARACTERS)
    files = sorted(Path(os.environ["SAMPLES"]).glob("citizen-messages/*.csv"))
    assert files
    for file in files:
        reading = read(file.read_bytes(), now())
        assert reading.rows, file.name
        assert reading.findings == [], file.name
