"""When a consultation may be marked as settled (办结), and what is still missing."""

from __future__ import annotations

from dataclasses import dataclass

from engage.consultations.rules.phases import Phase
from engage.core.messages import Message, msg


@dataclass(frozen=True, slots=True)
class Progress:
    """Counts of comments that have words, by what they still wait for."""

    pending: int = 0
    without_outcome: int = 0
    open_cases: int = 0
    result_published: bool = False


def missing(phase: Phase, progress: Progress) -> list[Message]:
    """What is still to be done before settling, a sentence each; empty when nothing is."""
    found: list[Message] = []
    if phase in (Phase.OPEN, Phase.ANNOUNCED):
        found.append(msg("The period for comments has not ended yet."))
    if progress.pending:
        found.append(msg("Comments still waiting for review: {count}.", count=progress.pending))
    if progress.open_cases:
        found.append(msg("Comments still being answered by departments: {count}.", count=progress.open_cases))
    if progress.without_outcome:
        found.append(msg("Published comments without an outcome: {count}.", count=progress.without_outcome))
    if not progress.result_published:
        found.append(msg("The result page is not published yet."))
    return found
