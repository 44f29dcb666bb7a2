# fmt: off
"""How the answers of the surveys are distributed: every table is written here, nothing is hidden in code.

Weights need not add up to one. ``z`` is a person's own mood, drawn once from a normal distribution, so that
who is content with one thing is more likely content with the next.
"""

from __future__ import annotations

from typing import Final

Table = dict[str, float]

# Share of responses by place of living; the townships have fewer phones at hand.
DISTRICTS: Final[Table] = {"east": 27, "west": 22, "river": 25, "baishi": 15, "liutang": 11}
SOURCES: Final[Table] = {"web": 93, "paper": 4.5, "hall": 1.5, "telephone": 1}
LANGUAGES: Final[Table] = {"zh_CN": 99, "en": 1}
# By hour of the day on the site's clocks: lunch and evening are the peaks, few answer at night.
HOURS: Final = (2, 1, 0.5, 0.3, 0.3, 0.8, 3, 8, 14, 18, 17, 16, 22, 19, 13, 12, 12, 15, 20, 27, 30, 25, 14, 6)
# By day since opening: the launch, a decline, a reminder after eleven days; weekends are weaker.
LAUNCH, DECLINE, FLOOR, REMINDER_DAY, REMINDER, WEEKEND = 3.0, 4.0, 0.5, 11, 1.6, 0.72

HOUSES: Final[dict[str, Table]] = {
    "east": {"old": 34, "new": 46, "work": 10, "own": 4, "public": 6},
    "west": {"old": 41, "new": 33, "work": 14, "own": 5, "public": 7},
    "river": {"old": 22, "new": 62, "work": 6, "own": 3, "public": 7},
    "baishi": {"old": 14, "new": 21, "work": 6, "own": 57, "public": 2},
    "liutang": {"old": 12, "new": 16, "work": 5, "own": 65, "public": 2},
}
OWNS: Final[dict[str, Table]] = {
    "old": {"none": 17, "one": 55, "more": 28}, "new": {"none": 29, "one": 52, "more": 19},
    "work": {"none": 24, "one": 58, "more": 18}, "own": {"none": 9, "one": 46, "more": 45},
    "public": {"none": 20, "one": 61, "more": 19},
}
# Each place is picked with this chance, in per cent, by kind of housing.
WHERE: Final[dict[str, Table]] = {
    "old": {"shed": 31, "street": 29, "swap": 12, "work": 15, "indoors": 22, "wire": 24},
    "new": {"shed": 64, "street": 19, "swap": 10, "work": 14, "indoors": 7, "wire": 4},
    "work": {"shed": 52, "street": 18, "swap": 8, "work": 38, "indoors": 9, "wire": 8},
    "own": {"shed": 3, "street": 14, "swap": 7, "work": 11, "indoors": 68, "wire": 26},
    "public": {"shed": 57, "street": 20, "swap": 12, "work": 10, "indoors": 12, "wire": 9},
}
TROUBLE: Final[dict[str, Table]] = {
    "old": {"full": 52, "far": 27, "dear": 31, "broken": 21, "rain": 24, "theft": 13},
    "new": {"full": 29, "far": 15, "dear": 54, "broken": 26, "rain": 9, "theft": 8},
    "work": {"full": 33, "far": 12, "dear": 24, "broken": 27, "rain": 19, "theft": 11},
    "own": {"full": 18, "far": 30, "dear": 14, "broken": 9, "rain": 12, "theft": 22},
    "public": {"full": 37, "far": 16, "dear": 43, "broken": 30, "rain": 14, "theft": 10},
}
# Mean of the stars for the price and of safety from one to ten, by kind of housing.
PRICE: Final[Table] = {"old": 2.9, "new": 2.5, "work": 3.5, "own": 3.6, "public": 2.7}
SAFE: Final[Table] = {"old": 4.6, "new": 6.7, "work": 6.4, "own": 5.3, "public": 6.0}
TIMES_MEAN, TIMES_SPREAD = 3.1, 1.5
FIRST: Final[dict[str, Table]] = {
    "old": {"build": 49, "price": 16, "check": 21, "lift": 6, "teach": 8},
    "new": {"build": 24, "price": 39, "check": 19, "lift": 13, "teach": 5},
    "work": {"build": 38, "price": 21, "check": 21, "lift": 10, "teach": 10},
    "own": {"build": 34, "price": 17, "check": 17, "lift": 2, "teach": 30},
    "public": {"build": 33, "price": 30, "check": 22, "lift": 9, "teach": 6},
}
IDEA, IDEA_ALONE = 0.2, 0.35
"""How many write in their own words, and how many of these a short sentence only."""

AGES: Final[Table] = {"young": 17, "middle": 34, "older": 29, "old": 20}
VISITS: Final[Table] = {"young": 1.3, "middle": 2.2, "older": 3.8, "old": 7.4}
NEVER: Final[Table] = {"young": 0.34, "middle": 0.2, "older": 0.1, "old": 0.04}
STARS: Final[Table] = {"staff": 4.2, "waiting": 3.7, "medicine": 2.8}
OLD_BONUS, TOWNSHIP = 0.25, -0.2
"""Those of sixty and more judge more kindly; in the townships there is less to choose from."""
GO: Final[dict[str, Table]] = {
    "young": {"clinic": 22, "city": 27, "shop": 37, "wait": 14}, "middle": {"clinic": 35, "city": 28, "shop": 28, "wait": 9},
    "older": {"clinic": 51, "city": 22, "shop": 20, "wait": 7}, "old": {"clinic": 68, "city": 17, "shop": 9, "wait": 6},
}
WHY: Final[dict[str, Table]] = {
    "young": {"drugs": 28, "hours": 54, "tools": 31, "trust": 33, "money": 24, "way": 6},
    "middle": {"drugs": 39, "hours": 51, "tools": 35, "trust": 29, "money": 22, "way": 7},
    "older": {"drugs": 52, "hours": 27, "tools": 36, "trust": 22, "money": 26, "way": 11},
    "old": {"drugs": 61, "hours": 14, "tools": 30, "trust": 14, "money": 33, "way": 24},
}
WISH: Final[dict[str, Table]] = {
    "young": {"weekend": 62, "long": 8, "expert": 37, "home": 6, "child": 24, "dental": 41},
    "middle": {"weekend": 58, "long": 17, "expert": 39, "home": 9, "child": 45, "dental": 19},
    "older": {"weekend": 31, "long": 47, "expert": 49, "home": 19, "child": 14, "dental": 16},
    "old": {"weekend": 15, "long": 66, "expert": 44, "home": 41, "child": 8, "dental": 12},
}
CLINIC_SOURCES: Final[Table] = {"web": 88, "paper": 9, "hall": 2, "telephone": 1}
