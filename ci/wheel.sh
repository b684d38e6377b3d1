#!/usr/bin/env bash
# What users install: build sdist and wheel, install the wheel with the core dependencies alone in a
# fresh environment, and train, predict, save and load there, away from the checkout.
. "$(dirname "$0")/common.sh"

MAX_MB=80 # a CPU-only deployment stays a few tens of megabytes, most of it NumPy

setup dev
rm -rf dist
"$PY" -m build --outdir dist . >"${TMPDIR:-/tmp}/xpnet-build.log" 2>&1 ||
    { cat "${TMPDIR:-/tmp}/xpnet-build.log"; die "the build failed"; }
ls -l dist

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$PY" -m venv "$work/venv"
VENV=$work/venv
fresh=$(venv_python)
PIP_DISABLE_PIP_VERSION_CHECK=1 "$fresh" -m pip install -qq --no-compile dist/*.whl
cp ci/wheel_smoke.py "$work"
cd "$work"
"$fresh" -I wheel_smoke.py "$MAX_MB"
"$(dirname "$fresh")/xpnet" --help >/dev/null
echo "the console script runs"
