#!/bin/sh
# Shows that a WACZ of ours opens in pywb with identical bytes. Makes .venv-pywb (pywb is GPL and a tool only: it stays out of ours). Safe to repeat.
# usage: tools/replay.sh PYTHON VENV [WACZ CONFIG]   without a WACZ: that of a small archive of the demo's replicas, crawled here and now
set -eu
python=$1
venv=$2
shift 2
pins=tools/replay.lock
tool=.venv-pywb
stamp=$tool/.set-up-$(cat "$pins" tools/replay.sh | sha256sum | cut -c1-16)

if [ ! -e "$stamp" ]; then
    [ -x "$tool/bin/python" ] && "$tool/bin/python" -m pip --version >/dev/null 2>&1 || "$python" -m venv --clear "$tool"
    printf '%s\n' "replay: installing pywb into $tool" >&2
    for try in 1 2 3; do
        "$tool/bin/python" -m pip install -q --disable-pip-version-check --no-deps -r "$pins" && break
        [ "$try" = 3 ] && { printf '%s\n' "replay: pywb could not be installed" >&2; exit 2; }
        sleep 5
    done
    rm -f "$tool"/.set-up-*
    touch "$stamp"
fi
exec "$venv/bin/python" -m tests.replay "$tool/bin" "$@"
