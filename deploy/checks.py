"""``make test`` and its relatives: what tests need, then each stage with its time, then one closing line."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import postgres
from scratch import scratch
from setup import ROOT, VENV, environment, set_up, stop

BIN = VENV / "bin"
# Browser tests run in the first of these that there is.
CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser")


def no_browser() -> bool:
    return not any(map(shutil.which, CHROMIUM))


# Debian package → whether it is missing. The browser without windows takes half the processor time, but not
# every system has it packed.
SYSTEM: dict[str, Callable[[], bool]] = {
    "chromium-headless-shell": no_browser,
    "chromium": no_browser,
    "fonts-noto-cjk": lambda: not list(Path("/usr/share/fonts").rglob("NotoSansCJK*")),
    "postgresql": lambda: not list(Path("/usr/lib/postgresql").glob("*/bin/postgres")),
    "nginx-light": lambda: not shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin"),
}
USUAL = "not soak and not acceptance"
COUNT = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed|deselected|warnings?)")
NO_TESTS = 5


@dataclass
class Stage:
    """One step and how it went; ``seconds`` of wall clock."""

    name: str
    seconds: float
    ok: bool
    counts: dict[str, int]


def heading(name: str) -> None:
    print(f"\n── {name} {'─' * max(3, 72 - len(name))}", flush=True)


def run(
    name: str, command: list[str], extra: dict[str, str] | None = None, *, fine: tuple[int, ...] = (0,)
) -> Stage:
    """Run one command, showing its output as it comes and reading pytest's closing counts from it."""
    heading(name)
    began = time.monotonic()
    counts: dict[str, int] = {}
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment() | (extra or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    assert process.stdout is not None
    for line in process.stdout:
        print(line, end="", flush=True)
        if re.search(r"\d+ (passed|failed|error).* in [\d.]+s", line):
            counts = {
                kind.rstrip("s") if kind == "errors" else kind: int(n) for n, kind in COUNT.findall(line)
            }
    code = process.wait()
    return Stage(name, time.monotonic() - began, code in fine, counts)


def system_needs() -> None:
    """Fetch a browser, Chinese fonts, PostgreSQL and nginx where the system lacks them and we may."""
    missing = [package for package, absent in SYSTEM.items() if absent()]
    if missing and os.geteuid() == 0 and shutil.which("apt-get") and Path("/etc/debian_version").exists():
        print(f"Installing {', '.join(missing)} from the system's packages …", flush=True)
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=False, env=quiet, stdout=subprocess.DEVNULL)
        for package, absent in SYSTEM.items():
            if absent():
                command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package]
                subprocess.run(command, check=False, env=quiet, stdout=subprocess.DEVNULL)
        missing = [package for package, absent in SYSTEM.items() if absent()]
    if "chromium" in missing:
        print("Installing Playwright's own Chromium …", flush=True)
        if subprocess.run(
            [sys.executable, "-m", "playwright", "install", "chromium"], check=False
        ).returncode:
            print(
                "No browser could be installed, so the browser tests will fail:"
                " install Chromium (on Debian and Ubuntu: apt-get install chromium).",
                file=sys.stderr,
            )


def static_stages() -> list[Stage]:
    """Everything that is checked without running the product."""
    python = sys.executable
    return [
        run("format", [str(BIN / "ruff"), "format", "--check", "--quiet", "."]),
        run("lint", [str(BIN / "ruff"), "check", "--quiet", "."]),
        run("types", [str(BIN / "mypy"), "--no-error-summary"]),
        run("layers", [str(BIN / "lint-imports"), "--no-logo"]),
        run("translations", [python, str(ROOT / "deploy" / "translations.py"), "check"]),
    ]


def pytest(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "pytest", "--color=no", "-q", *arguments]


def side_by_side() -> list[str]:
    """One pytest process a core; tests that measure time carry the mark ``alone`` and come after."""
    return ["-n", str(min(4, os.cpu_count() or 1)), "--dist", "worksteal"]


def holding(words: str) -> list[str]:
    """The test files with these words in them: looking through all others takes seconds."""
    files = sorted((ROOT / "tests").rglob("test_*.py"))
    return [str(path.relative_to(ROOT)) for path in files if words in path.read_text(encoding="utf-8")]


def sqlite_stages(more: list[str]) -> list[Stage]:
    together = f"({USUAL}) and not alone"
    with scratch("tests") as folder:
        command = pytest(*side_by_side(), f"--basetemp={folder}", "-m", together, *more)
        stages = [run("tests on SQLite", command)]
    # What measures time does so on the disk that a city would use.
    command = pytest("-m", f"({USUAL}) and alone", *(more or holding("pytest.mark.alone")))
    stages.append(run("tests on SQLite that need the machine to themselves", command, fine=(0, NO_TESTS)))
    return stages


def postgres_stages(more: list[str], *, everything: bool) -> list[Stage]:
    """Tests that touch the database, on a server of their own; without a server the stage fails."""
    name = "tests on PostgreSQL"
    try:
        with postgres.server() as address, scratch("tests") as folder:
            chosen = f"({USUAL}) and database and not sqlite_only" + (
                "" if everything else " and (not browser or on_both) and not either_database"
            )
            command = pytest(*side_by_side(), f"--basetemp={folder}", "-m", chosen, *more)
            return [run(name, command, {"ENGAGE_TEST_DATABASE": address})]
    except postgres.NoServer as error:
        heading(name)
        print(error, file=sys.stderr, flush=True)
        return [Stage(name, 0.0, ok=False, counts={"error": 1})]


def close(stages: list[Stage], began: float) -> None:
    """Print the table of stages and, last, one line as pytest closes with; end with 1 when a stage failed."""
    heading("stages")
    for stage in stages:
        counted = ", ".join(f"{number} {kind}" for kind, number in stage.counts.items())
        print(
            f"{'ok    ' if stage.ok else 'FAILED'} {stage.seconds:7.1f} s  {stage.name}  {counted}".rstrip()
        )
    totals: dict[str, int] = {}
    for stage in stages:
        for kind, number in stage.counts.items():
            if kind != "deselected":
                totals[kind] = totals.get(kind, 0) + number
    failed = [stage.name for stage in stages if not stage.ok]
    if failed:
        print(f"Failed: {', '.join(failed)}.")
    order = sorted(totals, key=["failed", "passed"].index if set(totals) <= {"failed", "passed"} else str)
    words = ", ".join(f"{totals[kind]} {kind}" for kind in order) or "no tests ran"
    print(f"======== {words} in {time.monotonic() - began:.2f}s ========", flush=True)
    sys.exit(1 if failed else 0)


def benches(more: list[str]) -> list[Stage]:
    """Every benchmark that is there, one after the other."""
    folder = ROOT / "benchmarks"
    names = [path.stem for path in sorted(folder.glob("*.py")) if not path.stem.startswith("_")]
    if not names:
        stop("There is no benchmark yet in benchmarks/.")
    return [run(f"benchmark {name}", [sys.executable, "-m", f"benchmarks.{name}", *more]) for name in names]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    kinds = ["all", "static", "postgres", "acceptance", "bench", "soak", "format"]
    parser.add_argument("kind", choices=kinds)
    parser.add_argument("--samples", default="", help="folder of real files (acceptance)")
    options, more = parser.parse_known_args()
    began = time.monotonic()
    samples = Path(options.samples).expanduser().resolve()
    if options.kind == "acceptance" and not (options.samples and samples.is_dir()):
        stop("Name a folder of real files, as in `make acceptance SAMPLES=/path/to/folder`.")
    set_up(tests=True)
    if options.kind == "format":
        subprocess.run([str(BIN / "ruff"), "format", "--quiet", "."], check=False, cwd=ROOT)
        sys.exit(subprocess.run([str(BIN / "ruff"), "check", "--fix", "."], check=False, cwd=ROOT).returncode)
    stages: list[Stage] = []
    if options.kind in {"all", "postgres", "acceptance", "soak"}:
        system_needs()
    if options.kind in {"all", "static"}:
        stages += static_stages()
    if options.kind == "all":
        stages += sqlite_stages(more)
    if options.kind in {"all", "postgres"}:
        # `make test` has to stay short: what is the same on either database runs on one of them there.
        stages += postgres_stages(more, everything=options.kind == "postgres")
    if options.kind == "acceptance":
        stages.append(run("acceptance", pytest("-s", "-m", "acceptance", *more), {"SAMPLES": str(samples)}))
    if options.kind == "soak":
        stages.append(run("soak", pytest("-s", "-m", "soak", *more)))
    if options.kind == "bench":
        stages += benches(more)
    close(stages, began)


if __name__ == "__main__":
    main()
