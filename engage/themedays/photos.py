"""Photos of reports: judged by their content, turned upright, made smaller, without what a camera adds."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

from engage.core.disk import store_file
from engage.core.errors import Invalid, TooLarge
from engage.core.messages import msg
from engage.core.pictures import NoPicture, TooManyPoints, one_at_a_time, read_picture

log = logging.getLogger(__name__)

LARGEST_BYTES = 10 * 1024 * 1024
_TOO_MANY = msg(
    "This photo has too many pixels to be drawn here. Please make it smaller, for example 4000 pixels wide, "
    "and choose it again."
)
_LONGEST = 1440
_PHONE = 640
# Figure of the specification: at most 40 KB at phone width.
_PHONE_BYTES = 40_000
_QUALITIES = (78, 68, 58, 48, 38, 28)


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """``<name>.webp`` and ``<name>-phone.webp`` lie in the folder; the size is the larger one's."""

    name: str
    width: int
    height: int


def store_photo(data: bytes, folder: Path) -> StoredPhoto:
    """Draw ``data`` anew in two sizes in ``folder``, in the thread pool; same content, same name.

    Raises ``TooLarge`` beyond 10 MB, ``Invalid`` for what is no PNG, JPEG or WebP or too many points.
    """
    if len(data) > LARGEST_BYTES:
        raise TooLarge(msg("The photo is larger than 10 MB. Please choose a smaller one."))
    return one_at_a_time(lambda: _store(data, folder))


def forget_photo(name: str, folder: Path) -> None:
    """Delete both sizes of a photo that nothing shows any more."""
    for ending in (".webp", "-phone.webp"):
        (folder / f"{name}{ending}").unlink(missing_ok=True)


def _store(data: bytes, folder: Path) -> StoredPhoto:
    picture = _read(data)
    width, height = picture.size
    drawn = _webp(picture, _QUALITIES[0])
    name = hashlib.sha256(drawn).hexdigest()[:24]
    picture.thumbnail((_PHONE, _PHONE), Image.Resampling.LANCZOS)
    folder.mkdir(parents=True, exist_ok=True)
    store_file(folder / f"{name}.webp", drawn)
    store_file(folder / f"{name}-phone.webp", _small(picture))
    return StoredPhoto(name, width, height)


def _read(data: bytes) -> Image.Image:
    try:
        return read_picture(data, _LONGEST).convert("RGB")
    except TooManyPoints:
        log.info("a photo was refused: too many points")
        raise Invalid({"photo": _TOO_MANY}) from None
    except NoPicture as error:
        log.info("a photo was refused: %s", error)
        raise Invalid({"photo": msg("Please choose a photo as a JPEG, PNG or WebP file.")}) from None


def _webp(picture: Image.Image, quality: int) -> bytes:
    out = BytesIO()
    picture.save(out, "WEBP", quality=quality, method=4, exif=b"", icc_profile=None)
    return out.getvalue()


def _small(picture: Image.Image) -> bytes:
    drawn = b""
    for quality in _QUALITIES:
        drawn = _webp(picture, quality)
        if len(drawn) <= _PHONE_BYTES:
            return drawn
    while len(drawn) > _PHONE_BYTES:  # leaves and gravel: fewer points rather than a slow page
        picture.thumbnail((picture.width * 3 // 4, picture.height * 3 // 4), Image.Resampling.LANCZOS)
        drawn = _webp(picture, _QUALITIES[-1])
    return drawn
