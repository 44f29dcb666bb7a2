"""The database of the room benchmark: one room with so many published questions, and as many that wait.

Prints the room's public id and a moderator's session cookie, with a bar between them.
"""

from __future__ import annotations

import sys

from flask_migrate import upgrade

from engage import create_app
from engage.accounts.permissions import Role
from engage.core.writer import atomic
from engage.live.models import Phase
from tests.factories.accounts import make_session, make_user
from tests.factories.live import ask, make_room
from tests.fixtures.staff import staff_cookie

_TEXT = "老旧小区加装电梯以后每户要分摊多少费用，低保家庭能不能减免？"
_EACH = 10


def main() -> None:
    app = create_app()
    with app.app_context():
        upgrade()
        room = make_room(Phase.LIVE, moderation=False)
        with atomic():
            for number in range(int(sys.argv[1])):
                ask(room, _TEXT + chr(0x4E00 + number), by=number // _EACH + 10)
            room.moderation = True
            for number in range(int(sys.argv[1])):
                ask(room, _TEXT + chr(0x4E00 + number), by=number // _EACH + 100_000)
        cookie = staff_cookie(app, make_session(make_user(Role.MODERATOR)))
        print(f"{room.public_id}|{cookie['value']}")


if __name__ == "__main__":
    main()
