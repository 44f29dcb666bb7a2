"""The files of an installation as somebody would read them who has them all: every byte, every commit."""

from __future__ import annotations

import json
import struct
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import IO, cast

from engage.core.slots import NAME, SlotFile

_WAL_HEADER, _FRAME_HEADER = 32, 24
_LAGS = range(-5, 6)
# Unrelated orders of forty to sixty people stay below it.
ALIKE = 0.55


def read_all(*folders: Path) -> dict[str, bytes]:
    """Every file below the folders, and in archives there, by path."""
    files = {
        str(path): path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()
    }
    for name in [name for name in files if name.endswith(".tar.gz")]:
        with tarfile.open(name) as archive:
            for member in archive:
                files[f"{name}/{member.name}"] = cast(IO[bytes], archive.extractfile(member)).read()
    return files


def commits(log: bytes) -> Iterator[bytes]:
    """The pages each commit of a write-ahead log wrote, joined, also those of before its last start."""
    if len(log) < _WAL_HEADER:
        return
    size = struct.unpack(">I", log[8:12])[0]
    pages: list[bytes] = []
    for start in range(_WAL_HEADER, len(log) - _FRAME_HEADER - size + 1, _FRAME_HEADER + size):
        pages.append(log[start + _FRAME_HEADER : start + _FRAME_HEADER + size])
        if struct.unpack(">I", log[start + 4 : start + 8])[0]:
            yield b"".join(pages)
            pages = []


def pairs(
    log: bytes, marks: Mapping[int, Sequence[bytes]], said: Mapping[int, Sequence[bytes]]
) -> dict[int, int]:
    """Which mark came with which words: those that stand in the log for the first time in one commit."""
    seen_marks: set[int] = set()
    seen_said: set[int] = set()
    found: dict[int, int] = {}
    for pages in commits(log):
        new_marks, new_said = _those_in(pages, marks) - seen_marks, _those_in(pages, said) - seen_said
        seen_marks |= new_marks
        seen_said |= new_said
        found.update(zip(sorted(new_marks), sorted(new_said), strict=False))
    return found


def spelled(words: str) -> list[bytes]:
    """What people wrote as it may lie in a file: as it is, escaped in JSON, escaped in UTF-16."""
    return [words.encode(), json.dumps(words)[1:-1].encode(), words.encode("utf-16-le")]


def likeness(found: Sequence[int], said: Sequence[int]) -> float:
    """How much one order tells of the other: by rank, turned round, moved along, or who is beside whom."""
    turned = [[*found[lag:], *found[:lag]] for lag in _LAGS]
    place = {thing: at for at, thing in enumerate(said)}
    beside = sum(abs(place[one] - place[other]) == 1 for one, other in pairwise(found))
    return max(*(abs(_correlation(order, place)) for order in turned), beside / (len(said) - 1))


def orders(files: Mapping[str, bytes], marks: Mapping[int, Sequence[bytes]]) -> dict[str, list[int]]:
    """In which order the marks lie in each file that holds them all."""
    found = {}
    for name, data in files.items():
        places = {n: max(data.rfind(form) for form in forms) for n, forms in marks.items()}
        if min(places.values()) >= 0:
            found[name] = sorted(places, key=places.__getitem__)
    return found


def tags_left(instance: Path) -> int:
    """How many marks still say which answer they came with."""
    return len(SlotFile(instance / NAME).open_slots())


def _those_in(data: bytes, wanted: Mapping[int, Sequence[bytes]]) -> set[int]:
    return {n for n, forms in wanted.items() if any(form in data for form in forms)}


def _correlation(order: Sequence[int], place: Mapping[int, int]) -> float:
    """Spearman's rank correlation."""
    count = len(order)
    squares = sum((at - place[thing]) ** 2 for at, thing in enumerate(order))
    return 1 - 6 * squares / (count * (count**2 - 1))
