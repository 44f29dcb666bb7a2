"""What a receipt code opens: one registry from the kind of receipt to what its holder is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from engage.consultations import receipts as comments
from engage.core.errors import Invalid, NotFound
from engage.core.messages import Message, msg
from engage.core.types import Localized
from engage.live.actions.asking import RECEIPT_KIND as QUESTION
from engage.live.models import Phase, QuestionState
from engage.live.queries.record import question_for_receipt
from engage.moderation.models import ReasonClass
from engage.moderation.rules import KIND_WORDS
from engage.participation.erasers import eraser_of
from engage.participation.receipts import CODE, find_all, grouped, normalised, well_formed
from engage.surveys.queries.responses import RECEIPT_KIND as RESPONSE
from engage.surveys.queries.responses import own_response

LENGTH: Final = 12
UNKNOWN: Final = msg(
    "Nothing is stored under this code. Please compare it with your screenshot letter by letter. "
    "What was erased, or deleted because its time was over, can no longer be looked up."
)


@dataclass(frozen=True, slots=True)
class Kind:
    """How receipts of one kind are shown: ``load`` takes the ids of what one code opens and the language, and
    returns each that is still there with its id; ``title`` is that of one, ``titles`` that of several.
    ``template`` is a partial that reads ``receipt``, and ``last`` where it is the last one.
    """

    title: Message
    template: str
    load: Callable[[Sequence[int], str], list[tuple[int, Any]]]
    titles: Message | None = None


@dataclass(frozen=True, slots=True)
class OpenedPart:
    """One of what a code opened; ``handle`` names it where it is to be erased."""

    receipt: Any
    handle: str


@dataclass(frozen=True, slots=True)
class Opened:
    """What a code opened; ``code`` as it is printed, ``erasable`` where its author can have it erased."""

    code: str
    title: Message
    template: str
    parts: list[OpenedPart]
    erasable: bool


@dataclass(frozen=True, slots=True)
class QuestionReceipt:
    """A question of a live session for its asker; ``answer`` is empty until it is public."""

    title: Localized
    url: str
    record_url: str
    text: str
    nickname: str
    asked_at: datetime
    state: QuestionState
    reason: ReasonClass | None
    reason_words: Message | None
    reason_note: str
    answer: str
    answered_at: datetime | None
    due_on: date | None


def single(load: Callable[[int, str], Any]) -> Callable[[Sequence[int], str], list[tuple[int, Any]]]:
    """Load what codes of one object open; ``load`` takes its id, raises ``NotFound`` where it is gone."""

    def each(object_ids: Sequence[int], language: str) -> list[tuple[int, Any]]:
        try:
            return [(object_id, load(object_id, language)) for object_id in object_ids]
        except NotFound:
            return []

    return each


def question(question_id: int, _language: str = "") -> QuestionReceipt:
    """The state of a question. Raises ``NotFound`` where it is gone."""
    found = question_for_receipt(question_id)
    if found is None:
        raise NotFound
    asked, session = found
    refused = asked.state in (QuestionState.DECLINED, QuestionState.TAKEN_DOWN)
    public = asked.state in (QuestionState.ANSWERED, QuestionState.WRITTEN)
    address = f"/live/{session.public_id}"
    return QuestionReceipt(
        title=session.title,
        url=address,
        record_url=f"{address}/record" if session.phase is Phase.RECORDED else "",
        text=asked.text,
        nickname=asked.nickname,
        asked_at=asked.asked_at,
        state=asked.state,
        reason=asked.reason if refused else None,
        reason_words=KIND_WORDS[asked.reason] if refused and asked.reason else None,
        reason_note=asked.reason_note if refused else "",
        answer=asked.answer if public else "",
        answered_at=asked.answered_at if public else None,
        due_on=asked.due_on if asked.state is QuestionState.WRITTEN and not asked.answer else None,
    )


KINDS: Final[dict[str, Kind]] = {
    RESPONSE: Kind(msg("Your response to a survey"), "portal/receipts/_response.html", single(own_response)),
    comments.KIND: Kind(
        msg("Your comment on a draft"),
        comments.TEMPLATE,
        lambda comment_ids, _language: comments.comment_receipts(comment_ids),
        titles=msg("Your comments on a draft"),
    ),
    QUESTION: Kind(
        msg("Your question in a live session"), "portal/receipts/_question.html", single(question)
    ),
}


def open_code(typed: str, language: str) -> Opened:
    """What the holder of a code is shown.

    Raises ``Invalid`` (key ``code``) for what is no code, ``NotFound`` for one that opens nothing.
    """
    clean = normalised(typed)
    wrong = what_is_wrong(clean)
    if wrong is not None:
        raise Invalid({"code": wrong})
    found = find_all(clean)
    kind = KINDS.get(found[0].kind) if found else None
    if kind is None:
        raise NotFound(UNKNOWN)
    handles = {each.object_id: each.handle for each in found}
    parts = [OpenedPart(shown, handles[each]) for each, shown in kind.load(list(handles), language)]
    if not parts:
        raise NotFound(UNKNOWN)
    title = kind.titles if kind.titles and len(parts) > 1 else kind.title
    return Opened(grouped(clean), title, kind.template, parts, eraser_of(found[0].kind) is not None)


def what_is_wrong(clean: str) -> Message | None:
    """Why a normalised code cannot be one, as a sentence that says what to check; ``None`` for a good one."""
    if not clean:
        return msg("Please enter your receipt code.")
    if len(clean) != LENGTH:
        return msg(
            "A receipt code has 12 letters and digits, such as ABCD-EFGH-JKMN; this one has {count}. "
            "Please check whether something is missing or was typed twice.",
            count=len(clean),
        )
    if CODE.fullmatch(clean) is None:
        return msg(
            "Receipt codes hold only letters and digits, and never 0, 1, I, L, O or U. "
            "Please compare it with your screenshot."
        )
    if not well_formed(clean):
        return msg("One of the letters or digits is mistyped. Please compare the code with your screenshot.")
    return None
