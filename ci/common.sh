# Sourced by every script of this folder: where things are, and how the environment is made.
#
#   PYTHON         interpreter that makes the environment (default: the first of python3,
#                  python3.14 ... python that is 3.11 or newer)
#   XPNET_VENV     the environment's folder (default: .venv)
#   XPNET_PYTHON   use this interpreter as it is, and install nothing
#   OUT            folder for logs and junit files (default: ci/results)

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
ROOT=$PWD
VENV=${XPNET_VENV:-.venv}
case $VENV in
    /* | ?:*) ;;
    *) VENV=$ROOT/$VENV ;;
esac
export XPNET_VENV=$VENV
RESULTS=${OUT:-$ROOT/ci/results}

# Extras that let every test run which needs no GPU.
TEST_EXTRAS="test torch jax sklearn plot images tensorboard onnx serve"

die() {
    echo "$(basename "$0"): $*" >&2
    exit 1
}

# The interpreter inside the environment; Windows puts it elsewhere.
venv_python() {
    if [ -x "$VENV/Scripts/python.exe" ]; then
        echo "$VENV/Scripts/python.exe"
    else
        echo "$VENV/bin/python"
    fi
}

# setup EXTRA...: install xpnet with these extras, and set PY.
setup() {
    if [ -n "${XPNET_PYTHON:-}" ]; then
        PY=$XPNET_PYTHON
    else
        bash ci/setup.sh "$@"
        PY=$(venv_python)
    fi
}

# run_pytest NAME ARGUMENT...: pytest on all cores, with its counts left in junit-NAME.xml.
# A run in which no test passed is a failure: everything was skipped or nothing was found.
run_pytest() {
    local name=$1
    shift
    mkdir -p "$RESULTS"
    rm -f "$RESULTS/junit-$name.xml"
    local processes=
    if "$PY" -c "import xdist" 2>/dev/null; then # an interpreter that was brought may lack it
        processes="-n auto"
    fi
    # shellcheck disable=SC2086  # two words or none
    "$PY" -m pytest $processes --junitxml="$RESULTS/junit-$name.xml" "$@"
    "$PY" ci/summary.py "$RESULTS/junit-$name.xml" >/dev/null || die "$name: no test passed"
}
