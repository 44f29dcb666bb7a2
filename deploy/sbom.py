"""``make sbom``: every package, from the lock files, as a list in CycloneDX 1.6: sbom.json."""

from __future__ import annotations

import base64
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
_LINE = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[\w,-]+\])?==([^\s;\\]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_ALGORITHMS = {"sha512": "SHA-512", "sha1": "SHA-1"}


def python_packages(lock: Path) -> Iterator[dict[str, Any]]:
    """The packages of one requirements file, each with the hashes of its files."""
    for entry in re.split(r"\n(?=[A-Za-z0-9])", lock.read_text("utf-8")):
        found = _LINE.match(entry)
        if found:
            name = re.sub(r"[-_.]+", "-", found[1]).lower()
            hashes = [{"alg": "SHA-256", "content": one} for one in _HASH.findall(entry)]
            yield component(name, found[2], f"pkg:pypi/{name}@{quote(found[2])}", hashes)


def npm_packages(lock: Path) -> Iterator[dict[str, Any]]:
    """The packages of a package-lock.json."""
    for path, package in json.loads(lock.read_text("utf-8"))["packages"].items():
        name = path.rpartition("node_modules/")[2]
        if name and "version" in package:
            algorithm, _, digest = package.get("integrity", "").partition("-")
            hashes = (
                [{"alg": _ALGORITHMS[algorithm], "content": base64.b64decode(digest).hex()}] if digest else []
            )
            yield component(name, package["version"], f"pkg:npm/{quote(name)}@{package['version']}", hashes)


def component(name: str, version: str, purl: str, hashes: list[dict[str, str]]) -> dict[str, Any]:
    """One package as CycloneDX names it."""
    found = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
    return {**found, "hashes": hashes} if hashes else found


def bill() -> dict[str, Any]:
    """The whole list: what runs, builds and tests; without a time, so that the same gives the same."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    found = {
        one["purl"]: one
        for one in (
            *python_packages(ROOT / "requirements.txt"),
            *python_packages(ROOT / "requirements-dev.txt"),
            *npm_packages(ROOT / "package-lock.json"),
        )
    }
    itself = {"type": "application", "name": project["name"], "version": project["version"]}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": itself},
        "components": [found[purl] for purl in sorted(found)],
    }


def main() -> None:
    target = ROOT / "sbom.json"
    made = bill()
    target.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"Wrote {len(made['components'])} packages to {target.name}.")


if __name__ == "__main__":
    main()
