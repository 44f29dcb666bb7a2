"""The contracts in pyproject.toml break when a bad import appears: each is tried with one in a copy."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "engage"
HEAVY = ("pandas", "plotly", "pyarrow", "numpy")

RIGHT = "An import goes left a domain, never right"
UP = "An import goes down a layer inside a domain, never up"
PURE = "Models and rules know no action, no query and no page of any domain"
PAGELESS = "Actions, queries and jobs know no page of any domain"
VIEWS = "Views never import another domain's views"
SOCKETS = "Sockets never import another domain's sockets"
BELOW = "Below the pages there is no request, no template and no Socket.IO"
NO_FLASK = "Models and rules know no Flask"
PROCESS = "Neither web nor worker ever loads pandas, plotly or pyarrow"
LIGHT = "Pages, actions and queries never load pandas, plotly or pyarrow"

# (file, line added to it, contract that must break)
BAD = [
    ("accounts/rules.py", "import engage.surveys.models", RIGHT),
    ("surveys/queries.py", "import engage.live.models", RIGHT),
    ("core/clock.py", "import engage.audit.models", RIGHT),
    ("web/display.py", "import engage.surveys.models", RIGHT),
    ("surveys/models.py", "import engage.surveys.rules", UP),
    ("surveys/rules.py", "import engage.surveys.actions", UP),
    ("surveys/actions.py", "import engage.surveys.views", UP),
    ("surveys/models.py", "import engage.accounts.actions", PURE),
    ("core/clock.py", "import engage.web.display", PURE),
    ("surveys/actions.py", "import engage.web.display", PAGELESS),
    ("surveys/views.py", "import engage.accounts.views", VIEWS),
    ("surveys/sockets.py", "import engage.accounts.sockets", SOCKETS),
    ("surveys/actions.py", "import flask_babel", BELOW),
    ("surveys/rules.py", "from flask import g", NO_FLASK),
    ("surveys/queries.py", "import flask_socketio", BELOW),
    ("wsgi.py", "import pandas", PROCESS),
    ("worker.py", "import engage.analysing", PROCESS),
    ("registry.py", "import engage.heavy", PROCESS),
    ("surveys/views.py", "import plotly", LIGHT),
    ("surveys/queries.py", "import engage.heavy", LIGHT),
]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package and its contracts in a folder of their own."""
    shutil.copytree(
        PACKAGE, tmp_path / "engage", ignore=shutil.ignore_patterns("__pycache__", "translations")
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "engage" / "heavy.py").write_text("import pyarrow\n")
    for domain in ("surveys", "accounts", "live", "audit"):
        for name in ("__init__", "models", "rules", "actions", "queries", "views", "sockets"):
            path = tmp_path / "engage" / domain / f"{name}.py"
            path.parent.mkdir(exist_ok=True)
            if not path.exists() and not path.with_suffix("").is_dir():
                path.write_text("")
    (tmp_path / "engage" / "wsgi.py").touch()
    return tmp_path


def _lint(folder: Path) -> tuple[int, str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_contracts_hold() -> None:
    code, said = _lint(ROOT)
    assert code == 0, said


@pytest.mark.parametrize(("file", "line", "contract"), BAD, ids=[f"{file}: {line}" for file, line, _ in BAD])
def test_a_bad_import_breaks_its_contract(copy: Path, file: str, line: str, contract: str) -> None:
    path = copy / "engage" / file
    if not path.exists():
        path = path.with_suffix("") / "__init__.py"
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")
    code, said = _lint(copy)
    broken = [row for row in said.splitlines() if "BROKEN" in row]
    assert code == 1, said
    assert any(row.startswith(contract) for row in broken), said


@pytest.mark.parametrize("kind", ["models", "rules"])
def test_models_and_rules_do_not_reach_for_the_session(kind: str) -> None:
    for path in [*PACKAGE.glob(f"*/{kind}.py"), *PACKAGE.glob(f"*/{kind}/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            reached = (
                isinstance(node, ast.Attribute)
                and node.attr == "session"
                and ast.unparse(node) == "db.session"
            )
            assert not reached, (
                f"{path.relative_to(ROOT)}:{node.lineno} uses db.session; that is an action's work"
            )


@pytest.mark.parametrize("kind", ["actions", "queries", "jobs", "receipts"])
def test_actions_take_only_the_settings_from_flask(kind: str) -> None:
    """Where files lie is in the application's settings; who asks is told in arguments."""
    for path in [*PACKAGE.glob(f"*/{kind}.py"), *PACKAGE.glob(f"*/{kind}/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "flask":
                names = {alias.name for alias in node.names}
                assert names <= {"current_app", "Flask"}, (
                    f"{path.relative_to(ROOT)} imports {names} from flask"
                )
            elif isinstance(node, ast.Import):
                assert "flask" not in {alias.name for alias in node.names}, path.relative_to(ROOT)


def test_the_web_process_loads_nothing_heavy() -> None:
    """What no import of ours brings in may still come with a library: look at the process itself."""
    program = f"import sys, engage.registry; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
