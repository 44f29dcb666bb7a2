"""Build static/dist from static/{js,css,img} and npm packages: hashed names, and a manifest.json.

Manifest keys: scripts by their path below static/js ("surveys/respond.js"), styles by their path below
static/css ("app.css"), pictures as "img/…", "icons.svg" (the sprite of static/img/icons.txt) and "plotly.js".
A script whose name, or whose folder's name, begins with "_" is only imported by others; so is a style that
another style imports, or that stands in a folder. What several scripts need, and what a script loads lazily
with import("…"), becomes a chunk of its own.
Beside every file of text stand its .gz and .br forms: the server compresses nothing while people wait.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import brotli

from freshness import DIST, ROOT, assets_current, assets_digest, files_below

STATIC = ROOT / "static"
MODULES = ROOT / "node_modules"
# Phones four years old and the web view of WeChat read this.
TARGET = "es2020,chrome86,safari14.1"
COPIED = {"plotly.js": MODULES / "plotly.js-basic-dist-min" / "plotly-basic.min.js"}
IMPORTED = re.compile(r"""@import\s+(?:url\()?["']\./([^"']+)["']""")
TEXT = {".js", ".css", ".svg", ".json", ".txt", ".html", ".webmanifest"}
SMALLEST_WORTH_COMPRESSING = 500
SVG = "{http://www.w3.org/2000/svg}"


class BuildError(Exception):
    """The build cannot go on; the message says why and what to do."""


def entries() -> dict[str, Path]:
    """Manifest key → source of every script and style that a page may ask for."""
    found: dict[str, Path] = {}
    for kind, depth in (("js", "**/*.js"), ("css", "*.css")):
        base = STATIC / kind
        for path in sorted(base.glob(depth)):
            parts = path.relative_to(base).parts
            if not any(part.startswith(("_", ".")) for part in parts) and ".test." not in path.name:
                found["/".join(parts)] = path
    for path in (STATIC / "css").glob("*.css"):
        for name in IMPORTED.findall(path.read_text(encoding="utf-8")):
            found.pop(name, None)
    return found


def esbuild_program() -> Path:
    """The native program of this platform; starting it directly saves starting node."""
    for path in sorted((MODULES / "@esbuild").glob("*/bin/esbuild")):
        return path
    raise BuildError("esbuild is not installed: run `make clean`, then `make setup`.")


def bundle(sources: dict[str, Path], out: Path) -> dict[str, str]:
    """Run esbuild over the entries; returns manifest lines."""
    if not sources:
        return {}
    meta = out / "meta.json"
    command = [
        str(esbuild_program()),
        *(str(path.relative_to(ROOT)) for path in sources.values()),
        "--bundle", "--splitting", "--format=esm", "--minify", "--charset=utf8", f"--target={TARGET}",
        "--outbase=static", f"--outdir={out}", "--entry-names=[dir]/[name]-[hash]",
        "--chunk-names=chunks/[name]-[hash]", "--asset-names=media/[name]-[hash]",
        "--loader:.svg=file", "--loader:.png=file", "--loader:.webp=file", "--loader:.woff2=file",
        "--legal-comments=none", "--log-level=warning", f"--metafile={meta}", "--external:/static/*",
    ]  # fmt: skip
    if subprocess.run(command, check=False, cwd=ROOT).returncode:
        raise BuildError("The browser files could not be built: the lines above name the file and the line.")
    keys = {str(path.relative_to(ROOT)): key for key, path in sources.items()}
    lines: dict[str, str] = {}
    described: dict[str, Any] = json.loads(meta.read_text())["outputs"]
    for name, output in described.items():
        key = keys.get(output.get("entryPoint", ""))
        if key:
            lines[key] = str((ROOT / name).resolve().relative_to(out.resolve()))
    meta.unlink()
    return lines


def hashed_copy(source: Path, out: Path, key: str) -> str:
    """Put a copy with a hashed name below ``out``; returns its path there."""
    content = source.read_bytes()
    return hashed_write(content, out, key)


def hashed_write(content: bytes, out: Path, key: str) -> str:
    """Write content under a hashed form of the key; returns its path below ``out``."""
    name = Path(key)
    target = name.with_name(f"{name.stem}-{hashlib.sha256(content).hexdigest()[:8]}{name.suffix}")
    (out / target).parent.mkdir(parents=True, exist_ok=True)
    (out / target).write_bytes(content)
    return target.as_posix()


def icon_names() -> list[str]:
    """The icons pages use: one name a line in static/img/icons.txt, ``#`` begins a remark."""
    listing = STATIC / "img" / "icons.txt"
    if not listing.exists():
        return []
    lines = (line.partition("#")[0].strip() for line in listing.read_text(encoding="utf-8").splitlines())
    return sorted({line for line in lines if line})


def sprite(names: list[str]) -> bytes:
    """One SVG with a <symbol> per icon, for ``<svg><use href="…#name">``."""
    root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg"})
    for name in names:
        source = MODULES / "lucide-static" / "icons" / f"{name}.svg"
        if not re.fullmatch(r"[a-z0-9-]+", name) or not source.exists():
            raise BuildError(f"static/img/icons.txt names an icon that lucide does not have: {name}.")
        drawing = ET.parse(source).getroot()  # noqa: S314 - a file of a pinned package
        kept = {
            key: value for key, value in drawing.attrib.items() if key not in {"class", "width", "height"}
        }
        symbol = ET.SubElement(root, "symbol", {"id": name, **kept})
        for shape in drawing:
            shape.tag = shape.tag.removeprefix(SVG)
            shape.tail = None
            symbol.append(shape)
    return ET.tostring(root, encoding="utf-8")


def compress(folder: Path) -> None:
    """Write the .gz and .br forms of every text file."""
    for path in files_below(folder, *TEXT):
        content = path.read_bytes()
        if len(content) < SMALLEST_WORTH_COMPRESSING:
            continue
        # A megabyte at brotli's highest level takes seconds for a hundredth less.
        quality = 11 if len(content) < 300_000 else 9
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(content, 9, mtime=0))
        path.with_name(path.name + ".br").write_bytes(brotli.compress(content, quality=quality))


def build() -> None:
    """Build everything into a new folder, then put it in the place of the old one.

    Raises ``BuildError`` with a sentence when a source is wrong.
    """
    digest = assets_digest()
    out = DIST.with_name("dist.new")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    manifest = bundle(entries(), out)
    for path in files_below(STATIC / "img"):
        if path.suffix != ".txt":
            key = path.relative_to(STATIC).as_posix()
            manifest[key] = hashed_copy(path, out, key)
    for key, path in COPIED.items():
        manifest[key] = hashed_copy(path, out, key)
    manifest["icons.svg"] = hashed_write(sprite(icon_names()), out, "icons.svg")
    compress(out)
    (out / "manifest.json").write_text(json.dumps(dict(sorted(manifest.items())), indent=1) + "\n")
    (out / ".digest").write_text(digest)
    keep_for_open_pages(out)
    shutil.rmtree(DIST, ignore_errors=True)
    out.rename(DIST)


def keep_for_open_pages(out: Path) -> None:
    """Keep the last build's files beside the new ones: a page opened before still loads its chunks."""
    listing = DIST / "manifest.json"
    if not listing.exists():
        return
    older = DIST / ".older"
    before = set(older.read_text().splitlines()) if older.exists() else set()
    now = {path.relative_to(DIST).as_posix() for path in files_below(DIST)} - before - {"manifest.json"}
    kept = []
    for name in now:
        target = out / name
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(DIST / name, target)
            kept.append(name)
    (out / ".older").write_text("\n".join(sorted(kept)))


def main() -> None:
    if assets_current() and "--force" not in sys.argv:
        return
    print("Building browser files …", flush=True)
    try:
        build()
    except BuildError as error:
        print(error, file=sys.stderr)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
