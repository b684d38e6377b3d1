#!/usr/bin/env bash
# The suite without the fast kernels: the generic code alone must pass every test.
. "$(dirname "$0")/common.sh"

setup test
export XPNET_KERNELS=off
run_pytest kernels-off --backend numpy "$@"
