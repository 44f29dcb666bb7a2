"""Uploaded pictures: judged by their content and their size in points before a single point is unpacked.

A file of some kilobytes can name a picture of gigabytes. How many points each format may have follows from
what its decoder holds in memory at once, so that none costs more than some 230 MB, one at a time.
"""

from __future__ import annotations

import re
import threading
import warnings
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Final, TypeVar

from PIL import ExifTags, Image, UnidentifiedImageError

from engage.core.threads import beside_the_hub

_T = TypeVar("_T")

# By content, whatever the file is called. SVG is left out: it can carry script.
_FORMATS: Final = ("PNG", "JPEG", "WEBP")
# PNG holds a point in 4 bytes (8 with transparency), WebP in 12, a progressive JPEG in 6; a plain JPEG is
# made smaller while it is read.
MOST_POINTS: Final = {"PNG": 25_000_000, "WEBP": 16_000_000, "JPEG": 60_000_000}
MOST_POINTS_PROGRESSIVE: Final = 20_000_000
_LONGEST: Final = 30_000
# A progressive JPEG has some ten scans: each may be a few bytes and costs as much as the whole picture has
# points. Parts (segments, chunks) are read one by one in Python; a long profile has some hundreds.
_MOST_SCANS: Final = 40
_MOST_PARTS: Final = 20_000
_MARKER: Final = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_END_OF_JPEG: Final = 0xD9
_SCAN: Final = 0xDA
_PLAIN: Final = frozenset({"L", "LA", "RGB", "RGBA"})
# How a picture was held (Exif 2.32, tag 274), and what sets it upright.
_TURNS: Final[dict[object, Image.Transpose]] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# Pictures sent together must not take all threads, which commits use too, nor the memory.
_alone = threading.BoundedSemaphore(1)


class NoPicture(Exception):
    """No PNG, JPEG or WebP picture, or a damaged one."""


class TooManyPoints(Exception):
    """More points than are unpacked."""


def one_at_a_time(draw: Callable[[], _T]) -> _T:
    """``draw`` in the thread pool, with no other picture beside it."""
    with _alone:
        return beside_the_hub(draw)


def read_picture(data: bytes, longest: int, *, side: int | None = None) -> Image.Image:
    """The picture in ``data`` upright and of at most ``longest`` points a side, without what a camera adds.

    Raises ``NoPicture``, or ``TooManyPoints`` (also beyond ``side`` points a side). For ``one_at_a_time``.
    """
    _require_few_parts(data)
    try:
        with warnings.catch_warnings():
            # Ours is the stricter limit.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(BytesIO(data), formats=_FORMATS) as picture:
                if picture.width * picture.height > _most(picture) or max(picture.size) > (side or _LONGEST):
                    raise TooManyPoints
                return _smaller(picture, longest)
    except Image.DecompressionBombError as error:
        raise TooManyPoints from error
    except (UnidentifiedImageError, OSError, SyntaxError, EOFError, ValueError) as error:
        raise NoPicture(type(error).__name__) from error


def _require_few_parts(data: bytes) -> None:
    parts = scans = 0
    for scan in _jpeg_parts(data) if data[:2] == b"\xff\xd8" else _png_parts(data):
        parts, scans = parts + 1, scans + scan
        if parts > _MOST_PARTS or scans > _MOST_SCANS:
            raise NoPicture("too many parts")


def _jpeg_parts(data: bytes) -> Iterator[bool]:
    """Whether it is a scan, for each segment of the first picture in the file (ISO/IEC 10918-1, annex B)."""
    at = 2
    while (found := _MARKER.search(data, at)) and found[0][1] != _END_OF_JPEG:
        yield found[0][1] == _SCAN
        length = int.from_bytes(data[found.end() : found.end() + 2], "big")
        at = found.end() + length


def _png_parts(data: bytes) -> Iterator[bool]:
    at = 8
    while data[:4] == b"\x89PNG" and at < len(data):
        yield False
        at += 12 + int.from_bytes(data[at : at + 4], "big")


def _most(picture: Image.Image) -> int:
    if "progressive" in picture.info:
        return MOST_POINTS_PROGRESSIVE
    # What begins with a JPEG and has others behind it, as some phones write it, Pillow calls MPO.
    return MOST_POINTS["JPEG" if picture.format == "MPO" else str(picture.format)]


def _smaller(picture: Image.Image, longest: int) -> Image.Image:
    picture.draft("RGB", (2 * longest, 2 * longest))
    drawn: Image.Image = picture
    if picture.mode not in _PLAIN:
        drawn = picture.convert("RGBA" if "transparency" in picture.info or "A" in picture.mode else "RGB")
    drawn.thumbnail((longest, longest), Image.Resampling.LANCZOS, reducing_gap=3.0)
    # Only this of what the camera noted is read: writing the rest anew, as Pillow's own turning does, fails
    # for notes that a program has cut or written badly.
    turn = _TURNS.get(drawn.getexif().get(ExifTags.Base.Orientation))
    upright = drawn if turn is None else drawn.transpose(turn)
    # A new image of the points alone: place, camera and preview stay behind.
    return Image.frombytes(upright.mode, upright.size, upright.tobytes())
