"""Analysis: responses as columns on disk, tallies and charts from them, always outside the web process."""
