"""The only seam from the database to columns: appends what is new, can be rebuilt at any time.

A folder per survey holds Parquet pieces and ``state.json`` (its SHA-256 in hex, a line end, JSON), replaced
atomically after the pieces it names are on disk; a crash in between leaves a piece nobody names, which the
next append overwrites.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.json as pj
from sqlalchemy import Text, cast, select

from engage.analysis.encode import encode
from engage.analysis.layout import Field, fields_of, read_definition
from engage.analysis.pieces import DamagedColumns, Piece, PieceReader, write_piece
from engage.core.db import db
from engage.core.disk import store_file
from engage.questions.definition import Definition
from engage.surveys.models import Response, SurveyVersion

PIECE_ROWS = 50_000
MOST_SMALL_PIECES = 24
_FORMAT = 2
META = ("id", "version", "minute", "source", "language")


@dataclass(slots=True)
class State:
    """What is stored: the last response id, the pieces, the option codes by column key."""

    last_id: int = 0
    serial: int = 0
    pieces: list[Piece] = field(default_factory=list)
    codes: dict[str, list[str]] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return sum(piece.rows for piece in self.pieces)


class ColumnStore:
    """The columns of one survey below ``root``; used by one thread at a time."""

    def __init__(self, root: Path, survey_id: int) -> None:
        self.survey_id = survey_id
        self.folder = root / f"survey-{survey_id}"
        self.state = self._load()
        self._pieces = PieceReader(self.folder)
        self.definitions: dict[int, Definition] = {}
        self._numbers: dict[int, int] = {}

    def append_new(self) -> int:
        """Store the responses that came since the last call; the number of new rows.

        Raises ``DamagedColumns`` where something else lies in the place of files or folders, or where small
        pieces are to be joined and one cannot be read.
        """
        self._read_versions()
        before = self.state.rows
        try:
            for rows in self._new_rows():
                self._append(rows)
            if self.state.rows != before:
                self._compact()
                self._save()
        except (FileExistsError, IsADirectoryError, NotADirectoryError) as error:
            raise DamagedColumns(f"{error.filename}: {error.strerror}") from error
        return self.state.rows - before

    def rebuild(self) -> None:
        """Forget all columns and read every response again."""
        # Something else may lie in the place of the folders.
        for place in (self.folder.parent, self.folder):
            if place.is_symlink() or (place.exists() and not place.is_dir()):
                place.unlink()
        shutil.rmtree(self.folder, ignore_errors=True)
        # Files are never named alike: a frame knows by their names what it has read already.
        self.state = State(serial=self.state.serial)
        self._pieces.forget()
        # What was known of the versions may be of rows that are gone, and their ids used again.
        self.definitions.clear()
        self._numbers.clear()
        self.append_new()

    def fields(self) -> dict[str, Field]:
        """Every field of every version by column key, the newest version's first."""
        found: dict[str, Field] = {}
        for number in sorted(self.definitions, reverse=True):
            for item in fields_of(self.definitions[number], self.state.codes).values():
                found.setdefault(item.key, item)
        return found

    def read(self, piece: Piece, names: Sequence[str]) -> pa.Table:
        """Some columns of one piece; names it lacks are left out. Raises ``DamagedColumns``."""
        return self._pieces.read(piece, names)

    def _read_versions(self) -> None:
        wanted = select(SurveyVersion.id, SurveyVersion.number, SurveyVersion.definition).where(
            SurveyVersion.survey_id == self.survey_id
        )
        if self._numbers:
            wanted = wanted.where(SurveyVersion.id.not_in(self._numbers))
        for row in db.session.execute(wanted):
            self._numbers[row.id] = row.number
            self.definitions[row.number] = read_definition(row.definition)

    def _new_rows(self) -> Iterator[list[Any]]:
        while True:
            rows = db.session.execute(
                select(
                    Response.id,
                    Response.version_id,
                    Response.submitted_minute,
                    Response.source,
                    Response.language,
                    cast(Response.answers, Text).label("answers"),
                )
                .where(Response.survey_id == self.survey_id, Response.id > self.state.last_id)
                .order_by(Response.id)
                .limit(PIECE_ROWS)
            ).all()
            if not rows:
                return
            yield list(rows)

    def _append(self, rows: list[Any]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        pieces = []
        for version_id, group in groupby(sorted(rows, key=lambda row: (row.version_id, row.id)), _version):
            number = self._numbers[version_id]
            pieces.append(self._write(number, self._table(number, list(group))))
        # Only when all of them are written: otherwise the next append would count some of the rows again.
        self.state.pieces.extend(pieces)
        self.state.last_id = rows[-1].id

    def _table(self, number: int, rows: list[Any]) -> pa.Table:
        fields = fields_of(self.definitions[number], self.state.codes)
        for item in fields.values():
            self.state.codes[item.key] = list(item.codes)
        columns: dict[str, Any] = {
            "id": pa.array([row.id for row in rows], pa.int64()),
            "version": pa.array([number] * len(rows), pa.int32()),
            "minute": pa.array([int(row.submitted_minute.timestamp()) // 60 for row in rows], pa.int64()),
            "source": pa.array([row.source.value for row in rows]).dictionary_encode(),
            "language": pa.array([row.language for row in rows]).dictionary_encode(),
        }
        answers = _parsed([row.answers for row in rows], fields)
        for question, item in fields.items():
            columns.update(encode(answers.column(question), item))
        return pa.table(columns)

    def _write(self, number: int, table: pa.Table) -> Piece:
        self.state.serial += 1
        return write_piece(self.folder, f"{self.state.serial:06d}.parquet", number, table)

    def _compact(self) -> None:
        """Join small pieces, so that a survey answered over weeks does not become thousands of files."""
        small = [piece for piece in self.state.pieces if piece.rows < PIECE_ROWS // 2]
        if len(small) <= MOST_SMALL_PIECES:
            return
        for number in {piece.version for piece in small}:
            group = [piece for piece in small if piece.version == number]
            if len(group) < 2:
                continue
            tables = [self._pieces.read(piece) for piece in group]
            joined = self._write(number, pa.concat_tables(tables, promote_options="default"))
            self.state.pieces[self.state.pieces.index(group[0])] = joined
            self.state.pieces = [piece for piece in self.state.pieces if piece not in group]

    def _load(self) -> State:
        try:
            digest, _, body = (self.folder / "state.json").read_bytes().partition(b"\n")
        except OSError:
            return State()
        if digest.decode("ascii", "replace") != hashlib.sha256(body).hexdigest():
            return State()
        data = orjson.loads(body)
        if data["format"] != _FORMAT:
            return State()
        pieces = [Piece(**piece) for piece in data["pieces"]]
        return State(data["last_id"], data["serial"], pieces, data["codes"])

    def _save(self) -> None:
        body = orjson.dumps({"format": _FORMAT, **asdict(self.state)})
        store_file(self.folder / "state.json", hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
        named = {piece.file for piece in self.state.pieces}
        for path in self.folder.glob("*.parquet"):
            if path.name not in named:
                path.unlink(missing_ok=True)


def _version(row: Any) -> int:
    return int(row.version_id)


def _parsed(answers: list[str], fields: dict[str, Field]) -> pa.Table:
    schema = pa.schema([(question, item.json_type) for question, item in fields.items()])
    # The added key keeps rows without any answer from being an empty object, which the reader would drop.
    lines = "\n".join(f'{{"_":0,{text[1:]}' if len(text) > 2 else '{"_":0}' for text in answers).encode()
    options = pj.ParseOptions(
        explicit_schema=schema.append(pa.field("_", pa.int64())), unexpected_field_behavior="ignore"
    )
    table = pj.read_json(
        pa.BufferReader(lines), read_options=pj.ReadOptions(block_size=len(lines) + 1), parse_options=options
    )
    if table.num_rows != len(answers):
        raise ValueError("a stored response is not one JSON object")
    return table.combine_chunks()


__all__ = ["META", "ColumnStore", "DamagedColumns", "Piece", "State"]
