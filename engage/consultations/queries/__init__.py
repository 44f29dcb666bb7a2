"""Reading consultations: for the public only what is published."""

from engage.consultations.queries.portal import open_now, recent_results, story
from engage.consultations.queries.tallies import clause_tallies

__all__ = ["clause_tallies", "open_now", "recent_results", "story"]
