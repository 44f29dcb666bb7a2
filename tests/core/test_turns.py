"""Whose turn it is: who waits keeps its place, also one that was taken and not begun."""

from __future__ import annotations

import time

import pytest

from engage.core import begin, writer
from engage.core.errors import Busy
from engage.core.turns import Command, Writer, left


def _lined_up(turns: Writer, *names: str, wait: float = 5.0) -> list[Command]:
    commands = [Command(lambda name=name: name, False, time.monotonic() + wait) for name in names]  # type: ignore[misc]
    for command in commands:
        turns.line_up(command)
    return commands


def _names(commands: list[Command]) -> str:
    return "".join(command.run() for command in commands)


def test_the_first_leads_and_all_are_taken_in_the_order_they_came() -> None:
    turns = Writer()
    commands = _lined_up(turns, *"abc")
    assert [command.leads for command in commands] == [True, False, False]
    assert _names(turns.take()) == "abc"
    assert turns.pending == []


@pytest.mark.parametrize("meanwhile", ["", "xy"])
def test_what_was_not_begun_waits_in_front_in_its_order(meanwhile: str) -> None:
    turns = Writer()
    _lined_up(turns, *"abcde")
    batch = turns.take()
    newer = _lined_up(turns, *meanwhile)
    turns.put_back(batch[2:])
    assert _names(turns.pending) == "cde" + meanwhile
    leaders = [command for command in turns.pending if command.leads]
    # One leads: whoever came while nobody waited, or else the first of those put back, who is told so.
    assert leaders == (newer[:1] or batch[2:3])
    assert all(command.told.is_set() == (command in leaders and not newer) for command in turns.pending)
    assert _names(turns.take()) == "cde" + meanwhile


def test_who_steps_aside_hands_the_lead_to_the_next() -> None:
    turns = Writer()
    first, second, third = _lined_up(turns, *"abc")
    turns.step_aside(first)
    assert (second.leads, second.told.is_set(), third.leads) == (True, True, False)
    turns.step_aside(second)
    turns.step_aside(third)
    assert turns.pending == []


def test_who_follows_gives_up_at_its_own_time_and_leaves_the_others() -> None:
    turns = Writer()
    first, second, third = _lined_up(turns, *"abc")
    second.deadline = time.monotonic()
    with pytest.raises(Busy):
        turns.follow(second)
    assert turns.pending == [first, third]
    turns.end(turns.take())
    turns.follow(third)
    assert third.ended


def test_the_times_people_wait_for() -> None:
    """A page is answered or refused within five seconds, and a batch keeps others waiting for a moment."""
    assert begin.WAIT_SECONDS == writer.WAIT_SECONDS == 5.0
    assert writer._BATCH_SECONDS <= 0.02
    assert 0.0 <= left(time.monotonic() - 1) <= left(time.monotonic() + 1) <= 1.0
