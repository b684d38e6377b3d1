#!/usr/bin/env bash
# The suite on NumPy with the lowest version of every core dependency that pyproject.toml admits,
# in an environment of its own. Needs a Python that NumPy 2.0 has wheels for: 3.11 or 3.12.
export XPNET_VENV=${XPNET_VENV:-.venv-lowest}
. "$(dirname "$0")/common.sh"

setup test
"$PY" - <<'END' >"$VENV/lowest.txt"
import tomllib
with open("pyproject.toml", "rb") as file:
    for requirement in tomllib.load(file)["project"]["dependencies"]:
        print(requirement.replace(">=", "=="))
END
PIP_DISABLE_PIP_VERSION_CHECK=1 "$PY" -m pip install -qq -r "$VENV/lowest.txt"
cat "$VENV/lowest.txt"
run_pytest lowest --backend numpy "$@"
