"""The two commands, the lock files and the form of the code stay what they promise to be."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from engage.config import Config

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "engage"
LOCKS = ("requirements.txt", "requirements-dev.txt", "package-lock.json")
MOST_LINES = 300


def _names(path: Path) -> dict[str, str]:
    """Name (normalised) → rest of the line of each requirement in a file."""
    found = {}
    for line in path.read_text().splitlines():
        match = re.match(r"([A-Za-z0-9][\w.-]*)(?:\[[\w,-]+\])?\s*(.*)", line)
        if match:
            found[re.sub(r"[-_.]+", "-", match[1]).lower()] = match[2].removesuffix("\\").rstrip()
    return found


@pytest.mark.parametrize("path", [path.relative_to(ROOT) for path in sorted(PACKAGE.rglob("*.py"))], ids=str)
def test_no_file_outgrows_a_reader(path: Path) -> None:
    lines = len((ROOT / path).read_text(encoding="utf-8").splitlines())
    assert lines < MOST_LINES, f"{path} has {lines} lines: make it a folder of the same name, split by noun"


def test_help_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony
    said = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    listed = set(re.findall(r"^  make ([a-z-]+)\s+\S", said, re.MULTILINE))
    written = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert listed == set(phony[1].split()) == written


@pytest.mark.parametrize("name", LOCKS)
def test_lock_files_hold_no_addresses(name: str) -> None:
    text = (ROOT / name).read_text()
    found = re.findall(r"(?:file|git\+\w+|https?)://\S+|\"resolved\"|--(?:index|find|extra|trusted)\S*", text)
    # Where a package asks for donations is no place it is fetched from.
    allowed = re.findall(r'"url": "(https?://\S+)"', text)
    assert [address for address in found if address.rstrip('",') not in allowed] == []


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_everything_asked_for_is_pinned(name: str) -> None:
    asked, pinned = _names(ROOT / f"{name}.in"), _names(ROOT / f"{name}.txt")
    assert sorted(set(asked) - set(pinned)) == [], "run `make requirements`"
    assert all(re.match(r"==[\w.!+]+", rest) for rest in pinned.values())
    exact = {package: rest for package, rest in asked.items() if rest.startswith("==")}
    assert exact == {package: pinned[package] for package in exact}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_nothing_is_installed_that_was_exchanged(name: str) -> None:
    """Each package has hashes of all its files: one without would stop the set-up."""
    entries = re.split(r"\n(?=[A-Za-z0-9])", (ROOT / name).read_text("utf-8").strip())
    assert len(entries) > 20
    for entry in entries:
        assert re.search(r" \\\n    --hash=sha256:[0-9a-f]{64}", entry), entry.splitlines()[0]
    assert '"--require-hashes"' in (ROOT / "deploy" / "setup.py").read_text("utf-8")


def test_both_lock_files_agree() -> None:
    first, second = _names(ROOT / "requirements.txt"), _names(ROOT / "requirements-dev.txt")
    differing = {name: (first[name], second[name]) for name in first.keys() & second.keys()}
    assert {name: pins for name, pins in differing.items() if pins[0] != pins[1]} == {}


def test_what_runs_is_what_is_pinned() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "pip", "list", "--format=freeze", "--disable-pip-version-check"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    installed = {
        re.sub(r"[-_.]+", "-", n).lower(): v for n, v in re.findall(r"^(\S+)==(\S+)$", told, re.MULTILINE)
    }
    pinned = _names(ROOT / "requirements.txt")
    assert {n: installed.get(n) for n in pinned} == {n: rest.removeprefix("==") for n, rest in pinned.items()}


def test_ci_runs_the_tests() -> None:
    script = (ROOT / ".ci" / "run").read_text().splitlines()
    assert script == ["#!/usr/bin/env bash", "exec make test"]
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_no_import_hides_in_a_function() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]
    assert "PLC0415" in settings["select"]
    hidden = [path for path in PACKAGE.rglob("*.py") if "noqa: PLC0415" in path.read_text(encoding="utf-8")]
    assert hidden == []


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    section = text.split("## Settings")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    documented = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert documented == {item.name for item in fields(Config)} - {"instance"}
