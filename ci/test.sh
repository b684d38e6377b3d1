#!/usr/bin/env bash
# The whole suite on every backend of this machine. Arguments go to pytest.
. "$(dirname "$0")/common.sh"

# shellcheck disable=SC2086  # a list of words
setup $TEST_EXTRAS
run_pytest test "$@"
