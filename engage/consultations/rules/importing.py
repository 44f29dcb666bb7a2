"""Reading a CSV file of comments: any of the usual encodings and headers, every bad row named."""

from __future__ import annotations

import csv
import io
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, islice
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from engage.consultations.models import Stance
from engage.consultations.rules.clause_names import ClauseIndex
from engage.consultations.rules.comments import ENTERED_LIMIT, cleaned
from engage.consultations.rules.import_cells import find_columns, read_stance, read_time
from engage.core.cells import typed_cell
from engage.core.clock import DEFAULT_ZONE, minute
from engage.core.messages import Message, msg, too_long

FILE_BYTES: Final = 50_000_000
ROWS: Final = 100_000
CELL_CHARACTERS: Final = 100_000
COLUMNS: Final = 16_384
"""As many as a sheet of Excel has: more are a mistake, and looking through millions takes minutes."""
MOST_FINDINGS: Final = 100

_TITLE_LINES: Final = 10
"""How many lines may stand above the headings: a title, who it was collected by, a blank one."""
_TOO_WIDE: Final = "too many cells"
_LINE_END: Final = re.compile("\r\n?|\n")


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """`row` counts as a spreadsheet shows it; `clause` is a key, "" for the draft as a whole.

    A row is known again by `number`, as the file has it, and `text`; without one its time and clause count.
    """

    row: int
    number: str
    text: str
    stance: Stance | None
    at: datetime
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a row; row 0 is the file itself."""

    row: int
    message: Message


@dataclass(slots=True)
class Reading:
    """What a file holds. `ignored` are headers that are not taken over.

    `broken_off`: after a mistake in the quotation marks it is unknown where rows begin, so the rest was not
    read.
    """

    rows: list[ImportedRow] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    broken_off: bool = False

    @property
    def unreadable(self) -> bool:
        """Whether the file as a whole cannot be taken."""
        return self.broken_off or any(finding.row == 0 for finding in self.findings)


def read(
    data: bytes,
    moment: datetime,
    zone: ZoneInfo = DEFAULT_ZONE,
    clauses: Mapping[str, str] = MappingProxyType({}),
) -> Reading:
    """The rows of a CSV file, UTF-8 or GB 18030. `moment` stands in where the file has no times.

    `clauses` are the names of the draft's clauses by key; a row may name one of them. Columns that name a
    person (留言用户) are never read.
    """
    reading = Reading()
    text = _decoded(data, reading)
    if text is None:
        return reading
    rows = _rows(text)
    first = list(islice(rows, _TITLE_LINES + 1))
    number, columns = _headings(first)
    if number and isinstance(header := first[number - 1], list):
        reading.ignored = [cell for at, cell in enumerate(header) if at not in columns.values()]
    elif first and isinstance(first[0], csv.Error):
        reading.findings.append(Finding(0, _not_csv(first[0], 1)))
        return reading
    if "text" not in columns:
        reading.findings.append(
            Finding(0, msg("No column holds the text. It must be headed 留言详情, 意见内容, 内容 or text."))
        )
        return reading
    file = _File(columns, ClauseIndex(clauses), reading, moment, zone)
    _read_rows(chain(first[number:], rows), number, file)
    return reading


def _decoded(data: bytes, reading: Reading) -> str | None:
    if len(data) > FILE_BYTES:
        reading.findings.append(
            Finding(0, msg("The file is larger than {limit} MB.", limit=FILE_BYTES // 1_000_000))
        )
        return None
    # Excel's "Unicode text".
    wide = data.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    if not wide and b"\x00" in data[:4096]:
        reading.findings.append(
            Finding(0, msg("This is no CSV file in UTF-8 or GB 18030. Please save it as CSV (UTF-8)."))
        )
        return None
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    reading.findings.append(
        Finding(0, msg("The characters of the file cannot be read. Please save it as CSV (UTF-8)."))
    )
    return None


_Row = list[str] | csv.Error


def _rows(text: str) -> Iterator[_Row]:
    """The rows of the file; after a mistake in it that mistake, and nothing more."""
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    while True:
        try:
            row = next(lines, None)
        except csv.Error as error:
            yield error
            return
        if row is None:
            return
        if len(row) > COLUMNS:
            yield csv.Error(_TOO_WIDE)
            return
        yield row


def _delimiter(text: str) -> str:
    """The sign between cells: the one that makes most headings of one of the first lines."""
    lines = [line.replace('"', "") for line in _LINE_END.split(text, _TITLE_LINES + 1)[: _TITLE_LINES + 1]]
    ways = [
        (len(find_columns(line.split(sign, COLUMNS)[:COLUMNS])), line.count(sign), sign)
        for line in lines
        for sign in "\t;,"
    ]
    return max(ways, key=lambda way: way[:2])[2]


def _headings(first: Sequence[_Row]) -> tuple[int, dict[str, int]]:
    """Which of the ``first`` rows holds the headings, from 1, and the columns they name; 0: none does.

    It is the one with the most known headings; a row with a bare number in it holds no headings.
    """
    found: tuple[int, dict[str, int]] = (0, {})
    for number, row in enumerate(first, start=1):
        if isinstance(row, list) and not any(cell.strip().isdecimal() for cell in row):
            columns = find_columns(row)
            if len(columns) > len(found[1]):
                found = number, columns
    return found


@dataclass(frozen=True, slots=True)
class _File:
    """What is known of a file when its rows are read; `seen` are their texts by their numbers."""

    columns: Mapping[str, int]
    clauses: ClauseIndex
    reading: Reading
    moment: datetime
    zone: ZoneInfo
    seen: dict[str, str] = field(default_factory=dict)


def _read_rows(rows: Iterable[_Row], header: int, file: _File) -> None:
    """``header`` is that of the row with the headings."""
    reading = file.reading
    for number, cells in enumerate(rows, start=header + 1):
        if isinstance(cells, csv.Error):
            # First, so that it is told however many findings there are.
            reading.findings.insert(0, Finding(number, _not_csv(cells, number)))
            reading.broken_off = True
            return
        if number > header + ROWS:
            reading.findings.append(Finding(0, msg("The file has more than {limit} rows.", limit=ROWS)))
            return
        if any(cell.strip() for cell in cells):
            _read_row(number, cells, file)


def _read_row(number: int, cells: Sequence[str], file: _File) -> None:
    row = {
        name: typed_cell(cells[at].strip()) if at < len(cells) else "" for name, at in file.columns.items()
    }
    title, body = cleaned(row.get("title", "")), cleaned(row["text"])
    text = f"{title}\n{body}" if title and body and title != body else body or title
    at = read_time(row.get("time", ""), file.zone) if "time" in file.columns else file.moment
    stance, known = read_stance(row.get("stance", ""))
    clause = file.clauses.key_of(row.get("clause", ""))
    problem = _problem(text, row, stance, known=known, clause=clause)
    printed = row.get("id", "")
    identity = printed or "\x1f".join(part for part in (row.get("time", ""), clause) if part)
    key = identity if printed else f"{identity}\x1f{text}"
    if problem is None and key in file.seen:
        if file.seen[key] == text:
            return
        problem = msg("Another row has the same number {id} but another text.", id=printed[:40])
    if problem is not None or at is None or clause is None:
        file.reading.findings.append(Finding(number, problem or _no_time(row)))
        return
    file.seen[key] = text
    at = minute(at)
    file.reading.rows.append(ImportedRow(number, identity, text, stance, at, clause))


def _problem(
    text: str, row: Mapping[str, str], stance: Stance | None, *, known: bool, clause: str | None
) -> Message | None:
    if not text and stance is None:
        return msg("The text is empty.")
    if len(text) > ENTERED_LIMIT:
        return too_long(len(text), ENTERED_LIMIT)
    if not known:
        return msg("The stance “{stance}” is not known.", stance=row["stance"][:20])
    if clause is None:
        return msg(
            "The draft has no clause “{clause}”, or several of that name. Leave the cell empty for the draft "
            "as a whole.",
            clause=row["clause"][:40],
        )
    return None


def _no_time(row: Mapping[str, str]) -> Message:
    return msg(
        "The time “{time}” cannot be read; write it as 2026-03-05 14:30.", time=row.get("time", "")[:30]
    )


def _not_csv(error: csv.Error, row: int) -> Message:
    if "field larger" in str(error):
        return msg(
            "A cell has more than {limit} characters; rows from {row} on were not read.",
            limit=CELL_CHARACTERS,
            row=row,
        )
    if str(error) == _TOO_WIDE:
        return msg(
            "A row has more than {limit} columns; rows from {row} on were not read. "
            "Please check the file in a spreadsheet.",
            limit=COLUMNS,
            row=row,
        )
    return msg(
        "The quotation marks of this row do not fit; rows from {row} on were not read. "
        "Please check the file in a spreadsheet.",
        row=row,
    )
