"""Pictures for the reports, drawn for this project out of plain shapes; nobody is shown."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw

_SIZE: Final = (960, 640)
_SKY, _GROUND, _WALL, _ROOF = "#cfe3f2", "#d9e4cf", "#f4efe4", "#b5573f"
_GLASS, _DARK, _WOOD, _WHITE = "#8fb8d0", "#3b4a5a", "#b98d5f", "#ffffff"
_COATS: Final = ("#2f6f8f", "#c9803b", "#7a8f4a", "#8a5a78", "#4a6b9a", "#b0574c")
_SKINS: Final = ("#e8c4a0", "#d9ae86")
Draw = ImageDraw.ImageDraw


def scene(name: str) -> bytes:
    """The picture ``name`` as PNG. Raises ``KeyError`` for an unknown one."""
    picture = Image.new("RGB", _SIZE, _SKY)
    draw = ImageDraw.Draw(picture)
    SCENES[name](draw)
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _clinic(draw: Draw) -> None:
    _outside(draw)
    _building(draw, 180, 150, 600, 330, floors=3)
    draw.rectangle((430, 190, 510, 270), fill=_WHITE)
    draw.rectangle((460, 198, 480, 262), fill="#c0392b")
    draw.rectangle((438, 220, 502, 240), fill="#c0392b")
    draw.rectangle((180, 520, 420, 535), fill=_WOOD)
    for at, x in enumerate((210, 300, 390, 640, 700)):
        _person(draw, x, 560, at)


def _school(draw: Draw) -> None:
    _outside(draw)
    _building(draw, 120, 170, 720, 310, floors=3)
    draw.polygon(((100, 170), (480, 90), (860, 170)), fill=_ROOF)
    draw.line((480, 90, 480, 20), fill=_DARK, width=5)
    draw.rectangle((484, 22, 550, 62), fill="#c0392b")
    draw.rectangle((430, 390, 530, 480), fill=_WOOD)
    for at, x in enumerate((120, 190, 260, 330, 620, 690, 760)):
        _person(draw, x, 575, at)


def _bus(draw: Draw) -> None:
    _outside(draw)
    draw.rectangle((0, 520, 960, 640), fill="#8c9299")
    for x in range(20, 960, 120):
        draw.rectangle((x, 575, x + 60, 583), fill=_WHITE)
    draw.rounded_rectangle((270, 270, 860, 520), 28, fill="#2f6f8f")
    draw.rectangle((270, 420, 860, 440), fill="#e4a13a")
    for x in range(300, 780, 100):
        draw.rounded_rectangle((x, 305, x + 82, 400), 8, fill=_GLASS)
    draw.rounded_rectangle((790, 305, 850, 500), 8, fill=_GLASS)
    for x in (360, 730):
        draw.ellipse((x, 480, x + 80, 560), fill=_DARK)
        draw.ellipse((x + 24, 504, x + 56, 536), fill="#c8ccd0")
    draw.rectangle((60, 240, 72, 520), fill=_DARK)
    draw.rounded_rectangle((30, 190, 110, 260), 8, fill=_WHITE, outline=_DARK, width=4)
    for at, x in enumerate((120, 180, 235)):
        _person(draw, x, 525, at)


def _meeting(draw: Draw) -> None:
    _inside(draw)
    for at, x in enumerate((190, 300, 410, 520, 630, 740)):
        _person(draw, x, 440, at)
    draw.polygon(((120, 430), (840, 430), (930, 540), (30, 540)), fill=_WOOD)
    draw.rectangle((30, 540, 930, 580), fill="#8f6b45")
    for x in range(190, 800, 110):
        draw.polygon(((x - 26, 470), (x + 26, 470), (x + 32, 500), (x - 32, 500)), fill=_WHITE)


def _fair(draw: Draw) -> None:
    _inside(draw)
    draw.rectangle((300, 130, 660, 300), fill=_WHITE, outline=_DARK, width=6)
    for at, width in enumerate((260, 200, 230)):
        draw.rounded_rectangle((340, 160 + at * 44, 340 + width, 180 + at * 44), 8, fill=_COATS[at])
    _person(draw, 740, 420, 4)
    draw.rectangle((690, 350, 800, 430), fill=_WOOD)
    for row, y in enumerate((520, 610)):
        for at in range(8):
            _person(draw, 90 + at * 112 + row * 40, y + 60, at + row)


SCENES: Final[dict[str, Callable[[Draw], None]]] = {
    "clinic": _clinic,
    "school": _school,
    "bus": _bus,
    "meeting": _meeting,
    "fair": _fair,
}


def _outside(draw: Draw) -> None:
    draw.ellipse((760, 50, 850, 140), fill="#f6d98b")
    for x, y in ((90, 80), (330, 50), (600, 100)):
        draw.rounded_rectangle((x, y, x + 130, y + 34), 17, fill=_WHITE)
    draw.rectangle((0, 480, 960, 640), fill=_GROUND)
    for x in (40, 890):
        draw.rectangle((x + 8, 420, x + 20, 500), fill=_WOOD)
        draw.ellipse((x - 32, 330, x + 60, 440), fill="#7fa86b")


def _inside(draw: Draw) -> None:
    draw.rectangle((0, 0, 960, 640), fill=_WALL)
    draw.rectangle((0, 480, 960, 640), fill="#d8cbb4")
    for x in (60, 740):
        draw.rectangle((x, 60, x + 160, 250), fill=_GLASS, outline=_WHITE, width=8)
        draw.line((x + 80, 60, x + 80, 250), fill=_WHITE, width=6)


def _building(draw: Draw, x: int, y: int, width: int, height: int, *, floors: int) -> None:
    draw.rectangle((x, y, x + width, y + height), fill=_WALL)
    step = height // floors
    for floor in range(floors):
        for at in range(40, width - 60, 90):
            top = y + floor * step + 26
            draw.rectangle((x + at, top, x + at + 50, top + step - 46), fill=_GLASS)


def _person(draw: Draw, x: int, foot: int, number: int) -> None:
    """A figure of two shapes, ``foot`` is where it stands."""
    coat, skin = _COATS[number % len(_COATS)], _SKINS[number % len(_SKINS)]
    draw.rounded_rectangle((x - 26, foot - 100, x + 26, foot), 20, fill=coat)
    draw.ellipse((x - 20, foot - 138, x + 20, foot - 98), fill=skin)
    draw.chord((x - 21, foot - 140, x + 21, foot - 100), 205, 335, fill=_DARK)
