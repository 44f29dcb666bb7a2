"""The sender of a room looks whenever it was woken, also in the moment its wait ends."""

from __future__ import annotations

import threading

from flask import Flask

from engage.live.sockets import pump


def test_a_waking_as_the_wait_ends_is_not_lost(app: Flask) -> None:
    with app.app_context():
        sender = pump.Pump(app)
    sender.stop()

    class JustMissed(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            self.set()
            return False

    looks: list[bool] = []

    def look(woken: bool) -> None:
        looks.append(woken)
        sender._stopped = True

    vars(sender).update(_woken=JustMissed(), _look=look, _stopped=False)
    sender._run()
    assert looks == [True]
