"""Work in the thread pool: what it answers and raises comes back, and nothing is printed of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engage.core import threads
from engage.core.errors import Invalid
from engage.core.threads import beside_the_hub, in_turns
from engage.settings.emblem import store_emblem
from engage.themedays.photos import store_photo


@pytest.fixture(params=[False, True], ids=["here", "in the pool"], autouse=True)
def patched(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setattr(threads, "is_module_patched", lambda _name: request.param)
    return bool(request.param)


def test_the_answer_and_the_error_come_back() -> None:
    assert beside_the_hub(lambda: divmod(7, 2)) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        beside_the_hub(lambda: divmod(7, 0))


@pytest.mark.parametrize("store", [store_emblem, store_photo])
def test_a_refused_picture_is_one_line_in_the_log(
    store: Callable[[bytes, Path], object],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    with pytest.raises(Invalid):
        store(b"no picture", tmp_path)
    assert "Traceback" not in capfd.readouterr().err
    (line,) = caplog.records
    assert line.exc_info is None
    assert "\n" not in line.getMessage()


def test_long_loops_let_others_run(monkeypatch: pytest.MonkeyPatch, patched: bool) -> None:
    rests: list[float] = []
    monkeypatch.setattr(threads.gevent, "sleep", rests.append)
    monkeypatch.setattr(threads, "_TURN_SECONDS", -1)
    assert list(in_turns("abc")) == ["a", "b", "c"]
    assert len(rests) == (3 if patched else 0)
    monkeypatch.setattr(threads, "_TURN_SECONDS", 60)
    assert list(in_turns("abc")) == ["a", "b", "c"]
    assert len(rests) == (3 if patched else 0)
