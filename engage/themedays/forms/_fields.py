"""Fields that the forms of the year share."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from wtforms import DateTimeLocalField, StringField, TextAreaField
from wtforms.validators import Optional

from engage.core.clock import from_local, local
from engage.core.types import Localized
from engage.web.forms import AtMost, OfficialTextField, OneOf, StaffForm, stripped
from engage.web.site import current_site


class Moment(DateTimeLocalField):
    """A wall-clock time on the site's clocks."""

    def __init__(self, label: Any, validators: Any = (), **options: Any) -> None:
        wanted = [*validators] or [Optional()]
        super().__init__(label, format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], validators=wanted, **options)

    @property
    def moment(self) -> datetime | None:
        """What was entered as aware UTC."""
        return from_local(self.data, current_site().zone) if self.data else None


class Choice(OneOf):
    """A list from which one must be chosen."""

    def __init__(self, label: Any, **options: Any) -> None:
        super().__init__(label, **options)
        self.flags.required = True


def wall(moment: datetime | None) -> datetime | None:
    """A stored time as the fields show it."""
    return local(moment, current_site().zone).replace(tzinfo=None) if moment else None


def both(form: StaffForm, name: str) -> Localized:
    """The texts of ``<name>_zh`` and ``<name>_en``."""
    return Localized(zh_CN=form[f"{name}_zh"].data or "", en=form[f"{name}_en"].data or "")


def shown(texts: dict[str, Localized]) -> dict[str, str]:
    """The same the other way round, for several texts."""
    return {
        f"{name}_{ending}": text.get(language, "")
        for name, text in texts.items()
        for language, ending in (("zh_CN", "zh"), ("en", "en"))
    }


def text(words: Any, limit: int, *checks: Any, **more: Any) -> StringField:
    return StringField(words, [*(checks or [Optional()]), AtMost(limit)], filters=[stripped], **more)


def official_text(words: Any, limit: int, *checks: Any, rows: int = 5, **more: Any) -> OfficialTextField:
    """The same with the choice of how it is shown."""
    return OfficialTextField(
        words,
        [*(checks or [Optional()]), AtMost(limit)],
        filters=[stripped],
        render_kw={"rows": rows},
        **more,
    )


def long_text(words: Any, limit: int, *checks: Any, rows: int = 5, **more: Any) -> TextAreaField:
    return TextAreaField(
        words,
        [*(checks or [Optional()]), AtMost(limit)],
        filters=[stripped],
        render_kw={"rows": rows},
        **more,
    )


def name_of(unit: Any) -> str:
    return str(unit.name.text())
