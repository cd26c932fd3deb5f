#!/bin/sh
# Makes .venv with the pinned dependencies and finds (or installs) a headless Chromium, a Chinese font and antiword. Called by `make setup`; safe to repeat.
# usage: tools/setup.sh PYTHON VENV
set -eu
python=$1
venv=$2

say() { printf '%s\n' "$*" >&2; }
fail() { say "setup: $*"; exit 2; }
root() { [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; }

apt_lists=old
apt() { # apt PACKAGE ...; what apt says is shown when it fails
    said=$(mktemp)
    if [ "$apt_lists" = old ]; then
        apt-get update -qq >"$said" 2>&1 || say "setup: apt-get update failed, going on with the lists that are there"
        apt_lists=new
    fi
    if DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >>"$said" 2>&1; then
        rm -f "$said"
    else
        cat "$said" >&2
        rm -f "$said"
        return 1
    fi
}

works() { [ -x "$venv/bin/python" ] && "$venv/bin/python" -m pip --version >/dev/null 2>&1; }

# A Debian python3 may come without ensurepip: `python3 -m venv` then stops half way.
make_venv() {
    works && return
    "$python" -m venv --clear "$venv" >/dev/null 2>&1 && works && return
    if "$python" -m pip --version >/dev/null 2>&1 && "$python" -m venv --clear --without-pip "$venv" &&
        "$python" -m pip --python "$venv/bin/python" install -q pip && works; then
        return
    fi
    if root; then
        say "setup: this Python cannot make virtual environments; installing python3-venv"
        apt python3-venv && "$python" -m venv --clear "$venv" && works && return
    fi
    fail "cannot make $venv with $python. On Debian or Ubuntu: apt-get install python3-venv, then run make again."
}

find_browser() { # as a crawl would
    "$venv/bin/python" -c 'from crawler import browser, config; print(browser.find(config.Config()))' >/dev/null 2>&1
}

get_browser() {
    find_browser && return
    if root; then
        say "setup: installing a headless Chromium"
        apt chromium-headless-shell || apt chromium || true
        find_browser && return
    fi
    say "setup: no headless Chromium here; trying playwright's own download"
    "$venv/bin/playwright" install chromium-headless-shell >&2 || true
    find_browser && return
    say "setup: no headless Chromium could be had. Portals with 'render: true' will not be crawled until there is one:"
    say "setup:   apt-get install chromium-headless-shell              (as root), or"
    say "setup:   $venv/bin/playwright install chromium-headless-shell (downloads it)"
}

font=/usr/share/fonts/truetype/wqy/wqy-microhei.ttc # the one the tests print PDF files with

get_font() { # Chinese letters in a rendered page and in the PDF files of the tests
    [ -e "$font" ] && return
    if root; then
        say "setup: installing a Chinese font"
        apt fonts-wqy-microhei || true
        [ -e "$font" ] && return
    fi
    say "setup: no Chinese font at $font. Tests that print PDF files need it: apt-get install fonts-wqy-microhei (as root)"
}

get_antiword() { # reads Word's older files
    command -v antiword >/dev/null 2>&1 && return
    if root; then
        say "setup: installing antiword"
        apt antiword || true
        command -v antiword >/dev/null 2>&1 && return
    fi
    say "setup: no antiword here. DOC files will be kept and not read until there is one: apt-get install antiword (as root)"
}

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "nianbao needs Python 3.11 or newer; $python is $("$python" -V). Say PYTHON=/path/to/python3.11"
make_venv
say "setup: installing the pinned dependencies into $venv"
# --no-deps: the lock is complete, and pip 23 stumbles over the name of an extra of lxml while resolving
"$venv/bin/python" -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
"$venv/bin/python" -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
get_browser
get_font
get_antiword
