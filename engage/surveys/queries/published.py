"""A published survey as its pages need it: cached in the process, so that the form costs no query."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select

from engage.accounts.models import Unit
from engage.core.bus import subscribe
from engage.core.db import db
from engage.core.errors import NotFound
from engage.core.threads import beside_the_hub
from engage.core.types import Localized
from engage.questions.compiled import Compiled, compile
from engage.questions.definition import read
from engage.surveys.events import SurveyChanged
from engage.surveys.models import Layout, State, Survey, SurveyVersion
from engage.surveys.rules import Deed, Phase, phase, require_phase

CHECK_SECONDS: Final = 1.0
"""How long another process's change may stay unseen; a submission looks at the database itself."""
_MOST_KEPT: Final = 200


@dataclass(frozen=True, slots=True)
class Published:
    """A survey with at least one version, as plain values; `version` is the newest one's number."""

    id: int
    public_id: str
    unit_id: int
    activity_id: int | None
    unit_name: Localized
    title: Localized
    introduction: Localized
    thanks: Localized
    state: State
    layout: Layout
    opens_at: datetime | None
    closes_at: datetime | None
    one_per_device: bool
    version: int
    results_published_at: datetime | None

    def phase(self, moment: datetime) -> Phase:
        """Where the survey stands at `moment`."""
        return phase(self.state, self.opens_at, self.closes_at, moment)


@dataclass(frozen=True, slots=True)
class CompiledVersion:
    """A version ready to check answers."""

    id: int
    number: int
    compiled: Compiled


@dataclass(slots=True)
class _Cache:
    surveys: dict[str, tuple[float, Published]] = field(default_factory=dict)
    versions: dict[tuple[str, int], CompiledVersion] = field(default_factory=dict)


_caches: WeakKeyDictionary[Engine, _Cache] = WeakKeyDictionary()


def published(public_id: str) -> Published:
    """The published survey at this address. Raises `NotFound` for none and for a draft."""
    cache = _cache()
    kept = cache.surveys.get(public_id)
    moment = time.monotonic()
    if kept is not None and moment - kept[0] < CHECK_SECONDS:
        return kept[1]
    survey = _read(public_id)
    if kept is not None and kept[1] == survey:
        survey = kept[1]
    if len(cache.surveys) >= _MOST_KEPT:
        cache.surveys.clear()
    cache.surveys[public_id] = (moment, survey)
    return survey


def version(survey: Published, number: int | None = None) -> CompiledVersion:
    """A published version of `survey`, the newest by default, compiled once. Raises `NotFound`."""
    number = survey.version if number is None else number
    cache = _cache().versions
    found = cache.get((survey.public_id, number))
    if found is not None:
        return found
    row = db.session.execute(
        select(SurveyVersion.id, SurveyVersion.definition).where(
            SurveyVersion.survey_id == survey.id, SurveyVersion.number == number
        )
    ).first()
    if row is None:
        raise NotFound
    if len(cache) >= _MOST_KEPT:
        cache.clear()
    found = CompiledVersion(row.id, number, beside_the_hub(lambda: compile(read(row.definition))))
    cache[(survey.public_id, number)] = found
    return found


def _cache() -> _Cache:
    engine = db.engine
    cache = _caches.get(engine)
    if cache is None:
        cache = _caches[engine] = _Cache()
    return cache


def _read(public_id: str) -> Published:
    row = db.session.execute(
        select(Survey, Unit.name).join(Unit, Unit.id == Survey.unit_id).where(Survey.public_id == public_id)
    ).first()
    if row is None or row.Survey.version_number is None:
        raise NotFound
    require_phase(Deed.SEE, Phase.DRAFT if row.Survey.state is State.DRAFT else Phase.OPEN)
    return as_values(row.Survey, row.name)


def as_values(survey: Survey, unit_name: Localized) -> Published:
    """The survey as its public pages show it; version 0 before the first."""
    return Published(
        id=survey.id,
        public_id=survey.public_id,
        unit_id=survey.unit_id,
        activity_id=survey.activity_id,
        unit_name=unit_name,
        title=survey.title,
        introduction=survey.introduction,
        thanks=survey.thanks,
        state=survey.state,
        layout=survey.layout,
        opens_at=survey.opens_at,
        closes_at=survey.closes_at,
        one_per_device=survey.one_per_device,
        version=survey.version_number or 0,
        results_published_at=survey.results_published_at,
    )


@subscribe(SurveyChanged)
def _forget(event: SurveyChanged) -> None:
    """What this process has just changed is seen at once."""
    for cache in _caches.values():
        cache.surveys.pop(event.public_id, None)
