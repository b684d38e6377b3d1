#!/usr/bin/env bash
# A browser for the tests of the page that `xpnet serve` shows. Where it cannot be installed those
# tests are skipped: this script never fails, it says why.
set -uo pipefail

if command -v chromium >/dev/null && command -v chromedriver >/dev/null; then
    echo "chromium is there: $(chromium --version 2>/dev/null | tail -n 1)"
    exit 0
fi
if ! command -v apt-get >/dev/null; then
    echo "no chromium, and no apt-get to install it with: the tests of the page are skipped"
    exit 0
fi
if [ "$(id -u)" != 0 ]; then
    echo "no chromium, and only root can install it: the tests of the page are skipped"
    exit 0
fi
log=$(mktemp)
export DEBIAN_FRONTEND=noninteractive
if { apt-get update && apt-get install -y --no-install-recommends chromium chromium-driver; } \
    >"$log" 2>&1 </dev/null; then
    echo "installed $(chromium --version 2>/dev/null | tail -n 1)"
else
    echo "chromium could not be installed: the tests of the page are skipped"
    tail -n 5 "$log"
fi
rm -f "$log"
exit 0
