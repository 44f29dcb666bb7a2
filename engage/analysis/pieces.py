"""Parquet files whose every byte is checked before it becomes a figure.

The whole file is compared with its digest when it is first read and whenever it was written to since; what is
read later comes by the file's description kept from then, with the checksum of each page.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


class DamagedColumns(Exception):
    """A stored column cannot be read, or is not what was written; it can be made again from the database."""


@dataclass(slots=True)
class Piece:
    """One Parquet file: rows of one version, in the order of their ids; ``digest`` is its SHA-256 in hex."""

    file: str
    version: int
    rows: int
    digest: str


def write_piece(folder: Path, name: str, version: int, table: pa.Table) -> Piece:
    """Write ``table`` to disk as the file ``name``; returned is what reading it needs."""
    path = folder / name
    with path.open("wb") as file:
        pq.write_table(table, file, compression="zstd", write_page_checksum=True)
        file.flush()
        os.fsync(file.fileno())
    return Piece(name, version, table.num_rows, hashlib.sha256(path.read_bytes()).hexdigest())


class PieceReader:
    """Reads the pieces in a folder; remembers which it has checked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._checked: dict[str, tuple[tuple[int, ...], pq.FileMetaData]] = {}

    def read(self, piece: Piece, names: Sequence[str] | None = None) -> pa.Table:
        """Some columns of one piece (all without ``names``); those it lacks are left out.

        Raises ``DamagedColumns``.
        """
        path = self.folder / piece.file
        try:
            described = self._description(piece, path)
            with pq.ParquetFile(path, metadata=described, page_checksum_verification=True) as file:
                present = set(described.schema.to_arrow_schema().names)
                wanted = None if names is None else [name for name in names if name in present]
                return file.read(columns=wanted)
        except (OSError, pa.ArrowException) as error:
            raise DamagedColumns(f"{path.name}: {error}") from error

    def _description(self, piece: Piece, path: Path) -> pq.FileMetaData:
        there = path.stat()
        # Its number too: a file put in the place of another may be as long and as old.
        signature = (there.st_ino, there.st_size, there.st_mtime_ns, there.st_ctime_ns)
        known = self._checked.get(piece.file)
        if known is None or known[0] != signature:
            if hashlib.sha256(path.read_bytes()).hexdigest() != piece.digest:
                raise DamagedColumns(f"{path.name} is not what was written")
            known = self._checked[piece.file] = signature, pq.read_metadata(path)
        return known[1]

    def forget(self) -> None:
        """Nothing that was checked is there any more."""
        self._checked.clear()
