"""What the console shows of the queue: its columns, the keys, and what its script needs."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from flask_babel import gettext
from flask_wtf.csrf import generate_csrf

from engage.core.clock import local, now, site_zone, today
from engage.live.actions.deciding import DONE
from engage.live.actions.own import OwnAction
from engage.live.models import LiveSession, Phase, QuestionState
from engage.live.rules.deeds import DEEDS, Deed, possible_deeds
from engage.live.views._page import question_words, words
from engage.moderation.models import ReasonClass
from engage.moderation.rules import Hit
from engage.web.actor import current_actor
from engage.web.citizen import citizen_token
from engage.web.display import clock_text, datetime_text
from engage.web.languages import render

_S = QuestionState
COLUMNS: tuple[tuple[str, tuple[QuestionState, ...]], ...] = (
    ("pending", (_S.PENDING,)),
    ("approved", (_S.APPROVED,)),
    ("on-air", (_S.ON_AIR,)),
    ("answered", (_S.ANSWERED,)),
    ("written", (_S.WRITTEN,)),
    ("declined", (_S.DECLINED, _S.TAKEN_DOWN, _S.WITHDRAWN)),
)
WAITING = frozenset({"pending", "approved"})
# What waits is read from the oldest, what is done from the newest.
DONE_COLUMNS = frozenset({"answered", "written", "declined"})
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
# Rows of a column that are in the page at first, what waits before what is done; more come on demand.
SHOWN = {"pending": 60, "approved": 40, "on-air": 1, "answered": 15, "written": 15, "declined": 15}
MORE = 100
NEXT = "n"
_HOUR_MINUTES, _DAY_MINUTES = 60, 24 * 60
# What is taken down at once is mostly this; another reason is one choice away.
TAKE_DOWN_REASON = ReasonClass.PERSONAL_DATA


def columns(snapshot: dict[str, Any], totals: dict[str, list[int]], *, whole: str) -> list[dict[str, Any]]:
    """The columns of the moderators' ``snapshot``; of the column ``whole`` every row."""
    views = sorted(snapshot["questions"].values(), key=lambda view: view["number"])
    found = []
    for name, states in COLUMNS:
        inside = [view for view in views if view["state"] in states]
        if name == "approved":
            inside.sort(key=lambda view: -totals.get(view["id"], [0])[0])
        elif name in DONE_COLUMNS:
            inside.reverse()
        found.append(_column(name, inside, shown=len(inside) if whole == name else SHOWN[name]))
    return found


def when(view: dict[str, Any]) -> str:
    """When a question was asked: the time, with the day where it was another one than today."""
    moment = datetime.fromtimestamp(view.get("at", 0) / 1000, UTC)
    return clock_text(moment) if local(moment).date() == today() else datetime_text(moment)


def waited(at: int) -> str:
    """How long something waits since ``at`` (milliseconds): minutes, hours with minutes; "" from a day on."""
    minutes = max(0, int((now().timestamp() - at / 1000) / 60))
    if minutes >= _DAY_MINUTES:
        return ""
    if minutes < _HOUR_MINUTES:
        return gettext("%(minutes)s min", minutes=minutes)
    hours, minutes = divmod(minutes, _HOUR_MINUTES)
    return gettext("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes)


def console_data(
    session: LiveSession,
    snapshot: dict[str, Any],
    totals: dict[str, list[int]],
    may_moderate: bool,
    last: OwnAction | None,
) -> dict[str, Any]:
    """What the console's script begins with."""
    return {
        "session": session.public_id,
        "csrf": generate_csrf(),
        "citizen": citizen_token(),
        "me": current_actor().label,
        "moderators": snapshot,
        "totals": {"supports": totals},
        "moderates": may_moderate,
        "zone": site_zone().key,
        "columns": {name: [state.value for state in states] for name, states in COLUMNS},
        "deeds": {
            phase.value: {
                state.value: [
                    deed.value for deed in possible_deeds(state, phase, answered=True, personal=True)
                ]
                for state in QuestionState
            }
            for phase in Phase
        },
        "asks": {deed.value: "reason" for deed, rule in DEEDS.items() if rule.reason}
        | {Deed.ANSWER.value: "answer", Deed.CORRECT.value: "answer"},
        "answered": [deed.value for deed, rule in DEEDS.items() if rule.answered],
        "personal": [deed.value for deed, rule in DEEDS.items() if rule.personal],
        "done": sorted(DONE_COLUMNS),
        "shown": SHOWN,
        "more": MORE,
        "next": NEXT,
        "last": asdict(last) if last else None,
        "takeDownReason": TAKE_DOWN_REASON.value,
        "waiting": sorted(WAITING),
        "undoable": [deed.value for deed in DEEDS],
        "keys": {key: deed.value for deed, key in KEYS.items()},
        "words": console_words(),
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
        "withdrawn": gettext("(withdrawn)"),
        "due": gettext("due on {day}"),
        "answer": gettext("Answer"),
        "minutes": gettext("{minutes} min"),
        "hours": gettext("{hours} h {minutes} min"),
        "oldest": gettext("the oldest has waited {time}"),
        "named": gettext("{deed}: {question}"),
        "did": gettext("{deed} #{number}"),
        "undone": gettext("Undone: {deed} #{number}"),
        "nothing": gettext("There is nothing of yours to undo."),
        "next": gettext("Next: {question}"),
        "more": gettext("Show {count} more"),
    }


def _column(name: str, views: list[dict[str, Any]], *, shown: int) -> dict[str, Any]:
    """``oldest`` in milliseconds, in columns whose questions wait; else 0."""
    oldest = min((view["at"] for view in views), default=0) if name in WAITING else 0
    return {
        "name": name,
        "questions": views[:shown],
        "total": len(views),
        "oldest": oldest,
    }
