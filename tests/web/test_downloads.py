"""The names of files that staff take with them."""

from __future__ import annotations

from datetime import date

import pytest

from engage.web.downloads import file_name


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("停车管理满意度调查", "停车管理满意度调查"),
        ("2026/2027 年：计划?", "2026 2027 年：计划"),
        ('a"b<c>d|e*f\\g', "a b c d e f g"),
        ("..\\..\\etc\n\tpasswd", "etc passwd"),
        ("\u202egpj.exe\u200b", "gpj.exe"),
        (" . ", ""),
        ("", ""),
        ("长" * 200, "长" * 60),
    ],
)
def test_a_name_that_every_system_takes(title: str, name: str) -> None:
    about = f"{name}-" if name else ""
    assert file_name(date(2026, 3, 9), title, "意见", "xlsx") == f"{about}意见-20260309.xlsx"
