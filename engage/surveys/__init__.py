"""Surveys: written by staff, answered by citizens, counted by the analysis."""
