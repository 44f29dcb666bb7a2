"""The largest and dearest bodies to every address that takes one: the hub is kept for a moment only."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient

from engage.accounts.permissions import Role
from engage.core import threads
from engage.questions import definition
from engage.surveys.actions import editing
from engage.surveys.queries import published
from engage.web.guards import Door, guard_of
from tests.factories.questions import question, text
from tests.factories.surveys import make_survey
from tests.fixtures.staff import form_token
from tests.house.test_hostile_staff import FIELD, path_of, rules_of
from tests.house.test_hostile_staff import ids as ids
from tests.web.turns import Turns

pytestmark = [pytest.mark.database, pytest.mark.sqlite_only]

BOUND = 0.05
# A little less than the guards let through, for the tokens.
CITIZEN, STAFF = 240 * 1024, 3 * 1024 * 1024 - 16 * 1024
FORM, PARTS, JSON = (
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/json",
)
MOST_FIELDS = 9_900
WORDS = {
    "marks": "\u0f71\u0f74",
    "lines": "\n",
    "blanks": "+",
    "letters": "长",
    "numbering": "（一）一、\n",
    "links": "[",
    "stars": "*a ",
    "tags": '">',
    "digits": "1,",
    "references": "%26",
}
Body = Callable[[int, list[str]], tuple[str, bytes]]


def _spread(words: list[str]) -> Body:
    """A form whose fields are full of ``words``, one after the other."""

    def made(size: int, names: list[str]) -> tuple[str, bytes]:
        share = size // len(names) - 40
        full = [word.encode() * max(1, share // len(word.encode())) for word in words]
        return FORM, b"&".join(
            name.encode() + b"=" + full[number % len(full)] for number, name in enumerate(names)
        )

    return made


def _fields(_size: int, names: list[str]) -> tuple[str, bytes]:
    return FORM, b"&".join(names[number % len(names)].encode() + b"=" for number in range(MOST_FIELDS))


def _parts(size: int, names: list[str]) -> tuple[str, bytes]:
    parts = [
        b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n\r\n' % name.encode() for name in names
    ]
    count = min(size // max(map(len, parts)), MOST_FIELDS)
    return PARTS, b"".join(parts[number % len(parts)] for number in range(count)) + b"--x--\r\n"


def _json(beginning: bytes, part: bytes, end: bytes) -> Body:
    def made(size: int, _names: list[str]) -> tuple[str, bytes]:
        count = min((size - len(beginning) - len(end)) // len(part), 99_000)
        return JSON, beginning + part * count + end

    return made


BODIES: dict[str, Body] = {
    "mixed": _spread(list(WORDS.values())),
    "objects": _json(b'{"revision":0,"definition":[', b'{"a":1},', b"0]}"),
    "fields": _fields,
    "parts": _parts,
} | {f"{name} everywhere": _spread([word]) for name, word in WORDS.items()}
BODIES |= {
    "languages": lambda size, _names: (
        JSON,
        b'{"revision":0,"definition":{"pages":[{"id":"p","title":{"":1%s}}]}}'
        % b"".join(b',"%d":1' % number for number in range(min(size // 12, 40_000))),
    ),
    "deep": lambda size, _names: (JSON, b"[" * (size // 2) + b"]" * (size // 2)),
    "half characters": _json(b'{"revision":0,"definition":["\\ud800",', b'{"a":1},', b"0]}"),
    "wide": _json(b"[", b"[],", b"0]"),
    "numbered fields": lambda _size, _names: (FORM, b"".join(b"f%d=1&" % n for n in range(MOST_FIELDS))),
}


def _all_but(*usual: str) -> list[Any]:
    """Every body, of which all but the usual ones run with the soak: they take minutes."""
    return [
        pytest.param(name, marks=pytest.mark.alone if name in usual else pytest.mark.soak) for name in BODIES
    ]


@pytest.fixture
def hub(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Turns]:
    """Measures each request as the web process serves it: what may step aside or go to a thread does so."""
    monkeypatch.setattr(threads, "is_module_patched", lambda _name: True)
    turns, real = Turns(), app.wsgi_app

    def measured(environ: Any, start_response: Any) -> Any:
        turns.longest = (0.0, "")
        turns.watch()
        try:
            return real(environ, start_response)
        finally:
            turns.end()

    monkeypatch.setattr(app, "wsgi_app", measured)
    usual = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 1000)  # as in the web process
    yield turns
    gc.set_threshold(*usual)
    gc.unfreeze()


def _kept(
    hub: Turns, client: FlaskClient, path: str, kind: str, body: bytes, method: str = "POST", **headers: str
) -> str:
    """What is wrong with the answer, or with the time it took: twice, for once may be the machine."""
    headers["Accept-Encoding"] = "gzip"
    for _ in range(2):
        answer = FlaskClient.open(client, path, method=method, data=body, content_type=kind, headers=headers)
        if answer.status_code >= 500:
            return f"{path}: {answer.status_code}"
        if hub.longest[0] < BOUND:
            return ""
    return f"{path}: {answer.status_code}, {hub.longest[0] * 1000:.0f} ms"


@pytest.mark.parametrize("what", _all_but("mixed", "objects", "fields", "languages"))
def test_of_staff(
    app: Flask, hub: Turns, ids: dict[str, str], staff_client: Callable[..., Any], what: str
) -> None:
    wrong = []
    seen: set[str] = set()
    for role in (Role.COORDINATOR, Role.ADMINISTRATOR):
        client = staff_client(role)
        for rule in rules_of(app, role, "POST"):
            if rule.endpoint in seen or rule.endpoint == "accounts.sign_out":
                continue
            seen.add(rule.endpoint)
            path = path_of(rule, ids)
            page = FlaskClient.open(client, path.removesuffix("/save"))
            names = sorted({*FIELD.findall(page.get_data(as_text=True)), *NAMES} - {"csrf_token"})
            kind, body = BODIES[what](STAFF, names)
            if kind == FORM:
                body = f"csrf_token={client.token}&_request_id=request-of-{what[:4]}&".encode() + body
            wrong.append(_kept(hub, client, path, kind, body, **{"X-CSRFToken": client.token}))
    assert not list(filter(None, wrong)), "\n".join(filter(None, wrong))


NAMES = ("text", "title_zh", "name", "note", "code", "decision", "_state", "q-q1", "password", "email")


@pytest.mark.parametrize("what", _all_but("mixed", "objects", "fields", "parts"))
def test_of_anybody(
    app: Flask, hub: Turns, ids: dict[str, str], citizen_client: Callable[..., Any], what: str
) -> None:
    client = citizen_client()
    csrf = form_token(app, client)
    wrong = []
    for path, names in _doors_of_anybody(app, client, ids):
        kind, body = BODIES[what](CITIZEN, names)
        if kind == FORM:
            body = f"_token={client.token}&csrf_token={csrf}&".encode() + body
        headers = {"X-Citizen-Token": client.token, "X-CSRFToken": csrf, "Origin": "http://localhost"}
        wrong.append(_kept(hub, client, path, kind, body, **headers))
    assert not list(filter(None, wrong)), "\n".join(filter(None, wrong))


# What is looked at twice, what falls apart into two signs, what is one sign beyond the BMP, full width.
@pytest.mark.alone
@pytest.mark.parametrize("word", ["\u0958", "\U00016d63\U00016d67", "\uff11"], ids=ascii)
def test_of_anybody_with_all_in_one_field(
    app: Flask, hub: Turns, ids: dict[str, str], citizen_client: Callable[..., Any], word: str
) -> None:
    client = citizen_client()
    tokens = f"_token={client.token}&csrf_token={form_token(app, client)}&"
    wrong = []
    for path, names in _doors_of_anybody(app, client, ids):
        for name in names:
            _, text = _spread([word])(CITIZEN, [name])
            kept = _kept(hub, client, path, FORM, tokens.encode() + text, Origin="http://localhost")
            wrong.append(kept and f"{name} to {kept}")
    assert not list(filter(None, wrong)), "\n".join(filter(None, wrong))


def _doors_of_anybody(app: Flask, client: Any, ids: dict[str, str]) -> list[tuple[str, list[str]]]:
    """Every address that takes something from strangers, and the names of fields to send there."""
    kinds = {"surveys": ids["surveys"], "consultations": ids["consultations"], "live": ids["live"]}
    doors = []
    for rule in app.url_map.iter_rules():
        guard = guard_of(app.view_functions[rule.endpoint])
        if guard is None or "POST" not in (rule.methods or ()) or guard.door in (Door.SIGNED_IN, Door.STAFF):
            continue
        path = path_of(rule, {}, "1").replace("/1", f"/{kinds.get(rule.rule.split('/')[1], '1')}", 1)
        page = FlaskClient.open(client, path).get_data(as_text=True)
        doors.append((path, sorted({*FIELD.findall(page), *NAMES} - {"_token", "csrf_token"})))
    return doors


def _large() -> dict[str, Any]:
    """Of 200 questions with 60 options each: six times what a large one has, and right in every part."""
    options = [{"id": f"c{number}", "text": {"zh_CN": f"选项{number}"}} for number in range(60)]
    return {"pages": [{"id": "p", "questions": [question(f"q{n}", choices=options) for n in range(200)]}]}


@pytest.mark.alone
def test_a_large_questionnaire_lets_others_run(
    app: Flask, hub: Turns, staff_client: Callable[..., Any]
) -> None:
    """Opened, shown, saved, copied and published by staff, and opened by a citizen."""
    with app.app_context():
        address = f"/surveys/{make_survey(_large()).public_id}"
    client = staff_client(Role.COORDINATOR)
    headers = {"X-CSRFToken": form_token(app, client)}
    pages = ("", "/preview", "/publish", "/settings", "/enter")
    wrong = [_kept(hub, client, f"/staff{address}{page}", "", b"", method="GET") for page in pages]
    changed = _large()
    changed["pages"][0]["title"] = text("另一个题目")
    body = orjson.dumps({"revision": 0, "definition": changed})
    wrong.append(_kept(hub, client, f"/staff{address}/definition", JSON, body, **headers))
    wrong += [
        _kept(hub, client, f"/staff{address}/{deed}", FORM, b"", **headers) for deed in ("copy", "publish")
    ]
    wrong.append(_kept(hub, app.test_client(), address, "", b"", method="GET"))
    assert not list(filter(None, wrong)), "\n".join(filter(None, wrong))


def test_questionnaires_are_read_and_checked_beside_the_hub(
    app: Flask, ids: dict[str, str], staff_client: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The largest takes a second: 300 questions of 110 options, all of them right."""
    monkeypatch.setattr(threads, "is_module_patched", lambda _name: True)
    here, where = threading.get_ident(), []

    def noted(work: Callable[..., Any]) -> Callable[..., Any]:
        def done(*values: Any) -> Any:
            where.append(threading.get_ident())
            return work(*values)

        return done

    read = noted(definition.read)
    for module in (definition, editing, published):
        monkeypatch.setattr(module, "read", read)
    monkeypatch.setattr(definition, "check", noted(definition.check))
    client, survey = staff_client(Role.COORDINATOR), ids["surveys"]
    # To publish reads the row anew: nothing of the database may be asked for in the other thread.
    for page in ("", "/preview", "/publish"):
        where.clear()
        assert client.get(f"/staff/surveys/{survey}{page}").status_code == 200
        assert where, page
        assert here not in where, page
    where.clear()
    body = {"revision": 0, "definition": {"pages": []}}
    headers = {"X-CSRFToken": form_token(app, client)}
    client.post(f"/staff/surveys/{survey}/definition", json=body, headers=headers)
    assert where
    assert here not in where
    assert client.post(f"/staff/surveys/{survey}/publish", headers=headers).status_code < 500
