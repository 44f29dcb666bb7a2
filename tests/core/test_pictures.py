"""Pictures that are small as files and huge in memory are refused, or made smaller while they are read."""

from __future__ import annotations

import random
import struct
import subprocess
import sys
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from engage.core.pictures import NoPicture, TooManyPoints, read_picture

MOST_MB = 260
_READ = """
import re, sys
from pathlib import Path
from engage.core.pictures import read_picture
def most():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
data = Path(sys.argv[1]).read_bytes()
before = most()
read_picture(data, 1440)
print((most() - before) // 1024)
"""


def _header(width: int, height: int) -> bytes:
    """A PNG of which nothing but its size is there: enough to refuse it, too little to read it."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + head
        + struct.pack(">I", zlib.crc32(head))
        + b"\0\0\0\1IDAT"
    )


def _file(mode: str, size: tuple[int, int], form: str, **options: object) -> bytes:
    out = BytesIO()
    Image.new(mode, size).save(out, form, compress_level=1, **options)
    return out.getvalue()


@pytest.mark.parametrize(
    ("mode", "size", "form", "options"),
    [
        ("1", (5000, 5000), "PNG", {}),
        ("RGBA", (5000, 5000), "PNG", {}),
        ("LA", (5000, 5000), "PNG", {}),
        ("RGB", (4000, 4000), "WEBP", {}),
        ("RGB", (4400, 4400), "JPEG", {"progressive": True}),
        ("RGB", (7700, 7700), "JPEG", {}),
    ],
    ids=str,
)
def test_the_largest_that_are_read_cost_little(
    tmp_path: Path, mode: str, size: tuple[int, int], form: str, options: dict[str, object]
) -> None:
    (tmp_path / "file").write_bytes(_file(mode, size, form, **options))
    command = [sys.executable, "-c", _READ, str(tmp_path / "file")]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert 1 < int(said) < MOST_MB


@pytest.mark.parametrize(
    "data",
    [
        _header(5001, 5000),
        _header(20_000, 20_000),
        _header(2**31 - 1, 2**31 - 1),
        _header(1, 30_001),
        _header(100_000_000, 1),
        _file("1", (4001, 4000), "WEBP"),
        _file("L", (4500, 4500), "JPEG", progressive=True),
    ],
    ids=["25M", "400M", "all", "thin", "flat", "webp", "progressive"],
)
def test_larger_ones_are_refused_unread(data: bytes) -> None:
    with pytest.raises(TooManyPoints):
        read_picture(data, 1440)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_points_is_read(mode: str) -> None:
    assert read_picture(_file(mode, (300, 200), "PNG"), 100).size == (100, 67)


def test_what_the_camera_adds_stays_behind() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Maker"
    found = read_picture(_file("RGB", (300, 200), "JPEG", exif=exif, comment=b"secret"), 150)
    assert (found.size, found.info, dict(found.getexif())) == ((100, 150), {}, {})


@pytest.mark.parametrize("data", [b"", b"<svg/>", b"GIF89a" + b"\0" * 40, b"\x89PNG\r\n\x1a\n" + b"\0" * 50])
def test_no_picture(data: bytes) -> None:
    with pytest.raises(NoPicture):
        read_picture(data, 100)


def test_a_photo_with_others_behind_it_is_read() -> None:
    """As phones store a small one, or one of another eye, beside the photo (CIPA DC-007)."""
    photo = Image.effect_noise((400, 300), 60).convert("RGB")
    out = BytesIO()
    photo.save(out, "MPO", save_all=True, append_images=[photo.resize((40, 30))] * 3)
    assert read_picture(out.getvalue(), 200).size == (200, 150)
    # And a film, which is no picture: bytes of every kind.
    film = random.Random(1).randbytes(2_000_000)
    assert read_picture(out.getvalue() + film, 200).size == (200, 150)


def _with_scans(count: int) -> bytes:
    """A progressive JPEG whose last scan, a few bytes, comes ``count`` times more."""
    data = _file("L", (200, 200), "JPEG", progressive=True)
    scan = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + scan * count + data[-2:]


def test_a_few_scans_more_are_read() -> None:
    assert read_picture(_with_scans(20), 100).size == (100, 100)


@pytest.mark.parametrize(
    "data",
    [
        _with_scans(100),
        b"\xff\xd8" + b"\xff\xfe\x00\x02" * 50_000 + _file("L", (20, 20), "JPEG")[2:],
        b"\xff\xd8" + b"\xff\xdb\x00\x00" * 50_000 + _file("L", (20, 20), "JPEG")[2:],
        _file("L", (20, 20), "PNG")[:33] + b"\0\0\0\0aaAa\xad\xb5\x2c\x4b" * 50_000,
    ],
    ids=["scans", "comments", "tables", "chunks"],
)
def test_pictures_of_countless_parts_are_refused_unread(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "open", lambda *_args, **_options: pytest.fail("it was read"))
    with pytest.raises(NoPicture):
        read_picture(data, 1440)


def _noted(*tags: tuple[int, int, int, bytes]) -> bytes:
    """What a camera notes: tag, kind of value, how many, and the value in four bytes (Exif 2.32)."""
    entries = b"".join(struct.pack("<HHI4s", *tag) for tag in sorted(tags))
    return b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", len(tags)) + entries + bytes(4)


def _on_its_side(turn: int) -> tuple[int, int, int, bytes]:
    return 0x0112, 3, 1, struct.pack("<HH", turn, 0)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("turn", range(10))
def test_however_it_was_held_it_stands_upright(form: str, turn: int) -> None:
    photo = Image.linear_gradient("L").resize((40, 20)).convert("RGB")
    photo.paste((255, 0, 0), (0, 0, 20, 10))
    out = BytesIO()
    photo.save(out, form, exif=_noted(_on_its_side(turn)), **({"lossless": True} if form == "WEBP" else {}))
    with Image.open(BytesIO(out.getvalue())) as stored:
        upright = ImageOps.exif_transpose(stored).convert("RGB")
    read = read_picture(out.getvalue(), 40)
    assert (read.size, read.tobytes()) == (upright.size, upright.tobytes())


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("tag", [0x010F, 0x0110, 0x0131])
def test_a_photo_whose_notes_are_damaged_is_read(form: str, tag: int) -> None:
    """Its maker as a broken number: writing the notes again fails, and nobody needs them."""
    out = BytesIO()
    notes = _noted(_on_its_side(6), (tag, 11, 1, b"ab\0c"))
    Image.new("RGB", (40, 20)).save(out, form, exif=notes)
    assert read_picture(out.getvalue(), 40).size == (20, 40)
