"""Add up the counts of junit files and print them as one line: `123 passed, 0 failed, 4 skipped`.

Exits with 1 when a test failed or none passed.
"""

from __future__ import annotations

import sys
from xml.etree import ElementTree


def main(paths: list[str]) -> int:
    tests = failed = skipped = 0
    for path in paths:
        for suite in ElementTree.parse(path).getroot().iter("testsuite"):
            tests += int(suite.get("tests", 0))
            failed += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            skipped += int(suite.get("skipped", 0))
    passed = tests - failed - skipped
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or passed <= 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
