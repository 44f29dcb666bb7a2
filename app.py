"""What `flask` finds in this folder by itself, so that `.venv/bin/flask engage …` needs no --app."""

from engage import create_app

__all__ = ["create_app"]
