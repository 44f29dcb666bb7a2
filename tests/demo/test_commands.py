"""``flask engage demo``: what it prints, for people and for scripts."""

from __future__ import annotations

import json
from typing import Any

from flask import Flask

from engage.participation import receipts


def _run(app: Flask, *options: str) -> tuple[int, str]:
    with app.app_context():
        done = app.test_cli_runner().invoke(args=["engage", "demo", *options])
    return done.exit_code, done.output


def _json(app: Flask, *options: str) -> Any:
    return json.loads(_run(app, *options, "--json")[1])


def test_from_nothing_to_nothing(app: Flask, no_photos: None) -> None:
    assert _json(app, "--pages") == {"new": False, "refreshed": False, "pages": [], "receipts": []}
    first = _json(app)
    assert first["new"]
    assert len(first["pages"]) == 10
    again = _json(app)
    assert again == first | {"new": False}
    assert "Nothing was changed." in _run(app)[1]
    assert _json(app, "--remove") == {"removed": True}
    assert _run(app, "--remove") == (0, "There is no demonstration content.\n")


def test_every_page_named_opens(shared_demo: Flask) -> None:
    client = shared_demo.test_client()
    for page in _json(shared_demo, "--pages")["pages"]:
        answer = client.get(page["url"])
        staff = page["url"].startswith("/staff/")
        assert answer.status_code in ((302, 303) if staff else (200,)), page
        if not staff:
            assert "演示内容" in answer.get_data(as_text=True)


def test_sample_receipts_open_something(shared_demo: Flask) -> None:
    samples = _json(shared_demo, "--pages")["receipts"]
    assert len(samples) == 3
    with shared_demo.app_context():
        found = [receipts.find(sample["code"]) for sample in samples]
    assert len({one.kind for one in found if one}) == 3


def test_remove_and_pages_exclude_each_other(app: Flask) -> None:
    code, words = _run(app, "--remove", "--pages")
    assert code == 2
    assert "Choose either" in words
