"""A redraft keeps the ids of its clauses, however much of it is renumbered and edited."""

from __future__ import annotations

import random
import time
import tracemalloc
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from engage.accounts.permissions import Role
from engage.consultations.actions import editing, publishing
from engage.consultations.models import Consultation, State
from engage.consultations.rules.clauses import Clause, Part, from_data
from engage.consultations.rules.matching import all_at_once, is_heavy, one_by_one, with_keys_of
from engage.core.db import db
from engage.core.errors import Conflict
from engage.core.jobs import OutboxJob
from engage.worker import Worker
from tests.factories.accounts import make_actor
from tests.factories.consultations import make_consultation
from tests.fixtures.staff import StaffClient

_WORDS = (
    *("停车泊位", "收费标准", "管理单位", "市民", "残疾人", "公示", "备案", "监督检查", "行政处罚", "申请"),
    *(
        "夜间",
        "学校周边",
        "医院",
        "道路",
        "公共场所",
        "新能源车辆",
        "充电设施",
        "应急车辆",
        "投诉",
        "五个工作日内",
    ),
)


def _draft(count: int, seed: int = 7) -> list[str]:
    """Articles that share their words, as those of one draft do."""
    draw = random.Random(seed)
    return [
        "，".join("应当".join(draw.sample(_WORDS, 2)) for _part in range(6)) + f"，期限为{at}日。"
        for at in range(count)
    ]


def _clauses(texts: list[str], mark: str) -> list[Clause]:
    return [Clause(f"{mark}{at}", Part.CLAUSE, f"第{at + 1}条", "", text) for at, text in enumerate(texts)]


def _redraft(texts: list[str]) -> list[str]:
    """Every article edited: a word changed and a sentence added."""
    return [
        f"{text.replace('应当', '必须', 2)}具体办法由第{at}科室另行制定。" for at, text in enumerate(texts)
    ]


def test_400_clauses_renumbered_and_edited_keep_their_ids() -> None:
    texts = _draft(400)
    before = _clauses(texts, "old")
    after = _clauses(["新增的第一条，说明立法目的。", *_redraft(texts)], "new")
    assert is_heavy(before, after)
    began = time.process_time()
    tracemalloc.start()
    kept = with_keys_of(before, after, all_at_once)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert time.process_time() - began < 5
    assert peak < 20_000_000
    assert kept[0].key == "new0"
    right = sum(one.key == f"old{at}" for at, one in enumerate(kept[1:]))
    assert right >= 396
    assert len({one.key for one in kept}) == len(kept)


@pytest.mark.parametrize("seed", range(5))
def test_both_ways_of_comparing_find_the_same(seed: int) -> None:
    texts = _draft(40, seed)
    moved = random.Random(seed).sample(_redraft(texts), 30)
    before, after = _clauses(texts, "old"), _clauses(moved, "new")
    assert not is_heavy(before, after)
    assert with_keys_of(before, after, one_by_one) == with_keys_of(before, after, all_at_once)
    assert sum(one.key.startswith("old") for one in with_keys_of(before, after)) == 30


def test_few_changes_in_a_long_draft_are_found_at_once() -> None:
    texts = _draft(400)
    after = [*texts[:20], *_redraft(texts[20:80]), *texts[80:]]
    assert not is_heavy(_clauses(texts, "old"), _clauses(after, "new"))


def _text(texts: list[str]) -> str:
    return "\n".join(f"第{at}条 {text}" for at, text in enumerate(texts, 1))


@pytest.mark.database
def test_the_worker_compares_what_is_much_and_the_page_tells(
    app: Flask, staff_client: Callable[..., StaffClient]
) -> None:
    texts = _draft(150)
    later = _text(["说明立法目的。", *_redraft(texts)])
    with app.app_context():
        one, actor = make_consultation(state=State.DRAFT), make_actor(Role.COORDINATOR)
        editing.set_text(actor, one.id, _text(texts), one.edit_revision)
        before = from_data(db.session.get_one(Consultation, one.id).edit_clauses)
        revision = db.session.get_one(Consultation, one.id).edit_revision
        saved = editing.set_text(actor, one.id, later, revision)
        assert editing.set_text(actor, one.id, later, revision) == saved
        jobs = select(OutboxJob).where(OutboxJob.name == editing.MATCH_JOB)
        assert len(db.session.scalars(jobs).all()) == 1
        shown = from_data(db.session.get_one(Consultation, one.id).edit_clauses)
        for write in (
            lambda: editing.set_clauses(actor, one.id, shown, saved.revision),
            lambda: publishing.publish_consultation(actor, one.id),
        ):
            with pytest.raises(Conflict) as refused:
                write()
            assert "being compared" in str(refused.value.message)
        path, consultation_id = f"/staff/consultations/{one.public_id}/clauses", one.id
    staff = staff_client(Role.COORDINATOR)
    assert "正在与原有文本比对" in staff.get(path).text
    assert staff.get(path, headers={"Accept": "application/json"}).json["state"] == "running"
    Worker(app).run_waiting()
    assert staff.get(path, headers={"Accept": "application/json"}).json["state"] == "done"
    assert staff.get(path).text.count("<textarea") == 151
    with app.app_context():
        after = from_data(db.session.get_one(Consultation, consultation_id).edit_clauses)
        assert [clause.key for clause in after[1:]] == [clause.key for clause in before]
        shorter = editing.set_clauses(actor, consultation_id, after[:-1], saved.revision)
        assert shorter.revision == saved.revision + 1


@pytest.mark.database
def test_a_text_pasted_meanwhile_is_compared_with_what_was_there_first(app: Flask) -> None:
    texts = _draft(150)
    with app.app_context():
        one, actor = make_consultation(state=State.DRAFT), make_actor(Role.COORDINATOR)
        first = editing.set_text(actor, one.id, _text(texts), one.edit_revision)
        before = from_data(db.session.get_one(Consultation, one.id).edit_clauses)
        second = editing.set_text(actor, one.id, _text(["甲。", *_redraft(texts)]), first.revision)
        consultation_id = one.id
        editing.set_text(actor, one.id, _text(["甲。", "乙。", *_redraft(texts)]), second.revision)
    Worker(app).run_waiting()
    with app.app_context():
        stored = db.session.get_one(Consultation, consultation_id)
        assert stored.matched_from is None
        assert [clause["key"] for clause in stored.edit_clauses[2:]] == [clause.key for clause in before]
