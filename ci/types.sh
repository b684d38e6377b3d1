#!/usr/bin/env bash
# Static types, with the optional libraries present, so that their own annotations count.
. "$(dirname "$0")/common.sh"

# shellcheck disable=SC2086  # a list of words
setup dev $TEST_EXTRAS
"$PY" -m mypy
