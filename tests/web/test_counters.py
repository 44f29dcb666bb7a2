"""Windows of counting: what is allowed, how long to wait, and that old windows are dropped."""

from __future__ import annotations

from engage.web.counters import WindowCounters


def test_a_window_allows_so_many_and_says_how_long_to_wait() -> None:
    moment = 600.0
    counters = WindowCounters(lambda: moment)
    assert [counters.hit(("ask", "a"), 2, 60) for _ in range(4)] == [0, 0, 60, 60]
    assert counters.hit(("ask", "b"), 2, 60) == 0
    moment = 655.5
    assert counters.hit(("ask", "a"), 2, 60) == 5
    moment = 660.0
    assert counters.hit(("ask", "a"), 2, 60) == 0


def test_windows_of_different_length_do_not_meet() -> None:
    counters = WindowCounters(lambda: 0.0)
    assert counters.hit(("x",), 1, 60) == 0
    assert counters.hit(("x",), 1, 3600) == 0
    assert counters.hit(("x",), 1, 60) > 0


def test_an_old_window_is_forgotten() -> None:
    moment = 0.0
    counters = WindowCounters(lambda: moment)
    for number in range(1000):
        counters.hit((str(number),), 1, 60)
    moment = 60.0
    counters.hit(("x",), 1, 60)
    assert len(counters._windows[60][1]) == 1


def test_a_count_takes_the_same_room_whatever_a_stranger_calls_it() -> None:
    counters = WindowCounters(lambda: 0.0)
    for name in ("a", "长" * 80_000, "\x1f", ""):
        counters.hit((name, "network", "198.51.100.7"), 1, 3600)
    kept = counters._windows[3600][1]
    assert {len(key) for key in kept} == {16}
    assert len(kept) == 4
    assert counters.hit(("长" * 80_000, "network", "198.51.100.7"), 1, 3600) > 0
