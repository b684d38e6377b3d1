#!/usr/bin/env bash
# The suite on the backends named, one pytest run each:
#
#   ci/backend.sh numpy numpy-readonly strict strict-device1 strict-no-bool torch jax cupy
. "$(dirname "$0")/common.sh"

[ $# -gt 0 ] || die "name at least one backend, such as numpy"
for name in "$@"; do
    case $name in
        torch | jax) setup test "$name" ;;
        cupy) setup test "${XPNET_CUDA:-cuda13}" ;;
        *) setup test ;;
    esac
    echo "== backend $name"
    run_pytest "backend-$name" --backend "$name"
done
