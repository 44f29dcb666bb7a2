"""Who took part is apart from what was said: nothing joins the two."""

from __future__ import annotations

import pytest
from sqlalchemy import Date, DateTime, Table

from engage.core.db import Model
from engage.participation.models import Participation, Receipt, WriteRequest

_APART = [Participation.__table__, WriteRequest.__table__, Receipt.__table__]
_OWN = {table.name for table in _APART}
# Tables of what citizens said, as far as they have landed.
_SAID = ("survey_response", "comment", "live_question")


@pytest.mark.parametrize("table", _APART, ids=lambda table: table.name)
def test_has_no_order_of_rows_no_number_and_no_time(table: Table) -> None:
    assert table.dialect_options["sqlite"]["with_rowid"] is False
    assert not [column for column in table.primary_key.columns if column.autoincrement is True]
    assert all(
        column.name.endswith("hash") or column.name == "activity" for column in table.primary_key.columns
    )
    assert not [column.name for column in table.columns if isinstance(column.type, DateTime)]
    assert {column.name for column in table.columns if isinstance(column.type, Date)} <= {"day"}


@pytest.mark.parametrize("table", _APART, ids=lambda table: table.name)
def test_no_key_leads_from_or_to_it(table: Table) -> None:
    assert not table.foreign_keys
    pointing = [
        f"{other.name}.{key.parent.name}"
        for other in Model.metadata.sorted_tables
        for key in other.foreign_keys
        if key.column.table.name in _OWN
    ]
    assert not pointing


@pytest.mark.parametrize("name", _SAID)
def test_what_was_said_holds_no_device_and_no_finer_time_than_the_minute(name: str) -> None:
    table = Model.metadata.tables.get(name)
    if table is None:
        return  # its domain is not part of this build
    if name == "live_question":
        return  # a question answers back to the phone that asked it; its key differs from session to session
    for column in table.columns:
        assert not any(
            word in column.name for word in ("device", "address", "network", "agent", "hash_of")
        ), column
        if isinstance(column.type, DateTime) and column.name.startswith(
            ("submitted", "created", "answered_by")
        ):
            assert column.name.endswith("minute"), f"{name}.{column.name} is finer than the minute"
