"""Deeds of the year: one intent, one function, one transaction."""
