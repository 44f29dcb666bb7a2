"""A survey's result as the public may see it: bars, means, never texts, never a small group."""

from __future__ import annotations

from typing import Any

from engage.analysis import disclosure
from engage.analysis.dashboard import Dashboard, Filter
from engage.analysis.tallies import Tally


def public_questions(dashboard: Dashboard) -> list[dict[str, Any]]:
    """Each question as JSON for ``PublishedResult.questions``; texts in every language they have.

    ``state`` is ``shown``, ``withheld`` (under ten answers) or ``texts`` (read by staff, not published).
    """
    found = []
    for tally in dashboard.tallies(Filter()):
        question = dashboard.questions[tally.question]
        labels = {code: dict(text) for code, text in dashboard.labels(tally.question).items()}
        found.append(
            {
                "id": tally.question,
                "text": dict(question.text),
                "kind": tally.kind,
                "several": question.kind.summary().several,
                **_numbers(tally, several=question.kind.summary().several),
                "labels": labels,
            }
        )
    return found


def _numbers(tally: Tally, *, several: bool) -> dict[str, Any]:
    if not disclosure.publishable(tally.base):
        return {"state": "withheld"}
    if tally.kind == "texts":
        return {"state": "texts", "base": tally.base}
    counts = disclosure.several(tally.counts, tally.base) if several else disclosure.exclusive(tally.counts)
    mean = round(tally.mean, 2) if tally.mean is not None else None
    return {
        "state": "shown",
        "base": tally.base,
        "rows": [[code, count, round(count / tally.base, 4)] for code, count in counts.shown],
        "merged": list(counts.merged),
        "merged_count": counts.merged_count,
        "mean": mean,
    }
