"""The emblem: an uploaded picture, judged by its content and drawn anew."""

from __future__ import annotations

import hashlib
import logging
import warnings
from io import BytesIO
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from engage.core.errors import Invalid, TooLarge
from engage.core.messages import msg
from engage.core.threads import beside_the_hub

log = logging.getLogger(__name__)

LARGEST_BYTES = 2 * 1024 * 1024
_LARGEST_SIDE = 6000
_SIDE = 256
# By content, whatever the file is called. SVG is left out: it can carry script.
_FORMATS = ("PNG", "JPEG", "WEBP")


def store_emblem(data: bytes, folder: Path) -> str:
    """Draw ``data`` anew as a PNG of at most 256 pixels in ``folder``; answers its file name.

    Raises ``TooLarge`` beyond 2 MB, ``Invalid`` for what is no PNG, JPEG or WebP picture.
    """
    if len(data) > LARGEST_BYTES:
        raise TooLarge(msg("The emblem is larger than 2 MB. Please choose a smaller picture."))
    return beside_the_hub(lambda: _store(data, folder))


def _store(data: bytes, folder: Path) -> str:
    drawn = _drawn(data)
    name = f"emblem-{hashlib.sha256(drawn).hexdigest()[:16]}.png"
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / name
    if not target.exists():
        part = target.with_suffix(".part")
        part.write_bytes(drawn)
        part.replace(target)
    return name


def _drawn(data: bytes) -> bytes:
    refused = Invalid(
        {"emblem": msg("Please choose a PNG, JPEG or WebP picture of at most 6000 pixels a side.")}
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(data), formats=_FORMATS) as picture:
                if max(picture.size) > _LARGEST_SIDE:
                    raise refused
                picture.thumbnail((_SIDE, _SIDE), Image.Resampling.LANCZOS)
                out = BytesIO()
                # Drawn anew: nothing hidden in the file (place, camera, code after the end) is kept.
                picture.convert("RGBA").save(out, "PNG", optimize=True)
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        Image.DecompressionBombWarning,
        Image.DecompressionBombError,
    ) as error:
        log.info("an emblem was refused: %s", type(error).__name__)
        raise refused from None
    return out.getvalue()
