"""Charts for staff: plotly figures as plain JSON objects, drawn in the browser."""

from __future__ import annotations

from datetime import date
from typing import Any

import plotly.graph_objects as go

from engage.analysis.tallies import Tally
from engage.core.figures import percent_text

PRIMARY = "#1d4f91"
WARM = "#b45309"
_FONT = {"family": "system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif", "size": 14}
_BAR_PIXELS = 34
_FEW_DAYS = 7
_WRAP = 22
_FEW_PEOPLE = ((5, 1), (10, 2), (25, 5))
"""Up to so many people, a tick for every so many of them."""
# Options are words even where they look like numbers, such as ratings.
_OPTIONS = {"autorange": "reversed", "automargin": True, "type": "category"}


def bars(tally: Tally, labels: dict[str, str]) -> dict[str, Any]:
    """Horizontal bars of people per option, with shares; ranges of numbers stand upright."""
    codes = [code for code, _ in tally.counts]
    counts = [count for _, count in tally.counts]
    names = [labels.get(code, code.replace("..", "–")) for code in codes]
    shares = [f"{count} · {percent_text(count / tally.base, 1)}" if tally.base else "0" for count in counts]
    if tally.kind == "numbers":
        upright = go.Bar(x=names, y=counts, marker_color=PRIMARY, text=counts)
        return _figure(upright, height=300, xaxis={"type": "category"}, yaxis=_people(counts))
    bar = go.Bar(
        x=counts,
        y=codes,
        orientation="h",
        text=shares,
        textposition="auto",
        customdata=codes,
        hovertext=[_plain(name) for name in names],
        marker_color=PRIMARY,
        hovertemplate="%{hovertext}: %{text}<extra></extra>",
    )
    # Two options may have the same words: the codes tell them apart, the words only name them.
    words = {"tickmode": "array", "tickvals": codes, "ticktext": [_wrapped(name) for name in names]}
    return _figure(bar, height=70 + _BAR_PIXELS * len(codes), xaxis=_people(counts), yaxis=_OPTIONS | words)


def timeline(days: tuple[tuple[str, int], ...], language: str) -> dict[str, Any]:
    """Responses per day."""
    chinese = language.startswith("zh")
    counts = [count for _, count in days]
    on = [date.fromisoformat(day) for day, _ in days]
    names = [f"{day.month}月{day.day}日" if chinese else f"{day.day} {day:%b}" for day in on]
    bar = go.Bar(
        x=[day for day, _ in days],
        y=counts,
        marker_color=WARM,
        hovertext=names,
        hovertemplate="%{hovertext}: %{y}<extra></extra>",
    )
    axis: dict[str, Any] = {"type": "date", "tickformat": "%-m月%-d日" if chinese else "%-d %b"}
    if len(days) <= _FEW_DAYS:
        # Between a few days the chart library would put hours, all named by the same day.
        axis = {
            "type": "category",
            "tickmode": "array",
            "tickvals": [day for day, _ in days],
            "ticktext": names,
        }
    return _figure(bar, height=240, xaxis=axis, yaxis=_people(counts))


def _people(counts: list[int]) -> dict[str, Any]:
    """An axis of people: the chart library would divide the first few into halves and fifths."""
    axis: dict[str, Any] = {"tickformat": ",d"}
    for most, step in _FEW_PEOPLE:
        if max(counts, default=0) <= most:
            return axis | {"dtick": step}
    return axis


def _figure(trace: Any, *, height: int, **layout: Any) -> dict[str, Any]:
    figure = go.Figure(trace)
    figure.update_layout(
        template=None,
        height=height,
        margin={"l": 8, "r": 16, "t": 8, "b": 32},
        font=_FONT,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        bargap=0.25,
        showlegend=False,
        **layout,
    )
    figure.update_xaxes(gridcolor="#e5e7eb", zeroline=False)
    figure.update_yaxes(automargin=True)
    result: dict[str, Any] = figure.to_plotly_json()
    return result


def _wrapped(name: str) -> str:
    if len(name) > 3 * _WRAP:
        name = f"{name[: 3 * _WRAP - 1]}…"
    lines = [name[start : start + _WRAP] for start in range(0, len(name), _WRAP)]
    return "<br>".join(map(_plain, lines))


def _plain(words: str) -> str:
    """Words in which the chart library finds neither its tags nor its signs: it shows them as they are."""
    return words.replace("&", "&amp;").replace("<", "&lt;")
