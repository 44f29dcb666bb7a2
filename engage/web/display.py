"""How values look on a page: template filters and globals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

from flask import Flask, current_app
from flask_babel import format_date, format_decimal, get_locale, gettext, ngettext
from markupsafe import Markup, escape

from engage.core.clock import local as on_site_clocks
from engage.core.figures import half_up, percent_text
from engage.core.formatting import is_formatted, words_of
from engage.core.messages import Message
from engage.core.threads import in_turns
from engage.core.types import Localized
from engage.web import assets
from engage.web.languages import current_language, local_text, render
from engage.web.richtext import to_html
from engage.web.site import current_site
from engage.web.typedtext import official, typed

_NOTHING = "–"
_LAST_SIGNS = frozenset("?？!！.。:：;；…")


def init_display(app: Flask) -> None:
    """Offer the filters and globals of this module to every template of ``app``."""
    app.extensions.setdefault("labels", {})
    app.jinja_env.filters.update(
        local=local,
        date_text=date_text,
        datetime_text=datetime_text,
        period=period,
        days_text=days_text,
        in_turns=in_turns,
        label=label,
        message=message,
        number=number,
        percent=percent,
        official=official,
        rich=to_html,
        typed=typed,
        words_of=words_of,
        with_colon=with_colon,
    )
    app.jinja_env.globals.update(
        asset=assets.asset,
        icon=icon,
        module=module,
        month_text=month_text,
        page_numbers=page_numbers,
        language_tag=language_tag,
        is_formatted=is_formatted,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def register_labels(app: Flask, labels: Mapping[Any, Any]) -> None:
    """Add a domain's labels: ``{Enum: {member: words}}``, or ``{member: words}`` where no two words collide.

    Two ``StrEnum`` members of the same word are one key of a flat mapping: they share what it says.
    Words are a ``Message`` or a lazy string.
    """
    known: dict[type | str, dict[Any, Any]] = app.extensions.setdefault("labels", {})
    for key, words in labels.items():
        if isinstance(key, type):
            known.setdefault(key, {}).update(words)
        else:
            known.setdefault(_package(type(key)), {})[key] = words


def _package(kind: type) -> str:
    """The domain an enum belongs to: ``engage.surveys``."""
    return ".".join(kind.__module__.split(".")[:2])


def local(text: Localized | str | None) -> str:
    """Content in the current language, else in Chinese, else in any; plain text stays as it is."""
    if text is None:
        return ""
    return local_text(text) if isinstance(text, Localized) else str(text)


def message(sentence: Message | str) -> str:
    """A sentence of the lower layers in the current language."""
    return render(sentence) if isinstance(sentence, Message) else str(sentence)


def label(member: Enum | None) -> str:
    """The words for an enum member; raises ``LookupError`` for one without: no enum may reach a page."""
    if member is None:
        return _NOTHING
    known = current_app.extensions["labels"]
    words = known.get(type(member), {}).get(member) or known.get(_package(type(member)), {}).get(member)
    if words is None:
        raise LookupError(f"no label for {type(member).__name__}.{member.name}")
    return message(words)


def with_colon(words: str) -> str:
    """``words`` in front of what is said about them: a question or a sentence keeps its own last sign."""
    return f"{words} " if words.rstrip()[-1:] in _LAST_SIGNS else words + gettext(": ")


def days_text(days: int) -> str:
    """How long something is kept, as people say it: a year of 365 days, a month of 30."""
    if years := days // 365:
        return ngettext("%(num)d year", "%(num)d years", years)
    if days % 30 == 0 and days > 30:
        return ngettext("%(num)d month", "%(num)d months", days // 30)
    return ngettext("%(num)d day", "%(num)d days", days)


def number(value: float | None, digits: int = 0) -> str:
    """A count with separators, or a figure with up to ``digits`` decimals."""
    if value is None:
        return _NOTHING
    return str(
        format_decimal(half_up(value, digits), "#,##0." + "#" * digits) if digits else format_decimal(value)
    )


def percent(share: float | None, digits: int = 0) -> str:
    """A share from 0 to 1 as a percentage; what is small but there never reads as 0 %."""
    return _NOTHING if share is None else percent_text(share, digits)


def date_text(moment: date | datetime | str | None, weekday: bool = False) -> str:
    """A day (or its ISO text) as people write it: 2026年3月5日; times are read on the site's clocks."""
    if moment is None:
        return _NOTHING
    if isinstance(moment, str):
        moment = date.fromisoformat(moment)
    pattern = "y年M月d日" if _chinese() else "d MMMM y"
    if weekday:
        pattern = pattern + " EEEE" if _chinese() else "EEEE, " + pattern
    return str(format_date(_day(moment), pattern))


def datetime_text(moment: datetime | None) -> str:
    """A moment to the minute on the site's clocks: 2026年3月5日 15:00."""
    if moment is None:
        return _NOTHING
    return f"{date_text(moment)} {clock_text(moment)}"


def clock_text(moment: datetime) -> str:
    """Hours and minutes on the site's clocks, 24 hours."""
    return _here(moment).strftime("%H:%M")


def period(start: date | datetime | None, end: date | datetime | None) -> str:
    """From when to when, without repeating what is the same."""
    if start is None or end is None:
        if start is not None:
            return gettext("from %(day)s", day=date_text(start))
        return gettext("until %(day)s", day=date_text(end)) if end is not None else _NOTHING
    first, last = _day(start), _day(end)
    timed = isinstance(start, datetime) and isinstance(end, datetime)
    if first == last:
        day = date_text(first)
        return f"{day} {clock_text(start)}–{clock_text(end)}" if timed else day  # type: ignore[arg-type]
    if first.year == last.year and _chinese():
        return f"{date_text(first)}至{last.month}月{last.day}日"
    return gettext("%(first)s to %(last)s", first=date_text(first), last=date_text(last))


def year_month_text(year: int, month: int) -> str:
    """A month of a year as people write it: 2026年3月."""
    return str(format_date(date(year, month, 1), "y年M月" if _chinese() else "MMMM y"))


def month_text(month: int) -> Markup:
    """A month's short name, 1 to 12, with its unit set small in Chinese."""
    if _chinese():
        return Markup("{}<small>月</small>").format(month)
    return escape(str(get_locale().months["format"]["abbreviated"][month]))


def icon(name: str, css: str = "") -> Markup:
    """An icon of the set in static/img/icons.txt; decoration only, so words stand beside it."""
    return Markup(
        '<svg class="icon{}" width="20" height="20" aria-hidden="true" focusable="false">'
        '<use href="{}#{}"></use></svg>'
    ).format(" " + css if css else "", assets.asset("icons.svg"), name)


def module(name: str) -> Markup:
    """Attributes that attach the script module ``<domain>/<name>`` to an element."""
    return Markup('data-module="{}" data-module-src="{}"').format(name, assets.asset(f"{name}.js"))


def page_numbers(current: int, pages: int) -> list[int | None]:
    """The page numbers worth showing; ``None`` stands for those left out."""
    near = {1, pages, current - 1, current, current + 1}
    shown = sorted(page for page in near if 1 <= page <= pages)
    numbers: list[int | None] = []
    for page in shown:
        if numbers and numbers[-1] is not None:
            gap = page - numbers[-1]
            if gap == 2:
                numbers.append(page - 1)
            elif gap > 2:
                numbers.append(None)
        numbers.append(page)
    return numbers


def language_tag() -> str:
    """The language of the page for ``lang`` attributes."""
    return "zh-CN" if _chinese() else "en"


def _chinese() -> bool:
    return current_language() == "zh_CN"


def _here(moment: datetime) -> datetime:
    return on_site_clocks(moment, current_site().zone)


def _day(moment: date | datetime) -> date:
    return _here(moment).date() if isinstance(moment, datetime) else moment
