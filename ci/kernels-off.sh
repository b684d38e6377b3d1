#!/usr/bin/env bash
# The suite without the fast kernels: the generic code alone must pass every test.
. "$(dirname "$0")/common.sh"

setup test
export XPNET_KERNELS=off
# Left out is what does not change: tests of the kernels themselves, of the page and of the benchmarks.
run_pytest kernels-off --backend numpy \
    --ignore=tests/kernels --ignore=tests/serving --ignore=tests/benchmarks "$@"
