#!/usr/bin/env bash
# Style and format. `ci/lint.sh --fix` repairs what can be repaired.
. "$(dirname "$0")/common.sh"

setup dev
if [ "${1:-}" = --fix ]; then
    "$PY" -m ruff check --fix .
    "$PY" -m ruff format .
else
    "$PY" -m ruff check .
    "$PY" -m ruff format --check .
fi
