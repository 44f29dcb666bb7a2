"""The database of the live benchmark: one room that publishes at once; prints its public id."""

from __future__ import annotations

from flask_migrate import upgrade

from engage import create_app
from engage.live.models import Phase
from tests.factories.live import make_room


def main() -> None:
    app = create_app()
    with app.app_context():
        upgrade()
        print(make_room(Phase.LIVE, moderation=False).public_id)


if __name__ == "__main__":
    main()
