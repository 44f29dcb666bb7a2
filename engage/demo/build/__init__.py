"""Turning the content into rows, each domain's by its own module."""
