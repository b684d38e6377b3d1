#!/usr/bin/env bash
# Make .venv and install xpnet (editable) with the extras named; quick when that is done already.
#
#   ci/setup.sh plot          the core and matplotlib
#   ci/setup.sh               everything the tests need
. "$(dirname "$0")/common.sh"

# shellcheck disable=SC2086  # a list of words
[ $# -gt 0 ] || set -- $TEST_EXTRAS

find_python() {
    local name
    for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    die "needs Python 3.11 or newer; name one with PYTHON=/path/to/python"
}

if ! "$(venv_python)" -c 'import pip' 2>/dev/null; then
    python=$(find_python)
    echo "making $VENV with $("$python" --version)"
    "$python" -m venv --clear "$VENV"
fi

# The stamp's first line says what the installation was made from, the others which extras it has.
PY=$(venv_python)
stamp=$VENV/xpnet-extras.txt
made_from="$(cat pyproject.toml ci/constraints.txt | cksum) $ROOT"
have=""
if [ -f "$stamp" ]; then
    have=$(tail -n +2 "$stamp")
    missing=""
    for extra in "$@"; do
        grep -qx "$extra" <<<"$have" || missing="$missing $extra"
    done
    if [ -z "$missing" ] && [ "$(head -n 1 "$stamp")" = "$made_from" ]; then
        exit 0
    fi
fi

# shellcheck disable=SC2086  # a list of words
extras=$(printf '%s\n' $have "$@" | sort -u)
list=$(paste -sd, - <<<"$extras")
echo "installing xpnet[$list]"
PIP_DISABLE_PIP_VERSION_CHECK=1 "$PY" -m pip install -qq --constraint ci/constraints.txt \
    --editable ".[$list]"
printf '%s\n%s\n' "$made_from" "$extras" >"$stamp"
