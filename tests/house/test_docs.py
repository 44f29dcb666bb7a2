"""The docs stay true: links lead somewhere, commands and addresses exist, both languages say the same."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.cli import cli as flask_cli

from engage.cli import engage_cli

pytestmark = pytest.mark.either_database

ROOT = Path(__file__).resolve().parents[2]
DOCS = sorted(
    [
        ROOT / "README.md",
        ROOT / "README.zh-CN.md",
        *(ROOT / "docs").rglob("*.md"),
        ROOT / "benchmarks" / "README.md",
        ROOT / "static" / "css" / "README.md",
    ]
)
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)|src=\"([^\"]+)\"")
_MAKE = re.compile(r"`(?:[A-Z_]+=\S+ )?make ([a-z-]+)|^make ([a-z-]+)", re.M)
_FLASK = re.compile(r"[\w./-]*flask (?:--app engage )?engage\b")
_ENGAGE = re.compile(r"\.venv/bin/flask engage ([a-z][a-z-]+)")
# Where people read what to type: the docs, the samples, and what programs say (comments are not for typing).
SPOKEN = sorted(
    [
        *DOCS,
        *(ROOT / "deploy" / "samples").iterdir(),
        ROOT / "deploy" / "serve.py",
        ROOT / "engage" / "cli.py",
        ROOT / "engage" / "demo" / "commands.py",
        ROOT / "engage" / "accounts" / "commands.py",
    ]
)
_FILE = re.compile(r"`((?:engage|tests|deploy|docs|static|templates|benchmarks|migrations)/[\w./*-]+)`")
_ADDRESS = re.compile(r"`(/[a-z][a-z/-]*)(?:…)?(?:/[a-z]+)?`")


def _each(pattern: re.Pattern[str], path: Path) -> set[str]:
    return {
        next(group for group in found.groups() if group)
        for found in pattern.finditer(path.read_text("utf-8"))
    }


@pytest.mark.parametrize("path", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    for target in _each(_LINK, path):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert (path.parent / target).exists(), f"{path.name} links to {target}"


@pytest.mark.parametrize("path", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_and_files_exist(app: Flask, path: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text("utf-8"), re.M))
    assert _each(_MAKE, path) <= targets
    for name in _each(_FILE, path):
        assert list(ROOT.glob(name.rstrip("/"))), f"{path.name} names {name}"


def test_commands_are_spelled_as_they_run() -> None:
    for path in SPOKEN:
        text = re.sub(r'"""``?flask.*', "", path.read_text("utf-8"))
        for found in _FLASK.findall(text):
            assert found.removeprefix("/srv/engage/") == ".venv/bin/flask engage", f"{path.name}: {found}"


def test_commands_run_in_that_spelling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One as a process of its own, the others as `flask` would find them in this folder."""
    monkeypatch.delenv("FLASK_APP", raising=False)
    monkeypatch.setenv("ENGAGE_INSTANCE", str(tmp_path))
    monkeypatch.chdir(ROOT)
    program = Path(sys.executable).parent / "flask"
    told = subprocess.run([program, "engage", "--help"], capture_output=True, text=True, check=True).stdout
    documented = set().union(*(_each(_ENGAGE, path) for path in SPOKEN))
    assert documented == set(engage_cli.commands)
    for name in documented:
        assert re.search(rf"^  {name} ", told, re.M), name
        done = CliRunner().invoke(flask_cli, ["engage", name, "--help"])
        assert done.exit_code == 0, done.output
        assert f"engage {name} [OPTIONS]" in done.output


def test_addresses_of_the_readme_exist(app: Flask) -> None:
    rules = [str(rule) for rule in app.url_map.iter_rules()]
    for name in ("README.md", "README.zh-CN.md"):
        for address in _each(_ADDRESS, ROOT / name):
            assert any(rule.startswith(address.rstrip("/")) for rule in rules), f"{name} names {address}"


def test_both_readmes_tell_the_same() -> None:
    english, chinese = (ROOT / "README.md").read_text("utf-8"), (ROOT / "README.zh-CN.md").read_text("utf-8")
    for pattern in (r"^## ", r"^\| ", r"^- ", r"docs/img/\w+\.png"):
        assert len(re.findall(pattern, english, re.M)) == len(re.findall(pattern, chinese, re.M)), pattern


def test_every_command_is_in_the_operations_guide(app: Flask) -> None:
    assert _each(_ENGAGE, ROOT / "docs" / "operations.md") == set(engage_cli.commands)
