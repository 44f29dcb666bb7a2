"""Staff enter what came on paper, in the hall, by telephone or through an interviewer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engage.accounts.permissions import Permission
from engage.audit.actions import record
from engage.audit.events import Key, declare
from engage.core.actor import Actor
from engage.core.clock import minute, now
from engage.core.db import db
from engage.core.errors import Invalid
from engage.core.messages import msg
from engage.core.writer import atomic, publish
from engage.participation import receipts
from engage.participation.actions import once, request_deed_key
from engage.questions.compiled import validate
from engage.surveys.actions.editing import survey_to
from engage.surveys.events import ResponseReceived
from engage.surveys.models import Response, Source
from engage.surveys.queries.published import Published, version
from engage.surveys.queries.responses import RECEIPT_KIND
from engage.surveys.rules import Deed, phase, require_phase

ENTERED_SOURCES = (Source.PAPER, Source.HALL, Source.TELEPHONE, Source.INTERVIEWER)
ENTERED = declare(
    "survey.response-entered", msg("Survey response entered"), source=Key(msg("Source"), Source)
)


def enter_response(
    actor: Actor, survey: Published, raw: Mapping[str, object], source: Source, language: str, request_id: str
) -> str:
    """Store one response as it stands on paper; answers its receipt code. A retry answers the same code.

    Other answers under the same request id are another sheet: who goes back in the browser types in the next.
    ``raw`` holds form values by question id. Possible while the survey is open and after it has closed.
    Raises ``NotAllowed``, ``Conflict`` for the wrong phase, ``Invalid`` by question id or ``source``.
    """
    if source not in ENTERED_SOURCES:
        raise Invalid({"source": msg("Please choose how this response came in.")})
    asked = version(survey)
    checked = validate(asked.compiled, raw)
    if checked.errors:
        raise Invalid(dict(checked.errors))
    body = {"version": asked.number, "answers": checked.answers, "source": source.value}
    receipt_key = request_deed_key(f"{survey.id}:{request_id}", body)

    def write() -> dict[str, Any]:
        row = survey_to(actor, survey.id, Permission.SURVEY_ENTER)
        require_phase(Deed.ENTER, phase(row.state, row.opens_at, row.closes_at, now()))
        response = Response(
            survey_id=row.id,
            version_id=asked.id,
            language=language,
            source=source,
            entered_by_id=actor.id,
            submitted_minute=minute(),
            answers=checked.answers,
        )
        db.session.add(response)
        db.session.flush()
        receipts.issue(receipt_key, RECEIPT_KIND, response.id)
        record(actor, ENTERED, "survey", row.id, after={"source": source}, label=row.title.text())
        publish(ResponseReceived(row.id, response.id))
        return {}

    with atomic():
        survey_to(actor, survey.id, Permission.SURVEY_ENTER)
        once(request_id, f"survey.enter:{survey.id}", body, write, several=True)
    return receipts.code_for(receipt_key, RECEIPT_KIND)
