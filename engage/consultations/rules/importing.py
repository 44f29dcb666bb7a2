"""Reading a CSV file of comments: any of the usual encodings and headers, every bad row named."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from engage.consultations.models import Stance
from engage.consultations.rules.comments import ENTERED_LIMIT, cleaned
from engage.core.clock import DEFAULT_ZONE, minute
from engage.core.messages import Message, msg

FILE_BYTES: Final = 50_000_000
ROWS: Final = 100_000
CELL_CHARACTERS: Final = 100_000
MOST_FINDINGS: Final = 100

_HEADERS: Final[dict[str, tuple[str, ...]]] = {
    "id": ("留言编号", "意见编号", "编号", "序号", "id", "number"),
    "title": ("留言主题", "主题", "标题", "title", "subject"),
    "time": ("留言时间", "提交时间", "时间", "日期", "time", "date"),
    "text": ("留言详情", "意见内容", "留言内容", "内容", "详情", "意见", "text", "comment", "content"),
    "stance": ("态度", "stance"),
}
_STANCES: Final = {
    "赞成": Stance.AGREE,
    "同意": Stance.AGREE,
    "agree": Stance.AGREE,
    "部分赞成": Stance.PARTLY,
    "部分同意": Stance.PARTLY,
    "partly": Stance.PARTLY,
    "反对": Stance.DISAGREE,
    "不同意": Stance.DISAGREE,
    "disagree": Stance.DISAGREE,
}
_TIME: Final = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[ T　]+(\d{1,2})[:：](\d{2})(?:[:：](\d{2})(?:\.\d+)?)?)?\Z"
)
_EARLIEST: Final = 1990


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """`row` counts from 2, as a spreadsheet shows it; `key` tells the row from others for good."""

    row: int
    key: str
    text: str
    stance: Stance | None
    at: datetime


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


def read(data: bytes, moment: datetime, zone: ZoneInfo = DEFAULT_ZONE) -> Reading:
    """The rows of a CSV file, UTF-8 or GB 18030. `moment` stands in where the file has no times.

    Columns that name a person (留言用户) are never read.
    """
    reading = Reading()
    text = _decoded(data, reading)
    if text is None:
        return reading
    lines = _lines(text, reading)
    try:
        header = next(lines, [])
    except csv.Error as error:
        reading.findings.append(Finding(0, _not_csv(error, 1)))
        return reading
    columns = _columns(header, reading)
    if "text" not in columns:
        reading.findings.append(
            Finding(0, msg("No column holds the text. It must be headed 留言详情, 意见内容, 内容 or text."))
        )
        return reading
    _read_rows(lines, columns, reading, moment, zone)
    return reading


def _decoded(data: bytes, reading: Reading) -> str | None:
    if len(data) > FILE_BYTES:
        reading.findings.append(
            Finding(0, msg("The file is larger than {limit} MB.", limit=FILE_BYTES // 1_000_000))
        )
        return None
    if b"\x00" in data[:4096]:
        reading.findings.append(
            Finding(0, msg("This is no CSV file in UTF-8 or GB 18030. Please save it as CSV (UTF-8)."))
        )
        return None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    reading.findings.append(
        Finding(0, msg("The characters of the file cannot be read. Please save it as CSV (UTF-8)."))
    )
    return None


def _lines(text: str, reading: Reading) -> Iterator[list[str]]:
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _columns(header: Sequence[str], reading: Reading) -> dict[str, int]:
    names = ["".join(cell.split()).lower() for cell in header]
    columns: dict[str, int] = {}
    for name, aliases in _HEADERS.items():
        found = next((names.index(alias) for alias in aliases if alias in names), None)
        if found is not None:
            columns[name] = found
    reading.ignored = [cell for at, cell in enumerate(header) if at not in columns.values()]
    return columns


def _read_rows(
    lines: Iterator[list[str]],
    columns: Mapping[str, int],
    reading: Reading,
    moment: datetime,
    zone: ZoneInfo,
) -> None:
    seen: dict[str, str] = {}
    number = 1
    while True:
        number += 1
        try:
            cells = next(lines, None)
        except csv.Error as error:
            # First, so that it is told however many findings there are.
            reading.findings.insert(0, Finding(number, _not_csv(error, number)))
            reading.broken_off = True
            return
        if cells is None:
            return
        if number > ROWS + 1:
            reading.findings.append(Finding(0, msg("The file has more than {limit} rows.", limit=ROWS)))
            return
        if any(cell.strip() for cell in cells):
            _read_row(number, cells, columns, seen, reading, moment, zone)


def _read_row(
    number: int,
    cells: Sequence[str],
    columns: Mapping[str, int],
    seen: dict[str, str],
    reading: Reading,
    moment: datetime,
    zone: ZoneInfo,
) -> None:
    row = {name: cells[at].strip() if at < len(cells) else "" for name, at in columns.items()}
    title, body = cleaned(row.get("title", "")), cleaned(row["text"])
    text = f"{title}\n{body}" if title and body and title != body else body or title
    at = _time(row.get("time", ""), zone) if "time" in columns else moment
    stance = _STANCES.get(row.get("stance", "").lower())
    problem = _problem(text, at, row, stance)
    key = row.get("id") or f"{row.get('time', '')}\x1f{text}"
    if problem is None and key in seen:
        if seen[key] == text:
            return
        problem = msg("Another row has the same number {id} but another text.", id=row.get("id", "")[:40])
    if problem is not None or at is None:
        reading.findings.append(Finding(number, problem or _no_time(row)))
        return
    seen[key] = text
    reading.rows.append(ImportedRow(number, key, text, stance, minute(at)))


def _problem(text: str, at: datetime | None, row: Mapping[str, str], stance: Stance | None) -> Message | None:
    if not text:
        return msg("The text is empty.")
    if len(text) > ENTERED_LIMIT:
        return msg(
            "The text has {count} characters; at most {limit} are possible.",
            count=len(text),
            limit=ENTERED_LIMIT,
        )
    if at is None:
        return _no_time(row)
    if row.get("stance") and stance is None:
        return msg("The stance “{stance}” is not known.", stance=row["stance"][:20])
    return None


def _time(text: str, zone: ZoneInfo) -> datetime | None:
    found = _TIME.match(text)
    if not found:
        return None
    year, month, day, hour, minutes, seconds = (int(part) if part else 0 for part in found.groups())
    try:
        moment = datetime(year, month, day, hour, minutes, seconds, tzinfo=zone)
    except ValueError:
        return None
    return moment.astimezone(UTC) if year >= _EARLIEST else None


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
    return msg(
        "The quotation marks of this row do not fit; rows from {row} on were not read. "
        "Please check the file in a spreadsheet.",
        row=row,
    )
