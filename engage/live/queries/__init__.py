"""Reading live sessions; what other domains may ask is named here."""

from engage.live.queries.results import Told, announced, open_now, recent_results, story

__all__ = ["Told", "announced", "open_now", "recent_results", "story"]
