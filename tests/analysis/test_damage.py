"""A damaged column file never becomes a figure: what is read is right, or made again from the database."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from engage.analysis.service import AnalysisService
from tests.factories.responses import add_responses, add_version, definition

pytestmark = [pytest.mark.database, pytest.mark.either_database]

ROWS = 40


@pytest.fixture
def stored(app: Flask, survey: dict[str, int]) -> tuple[Path, Callable[[], Any]]:
    """The folder of a survey's columns in two pieces, and what a new worker says of it."""
    drawn = random.Random(5)
    answers = [
        {"aaaa": drawn.choice(["s1", "s2"]), "bbbb": ["m1"], "cccc": drawn.randint(1, 5), "eeee": f"第{at}条"}
        for at in range(ROWS)
    ]

    def ask(asked: AnalysisService | None = None) -> Any:
        asked = asked or AnalysisService(app)
        about = {"survey_id": survey["survey"], "language": "zh_CN"}
        return [
            asked.answer({**about, "question": "dashboard"}),
            asked.answer({**about, "question": "texts", "text_question": "eeee", "page": 1}),
        ]

    with app.app_context():
        add_responses(survey, answers[:30])
        ask()
        add_responses(survey, answers[30:], add_version(survey, 2, definition(("s1", "s2"))))
        ask()
    return app.config["ENGAGE"].files / "columns" / f"survey-{survey['survey']}", ask


def _flipped(data: bytes, at: int, bit: int) -> bytes:
    return data[:at] + bytes([data[at] ^ (1 << bit)]) + data[at + 1 :]


def _damages(name: str, data: bytes) -> Iterator[bytes]:
    drawn = random.Random(name)
    for at in drawn.sample(range(len(data)), min(25, len(data))):
        yield _flipped(data, at, drawn.randrange(8))
    yield from (b"", data[: len(data) // 2], data + b"\0", bytes(len(data)), b"\xff" * len(data))


def test_whatever_byte_is_wrong_the_figures_are_right(
    stored: tuple[Path, Callable[[], Any]], tmp_path: Path
) -> None:
    folder, ask = stored
    right, kept = ask(), tmp_path / "kept"
    shutil.copytree(folder, kept)
    names = sorted(path.name for path in kept.iterdir())
    assert [name.rpartition(".")[2] for name in names] == ["parquet", "parquet", "json"]
    for name in names:
        for damaged in _damages(name, (kept / name).read_bytes()):
            shutil.rmtree(folder)
            shutil.copytree(kept, folder)
            (folder / name).write_bytes(damaged)
            assert ask() == right, (name, len(damaged))


@pytest.mark.parametrize("name", ["000001.parquet", "000002.parquet", "state.json"])
def test_a_file_that_is_gone_or_no_file_is_made_again(
    stored: tuple[Path, Callable[[], Any]], name: str
) -> None:
    folder, ask = stored
    right = ask()
    (folder / name).unlink()
    assert ask() == right
    for path in folder.iterdir():
        path.unlink()
    assert ask() == right
    shutil.rmtree(folder)
    assert ask() == right


@pytest.mark.parametrize(
    "name", ["", "..", "state.json", "state.json.part", "000001.parquet", "000003.parquet"]
)
def test_a_file_for_a_folder_and_a_folder_for_a_file_are_put_right(
    stored: tuple[Path, Callable[[], Any]], name: str
) -> None:
    folder, ask = stored
    right, place = ask(), folder.parent if name == ".." else folder / name
    if place.is_dir():
        shutil.rmtree(place)
        place.write_bytes(b"no folder")
    else:
        place.unlink(missing_ok=True)
        place.mkdir()
    assert ask() == right
    assert ask() == right


def test_files_put_in_the_place_of_each_other_are_noticed(stored: tuple[Path, Callable[[], Any]]) -> None:
    folder, ask = stored
    right = ask()
    shutil.copy(folder / "000002.parquet", folder / "000001.parquet")
    assert ask() == right


def test_damage_under_a_running_worker_is_noticed(
    app: Flask, stored: tuple[Path, Callable[..., Any]], caplog: pytest.LogCaptureFixture
) -> None:
    folder, ask = stored
    running = AnalysisService(app)
    right = ask(running)
    path = folder / "000001.parquet"
    data = path.read_bytes()
    path.write_bytes(_flipped(data, len(data) // 3, 2))
    # Texts are read from the file each time.
    assert ask(running) == right
    assert "columns were damaged and are made again" in caplog.messages
    assert ask() == right


def test_what_cannot_be_made_again_is_refused(
    app: Flask, stored: tuple[Path, Callable[..., Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, ask = stored
    (folder / "000001.parquet").unlink()

    def full(*_: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as disk:
        disk.setattr("engage.analysis.columns.write_piece", full)
        with pytest.raises(OSError, match="no space"):
            ask()
    assert ask()[0]["total"] == ROWS
