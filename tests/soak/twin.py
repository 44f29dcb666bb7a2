"""The browser's twin of the conditions, run in Node."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

_TWIN = Path(__file__).parents[2] / "static/js/questions/logic.js"
_SCRIPT = f"""
    import {{ path, readNumber }} from {json.dumps(_TWIN.as_uri())};
    let text = "";
    for await (const piece of process.stdin) text += piece;
    const {{ cases, numbers }} = JSON.parse(text);
    const paths = cases.map(([rules, answers]) => path(rules, new Map(Object.entries(answers))));
    console.log(JSON.stringify({{ paths, numbers: numbers.map((text) => readNumber(text)) }}));
"""


def in_node(cases: list[tuple[Any, dict[str, Any]]], numbers: list[str]) -> dict[str, Any]:
    """The paths of ``cases`` (rules, answers) and the numbers read, as the browser finds them."""
    done = subprocess.run(
        [Path(sys.executable).parent / "node", "--input-type=module", "-e", _SCRIPT],
        input=json.dumps({"cases": cases, "numbers": numbers}),
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found
