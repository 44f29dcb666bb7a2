"""Compile the templates, so that no process has to; whoever runs one may read what is made here."""

from __future__ import annotations

import secrets
import shutil
import sys
import tempfile
from pathlib import Path

from jinja2 import FileSystemBytecodeCache

from freshness import COMPILED, COMPILED_OF, ROOT, templates_digest

sys.path.insert(0, str(ROOT))

from engage import create_app
from engage.config import Config


def main() -> None:
    print("Compiling templates …", flush=True)
    digest = templates_digest()
    shutil.rmtree(COMPILED, ignore_errors=True)
    COMPILED.mkdir()
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(
            Config(
                instance=Path(folder),
                secret_key=secrets.token_hex(32),
                database_url=f"sqlite:///{folder}/none",
            )
        )
        app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(COMPILED))
        for name in app.jinja_env.list_templates():
            app.jinja_env.get_template(name)
    COMPILED_OF.write_text(digest)
    COMPILED.chmod(0o755)
    for path in COMPILED.iterdir():
        path.chmod(0o644)


if __name__ == "__main__":
    main()
