"""Who did what, on what, before and after; append-only."""
