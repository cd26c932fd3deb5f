#!/bin/sh
# Writes requirements.lock: every dependency of every extra, pinned, with hashes, for all platforms. Pins that still fit stay.
# usage: tools/lock.sh PYTHON [--upgrade | --upgrade-package NAME]
set -eu
python=$1
shift
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
"$python" -m venv "$temporary/uv"
"$temporary/uv/bin/pip" install -q --disable-pip-version-check uv
sed 's/^lxml==/lxml[html-clean]==/' requirements.lock >"$temporary/lock"
"$temporary/uv/bin/uv" pip compile -q pyproject.toml --extra dev --extra bench --extra postgresql --universal --python-version 3.11 \
    --generate-hashes --no-emit-index-url --no-header "$@" -o "$temporary/lock" >/dev/null
# pip 23.2 crashes on the extra's name; what the extra brings stands in the lock itself
sed 's/^lxml\[html-clean\]==/lxml==/' "$temporary/lock" >requirements.lock
echo "requirements.lock: $(grep -c '==' requirements.lock) packages; read the difference before you commit it"
