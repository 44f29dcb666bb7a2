"""docs/security.md names every requirement of ASVS 5.0 at levels 1 and 2, and what it names is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text("utf-8")
# Section → level of each requirement in it, in order; 3 is beyond what is claimed. Source: ASVS 5.0.0.
LEVELS = {
    "1.1": "22", "1.2": "1111122223", "1.3": "112222222223", "1.4": "222", "1.5": "123",
    "2.1": "122", "2.2": "112", "2.3": "12223", "2.4": "22",
    "3.1": "3", "3.2": "113", "3.3": "12223", "3.4": "11222233", "3.5": "11122333", "3.6": "3",
    "3.7": "22333",
    "4.1": "12233", "4.2": "23333", "4.3": "22", "4.4": "1222",
    "5.1": "2", "5.2": "112333", "5.3": "113", "5.4": "222",
    "6.1": "122", "6.2": "111111112222", "6.3": "11223333", "6.4": "112233", "6.5": "22222333", "6.6": "2223",
    "6.7": "33", "6.8": "2222",
    "7.1": "222", "7.2": "1111", "7.3": "22", "7.4": "11222", "7.5": "223", "7.6": "22",
    "8.1": "1233", "8.2": "1123", "8.3": "133", "8.4": "23",
    "9.1": "111", "9.2": "1222",
    "10.1": "22", "10.2": "223", "10.3": "22223", "10.4": "1111122222233333", "10.5": "22222", "10.6": "22",
    "10.7": "222",
    "11.1": "2233", "11.2": "22233", "11.3": "11233", "11.4": "1222", "11.5": "23", "11.6": "23",
    "11.7": "33",
    "12.1": "12233", "12.2": "11", "12.3": "22223",
    "13.1": "2333", "13.2": "222223", "13.3": "2233", "13.4": "1222233",
    "14.1": "22", "14.2": "12223333", "14.3": "122",
    "15.1": "12233", "15.2": "12233", "15.3": "1222222", "15.4": "3333",
    "16.1": "2", "16.2": "22222", "16.3": "2222", "16.4": "222", "16.5": "2223",
    "17.1": "23", "17.2": "22223333", "17.3": "22",
}  # fmt: skip
WANTED = {
    f"V{section}.{number}": level
    for section, levels in LEVELS.items()
    for number, level in enumerate(levels, 1)
    if level in "12"
}
ROWS = re.findall(r"^\| (V\d+\.\d+\.\d+) \| (\d) \| (\S+) \| (.+?) \| (.*?) ?\|$", TEXT, re.M)


def test_every_requirement_stands_there_once_with_its_level() -> None:
    assert len(ROWS) == len({row[0] for row in ROWS})
    assert {row[0]: row[1] for row in ROWS} == WANTED
    assert [row[0] for row in ROWS] == list(WANTED)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_what_is_said_to_be_met_is_shown(row: tuple[str, ...]) -> None:
    _, _, state, how, shown = row
    assert state in {"met", "n/a", "reasoned", "open"}
    assert len(how) > 3
    places = re.findall(r"`([^`]+)`", shown)
    assert places or state in {"n/a", "open"}
    for place in places:
        assert (ROOT / place).exists(), place


def test_threats_name_tests_that_are_there() -> None:
    table = TEXT[TEXT.index("## Threats, defences, tests") : TEXT.index("## Inventory")]
    rows = [line for line in table.splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 20
    for line in rows:
        places = re.findall(r"`(tests/[^`]+)`", line)
        assert places, line
        assert all((ROOT / place).is_file() for place in places), line
