#!/usr/bin/env bash
# The benchmarks that need no GPU, one after the other. Arguments go to each of them.
. "$(dirname "$0")/common.sh"

# shellcheck disable=SC2086  # a list of words
setup $TEST_EXTRAS
mkdir -p "$RESULTS"
export PYTHONPATH=$ROOT
for benchmark in benchmarks/bench_*.py; do
    [ -f "$benchmark" ] || die "there is no benchmark in benchmarks/"
    case $benchmark in *gpu*) continue ;; esac
    echo "== $benchmark"
    "$PY" "$benchmark" "$@" | tee "$RESULTS/$(basename "$benchmark" .py).log"
done
