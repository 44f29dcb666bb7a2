"""A citizen sends in a survey: the hot deed, in plain SQL inside a shared commit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import orjson
from sqlalchemy import Row, Table, bindparam, insert, select

from engage.core.clock import minute, now
from engage.core.db import db
from engage.core.errors import Conflict, Invalid, NotFound
from engage.core.messages import msg
from engage.core.writer import gather, publish
from engage.participation import receipts
from engage.participation.actions import request_deed_key, require_request_id
from engage.participation.marks import take_part, was_retracted
from engage.questions.compiled import validate
from engage.questions.logic import Value
from engage.surveys.events import ResponseReceived
from engage.surveys.models import Response, Source, Survey
from engage.surveys.queries.published import CompiledVersion, Published, version
from engage.surveys.queries.responses import RECEIPT_KIND
from engage.surveys.rules import Deed, phase, require_phase

_surveys = cast(Table, Survey.__table__).c
# One statement: it runs for every response, and a statement costs more than its answer.
_TERMS = select(
    _surveys.state,
    _surveys.opens_at,
    _surveys.closes_at,
    _surveys.one_per_device,
    receipts.opened_by(bindparam("code_hash")).label("sent_before"),
).where(_surveys.id == bindparam("survey_id"))
_ANSWERS = select(cast(Table, Response.__table__).c.answers).where(
    cast(Table, Response.__table__).c.id == bindparam("id")
)
_STORE = insert(cast(Table, Response.__table__))


class FirstCounts(Conflict):
    """Other answers came under the request id of answers that are stored; `code` is the receipt of these."""

    def __init__(self, code: str) -> None:
        super().__init__(
            msg(
                "Your first answers had already arrived and count: this survey takes one response from each "
                "device. What you changed afterwards was not taken."
            )
        )
        self.code = code


@dataclass(frozen=True, slots=True)
class Submission:
    """What a citizen sends. `raw` holds form or JSON values by question id, `version` is the one they saw."""

    raw: Mapping[str, object]
    version: int
    language: str
    request_id: str
    device: str


def submit(survey: Published, submission: Submission) -> str:
    """Checks and stores one response; answers its receipt code after the commit.

    A retry with the same request id and the same answers gets the code of the first time, whatever has
    happened to the survey since, even that they were erased. Other answers under the same id are another
    response where a device may give several, else `FirstCounts`. Raises `Invalid` with a sentence for each
    question id, `Conflict` when the device has answered already or the survey is not open yet, `Gone` when it
    is closed or withdrawn, and `Busy`.
    """
    require_request_id(submission.request_id)
    asked = version(survey, submission.version)
    checked = validate(asked.compiled, submission.raw)
    if checked.errors:
        raise Invalid(dict(checked.errors))
    body = {"version": asked.number, "answers": checked.answers}
    request = f"{survey.id}:{submission.request_id}"
    # With the answers in it where a device may give several: no id used twice leads to one code for two.
    receipt_key = request if survey.one_per_device else request_deed_key(request, body)
    code = receipts.code_for(receipt_key, RECEIPT_KIND)
    code_hash = receipts.hash_of(code)

    def write() -> None:
        names = {"survey_id": survey.id, "code_hash": code_hash}
        terms = db.session.connection().execute(_TERMS, names).first()
        if terms is None:
            raise NotFound
        if terms.sent_before is not None:
            if not _are_stored(terms.sent_before, checked.answers):
                raise FirstCounts(code)
        elif not was_retracted(code_hash):
            response_id = _store(terms, survey, asked, checked.answers, submission, code_hash)
            receipts.keep(code_hash, RECEIPT_KIND, response_id)

    gather(write, plain=True)
    return code


def _are_stored(response_id: int, answers: dict[str, Value]) -> bool:
    """Whether these are the stored answers, or those were erased."""
    stored = db.session.connection().execute(_ANSWERS, {"id": response_id}).scalar()
    return stored is None or orjson.dumps(stored, option=orjson.OPT_SORT_KEYS) == orjson.dumps(
        answers, option=orjson.OPT_SORT_KEYS
    )


def _store(
    terms: Row[Any],
    survey: Published,
    asked: CompiledVersion,
    answers: dict[str, Value],
    submission: Submission,
    code_hash: str,
) -> int:
    moment = now()
    require_phase(Deed.ANSWER, phase(terms.state, terms.opens_at, terms.closes_at, moment))
    if terms.one_per_device and not take_part(part_of(survey), submission.device, code_hash):
        raise Conflict(
            msg("This survey has already been answered from this device. Thank you for taking part.")
        )
    values = {
        "survey_id": survey.id,
        "version_id": asked.id,
        "language": submission.language,
        "source": Source.WEB,
        "entered_by_id": None,
        "submitted_minute": minute(moment),
        "answers": answers,
    }
    stored: Any = db.session.connection().execute(_STORE, values)
    response_id: int = stored.inserted_primary_key[0]
    publish(ResponseReceived(survey.id, response_id))
    return response_id


def part_of(survey: Published) -> str:
    """The name under which participation notes devices for this survey."""
    return f"survey:{survey.id}"
