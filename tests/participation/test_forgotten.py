"""Erased words are in no file: database, log, free pages, columns, exports, queue and lists are read."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pyarrow.parquet as pq
import pytest
from flask import Flask
from sqlalchemy import select, update

from engage.accounts.permissions import Role
from engage.analysis.actions import Words
from engage.analysis.actions import request_export as export_responses
from engage.analysis.client import ask
from engage.analysis.models import ExportFormat
from engage.consultations.actions.exporting import Words as CommentWords
from engage.consultations.actions.exporting import request_export as export_comments
from engage.consultations.models import Adoption, CommentState, Source, Stance
from engage.consultations.models import ExportFormat as CommentExportFormat
from engage.core.clock import local, now
from engage.core.db import _PRAGMAS, db, rewrite
from engage.core.ids import request_id
from engage.core.jobs import OutboxJob
from engage.core.writer import atomic
from engage.live import actions as live_actions
from engage.live.rules.deeds import Deed
from engage.moderation.models import ReasonClass
from engage.participation import deletion, jobs
from engage.worker import Worker
from tests.factories import live
from tests.factories.accounts import make_actor
from tests.factories.consultations import make_consultation, send_comment
from tests.factories.surveys import make_survey, send_response
from tests.fixtures.analysis import analysis_of
from tests.fixtures.database import SERVER
from tests.fixtures.server import wait_until
from tests.participation.files import read_all, spelled

TEXT = {"id": "t1", "type": "text", "text": {"zh_CN": "您的建议"}, "long": True}
HEADS = ["编号", "时间", "语言", "来源"]


def _words(number: int) -> str:
    return f"我家门口第{number:03d}号路灯坏了" + "请派人来修" * (number % 40)


def _response(places: dict[str, Any], number: int) -> str:
    return send_response(places["survey"], device=f"phone-{number}", t1=_words(number))


def _comment(places: dict[str, Any], number: int) -> str:
    return send_comment(places["draft"], device=f"phone-{number}", text=_words(number))


def _question(places: dict[str, Any], number: int) -> str:
    asked = live_actions.ask(live.citizen(number), places["room"].id, _words(number), "灯下人", request_id())
    if number % 2:
        live.decide(places["room"], live.question(asked.question), Deed.APPROVE)
    return asked.receipt


def _made() -> dict[str, Any]:
    return {
        "survey": make_survey({"pages": [{"id": "p1", "questions": [TEXT]}]}, one_per_device=False),
        "draft": make_consultation(review_first=False),
        "room": live.make_room(),
    }


def _files_for_staff(survey_id: UUID, draft_id: UUID) -> None:
    staff = make_actor(Role.COORDINATOR)
    words = Words(heads=HEADS, sheet="答卷", languages={}, sources={})
    for kind in ExportFormat:
        export_responses(staff, survey_id, kind, "zh_CN", words)
    kinds = {
        "stance": Stance,
        "source": Source,
        "state": CommentState,
        "reason": ReasonClass,
        "adoption": Adoption,
    }
    labels = {name: {member.value: member.value for member in kind} for name, kind in kinds.items()}
    comments = CommentWords(HEADS, "意见", "全文", {}, labels, "Asia/Shanghai")
    for comment_kind in CommentExportFormat:
        export_comments(staff, draft_id, comments, comment_kind)


def _left(folder: Path, numbers: list[int]) -> set[tuple[str, int]]:
    files = read_all(folder)
    for name in [name for name in files if name.endswith(".parquet")]:
        # Its bytes are compressed.
        files[name] += pq.read_table(name).to_pandas().to_csv().encode()
    return {
        (Path(name).name, number)
        for number in numbers
        for name, data in files.items()
        if any(form in data for form in spelled(_words(number)[:12]))
    }


# No file is made of questions, and PostgreSQL's own files are not ours to read.
OF_QUESTIONS = pytest.param(_question, marks=pytest.mark.sqlite_only)


@pytest.mark.parametrize("say", [_response, _comment, OF_QUESTIONS])
def test_erased_words_are_in_no_file(
    app: Flask, tmp_path: Path, say: Callable[[dict[str, Any], int], str]
) -> None:
    with app.app_context(), analysis_of(app):
        places, worker = _made(), Worker(app)
        of_staff = places["survey"].id, places["draft"].id
        codes = [say(places, number) for number in range(60)]
        ask("feed")
        _files_for_staff(*of_staff)
        worker.run_waiting()
        gone = [3, 17, 18, 40, 59]
        assert {number for _, number in _left(tmp_path, gone)} == set(gone)
        for number in gone:
            deletion.erase_by_code(codes[number], request_id())
        worker.run_waiting()
        db.session.remove()
        assert _left(tmp_path, gone) == set()
        _files_for_staff(*of_staff)
        worker.run_waiting()
        assert _left(tmp_path, gone) == set()
        kept = [number for number in range(60) if number not in gone]
        assert {number for _, number in _left(tmp_path, kept)} == set(kept)


def _forget(worker: Worker) -> None:
    """Run what waits until it is done: on PostgreSQL it is put off while anybody writes, in any database."""

    def forgotten() -> bool:
        worker.run_waiting()
        put_off = update(OutboxJob).where(
            OutboxJob.name == deletion.FORGET_WORDS, OutboxJob.done_at.is_(None), OutboxJob.attempts > 0
        )
        with atomic():
            return not db.session.execute(put_off.values(attempts=0, run_at=now())).rowcount  # type: ignore[attr-defined]

    wait_until(forgotten)


def _waiting() -> list[tuple[dict[str, Any], datetime]]:
    rows = db.session.scalars(
        select(OutboxJob).where(OutboxJob.name == deletion.FORGET_WORDS, OutboxJob.done_at.is_(None))
    )
    found = [(row.payload, row.run_at) for row in rows]
    db.session.rollback()
    return found


@pytest.mark.parametrize(("limit", "at_night"), [(0, True), (jobs.AT_ONCE_BYTES, False)])
def test_a_large_database_is_written_anew_at_night(
    app: Flask, monkeypatch: pytest.MonkeyPatch, limit: int, at_night: bool
) -> None:
    monkeypatch.setattr(jobs, "AT_ONCE_BYTES", limit)
    with app.app_context():
        survey = make_survey(one_per_device=False)
        for _ in range(2):
            deletion.erase_by_code(send_response(survey), request_id())
        assert [payload for payload, _ in _waiting()] == [{}]
        _forget(Worker(app))
        waiting = _waiting()
        assert [payload for payload, _ in waiting] == [{"at_night": True}] * at_night
        for _, run_at in waiting:
            assert local(run_at).replace(microsecond=0).time() == deletion.NIGHT
            assert timedelta() < run_at - now() <= timedelta(hours=27)


def test_what_a_killed_worker_left_half_written_goes_after_a_day(app: Flask) -> None:
    with app.app_context():
        folder = app.config["ENGAGE"].files / "exports"
        folder.mkdir(parents=True)
        for name in ("responses-x.part", "tmpab12", "young.part"):
            (folder / name).write_text("原话", encoding="utf-8")
            if name != "young.part":
                os.utime(folder / name, (0, time.time() - jobs.FILES_SECONDS - 1))
        jobs.delete_on_time()
        assert [path.name for path in folder.iterdir()] == ["young.part"]


def test_what_went_by_the_clock_is_written_over_too(app: Flask) -> None:
    with app.app_context():
        send_response(make_survey())
        jobs.delete_on_time()
        assert _waiting() == []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(jobs, "delete_due", lambda: 1)
            jobs.delete_on_time()
        assert [payload for payload, _ in _waiting()] == [{"at_night": True}]


def _in_tables_of_postgresql(words: str) -> int:
    """In how many tables' files, as whoever has the server's disk reads them, some of ``words`` stand."""
    db.session.rollback()
    with psycopg.connect(SERVER, autocommit=True) as admin:
        admin.execute("CHECKPOINT")
    database = db.engine.url.database or ""
    with psycopg.connect(SERVER, dbname=database, autocommit=True) as admin:
        found = admin.execute(
            "SELECT count(*) FROM pg_class"
            " WHERE relkind IN ('r', 't') AND relnamespace <> 'pg_catalog'::regnamespace"
            " AND EXISTS (SELECT FROM unnest(%s::bytea[]) form"
            " WHERE position(form IN pg_read_binary_file(pg_relation_filepath(oid))) > 0)",
            (spelled(words),),
        ).fetchone()
    assert found is not None
    return int(found[0])


@pytest.mark.skipif(SERVER == "sqlite", reason="of SQLite every file is read")
@pytest.mark.parametrize("say", [_response, _comment, _question])
def test_erased_words_are_in_no_table_of_postgresql(
    app: Flask, say: Callable[[dict[str, Any], int], str]
) -> None:
    with app.app_context():
        places, worker = _made(), Worker(app)
        codes = [say(places, number) for number in range(40)]
        worker.run_waiting()
        gone, kept = _words(18)[:12], _words(19)[:12]
        assert _in_tables_of_postgresql(gone) > 0
        deletion.erase_by_code(codes[18], request_id())
        _forget(worker)
        assert _in_tables_of_postgresql(gone) == 0
        assert _in_tables_of_postgresql(kept) > 0


@pytest.mark.skipif(SERVER == "sqlite", reason="SQLite waits for its lock")
def test_while_somebody_may_still_see_what_was_deleted_it_is_not_done(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engage.core.db._OPENING_SECONDS", 0.2)
    with app.app_context():
        with db.engine.connect() as reader:
            reader.exec_driver_sql("SELECT count(*) FROM survey")
            db.session.rollback()
            assert not rewrite()
        with psycopg.connect(SERVER, dbname=db.engine.url.database or "") as holding:
            holding.execute("LOCK TABLE survey IN ACCESS SHARE MODE")
            assert not rewrite()
        # What VACUUM itself may see reaches back to the oldest transaction that writes, in any database.
        with psycopg.connect(SERVER) as elsewhere:
            elsewhere.execute("SELECT pg_current_xact_id()")
            assert not rewrite()
        wait_until(rewrite)


@pytest.mark.sqlite_only
def test_copies_left_where_pages_were_divided_go(app: Flask, tmp_path: Path) -> None:
    """``secure_delete`` alone leaves some: rows that grew were moved, and their old places keep them."""
    with app.app_context():
        survey = make_survey({"pages": [{"id": "p1", "questions": [TEXT]}]}, one_per_device=False)
        for number in range(400):
            send_response(survey, device=str(number), t1=f"原话{number:04d}" + "长" * (number * 7 % 90))
        path = str(db.engine.url.database)
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("PRAGMA secure_delete=ON")
        grown = '{"t1": "' + "字" * 300 + '"}'
        for at in range(1, 400, 3):
            other.execute("UPDATE survey_response SET answers = ? WHERE id = ?", (grown, at))
        other.execute("DELETE FROM survey_response")
        other.close()
        assert rewrite()
        words = [form for number in range(400) for form in spelled(f"原话{number:04d}")]
        assert not any(form in data for data in read_all(tmp_path).values() for form in words)


@pytest.mark.sqlite_only
def test_every_connection_overwrites_what_it_deletes(app: Flask) -> None:
    assert "secure_delete=ON" in _PRAGMAS
    with app.app_context(), db.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA secure_delete").scalar() == 1
