"""The site as a picture for phones, browsers and whoever shows a link: icons and one wide PNG, drawn by us.

No letters stand in them: no font of Chinese can be relied on where a server runs, and the title of a shared
page stands beside its picture anyway.
"""

from __future__ import annotations

import hashlib
import logging
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, request
from PIL import Image, ImageDraw

from engage.core.pictures import one_at_a_time
from engage.web import colour
from engage.web.addresses import lasting
from engage.web.guards import public
from engage.web.site import current_site

SIDES = frozenset({32, 180, 512})
"""Of the icons: a tab, Apple's home screen (180), what other programs make smaller."""
WIDE = (1200, 630)
"""Of the picture of a shared link: 1.91 to 1, as Open Graph's readers show it whole."""
_FINER = 4
log = logging.getLogger(__name__)
_CACHED_SECONDS = 365 * 24 * 3600

blueprint = Blueprint("share", __name__)


def init_share(app: Flask) -> None:
    """Offer ``icon_url(side)`` and ``share_url()`` to templates."""
    app.jinja_env.globals.update(icon_url=icon_url, share_url=share_url)


def icon_url(side: int) -> str:
    """The address of the icon of ``side`` points; it changes with emblem and colour."""
    return f"/icon-{side}.png?v={_stamp()}"


def share_url() -> str:
    """The address of the wide picture as other sites read it."""
    return lasting(f"/share.png?v={_stamp()}")


@blueprint.get("/icon-<int:side>.png")
@public
def icon(side: int) -> Response:
    """The emblem on a square."""
    if side not in SIDES:
        abort(404)
    return _picture((side, side))


@blueprint.get("/share.png")
@public
def share() -> Response:
    """The emblem on the site's colour."""
    return _picture(WIDE)


def _picture(size: tuple[int, int]) -> Response:
    site = current_site()
    folder: Path = current_app.config["ENGAGE"].files / "site"
    emblem = folder / site.emblem if site.emblem else None
    drawn = _drawn(size, emblem, _changed(emblem), site.primary_colour)
    response = Response(drawn, mimetype="image/png")
    response.cache_control.public = True
    response.cache_control.max_age = _CACHED_SECONDS if request.args.get("v") == _stamp() else 60
    return response


def _stamp() -> str:
    site = current_site()
    return hashlib.sha256(f"{site.primary_colour} {site.emblem}".encode()).hexdigest()[:10]


def _changed(emblem: Path | None) -> int:
    """When the file was written: one that was damaged may be mended."""
    try:
        return emblem.stat().st_mtime_ns if emblem is not None else 0
    except OSError:
        return 0


@lru_cache(maxsize=16)
def _drawn(size: tuple[int, int], emblem: Path | None, _changed_at: int, site_colour: str) -> bytes:
    """The PNG; drawn in the thread pool, since it takes some 20 ms, and kept."""
    return one_at_a_time(lambda: _draw(size, emblem, site_colour))


def _draw(size: tuple[int, int], emblem: Path | None, site_colour: str) -> bytes:
    tones = colour.theme(site_colour)
    width, height = size
    picture = Image.new("RGB", size, tones["--primary"])
    if width > height:
        band = height // 8
        ImageDraw.Draw(picture).rectangle((0, height - band, width, height), fill=tones["--primary-strong"])
    side = round(height * (0.56 if width > height else 0.86))
    drawn = _emblem(emblem, side, tones["--primary"])
    picture.paste(drawn, ((width - side) // 2, (height - side) // 2), drawn)
    out = BytesIO()
    picture.quantize(256).save(out, "PNG", optimize=True)
    return out.getvalue()


def _emblem(file: Path | None, side: int, tone: str) -> Image.Image:
    """The emblem of ``side`` points with what is around it clear; without a file that can be read our own."""
    if file is not None and file.is_file():
        try:
            with Image.open(file, formats=("PNG",)) as stored:
                return _fitted(stored.convert("RGBA"), side)
        except (OSError, SyntaxError, ValueError):
            log.warning("the emblem cannot be read: please upload it again")
    return _placeholder(side, tone)


def _fitted(stored: Image.Image, side: int) -> Image.Image:
    """A stored emblem, whatever its shape, on a white disc: its colours may be the site's own."""
    disc = _disc(side)
    inner = round(side * 0.66)
    stored.thumbnail((inner, inner), Image.Resampling.LANCZOS)
    disc.paste(stored, ((side - stored.width) // 2, (side - stored.height) // 2), stored)
    return disc


def _disc(side: int) -> Image.Image:
    fine = Image.new("RGBA", (side * _FINER, side * _FINER), (255, 255, 255, 0))
    ImageDraw.Draw(fine).ellipse((0, 0, fine.width - 1, fine.height - 1), fill="#fff")
    return fine.resize((side, side), Image.Resampling.LANCZOS)


def _placeholder(side: int, tone: str) -> Image.Image:
    """What static/img/emblem.svg shows, in points of its 64 by 64."""
    unit = side * _FINER / 64
    fine = Image.new("RGBA", (side * _FINER, side * _FINER), (255, 255, 255, 0))
    draw = ImageDraw.Draw(fine)

    def at(*points: float) -> list[float]:
        return [point * unit for point in points]

    draw.ellipse(at(1, 1, 63, 63), fill="#fff")
    draw.ellipse(at(4, 4, 60, 60), outline=tone, width=max(1, round(2 * unit)))
    draw.polygon(at(32, 12, 12, 24, 12, 27, 52, 27, 52, 24), fill=tone)
    for left in (17, 29.5, 42):
        draw.rectangle(at(left, 30, left + 5, 44), fill=tone)
    draw.rectangle(at(13, 47, 51, 51), fill=tone)
    draw.ellipse(at(29.5, 18, 34.5, 23), fill="#fff")
    return fine.resize((side, side), Image.Resampling.LANCZOS)
