"""Deeds of the consultations: one intent, one function, one transaction."""
