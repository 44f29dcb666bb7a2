"""JSON of strangers is read in a moment or refused."""

from __future__ import annotations

import gc
import json
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask.json.provider import DefaultJSONProvider
from markupsafe import Markup

from engage.accounts.permissions import Role
from engage.web.strictjson import strict_loads

MB = 1024 * 1024
DEAR = {
    "lists": "[" + "[]," * MB + "0]",
    "objects": "[" + '{"a":1},' * (MB // 3) + "0]",
    "numbers": "[" + "1," * MB + "0]",
    "deep": "[" * 3 * MB,
    "deep objects": '{"a":' * (MB // 2),
    "digits": "1" * 3 * MB,
    "keys": "{" + ",".join(f'"{number}":0' for number in range(MB // 4)) + "}",
    "names": "{" + ",".join(f'"{number}":0' for number in range(150_000)) + "}",
    "names with braces": "{" + ",".join(f'"}}{number}":0' for number in range(150_000)) + "}",
    "long numbers": "[" + ",".join(["9" * 4000] * 700) + "]",
    "escapes": '"' + r"\n" * MB + '"',
    "a text without its end": '"' + r"\u0041" * (MB // 3),
}
# As large as they may be, and read.
LARGE = {
    "options": "[" + ",".join(f'{{"{n}":"x","text":{{"zh_CN":"长"}}}}' for n in range(49_000)) + "]",
    "objects": "[" + ",".join(f'{{"k":"{n:07}"}}' for n in range(90_000)) + "]",
    "names": "[" + ",".join(["{" + ",".join(f'"{n}":1' for n in range(9990)) + "}"] * 19) + "]",
    "numbers": "[" + "1," * 100_000 + "1]",
    "half characters": "[" + ",".join([r'"\ud800"'] * 100_000) + "]",
}


@pytest.mark.alone
@pytest.mark.parametrize("text", LARGE.values(), ids=LARGE)
def test_nobody_waits_for_what_is_read(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    gaps, at = [], time.process_time()

    def others() -> None:
        nonlocal at
        gaps.append(time.process_time() - at)
        at = time.process_time()

    monkeypatch.setattr("engage.web.strictjson.let_others_run", others)
    monkeypatch.setattr("engage.core.threads.let_others_run", others)
    gc.collect()
    gc.freeze()  # as the server does
    others()
    gaps.clear()
    try:
        assert strict_loads(text)
    finally:
        gc.unfreeze()
    others()
    assert max(gaps) < 0.05


@pytest.mark.alone
@pytest.mark.parametrize("text", DEAR.values(), ids=DEAR)
@pytest.mark.parametrize("kind", [str, bytes])
def test_what_would_be_dear_is_refused_at_once(text: str, kind: type) -> None:
    began = time.process_time()
    with pytest.raises(ValueError):
        strict_loads(text if kind is str else text.encode())
    assert time.process_time() - began < 0.05


@pytest.mark.parametrize(
    "text", ['{"a": ["长", 1.5, null]}', "[" + "1," * 100_000 + "1]", '"' + "长" * MB + '"']
)
def test_what_anybody_needs_is_read(text: str) -> None:
    assert strict_loads(text) == strict_loads(text.encode()) == strict_loads(text.encode("utf-16"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'"a\ud800b"', "ab"),
        (r'["\ud83d\ude00", "\ude00\ud83d"]', ["😀", ""]),
        (r'{"a\udfff": {"b": [1, null, true, "\uD800长"]}}', {"a": {"b": [1, None, True, "长"]}}),
        (r'"\\ud800"', r"\ud800"),
    ],
)
def test_half_characters_go_wherever_they_are(text: str, value: object) -> None:
    assert strict_loads(text) == strict_loads(text.encode()) == value


@pytest.mark.parametrize("text", [b"\xff\xfe\xff", b'"\xff"', "{", ""])
def test_what_is_broken_is_a_wrong_value(text: str | bytes) -> None:
    with pytest.raises(ValueError):
        strict_loads(text)


@dataclass
class Limit:
    least: int
    words: str


@pytest.mark.parametrize(
    "value",
    [
        {"b": [1, 2.5, None, True], "a": "字\u2028<>&'"},
        {2: "x", 10: "y"},
        {"day": date(2026, 11, 30), "moment": datetime(2026, 11, 30, 12, tzinfo=UTC), "html": Markup("<b>")},
        Limit(2, "half a character: \ud800"),
        {"large": 10**30},
        [Role.TYPIST, (1, 2)],
    ],
    ids=["plain", "numbers as names", "Flask's own", "half a character", "large", "words"],
)
def test_what_is_written_reads_as_flask_would_write_it(app: Flask, value: object) -> None:
    with app.app_context():
        ours, flasks = app.json.dumps(value), DefaultJSONProvider(app).dumps(value)
    assert json.loads(ours) == json.loads(flasks)


def test_letters_are_written_as_they_are(app: Flask) -> None:
    with app.app_context():
        assert app.json.dumps({"b": "字", "a": 1}) == '{"a":1,"b":"字"}'


def test_no_number_is_written_that_is_none(app: Flask) -> None:
    with app.app_context():
        assert app.json.dumps([float("nan"), float("inf")]) == "[null,null]"
