"""Files that staff take with them: named after what they are about, and kept by no one on the way."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from typing import Final

from flask import Response, send_file

from engage.core import clock
from engage.core.types import Localized
from engage.web.display import local

_CHARACTERS: Final = 60
# What Windows, which most offices have, refuses in names, and what nobody sees.
_NO_NAME: Final = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200b-\u200f\u202a-\u202e\u2066-\u2069]+')


def download(path: Path, title: Localized | str, holds: str, made: datetime, ending: str) -> Response:
    """The file at ``path`` as an attachment; see ``file_name`` for its name."""
    name = file_name(clock.local(made).date(), local(title), holds, ending)
    response = send_file(path, as_attachment=True, download_name=name)
    response.headers["Cache-Control"] = "no-store"
    return response


def file_name(day: date, title: str, holds: str, ending: str) -> str:
    """A name that every system takes: what it is about, what it ``holds`` (a word), the day it was made.

    So that two files about one thing, or of two days, are told apart in a folder. No hidden file.
    """
    plain = " ".join(_NO_NAME.sub(" ", title).split())[:_CHARACTERS].strip(" .")
    return "-".join(part for part in (plain, holds, f"{day:%Y%m%d}") if part) + f".{ending}"
