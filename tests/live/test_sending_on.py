"""The sender of a room looks whenever it was woken, also as its wait ends, and sends all there is, once."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from engage.live.queries import room as queries
from engage.live.queries import shared
from engage.live.sockets import pump
from tests.factories import live as make


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


@pytest.mark.parametrize("batch", [1, 2, 3, 100])
def test_a_log_of_any_length_is_sent_on_in_its_order_and_read_in_batches(
    app: Flask, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    read: list[int] = []
    said: list[tuple[str, str, int]] = []
    rows_after = queries.rows_after

    def rows(log_id: int, *, limit: int) -> list[queries.LogRow]:
        found = rows_after(log_id, limit=limit)
        read.append(len(found))
        return found

    def broadcast(room: str, event: str, payload: dict[str, Any]) -> None:
        assert event == pump.DELTA
        said.append((room, payload["stream"], payload["seq"]))

    with app.app_context():
        sender = pump.Pump(app)
        sender.stop()  # its own threads may have looked already
        monkeypatch.setattr(pump, "_BATCH", batch)
        monkeypatch.setattr(queries, "rows_after", rows)
        monkeypatch.setattr(pump, "broadcast", broadcast)
        rooms = [make.make_room(), make.make_room()]
        for number in range(3):
            for room in rooms:
                make.ask(room, f"第{number}个问题是什么", by=number)
        sender._send_log()
        # Each question is told to the moderators of its room and to its own asker.
        wanted = [(f"live:{room.id}:moderators", "moderators", seq) for seq in (1, 2, 3) for room in rooms]
        assert [told for told in said if told[1] == "moderators"] == wanted
        assert [told[1:] for told in said if told[1] != "moderators"] == [("mine", 1)] * 6
        assert max(read) <= batch
        assert len(read) <= 12 // batch + 1
        said.clear()
        sender._send_log()
        assert said == [], "nothing is told twice"


def test_what_is_made_for_a_stream_is_kept_while_it_stays_and_for_a_while(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [100.0]
    made: list[Any] = []
    monkeypatch.setattr(shared, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    monkeypatch.setattr(shared, "_MOST", 3)

    def ask(name: str, head: int, seconds: float = 10.0) -> Any:
        return shared.once_per((name,), head, lambda: made.append((name, head)) or len(made), seconds)

    with app.app_context():
        assert [ask("a", 1), ask("a", 1), ask("b", 1), ask("a", 1)] == [1, 1, 2, 1]
        assert [ask("a", 2), ask("a", 2), ask("b", 1)] == [3, 3, 2], "the stream of the first went on"
        clock[0] += 9.9
        assert ask("a", 2) == 3
        clock[0] += 0.2
        assert ask("a", 2) == 4, "days that run out change what is seen without a word"
        assert ask("a", 2, seconds=0.0) == 5
        assert [ask(name, 1) for name in "cde"] == [6, 7, 8]
        assert ask("e", 1) == 8
        assert ask("a", 2) == 9, "no more are kept than there is room for"
