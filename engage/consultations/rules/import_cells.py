"""What the cells of a comments file mean: headings, times and stances in the many ways offices write them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Final
from zoneinfo import ZoneInfo

from engage.consultations.models import Stance

HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    key: tuple(headings.split())
    for key, headings in {
        "id": "commentnumber 留言编号 意见编号 编号 序号 id number no no.",
        "title": "留言主题 意见标题 主题 标题 title subject",
        "time": (
            "留言时间 提交时间 提出时间 反馈时间 收到时间 填写时间 发布时间 创建时间 时间 "
            "留言日期 提交日期 提出日期 反馈日期 收到日期 填写日期 日期 "
            "time date datetime submittedat createdat"
        ),
        "text": (
            "留言详情 意见内容 留言内容 建议内容 反馈内容 评论内容 意见建议内容 意见详情 内容 详情 "
            "意见建议 修改意见 修改建议 修改意见建议 反馈意见 反馈意见建议 具体意见 具体意见建议 "
            "具体建议 具体内容 群众意见 公众意见 社会公众意见 您的意见 您的意见建议 意见反馈 "
            "意见正文 正文 意见 建议 留言 评论 text comment comments content feedback opinion message"
        ),
        "clause": "条款 对应条款 所属条款 涉及条款 针对条款 条款名称 条文 clause article",
        "stance": "态度 立场 意见态度 总体态度 是否赞成 是否同意 是否支持 stance attitude",
    }.items()
}
"""The column of a file that holds each value, by the headings offices use; the earlier one wins."""

_BRACKETS: Final = re.compile(r"[(\[【〔「][^)\]】〕」]{0,40}[)\]】〕」]")
_TEXT_HEADING: Final = re.compile(r".{0,12}(?:意见|建议|留言|评论)(?:内容|详情|正文)?")
_OTHER_HEADING: Final = re.compile(
    r"编号|序号|时间|日期|人|者|类|单位|部门|来源|采纳|答复|回复|处理|条|数|态度|是否"
)
_NO_HEADING_SIGN: Final = re.compile(r"[\s:*#、/和与及或\"'“”]+")

_YES: Final = r"(?:赞成|赞同|同意|支持|认可|认同|拥护)"
_VERY: Final = r"(?:我|本人|表示|完全|全部|非常|十分|坚决|强烈|很|都)*"
_PARTLY: Final = (
    r"(?:部分|基本|基本上|原则|原则上|大体|大体上|总体|总体上|大部分|有条件|有保留|不完全|不全|修改后)"
)
_STANCES: Final = (
    (re.compile(rf"{_VERY}(?:{_YES}|agreed?|strongly agree|support|yes|for)"), Stance.AGREE),
    (
        re.compile(
            rf"{_VERY}{_PARTLY}地?的?{_YES}|{_YES}一?部分"
            r"|partly|partially|(?:partly|partially|somewhat) agree|agree in part"
        ),
        Stance.PARTLY,
    ),
    (
        re.compile(
            rf"{_VERY}(?:不{_YES}|反对|否定)|disagreed?|strongly disagree|do not agree|oppose|no|against"
        ),
        Stance.DISAGREE,
    ),
)
_NO_STANCE: Final = frozenset(
    {"", "-", "--", "/", "\\", "无", "空", "未填", "未填写", "未选", "未表态", "none", "n/a"}
)

_LONGEST_TIME: Final = 60
_DASHES: Final = re.compile("[\u2010-\u2015\u2212]")
_TIME: Final = re.compile(
    r"(?P<year>\d{4})"
    r"(?: ?[-/.年] ?(?P<month>\d{1,2}) ?[-/.月] ?(?P<day>\d{1,2}) ?[日号]?|(?P<month2>\d\d)(?P<day2>\d\d))"
    r"(?:[ ,]*\(?(?:星期|周|礼拜)[一二三四五六日天]\)?)?"
    r"(?:[ T,]*(?P<half>凌晨|清晨|早上|早晨|早|上午|中午|下午|午后|傍晚|晚上|晚间|夜间|晚|am|pm)?[ T]*"
    r"(?:(?P<hour>\d{1,2}) ?[:时点]"
    r"(?: ?(?P<minute>\d{1,2}|半|整)(?: ?[:分] ?(?P<second>\d{1,2})?(?:[.,]\d+)?)?)?[分秒]?"
    r"|(?P<hour2>\d\d)(?P<minute2>\d\d)(?P<second2>\d\d)?)"
    r" ?(?P<half2>[ap]\.?m\.?)?"
    r" ?(?P<zone>z|(?:utc|gmt)?[+-]\d{1,2}(?::?\d\d)?)?)?",
    re.IGNORECASE,
)
_SERIAL: Final = re.compile(r"\d{5}(?:\.\d{1,15})?")
_EPOCH: Final = re.compile(r"1\d{9}(?:\d{3})?")
_SERIAL_ZERO: Final = datetime(1899, 12, 30, tzinfo=UTC)
"""Day 0 of the days a spreadsheet counts (ECMA-376, part 1, 18.17.4.1)."""
_MORNING: Final = frozenset({"凌晨", "清晨", "早上", "早晨", "早", "上午", "am"})
_NIGHT: Final = frozenset({"晚上", "晚间", "夜间", "晚"})
_WORDS: Final = {"半": 30, "整": 0}
_EARLIEST: Final = 1990


def find_columns(cells: Sequence[str]) -> dict[str, int]:
    """Where each known heading stands among ``cells``, by its key in ``HEADINGS``.

    Beside another known heading the only one that speaks of opinions (您对草案的意见) holds the text.
    """
    names = [_heading(cell) for cell in cells]
    columns: dict[str, int] = {}
    for key, headings in HEADINGS.items():
        found = next((names.index(heading) for heading in headings if heading in names), None)
        if found is not None:
            columns[key] = found
    if columns and "text" not in columns:
        likely = [
            at
            for at, name in enumerate(names)
            if at not in columns.values()
            and _TEXT_HEADING.fullmatch(name)
            and not _OTHER_HEADING.search(name)
        ]
        if len(likely) == 1:
            columns["text"] = likely[0]
    return columns


def _heading(cell: str) -> str:
    plain = unicodedata.normalize("NFKC", cell[:100]).lower()
    return _NO_HEADING_SIGN.sub("", _BRACKETS.sub("", plain)).replace("_", "")


def read_stance(cell: str) -> tuple[Stance | None, bool]:
    """The stance a cell names, None where it says that there is none; False: what it says is not known."""
    plain = " ".join(unicodedata.normalize("NFKC", cell[:60]).lower().split()).strip(" .。!√✓\"'“”")
    for pattern, stance in _STANCES:
        if pattern.fullmatch(plain):
            return stance, True
    return None, plain in _NO_STANCE


def read_time(cell: str, zone: ZoneInfo) -> datetime | None:
    """The moment a cell names, aware, in UTC; without an offset on the clocks of ``zone``.

    None for what is no time, for orders of day and month nobody can tell apart (3/5/2026), and before 1990.
    """
    if len(cell) > _LONGEST_TIME:
        return None
    plain = " ".join(_DASHES.sub("-", unicodedata.normalize("NFKC", cell)).split())
    try:
        if _SERIAL.fullmatch(plain):
            moment = (_SERIAL_ZERO + timedelta(days=float(plain))).replace(tzinfo=zone)
        elif _EPOCH.fullmatch(plain):
            moment = datetime.fromtimestamp(int(plain[:10]), UTC)
        elif found := _TIME.fullmatch(plain):
            moment = _moment(found.groupdict(), zone)
        else:
            return None
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year >= _EARLIEST else None


def _moment(parts: Mapping[str, str | None], zone: ZoneInfo) -> datetime:
    """Raises ``ValueError`` for a day or an hour there is not."""
    day = [
        int(parts["year"] or 0),
        *(int(parts[name] or parts[f"{name}2"] or 0) for name in ("month", "day")),
    ]
    clock = {name: parts[name] or parts[f"{name}2"] or "0" for name in ("hour", "minute", "second")}
    hour, minutes, seconds = (_WORDS[text] if text in _WORDS else int(text) for text in clock.values())
    half = (parts["half"] or parts["half2"] or "").lower().replace(".", "")
    hour = _hour(hour, half)
    later = hour == 24 and (half in _NIGHT or not (minutes or seconds))
    moment = datetime(
        day[0], day[1], day[2], 0 if later else hour, minutes, seconds, tzinfo=_zone(parts["zone"]) or zone
    )
    return moment + timedelta(days=1) if later else moment


def _hour(hour: int, half: str) -> int:
    """The hour of 24 that is meant; 24 is the midnight that ends the day."""
    if not half:
        return hour
    if half in _MORNING:
        if hour > 12:
            raise ValueError(hour)
        return hour % 12
    if half == "中午":
        return hour if hour >= 10 else hour + 12
    if half in _NIGHT and hour == 12:
        return 24
    return hour + 12 if hour < 12 else hour


def _zone(text: str | None) -> timezone | None:
    if not text:
        return None
    digits = re.sub(r"\D", "", text)
    if not digits:
        return UTC
    hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-offset if "-" in text else offset)
