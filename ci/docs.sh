#!/usr/bin/env bash
# The documentation builds without a warning, and the code that it shows runs.
. "$(dirname "$0")/common.sh"

# shellcheck disable=SC2086  # a list of words
setup docs $TEST_EXTRAS
echo "== docstring examples"
run_pytest doctest --doctest-modules --doctest-ignore-import-errors xpnet
echo "== code in Markdown files"
"$PY" ci/run_markdown.py README.md docs
echo "== site"
"$PY" -m mkdocs build --strict --quiet
