"""Figures as people round them, and spreadsheets: a half goes up. Page, chart, file and mail say the same.

Python's own rounding takes a half to the even neighbour, and to either side where binary fractions miss it.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal


def half_up(value: float | Decimal, digits: int = 0) -> Decimal:
    """``value`` with ``digits`` decimals."""
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    return exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def percent_text(share: float, digits: int = 0) -> str:
    """A share from 0 to 1 as a percentage; what is small but there never reads as 0 %."""
    shown = half_up(100 * Decimal(repr(float(share))), digits)
    return f"{shown}%" if shown or not share else f"<{Decimal(1).scaleb(-digits)}%"
