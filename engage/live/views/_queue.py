"""What the console shows of the queue: its columns, the keys, and what its script needs."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from flask import request, url_for
from flask_babel import gettext
from flask_wtf.csrf import generate_csrf

from engage.core.clock import local, now, site_zone, today
from engage.live.actions.deciding import DONE
from engage.live.actions.own import OwnAction
from engage.live.models import LiveSession, Phase, QuestionState
from engage.live.queries import queue
from engage.live.queries import room as room_queries
from engage.live.queries.pages import PAGE, Order, state_counts
from engage.live.rules.deeds import DEEDS, Deed, possible_deeds, shows_personal
from engage.live.rules.streams import MODERATORS, View, session_view
from engage.live.views._page import question_words, words
from engage.moderation.models import ReasonClass
from engage.moderation.rules import Hit
from engage.web.actor import current_actor
from engage.web.citizen import citizen_token
from engage.web.display import clock_text, datetime_text
from engage.web.languages import render
from engage.web.numbers import row_number

WAITING = frozenset({"pending", "approved"})
# One key a decision; those that ask for a reason or a text open a small form.
KEYS = {
    Deed.APPROVE: "a",
    Deed.MASK: "m",
    Deed.DECLINE: "d",
    Deed.AIR: "o",
    Deed.BACK: "b",
    Deed.ANSWER: "r",
    Deed.DEFER: "w",
    Deed.CORRECT: "e",
    Deed.TAKE_DOWN: "x",
    Deed.UNDO: "u",
}
NEXT, SEARCH = "n", "/"
# A console that was away takes again at most so many rows of a column.
ROWS_MOST = 4 * PAGE
_HOUR_MINUTES, _DAY_MINUTES = 60, 24 * 60
# What is taken down at once is mostly this; another reason is one choice away.
TAKE_DOWN_REASON = ReasonClass.PERSONAL_DATA


@dataclass(frozen=True, slots=True)
class ConsoleColumn:
    """A page of a column: what stands in it, how many the search finds, and of how many in all.

    ``oldest`` is when the one that waits longest was asked (milliseconds), in columns whose questions wait;
    else 0.
    """

    name: str
    questions: list[View]
    more: bool
    total: int
    among: int

    @property
    def oldest(self) -> int:
        return min((view["at"] for view in self.questions), default=0) if self.name in WAITING else 0

    def told(self) -> dict[str, Any]:
        """For the script: ``{"order": [id], "more", "total"}``."""
        return {"order": [view["id"] for view in self.questions], "more": self.more, "total": self.total}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: ``words`` to find, of ``column`` the rows ``after`` a place.

    ``question`` is the one to decide.
    """

    question: str
    words: str
    column: str
    after: queue.Place | None
    by: Order

    @classmethod
    def of_request(cls) -> Asked:
        """Out of ``?question=&q=&column=&after=&supports=&by=``; what makes no sense is left out."""
        number = row_number("after")
        after = None if number is None else queue.Place(number, row_number("supports") or 0)
        by = Order.NEW if request.args.get("by") == Order.NEW else Order.SUPPORTS
        args = request.args
        return cls(
            request.values.get("question", ""), args.get("q", "").strip(), args.get("column", ""), after, by
        )

    def to_decide(self, shown: list[ConsoleColumn]) -> set[str]:
        """Whose decisions stand in the page: of the question asked for, else the first that waits; on air."""
        waiting = next((view["id"] for column in shown[:2] for view in column.questions), "")
        on_air = {view["id"] for column in shown if column.name == queue.ON_AIR for view in column.questions}
        return {self.question or waiting} | on_air

    def address_of(self, public_id: str) -> str:
        """Where one finds this part of the queue with another question to decide: its id is to be added."""
        kept = {"q": self.words, "column": self.column} | (asdict(self.after) if self.after else {})
        kept["after"] = kept.pop("number", "")
        part = {name: value for name, value in kept.items() if value}
        return url_for("live_console.console", public_id=public_id, **part, question="")


def columns(session: LiveSession, asked: Asked, counts: dict[str, int]) -> list[ConsoleColumn]:
    """Every column with its first rows; of the one that is ``asked`` for, those after a place.

    ``counts`` are all questions by state.
    """
    pages = queue.opening(session.id, words=asked.words)
    if asked.column in pages and asked.after is not None:
        pages[asked.column] = _page(session, asked, limit=PAGE)
    among, found = queue.column_counts(counts), _found(session, asked, counts)
    return [
        ConsoleColumn(name, rows.views, rows.more, found[name], among[name]) for name, rows in pages.items()
    ]


def queue_page(session: LiveSession, asked: Asked) -> dict[str, Any]:
    """The rows of one column for the script.

    ``{"seq", "column", "order": [id], "more", "total", "questions": {id: view}, "totals"}``. ``?rows=`` says
    how many, up to ``ROWS_MOST``: after a break a console takes again what it showed.
    """
    seq = room_queries.head(session.id, MODERATORS)
    limit = max(1, min(row_number("rows") or PAGE, ROWS_MOST))
    rows = _page(session, asked, limit=limit)
    counts = state_counts(session.id)
    found, among = _found(session, asked, counts)[asked.column], queue.column_counts(counts)[asked.column]
    column = ConsoleColumn(asked.column, rows.views, rows.more, found, among)
    return {
        "seq": seq,
        "column": asked.column,
        "questions": {view["id"]: view for view in rows.views},
        "totals": {"supports": room_queries.totals(session.id, [view["id"] for view in rows.views])},
        **column.told(),
    }


def _found(session: LiveSession, asked: Asked, counts: dict[str, int]) -> dict[str, int]:
    """By column how many the search finds; what is on air is always shown. ``counts`` are all by state."""
    among = queue.column_counts(counts)
    if not asked.words:
        return among
    found = queue.column_counts(queue.found_counts(session.id, asked.words))
    return {**found, queue.ON_AIR: among[queue.ON_AIR]}


def _page(session: LiveSession, asked: Asked, *, limit: int) -> queue.Rows:
    words = "" if asked.column == queue.ON_AIR else asked.words
    return queue.rows(session.id, asked.column, by=asked.by, words=words, after=asked.after, limit=limit)


def when(view: dict[str, Any]) -> str:
    """When a question was asked: the time, with the day where it was another one than today."""
    moment = datetime.fromtimestamp(view.get("at", 0) / 1000, UTC)
    return clock_text(moment) if local(moment).date() == today() else datetime_text(moment)


def waited(at: int) -> str:
    """How long something waits since ``at`` (milliseconds): minutes, hours with minutes; "" from a day on."""
    minutes = max(0, int((now().timestamp() - at / 1000) / 60))
    if minutes >= _DAY_MINUTES:
        return ""
    if not minutes:
        return gettext("under 1 min")
    if minutes < _HOUR_MINUTES:
        return gettext("%(minutes)s min", minutes=minutes)
    hours, minutes = divmod(minutes, _HOUR_MINUTES)
    return gettext("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes)


def since(at: int) -> str:
    """Since when something lasts and how long that is."""
    clock, time = when({"at": at}), waited(at)
    words = gettext("since {clock}, for {time}") if time else gettext("since {clock}")
    return words.replace("{clock}", clock).replace("{time}", time)


def console_data(
    session: LiveSession,
    seq: int,
    shown: list[ConsoleColumn],
    counts: dict[str, int],
    totals: dict[str, list[int]],
    may_moderate: bool,
    last: OwnAction | None,
) -> dict[str, Any]:
    """What the console's script begins with; ``shown`` and ``counts`` were read at ``seq`` of its stream."""
    return {
        "session": session.public_id,
        "csrf": generate_csrf(),
        "citizen": citizen_token(),
        "me": current_actor().label,
        "moderators": {
            "seq": seq,
            "session": session_view(MODERATORS, session),
            "questions": {view["id"]: view for column in shown for view in column.questions},
        },
        "totals": {"supports": totals, "states": [counts, seq]},
        "opening": {column.name: column.told() for column in shown},
        "moderates": may_moderate,
        "zone": site_zone().key,
        "columns": {name: asdict(column) for name, column in queue.COLUMNS.items()},
        "supported": queue.BY_SUPPORTS,
        "deeds": _deed_table(personal=False),
        "personalDeeds": _deed_table(personal=True),
        "shows": {
            state.value: [deed.value for deed in DEEDS if shows_personal(deed, state)]
            for state in QuestionState
        },
        "asks": {deed.value: "reason" for deed, rule in DEEDS.items() if rule.reason}
        | {Deed.ANSWER.value: "answer", Deed.CORRECT.value: "answer"},
        "answered": [deed.value for deed, rule in DEEDS.items() if rule.answered],
        "page": PAGE,
        "next": NEXT,
        "search": SEARCH,
        "last": asdict(last) if last else None,
        "takeDownReason": TAKE_DOWN_REASON.value,
        "waiting": sorted(WAITING),
        "undoable": [deed.value for deed in DEEDS],
        "keys": {key: deed.value for deed, key in KEYS.items()},
        "words": console_words(),
    }


def _deed_table(*, personal: bool) -> dict[str, dict[str, list[str]]]:
    """``{phase: {state: [deed]}}`` of questions in which personal data was noticed, or was not."""
    return {
        phase.value: {
            state.value: [
                deed.value for deed in possible_deeds(state, phase, answered=True, personal=personal)
            ]
            for state in QuestionState
        }
        for phase in Phase
    }


def console_words() -> dict[str, Any]:
    """The words of the console, for its template and its script."""
    return {
        **question_words(),
        "hits": words(Hit),
        "undoable": [deed.value for deed in DEEDS],
        "deeds": words(Deed),
        "phases": words(Phase),
        "done": {str(deed): render(sentence) for deed, sentence in DONE.items()},
        "by": gettext("{who} {deed}"),
        "anonymous": gettext("Anonymous"),
        "due": gettext("due on {day}"),
        "answer": gettext("Answer"),
        "reason": gettext("Please choose a reason."),
        "minutes": gettext("{minutes} min"),
        "moment": gettext("under 1 min"),
        "hours": gettext("{hours} h {minutes} min"),
        "since": gettext("since {clock}"),
        "sinceTime": gettext("since {clock}, for {time}"),
        "oldest": gettext("the oldest has waited {time}"),
        "named": gettext("{deed}: {question}"),
        "did": {str(deed): sentence for deed, sentence in _did().items()},
        "undone": gettext("Undone: {deed} #{number}"),
        "before": gettext("Before that: {done}"),
        "shows": gettext("It holds: {hits}. Once published, everybody can read it."),
        "asItIs": gettext("{deed} without covering"),
        "nothing": gettext("There is nothing of yours to undo."),
        "next": gettext("Next: {question}"),
        "more": gettext("Show {count} more"),
        "empty": gettext("No questions here"),
        "unfound": gettext("Nothing found here"),
        "found": gettext("{found} of {among}"),
        "foundOf": gettext("{found} found, of {among} questions"),
    }


def _did() -> dict[Deed, str]:
    return {
        Deed.APPROVE: gettext("Approved #{number}"),
        Deed.MASK: gettext("Covered the numbers and published #{number}"),
        Deed.DECLINE: gettext("Declined #{number}"),
        Deed.AIR: gettext("#{number} is being answered now"),
        Deed.BACK: gettext("Put #{number} back into the queue"),
        Deed.ANSWER: gettext("Answered #{number}"),
        Deed.DEFER: gettext("Deferred #{number} to a written answer"),
        Deed.CORRECT: gettext("Corrected the answer to #{number}"),
        Deed.TAKE_DOWN: gettext("Took down #{number}"),
    }
