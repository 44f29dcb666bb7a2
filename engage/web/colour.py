"""The site's one colour made readable whatever an administrator picks.

Contrast follows WCAG 2.2 (relative luminance, 1.4.3 and 1.4.11).
"""

from __future__ import annotations

import re

DEFAULT = "#0e4a8f"
_HEX = re.compile(r"#[0-9a-fA-F]{6}\Z")
_TEXT_ON_WHITE = 5.5
_Rgb = tuple[float, float, float]


def theme(colour: str) -> dict[str, str]:
    """The custom properties of the theme for one ``#rrggbb`` colour; a wrong one reads as the default.

    A colour too light to carry white text is darkened until it reaches 5.5 : 1 on white (4.5 on its tint).
    """
    primary = _darkened(_parse(colour if _HEX.match(colour) else DEFAULT))
    return {
        "--primary": _hex(primary),
        "--primary-strong": _hex(_mix(primary, (0, 0, 0), 0.28)),
        "--primary-tint": _hex(_mix(primary, (255, 255, 255), 0.91)),
        "--primary-line": _hex(_mix(primary, (255, 255, 255), 0.7)),
        "--on-primary": "#fff",
    }


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two ``#rrggbb`` colours, 1 to 21."""
    light, dark = sorted((_luminance(_parse(first)), _luminance(_parse(second))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _darkened(rgb: _Rgb) -> _Rgb:
    while 1.05 / (_luminance(rgb) + 0.05) < _TEXT_ON_WHITE:
        rgb = _mix(rgb, (0, 0, 0), 0.06)
    return rgb


def _parse(colour: str) -> _Rgb:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _hex(rgb: _Rgb) -> str:
    return "#" + "".join(f"{round(part):02x}" for part in rgb)


def _mix(rgb: _Rgb, other: _Rgb, share: float) -> _Rgb:
    red, green, blue = (a + (b - a) * share for a, b in zip(rgb, other, strict=True))
    return red, green, blue


def _luminance(rgb: _Rgb) -> float:
    linear = [
        part / 12.92 if (part := value / 255) <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for value in rgb
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
