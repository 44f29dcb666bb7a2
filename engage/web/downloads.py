"""Files that staff take with them: named after what they are about, and kept by no one on the way."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from flask import Response, send_file

from engage.core.types import Localized
from engage.web.display import local

_CHARACTERS: Final = 60
# What Windows, which most offices have, refuses in names, and what nobody sees.
_NO_NAME: Final = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200b-\u200f\u202a-\u202e\u2066-\u2069]+')


def download(path: Path, title: Localized | str, ending: str) -> Response:
    """The file at ``path`` as an attachment named ``title`` in the reader's language, with ``ending``."""
    response = send_file(path, as_attachment=True, download_name=file_name(local(title), ending))
    response.headers["Cache-Control"] = "no-store"
    return response


def file_name(title: str, ending: str) -> str:
    """A name that every system takes; never empty before its ending, and no hidden file."""
    plain = " ".join(_NO_NAME.sub(" ", title).split())[:_CHARACTERS].strip(" .")
    return f"{plain or 'file'}.{ending}"
