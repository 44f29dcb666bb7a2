"""The audit log as a page: read and filter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from flask import Blueprint, Flask, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext

from engage.audit import queries
from engage.audit.events import EVENTS, NUMBERED, Key, number_of
from engage.audit.labels import LABELS
from engage.audit.models import ADDRESS_DAYS, KEEP_DAYS, AuditEntry
from engage.core.actor import ActorKind
from engage.core.clock import start_of_day
from engage.core.messages import Message
from engage.core.types import LANGUAGES, Localized
from engage.web.display import date_text, datetime_text, label, local, message, register_labels
from engage.web.guards import Permission, staff
from engage.web.numbers import row_number

blueprint = Blueprint("audit", __name__)
blueprints = (blueprint,)

_TEXT_LIMIT = 60
_SHOWN = 240
_NONE: tuple[Any, ...] = (None, "", {}, [])
_PLACE = "\0"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_FIRST_DAY, _LAST_DAY = date(2000, 1, 1), date(2999, 12, 31)


@dataclass(frozen=True, slots=True)
class Change:
    """One recorded value in words."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """One entry in words."""

    entry: AuditEntry
    who: str
    what: str
    on: str
    changes: list[Change]
    address: str | None


@blueprint.record_once
def _bind(state: BlueprintSetupState) -> None:
    register_labels(cast(Flask, state.app), LABELS)


@blueprint.get("/staff/audit")
@staff(Permission.AUDIT_READ)
def log() -> str:
    """Who did what, on what, when; newest first, fifty at a time."""
    given = {
        name: request.args.get(name, "").strip()[:_TEXT_LIMIT]
        for name in ("who", "event", "what", "from", "to")
    }
    start, end = _day(given["from"]), _day(given["to"])
    wanted = queries.LogFilter(
        who=given["who"],
        event=given["event"] if given["event"] in EVENTS else "",
        what=given["what"],
        numbered=_numbered(given["what"]),
        start=start_of_day(start) if start else None,
        end=start_of_day(end + timedelta(days=1)) if end else None,
    )
    found = queries.lines(wanted, before_id=row_number("before"), limit=queries.PAGE + 1)
    shown = [_line(item) for item in found[: queries.PAGE]]
    older = None
    if len(found) > queries.PAGE:
        kept = {name: value for name, value in given.items() if value}
        older = url_for("audit.log", before=shown[-1].entry.id, **cast(Any, kept))
    events = sorted(
        ((name, message(event.label)) for name, event in EVENTS.items()), key=lambda item: item[1]
    )
    return render_template(
        "audit/log.html",
        lines=shown,
        given=given,
        events=events,
        older=older,
        first="before" not in request.args,
        entry_days=KEEP_DAYS,
        address_days=ADDRESS_DAYS,
    )


def _line(item: queries.LogLine) -> Line:
    entry = item.entry
    declared = EVENTS.get(entry.event)
    staffed = entry.actor_kind is ActorKind.STAFF and entry.actor_label
    return Line(
        entry,
        entry.actor_label if staffed else label(entry.actor_kind),
        message(declared.label) if declared else gettext("An event of an earlier version"),
        _object(entry),
        list(_changes(entry, declared.keys if declared else {})),
        item.address,
    )


def _changes(entry: AuditEntry, keys: Mapping[str, Key]) -> Iterator[Change]:
    """What was recorded; of a change only what is different after it."""
    before, after = entry.before or {}, entry.after or {}
    both = entry.before is not None and entry.after is not None
    for name in dict.fromkeys([*before, *after]):
        was, became = before.get(name), after.get(name)
        # What stayed, and what was empty and is so still, says nothing.
        if (both and was == became) or (was in _NONE and became in _NONE):
            continue
        words = message(keys[name].label) if name in keys else name
        yield Change(words, _words(was, keys.get(name)), _words(became, keys.get(name)))


def _object(entry: AuditEntry) -> str:
    """What an entry is about: its name at that time, or its number in the reader's words."""
    words, number = NUMBERED.get(entry.object_kind), number_of(entry.object_label)
    return _told(words, number) if words and number else entry.object_label


def _numbered(what: str) -> tuple[str, str] | None:
    """The kind and number of an object whose words, as the log shows them, are ``what``."""
    for kind, words in NUMBERED.items():
        start, _place, end = (part.strip() for part in _told(words, _PLACE).partition(_PLACE))
        number = what.removeprefix(start).removesuffix(end).strip()
        if what.startswith(start) and what.endswith(end) and number.isdecimal():
            return kind, number
    return None


def _told(words: Message, number: str) -> str:
    return message(Message(words.template, {"number": number}))


def _words(value: Any, key: Key | None) -> str:
    """A recorded value as people read it."""
    if value in _NONE:
        return "–"
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, dict):
        if value and set(value) <= set(LANGUAGES):
            return local(Localized(value))[:_SHOWN]
        # Of a list's entries, such as guests, what is said; its names are the code's.
        return " ".join(_words(item, key) for item in value.values() if item not in _NONE)[:_SHOWN]
    if isinstance(value, list):
        return ", ".join(_words(item, key) for item in value)[:_SHOWN]
    if key is not None and key.enum is not None:
        try:
            return label(key.enum(value))
        except (ValueError, LookupError):
            return str(value)
    return _moment(str(value)) or str(value)[:_SHOWN]


def _moment(text: str) -> str:
    """A time or a day as it is recorded, in words; "" for what is neither."""
    try:
        if _DAY.fullmatch(text):
            return date_text(date.fromisoformat(text))
        moment = datetime.fromisoformat(text)
    except ValueError:
        return ""
    return datetime_text(moment) if moment.tzinfo is not None else ""


def _day(text: str) -> date | None:
    """A day to filter by; one far from any entry is as good as the next one at the calendar's ends."""
    try:
        return min(max(date.fromisoformat(text), _FIRST_DAY), _LAST_DAY)
    except ValueError:
        return None
