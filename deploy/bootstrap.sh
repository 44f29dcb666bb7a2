#!/bin/sh
# Makes .venv with a Python new enough, or says in one sentence what is missing. Quick when .venv is there.
set -u
cd "$(dirname "$0")/.." || exit 1
enough='import sys; sys.exit(sys.version_info < (3, 11))'

[ -x .venv/bin/python ] && .venv/bin/python -c "$enough" 2>/dev/null && exit 0

python=
for name in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python; do
    if command -v "$name" >/dev/null 2>&1 && "$name" -c "$enough" 2>/dev/null; then python=$name; break; fi
done
if [ -z "$python" ]; then
    found=$(python3 -V 2>/dev/null || echo "no Python 3")
    echo "Engage needs Python 3.11 or newer, and this machine has $found: install it, or name one with PYTHON=/path/to/python3.11." >&2
    exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    echo "Python $version here has no venv module: install it (on Debian and Ubuntu: apt-get install python$version-venv), then try again." >&2
    exit 1
fi
echo "Creating .venv with $("$python" -V) …"
rm -rf .venv
if ! "$python" -m venv .venv; then
    rm -rf .venv
    echo "The folder .venv could not be created: see the line above, and check that there is room on the disk." >&2
    exit 1
fi
