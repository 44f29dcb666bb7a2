"""An attempt to join who took part with what was said, from everything an installation keeps."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import text

from engage.core.db import db
from engage.core.ids import keyed_hash, request_id
from engage.core.keys import key
from engage.core.slot_layout import MARK_BYTES
from engage.core.slots import NAME
from engage.live import actions as live_actions
from engage.live.actions._load import asker_key, support_hash
from engage.participation.models import Receipt, WriteRequest
from tests.factories import live
from tests.factories.accounts import make_unit
from tests.factories.consultations import make_consultation
from tests.factories.surveys import make_survey
from tests.faults.load import Heard, Phone, phones, send_until_heard
from tests.fixtures.server import Server, wait_until
from tests.participation.files import ALIKE, likeness, orders, pairs, read_all, spelled, tags_left

_PEOPLE = 40
TEXT = {"id": "t1", "type": "text", "text": {"zh_CN": "您的建议"}, "required": True, "long": True}
Marks = dict[int, list[bytes]]


@pytest.mark.parametrize(
    ("name", "order"),
    [
        ("the same", list(range(60))),
        ("backwards", list(range(59, -1, -1))),
        ("moved along", [*range(4, 60), *range(4)]),
        ("pairs turned", [number ^ 1 for number in range(60)]),
        ("in two halves", [*range(30, 60), *range(30)]),
    ],
)
def test_the_attempt_would_notice_an_order(name: str, order: list[int]) -> None:
    assert likeness(order, list(range(60))) > ALIKE, name


def test_the_attempt_would_notice_a_shared_commit(tmp_path: Path) -> None:
    marks, said = _marks(list(range(_PEOPLE)), "x", "y"), {n: spelled(_words(n)) for n in range(_PEOPLE)}
    database = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
    for statement in (
        "PRAGMA journal_mode=WAL",
        "PRAGMA wal_autocheckpoint=0",
        "CREATE TABLE mark (hash TEXT PRIMARY KEY) WITHOUT ROWID",
        "CREATE TABLE said (id INTEGER PRIMARY KEY, words TEXT)",
    ):
        database.execute(statement)
    for number in range(_PEOPLE):
        database.execute("BEGIN")
        database.execute("INSERT INTO mark VALUES (?)", (marks[number][0].decode(),))
        database.execute("INSERT INTO said (words) VALUES (?)", (_words(number),))
        database.execute("COMMIT")
    found = pairs((tmp_path / "x.db-wal").read_bytes(), marks, said)
    assert sum(mark == words for mark, words in found.items()) == _PEOPLE
    assert likeness(orders(read_all(tmp_path), marks)[str(tmp_path / "x.db-wal")], range(_PEOPLE)) >= 0
    database.close()


def _survey() -> tuple[str, str, dict[str, str]]:
    survey = make_survey({"pages": [{"id": "p1", "questions": [TEXT]}]}, one_per_device=True)
    return f"/surveys/{survey.public_id}", f"survey:{survey.id}", {"_version": "1", "_whole": "1"}


def _draft() -> tuple[str, str, dict[str, str]]:
    one = make_consultation()
    form = {"_version": "1", "stance": "partly"}
    return f"/consultations/{one.public_id}/comment", f"consultation:{one.id}:", form


# On PostgreSQL the marks and the backup are the files that are ours: one kind of them is enough.
@pytest.mark.parametrize(
    ("prepare", "field"),
    [pytest.param(_survey, "q-t1", marks=pytest.mark.either_database), (_draft, "text")],
)
def test_no_file_joins_devices_with_what_was_said(
    app: Flask,
    make_server: Callable[..., Server],
    tmp_path: Path,
    prepare: Callable[[], tuple[str, str, dict[str, str]]],
    field: str,
) -> None:
    """Forty people one after the other; then whoever holds all files and all phones tries to pair them."""
    with app.app_context():
        path, activity, form = prepare()
        db.session.remove()
    crowd = list(range(_PEOPLE))
    random.Random(activity).shuffle(crowd)
    server, heard = make_server(), Heard()
    people = phones(app, _PEOPLE)
    server.start_worker()
    for number in crowd:
        send_until_heard(server, people[number], path, {**form, field: _words(number)}, heard)
    assert (len(heard.answers), heard.refused) == (_PEOPLE, [])
    with app.app_context():
        marks = {phone.number: _forms(activity, _device(phone)) for phone in people}
    look = partial(_look, tmp_path / "instance", marks, crowd)
    look("while it runs")
    backup = FlaskCliRunner(app).invoke(args=["engage", "backup", str(tmp_path / "instance" / "kept.tar.gz")])
    assert backup.exit_code == 0, backup.output
    look("beside a backup")
    server.kill()
    look("after kill -9")
    server.start()
    for phone in people:
        again = Heard()
        send_until_heard(server, phone, path, {**form, field: "换一句话" * (field != "text")}, again)
        assert again.refused, "one device took part twice"
    look("after a new start")
    server.stop()
    look("after the end")


@pytest.mark.sqlite_only  # PostgreSQL's own files are not ours to read
def test_no_file_joins_phones_with_questions_beyond_the_key_in_the_question(
    app: Flask, tmp_path: Path
) -> None:
    """A question and a support hold a key of the phone in that session, as declared; nothing else leads on.

    So whoever holds all files and phones tries by the cookie, by the keys of another session in which they
    ask as well, by the mark they would have in a file of marks, and by who supported after whose question.
    """
    crowds = [
        random.Random(seed).sample(range(_PEOPLE), _PEOPLE) for seed in ("asking", "supporting", "other")
    ]
    with app.app_context():
        # Without an automatic emptying, so that the log keeps each commit.
        db.session.connection().exec_driver_sql("PRAGMA wal_autocheckpoint=0")
        room, other = (
            live.make_room(moderation=False),
            live.make_room(moderation=False, unit=make_unit("市水务局")),
        )
        asked = {number: live.ask(room, _words(number), by=number).public_id for number in crowds[0]}
        for number in crowds[1]:
            question = asked[(number * 7 + 3) % _PEOPLE]
            live_actions.support(live.citizen(number), room.id, question, True, request_id())
        for number in crowds[2]:
            live.ask(other, f"别的问题{number}", by=number)
        own = {number: _keys_of(number, room.id, other.id) for number in range(_PEOPLE)}
        db.session.remove()
    said = {number: spelled(_words(number)) for number in own}
    for found_by in ("cookie", "another session", "mark", "support"):
        marks = {number: [keys[found_by]] for number, keys in own.items()}
        files = read_all(tmp_path)
        there = [name for name, data in files.items() if marks[0][0] in data]
        assert bool(there) == (found_by in ("another session", "support")), found_by
        for name in there:
            if name.endswith("-wal"):
                right = sum(mark == words for mark, words in pairs(files[name], marks, said).items())
                assert right <= _PEOPLE // 10, f"{right} of {_PEOPLE} paired by {found_by} in {name}"
        for name, order in orders(files, marks).items():
            assert likeness(order, crowds[0]) < ALIKE, (
                f"the order by {found_by} in {name} follows the questions"
            )


def _keys_of(number: int, room: int, other: int) -> dict[str, bytes]:
    device = live.citizen(number).device or ""
    return {
        "cookie": device.encode(),
        "another session": asker_key(other, device).encode(),
        "mark": bytes.fromhex(keyed_hash(key("participation"), f"live:{room}", device))[:MARK_BYTES],
        "support": support_hash(room, device).encode(),
    }


def test_the_log_is_emptied_at_the_end(
    app: Flask, make_server: Callable[..., Server], tmp_path: Path
) -> None:
    if db_is_elsewhere(app):
        pytest.skip("the log is PostgreSQL's own")
    with app.app_context():
        path, _, form = _survey()
        db.session.remove()
        db.engine.dispose()
    server = make_server()
    send_until_heard(server, phones(app, 1)[0], path, {**form, "q-t1": "一句话"}, Heard())
    log = tmp_path / "instance" / "engage.db-wal"
    assert log.stat().st_size > 0
    server.stop()
    assert not log.exists() or log.stat().st_size == 0


def test_the_worker_empties_the_log_while_all_runs(
    app: Flask, make_server: Callable[..., Server], tmp_path: Path
) -> None:
    if db_is_elsewhere(app):
        pytest.skip("the log is PostgreSQL's own")
    with app.app_context():
        path, _, form = _survey()
        db.session.remove()
    server = make_server()
    send_until_heard(server, phones(app, 1)[0], path, {**form, "q-t1": "这句话在日志里"}, Heard())
    log = tmp_path / "instance" / "engage.db-wal"
    words = spelled("这句话在日志里")
    assert any(form in log.read_bytes() for form in words)
    server.start_worker()
    wait_until(lambda: not any(form in log.read_bytes() for form in words))


def db_is_elsewhere(app: Flask) -> bool:
    with app.app_context():
        return db.engine.dialect.name != "sqlite"


def test_the_database_numbers_no_rows_of_its_own(app: Flask) -> None:
    with app.app_context():
        for model in (WriteRequest, Receipt):
            if db.engine.dialect.name == "sqlite":
                with pytest.raises(Exception, match="no such column"):
                    db.session.execute(text(f"SELECT rowid FROM {model.__tablename__}"))
                db.session.rollback()
            assert not [column for column in model.__table__.columns if column.name in ("id", "rowid")]


def _look(instance: Path, marks: Marks, crowd: list[int], when: str) -> None:
    files = read_all(instance.parent)
    said = {number: spelled(_words(number)) for number in marks}
    assert any(form in files[str(instance / NAME)] for forms in marks.values() for form in forms), when
    assert tags_left(instance) == 0, when
    for name, data in files.items():
        if name.endswith("-wal"):
            right = sum(mark == words for mark, words in pairs(data, marks, said).items())
            assert right <= _PEOPLE // 10, f"{when}: {right} of {_PEOPLE} paired by {name}"
    for name, order in orders(files, marks).items():
        assert likeness(order, crowd) < ALIKE, f"{when}: the order in {name} follows what was said"


def _marks(people: list[int], activity: str, secret: str) -> Marks:
    return {n: [keyed_hash(secret.encode(), activity, str(n)).encode()] for n in people}


def _forms(activity: str, device: str) -> list[bytes]:
    """A device's mark as it might stand in a file."""
    digest = keyed_hash(key("participation"), activity, device)
    return [bytes.fromhex(digest)[:MARK_BYTES], digest.encode(), digest.upper().encode(), device.encode()]


def _device(phone: Phone) -> str:
    return f"fault{phone.number:019d}"


def _words(number: int) -> str:
    return f"第{number:04d}号意见：请修路灯"
