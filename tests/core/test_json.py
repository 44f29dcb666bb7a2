"""What is stored as JSON comes back as it was, however it was written."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from sqlalchemy import bindparam, column, select, text

from engage.core.db import JsonData, db

pytestmark = pytest.mark.database

_KEPT = [
    {"pages": [{"id": "p1", "text": {"zh_CN": "城市𠮷👨‍👩‍👧\u2028", "en": '"x" \\ / \x7f'}}]},
    {
        "nothing": None,
        "yes": True,
        "number": -12345678901234567,
        "share": 0.1,
        "least": 5e-324,
        "most": 1e300,
    },
    ["", [], {}, [[[]]]],
    {},
    "words",
    10**15,
]


@pytest.mark.parametrize("value", _KEPT)
def test_it_comes_back(app: Flask, value: object) -> None:
    with app.app_context():
        assert db.session.scalar(select(bindparam("value", value, JsonData))) == value


@pytest.mark.parametrize("value", _KEPT)
def test_what_releases_before_wrote_reads_the_same(app: Flask, value: object) -> None:
    """They wrote letters outside ASCII as escapes, with blanks between the parts."""
    with app.app_context():
        as_json = "CAST(:written AS JSON)" if db.engine.dialect.name == "postgresql" else ":written"
        asked = text(f"SELECT {as_json} AS value").columns(column("value", JsonData))
        assert db.session.scalar(asked, {"written": json.dumps(value)}) == value


@pytest.mark.parametrize("value", [10**20, "half a character: \ud800"])
def test_what_is_beyond_the_quick_writer_is_written_all_the_same(app: Flask, value: object) -> None:
    with app.app_context():
        engine = db.engine
    assert json.loads(engine.dialect._json_serializer(value)) == value  # type: ignore[attr-defined]


def test_numbers_as_names_become_words(app: Flask) -> None:
    with app.app_context():
        assert db.session.scalar(select(bindparam("value", {2: "x"}, JsonData))) == {"2": "x"}
