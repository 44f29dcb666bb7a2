"""Photos: judged by content, drawn anew without what the camera adds."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from engage.core.errors import Invalid, TooLarge
from engage.themedays.photos import LARGEST_BYTES, store_photo

_ORIENTATION, _GPS = 0x0112, 0x8825


def picture(size: tuple[int, int] = (2400, 1600), form: str = "JPEG", **options: object) -> bytes:
    """A photo with noise enough to be heavy."""
    out = BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(out, form, **options)
    return out.getvalue()


def test_a_photo_is_made_small_and_loses_place_and_camera(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[_ORIENTATION] = 6
    exif.get_ifd(_GPS)[1] = "N"
    stored = store_photo(picture(exif=exif), tmp_path)
    with Image.open(tmp_path / f"{stored.name}.webp") as large:
        assert not large.getexif()
        # Taken on its side, shown upright.
        assert large.size == (stored.width, stored.height) == (960, 1440)
    phone = tmp_path / f"{stored.name}-phone.webp"
    with Image.open(phone) as small:
        assert max(small.size) == 640


def test_an_ordinary_photo_weighs_at_most_40_kb_at_phone_width(tmp_path: Path) -> None:
    out = BytesIO()
    Image.radial_gradient("L").resize((3000, 2000)).convert("RGB").save(out, "JPEG")
    stored = store_photo(out.getvalue(), tmp_path)
    assert (tmp_path / f"{stored.name}-phone.webp").stat().st_size <= 40_000


def test_the_same_photo_is_stored_once(tmp_path: Path) -> None:
    data = picture((300, 200), "PNG")
    assert store_photo(data, tmp_path) == store_photo(data, tmp_path)
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    "data",
    [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a" + b"\0" * 40, picture((40, 40))[:200]],
    ids=["empty", "svg", "gif", "cut"],
)
def test_what_is_no_photo_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(Invalid):
        store_photo(data, tmp_path)
    assert not list(tmp_path.iterdir())


def test_too_large_a_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with pytest.raises(TooLarge):
        store_photo(b"\0" * (LARGEST_BYTES + 1), tmp_path)
