"""Nothing a stranger sends makes the platform fail: broken bytes, odd numbers, huge and deep bodies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask

from engage.accounts.permissions import Role
from engage.core.errors import Invalid
from engage.live.sockets.room import text as socket_text
from engage.surveys.models import Layout
from engage.web.citizen import signed_device
from engage.web.guards import Door, guard_of
from tests.factories.portal import City, make_city
from tests.factories.questions import page, question
from tests.factories.surveys import make_survey
from tests.house.hostile import BYTES, WORDS, fine

pytestmark = pytest.mark.database

_DEEP = "[" * 100_000
_HEADERS: tuple[dict[str, str], ...] = (
    {"Origin": "http://["},
    {"Origin": "null"},
    {"Referer": "http://[::1"},
    {"Cookie": "device=\xff\xfe; language=\xff; receipt=\xff; comment_receipt=; staff=\xff.\xff.\xff"},
    {"Cookie": "staff=eyJfdXNlcl9pZCI6MX0.a.b; large_text=\x7f; device=.; language=zh_Hant_XX"},
    {"Accept-Language": "zh-*;q=NaN,,;,\xff"},
    {"Accept": "application/json;q=x, */*"},
    {"Accept-Encoding": "gzip;q=nan, br;q=-1, \xff"},
    {"X-Request-Id": "a\x0bb"},
    {"X-Forwarded-For": "1.2.3.4, ::::", "X-Forwarded-Host": "evil.example"},
    {"Host": "evil.example"},
    {"Host": "a b;c"},
    {"Host": "[::1"},
    {"If-None-Match": '"\xff', "If-Modified-Since": "yesterday", "Range": "bytes=9-1"},
    {"Content-Type": "multipart/form-data"},
    {"Content-Type": "application/json; charset=no-such"},
    {"User-Agent": "\xff" * 5000},
    {"X-Citizen-Token": "\xe4\xb8\xad"},
)


@pytest.fixture
def city(app: Flask) -> City:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with app.app_context():
        return make_city()


def _open(app: Flask, method: str) -> list[tuple[str, list[str]]]:
    """The addresses anybody may send ``method`` to, with the names of their parts."""
    open_doors = {Door.PUBLIC, Door.CITIZEN_WRITE, Door.TOKEN, Door.SIGN_IN}
    found = []
    for rule in app.url_map.iter_rules():
        guard = guard_of(app.view_functions[rule.endpoint])
        if guard is not None and guard.door in open_doors and method in (rule.methods or ()):
            found.append((rule.rule, sorted(rule.arguments)))
    return sorted(found)


def _paths(city: City, rule: str, names: list[str], parts: tuple[str, ...]) -> Iterator[str]:
    """``rule`` with each known public id and each of ``parts`` at its other places."""
    ids = _ids_for(city, rule)
    for part in parts if set(names) - {"public_id"} else ("",):
        for one in ids if "public_id" in names else ("",):
            path = rule
            for name in names:
                start = path.rindex("<", 0, path.index(name + ">"))
                end = path.index(name + ">") + len(name) + 1
                path = path[:start] + (one if name == "public_id" else part) + path[end:]
            yield path


def _ids_for(city: City, rule: str) -> list[str]:
    kinds = {"/surveys": city.survey, "/consultations": city.consultation, "/theme-days": city.day}
    kinds |= {"/live": city.room, "/stage": city.room}
    return [one.public_id for prefix, one in kinds.items() if prefix in rule] + ["\x00", "a" * 12]


def test_odd_paths_and_queries(app: Flask, city: City, citizen_client: Callable[..., Any]) -> None:
    client = app.test_client()
    wrong = []
    keys = ("lang", "page", "all", "after", "stream", "code", "next", "q", "address", "size", "month", "year")
    for rule, names in _open(app, "GET"):
        wrong += [fine(client.get(path), path) for path in _paths(city, rule, names, BYTES)]
        path = next(_paths(city, rule, names, ("1",)))
        for word in WORDS:
            value = quote(word, errors="surrogatepass")[:3000]
            query = "&".join(f"{key}={value}" for key in keys)
            wrong.append(fine(client.get(f"{path}?{query}"), f"{path}?…={value}"))
        for raw in BYTES:
            query = "&".join(f"{key}={raw}" for key in keys)
            wrong.append(fine(client.get(f"{path}?{query}"), f"{path}?…={raw}"))
    assert not list(filter(None, wrong)), "\n".join(filter(None, wrong))


@pytest.mark.sqlite_only
def test_odd_headers(app: Flask, city: City, citizen_client: Callable[..., Any]) -> None:
    wrong = []
    with app.app_context():
        known = signed_device("d" * 24)
    for method in ("GET", "POST"):
        for rule, names in _open(app, method):
            path = next(_paths(city, rule, names, ("1",)))
            for headers in _HEADERS:
                # Half of what may go wrong only does so for a phone that is known.
                cookie = {"Cookie": f"device={known}"} | headers
                client = app.test_client(use_cookies=False)
                answer = client.open(path, method=method, headers=cookie)
                wrong.append(fine(answer, f"{method} {path} {headers}"))
    assert not list(filter(None, wrong)), "\n".join(filter(None, wrong))


def _fields(client: Any, word: str) -> dict[str, str]:
    names = (
        "text",
        "name",
        "stance",
        "code",
        "step",
        "sure",
        "question",
        "on",
        "_version",
        "_state",
        "_whole",
    )
    names += ("_action", "email", "password", "next", "clause")
    return dict.fromkeys(names, word) | {"_token": client.token}


def test_odd_forms(app: Flask, city: City, citizen_client: Callable[..., Any]) -> None:
    client = citizen_client()
    app.config["WTF_CSRF_ENABLED"] = False
    wrong = []
    for rule, names in _open(app, "POST"):
        path = next(_paths(city, rule, names, ("1",)))
        for number, word in enumerate(WORDS):
            data = _fields(client, word.encode(errors="surrogatepass").decode(errors="replace"))
            for request_id in (word[:64], f"hostile-request-{number:04d}"):
                sent = data | {"_request_id": request_id.encode(errors="replace").decode()}
                wrong.append(fine(client.post(path, data=sent), f"{path} {word[:40]!r}"))
    assert not list(filter(None, wrong)), "\n".join(filter(None, wrong))


def _bodies(client: Any) -> Iterator[tuple[str, bytes, str]]:
    token = client.token.encode()
    form = "application/x-www-form-urlencoded"
    yield "many fields", b"_token=" + token + b"".join(b"&f%d=1" % n for n in range(10_000)), form
    yield "broken bytes", b"_token=" + token + b"&text=%ff%fe%ed%a0%80\xff&_request_id=%00", form
    yield "deep state", b"_token=" + token + b"&_state=" + _DEEP.encode(), form
    yield "deep JSON", _DEEP.encode(), "application/json"
    yield "surrogate JSON", b'{"text": "\\ud800", "_request_id": "\\udfff"}', "application/json"
    yield "not JSON", b"\xff\xfe{", "application/json"
    yield "JSON list", b"[1]", "application/json"
    yield "no boundary", b"--x\r\n", "multipart/form-data"
    parts = b"".join(
        b'--x\r\nContent-Disposition: form-data; name="f%d"\r\n\r\n1\r\n' % n for n in range(6000)
    )
    yield "many parts", parts + b"--x--\r\n", "multipart/form-data; boundary=x"
    yield (
        "open part",
        b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n',
        "multipart/form-data; boundary=x",
    )


# What it adds to odd forms, which PostgreSQL is tried with, is how bodies are read.
@pytest.mark.either_database
def test_odd_bodies(app: Flask, city: City, citizen_client: Callable[..., Any]) -> None:
    client = citizen_client()
    app.config["WTF_CSRF_ENABLED"] = False
    wrong = []
    for rule, names in _open(app, "POST"):
        path = next(_paths(city, rule, names, ("1",)))
        for what, body, kind in _bodies(client):
            for headers in ({}, {"X-Citizen-Token": client.token}):
                answer = client.post(path, data=body, content_type=kind, headers=headers)
                wrong.append(fine(answer, f"{path} {what} {headers}"))
    # To one address: reading it takes its time and is the same everywhere.
    huge = {"_token": client.token, "text": "x" * 12_500_000}
    answer = client.post(f"/consultations/{city.consultation.public_id}/comment", data=huge)
    assert answer.status_code in (413, 422)
    wrong.append(fine(answer, "one huge field"))
    assert not list(filter(None, wrong)), "\n".join(filter(None, wrong))


_CARRIED = (
    '{"aaaaaa":"\\ud800"}',
    '{"aaaaaa":["\\ud800"]}',
    '{"aaaaaa":"\\u0000"}',
    '{"aaaaaa":{"a":1}}',
    '{"aaaaaa":1e999}',
    '{"aaaaaa":NaN}',
    '{"aaaaaa":[[[]]]}',
    "[" * 100_000,
)


def test_answers_carried_along_may_be_anything(app: Flask, citizen_client: Callable[..., Any]) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    pages = [page("p1", question("aaaaaa", "text", required=False)), page("p2", question("bbbbbb", "text"))]
    with app.app_context():
        survey = make_survey({"pages": pages}, layout=Layout.PAGE_BY_PAGE)
    client = citizen_client()
    for number, carried in enumerate(_CARRIED):
        for wish in ("back", "next"):
            data = {
                "_token": client.token,
                "_request_id": f"carried-request-{number}-{wish}",
                "_action": wish,
            }
            data |= {"_state": carried, "_version": "1", "bbbbbb": "好"}
            answer = client.post(f"/surveys/{survey.public_id}/p/1", data=data)
            assert not fine(answer, f"{wish} {carried[:40]}")


def test_definitions_may_be_anything(app: Flask, staff_client: Callable[..., Any]) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with app.app_context():
        survey = make_survey()
    client = staff_client(Role.COORDINATOR)
    path = f"/staff/surveys/{survey.public_id}"
    half = '{"pages":[{"id":"p1","questions":[{"id":"aaaaaa","type":"text","text":{"zh_CN":"a\\ud83d"}}]}]}'
    deep = '{"pages":' * 5000 + "1" + "}" * 5000
    for given in (half, deep, '{"pages":[{"id":1,"questions":{}}]}', "null", "[]", '"x"', "1e400"):
        for revision in ("0", "1e400", "99999999999999999999999", '"x"'):
            body = f'{{"revision":{revision},"definition":{given}}}'
            headers = {"X-CSRFToken": client.token}
            answer = client.post(
                f"{path}/definition", data=body, content_type="application/json", headers=headers
            )
            assert not fine(answer, body[:80])
    for page_of in (path, f"{path}/preview", f"/surveys/{survey.public_id}"):
        assert not fine(client.get(page_of), page_of)


def test_a_sockets_words_are_text_or_refused() -> None:
    for word in (7, ["x"], "x" * 41):
        with pytest.raises(Invalid):
            socket_text({"room": word}, "room", 40)
    assert socket_text({"text": "a\0b\ud800\u202ec"}, "text", 40) == "abc"
    assert socket_text({}, "room", 40) == ""
