"""Drawing the answers of the surveys from the tables in ``content.chances``."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from engage.demo.content import chances as c
from engage.demo.content import survey_charging, survey_clinic
from engage.demo.moments import Moments

Answers = dict[str, Any]
_SATURDAY = 5
_TOWNSHIPS = ("baishi", "liutang")


def one_of(chance: random.Random, table: Mapping[str, float]) -> str:
    """One key by its weight."""
    return chance.choices(list(table), list(table.values()))[0]


def some_of(chance: random.Random, table: Mapping[str, float], most: int) -> list[str]:
    """Keys each with its own chance in per cent, in the table's order; at least one, at most ``most``."""
    picked = [key for key, share in table.items() if chance.random() * 100 < share]
    if not picked:
        return [one_of(chance, table)]
    keep = set(chance.sample(picked, min(most, len(picked))))
    return [key for key in table if key in keep]


def on_scale(chance: random.Random, mean: float, spread: float, low: int, high: int) -> int:
    """A rounded normal value within the scale."""
    return max(low, min(high, round(chance.gauss(mean, spread))))


def charging(chance: random.Random) -> Answers:
    """One response about electric bicycles."""
    z = chance.gauss(0, 1)
    district = one_of(chance, c.DISTRICTS)
    house = one_of(chance, c.HOUSES[district])
    answers: Answers = {"district": district, "house": house, "owns": one_of(chance, c.OWNS[house])}
    if answers["owns"] != "none":
        answers["where"] = some_of(chance, c.WHERE[house], 3)
        if chance.random() < 0.86:
            answers["times"] = on_scale(chance, c.TIMES_MEAN, c.TIMES_SPREAD, 0, 21)
        answers["price"] = on_scale(chance, c.PRICE[house] + 0.5 * z, 0.9, 1, 5)
        if chance.random() < 0.9:
            answers["trouble"] = some_of(chance, c.TROUBLE[house], 2)
    indoors = bool({"indoors", "wire"} & set(answers.get("where", ())))
    answers["safe"] = on_scale(chance, c.SAFE[house] + 0.9 * z - 0.8 * indoors, 1.6, 1, 10)
    answers["first"] = one_of(chance, c.FIRST[house])
    _idea(chance, answers, survey_charging)
    return answers


def clinic(chance: random.Random) -> Answers:
    """One response about the community clinics."""
    z = chance.gauss(0, 1)
    age = one_of(chance, c.AGES)
    district = one_of(chance, c.DISTRICTS)
    visits = 0 if chance.random() < c.NEVER[age] else min(60, 1 + int(chance.expovariate(1 / c.VISITS[age])))
    answers: Answers = {"age": age, "district": district, "visits": visits}
    shift = 0.45 * z + (c.OLD_BONUS if age == "old" else 0) + (c.TOWNSHIP if district in _TOWNSHIPS else 0)
    if visits:
        for key, mean in c.STARS.items():
            answers[key] = on_scale(chance, mean + shift, 0.8, 1, 5)
    answers["go"] = one_of(chance, c.GO[age])
    if answers["go"] != "clinic" or chance.random() < 0.5:
        answers["why"] = some_of(chance, c.WHY[age], 3)
    answers["wish1"] = some_of(chance, c.WISH[age], 2)
    _idea(chance, answers, survey_clinic)
    return answers


def _idea(chance: random.Random, answers: Answers, pool: Any) -> None:
    if chance.random() >= c.IDEA:
        return
    if chance.random() < c.IDEA_ALONE:
        answers["idea"] = chance.choice(pool.ALONE)
    else:
        answers["idea"] = chance.choice(pool.OPENINGS) + chance.choice(pool.WISHES)


def minutes(
    chance: random.Random, moments: Moments, opens: datetime, until: datetime, count: int
) -> list[datetime]:
    """When ``count`` responses came in, in order: by day and by hour, within the window."""
    first, days = _first_day(moments, opens, until)
    weights = [_day_weight(first + timedelta(days=at), at) for at in range(days)]
    found: list[datetime] = []
    while len(found) < count:
        wanted = count - len(found)
        picked = chance.choices(range(days), weights, k=wanted)
        hours = chance.choices(range(24), c.HOURS, k=wanted)
        for at, hour in zip(picked, hours, strict=True):
            moment = moments.at(first + timedelta(days=at), hour, chance.randrange(60))
            if opens <= moment < until:
                found.append(moment)
    return sorted(found)


def _first_day(moments: Moments, opens: datetime, until: datetime) -> tuple[date, int]:
    ago = (moments.now - opens).days + 1
    first = moments.today - timedelta(days=ago)
    return first, (until - opens).days + 3


def _day_weight(day: date, at: int) -> float:
    weight = max(c.FLOOR, c.LAUNCH * (1 - at / (2 * c.DECLINE))) + (
        c.REMINDER if at in (c.REMINDER_DAY, c.REMINDER_DAY + 1) else 0
    )
    return weight * (c.WEEKEND if day.weekday() >= _SATURDAY else 1)
