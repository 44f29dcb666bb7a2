"""The names of files that staff take with them."""

from __future__ import annotations

import pytest

from engage.web.downloads import file_name


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("停车管理满意度调查", "停车管理满意度调查.xlsx"),
        ("2026/2027 年：计划?", "2026 2027 年：计划.xlsx"),
        ('a"b<c>d|e*f\\g', "a b c d e f g.xlsx"),
        ("..\\..\\etc\n\tpasswd", "etc passwd.xlsx"),
        ("\u202egpj.exe\u200b", "gpj.exe.xlsx"),
        (" . ", "file.xlsx"),
        ("", "file.xlsx"),
        ("长" * 200, "长" * 60 + ".xlsx"),
    ],
)
def test_a_name_that_every_system_takes(title: str, name: str) -> None:
    assert file_name(title, "xlsx") == name
