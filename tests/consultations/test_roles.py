"""Role by phase by deed, as tables; citizens by phase."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from engage.accounts.permissions import Role
from engage.consultations.actions import answering, editing, moderating, publishing, settling
from engage.consultations.actions.entering import enter
from engage.consultations.actions.exporting import Words, request_export
from engage.consultations.models import (
    Adoption,
    Comment,
    CommentState,
    Consultation,
    ExportFormat,
    Source,
    State,
)
from engage.consultations.rules.phases import ALLOWED, Deed, Phase
from engage.core.actor import Actor
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import Conflict, Gone, NotAllowed, NotFound, Refusal
from engage.core.ids import request_id
from engage.core.types import Localized
from engage.moderation.models import ReasonClass
from tests.factories.accounts import make_actor, make_unit
from tests.factories.consultations import (
    make_comments,
    make_consultation,
    pick_of,
    send_comment,
)

pytestmark = pytest.mark.database

PHASES: dict[Phase, dict[str, Any]] = {
    Phase.DRAFT: {"state": State.DRAFT},
    Phase.ANNOUNCED: {"opened": -2},
    Phase.OPEN: {},
    Phase.CLOSED: {"opened": 40, "closes": -1},
    Phase.SETTLED: {"opened": 40, "closes": -1, "state": State.SETTLED},
    Phase.WITHDRAWN: {"state": State.WITHDRAWN},
}


def _deeds(one: Consultation, row: Comment) -> dict[Deed, Callable[[Actor], object]]:
    note = Localized(zh_CN="感谢。")
    published_state = CommentState.DECLINED
    return {
        Deed.EDIT: lambda actor: editing.edit_terms(actor, one.id, editing.terms_of(one)),
        Deed.PUBLISH: lambda actor: publishing.publish_consultation(actor, one.id),
        Deed.CLOSE: lambda actor: publishing.close(actor, one.id),
        Deed.EXTEND: lambda actor: publishing.extend(actor, one.id, now() + timedelta(days=9)),
        Deed.CORRECT: lambda actor: editing.correct_contact(actor, one.id, note),
        Deed.WITHDRAW: lambda actor: publishing.withdraw(actor, one.id),
        Deed.DELETE: lambda actor: publishing.delete_draft(actor, one.id),
        Deed.MODERATE: lambda actor: moderating.decide(
            actor, one.id, [pick_of(row)], published_state, ReasonClass.OFF_TOPIC
        ),
        Deed.ENTER: lambda actor: enter(
            actor, one.id, "", None, "来电意见。", Source.TELEPHONE, request_id()
        ),
        Deed.REPLY: lambda actor: answering.reply(actor, one.id, pick_of(row), "已采纳。"),
        Deed.ADOPT: lambda actor: answering.adopt(actor, one.id, [pick_of(row)], Adoption.ADOPTED),
        Deed.ASSIGN: lambda actor: answering.assign(actor, one.id, pick_of(row), one.unit_id),
        Deed.EXPORT: lambda actor: request_export(
            actor, one.id, Words([], "", "", {}, {}, ""), ExportFormat.CSV
        ),
        Deed.PUBLISH_RESULT: lambda actor: settling.publish_result(actor, one.id, note),
        Deed.SETTLE: lambda actor: settling.settle(actor, one.id),
        Deed.REOPEN: lambda actor: settling.reopen(actor, one.id),
    }


MAY = {
    # who: letters of the deeds they may do where their grant covers the consultation
    "department": "edit publish close extend correct withdraw delete moderate enter reply adopt assign "
    "export publish-result settle reopen",
    "coordinator": "edit publish close extend correct withdraw delete moderate enter reply adopt assign "
    "export publish-result settle reopen",
    "department-elsewhere": "",
    "moderator": "moderate",
    "typist": "enter",
    "approver": "publish-result",
    "administrator": "",
    "check-in": "",
    "nobody": "",
}


def _tried(who: str) -> Any:
    """Who may do nothing is refused before anything is written: on one database."""
    return pytest.param(who, marks=() if MAY[who] else pytest.mark.either_database)


def _actor(who: str, unit_id: int) -> Actor:
    if who == "nobody":
        return make_actor()
    if who == "department-elsewhere":
        return make_actor(Role.DEPARTMENT, unit=make_unit())
    scoped = who in ("department", "moderator", "typist")
    return make_actor(Role(who), unit=unit_id if scoped else None)


def _outcome(deed: Callable[[Actor], object], actor: Actor) -> str:
    try:
        deed(actor)
    except NotAllowed:
        return "not-allowed"
    except (NotFound, Conflict, Gone):
        return "not-now"
    return "done"


@pytest.mark.one_database
@pytest.mark.parametrize("stands", list(Phase))
@pytest.mark.parametrize("who", [_tried(who) for who in MAY])
def test_role_by_phase_by_deed(app: Flask, who: str, stands: Phase) -> None:
    with app.app_context():
        for deed in set(Deed) - {Deed.SEE, Deed.COMMENT, Deed.READ_QUEUE}:
            settled = deed in (Deed.SETTLE, Deed.REOPEN)
            more = {"result_published_at": now()} if settled else {}
            one = make_consultation(**PHASES[stands], **more)
            # What is settled has its outcome already; for the other deeds there is something to do.
            adoption = {"adoption": Adoption.ADOPTED} if deed is Deed.SETTLE else {}
            row = Comment()
            if deed is not Deed.DELETE:
                (row,) = make_comments(one, ["意见"], state=CommentState.PUBLISHED, **adoption)
            actor = _actor(who, one.unit_id)
            allowed, possible = deed.value in MAY[who].split(), stands in ALLOWED[deed][1]
            expected = "not-allowed" if not allowed else "done" if possible else "not-now"
            assert _outcome(_deeds(one, row)[deed], actor) == expected, (who, stands, deed)
            db.session.remove()


@pytest.mark.one_database
@pytest.mark.parametrize("stands", list(Phase))
def test_citizens_comment_only_while_it_is_open(app: Flask, stands: Phase) -> None:
    with app.app_context():
        one = make_consultation(**PHASES[stands])
        refusal: type[Refusal] | None = {
            Phase.DRAFT: NotFound,
            Phase.ANNOUNCED: Conflict,
            Phase.OPEN: None,
        }.get(stands, Gone)
        if refusal is None:
            send_comment(one)
            return
        with pytest.raises(refusal):
            send_comment(one)


def test_replying_needs_publication(app: Flask) -> None:
    with app.app_context():
        one = make_consultation()
        (row,) = make_comments(one, ["意见"])
        actor = make_actor(Role.DEPARTMENT, unit=one.unit_id)
        for deed in (Deed.REPLY, Deed.ADOPT, Deed.ASSIGN):
            with pytest.raises(Conflict):
                _deeds(one, row)[deed](actor)
