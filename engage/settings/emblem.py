"""The emblem: an uploaded picture, judged by its content and drawn anew."""

from __future__ import annotations

import hashlib
import logging
from io import BytesIO
from pathlib import Path

from engage.core.disk import store_file
from engage.core.errors import Invalid, TooLarge
from engage.core.messages import msg
from engage.core.pictures import NoPicture, TooManyPoints, one_at_a_time, read_picture

log = logging.getLogger(__name__)

LARGEST_BYTES = 2 * 1024 * 1024
_LARGEST_SIDE = 4000
_SIDE = 256


def store_emblem(data: bytes, folder: Path) -> str:
    """Draw ``data`` anew as a PNG of at most 256 pixels in ``folder``; answers its file name.

    Raises ``TooLarge`` beyond 2 MB, ``Invalid`` for what is no PNG, JPEG or WebP picture.
    """
    if len(data) > LARGEST_BYTES:
        raise TooLarge(msg("The emblem is larger than 2 MB. Please choose a smaller picture."))
    return one_at_a_time(lambda: _store(data, folder))


def _store(data: bytes, folder: Path) -> str:
    drawn = _drawn(data)
    name = f"emblem-{hashlib.sha256(drawn).hexdigest()[:16]}.png"
    folder.mkdir(parents=True, exist_ok=True)
    store_file(folder / name, drawn)
    return name


def _drawn(data: bytes) -> bytes:
    try:
        picture = read_picture(data, _SIDE, side=_LARGEST_SIDE)
    except (NoPicture, TooManyPoints) as error:
        log.info("an emblem was refused: %s", type(error).__name__)
        raise Invalid(
            {"emblem": msg("Please choose a PNG, JPEG or WebP picture of at most 4000 pixels a side.")}
        ) from None
    out = BytesIO()
    picture.convert("RGBA").save(out, "PNG", optimize=True)
    return out.getvalue()
