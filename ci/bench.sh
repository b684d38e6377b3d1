#!/usr/bin/env bash
# The benchmarks that need no GPU: the table of each, stored in benchmarks/results. Arguments are
# those of `python -m benchmarks`.
. "$(dirname "$0")/common.sh"

# shellcheck disable=SC2086  # a list of words
setup $TEST_EXTRAS
"$PY" -m benchmarks "$@"
