"""The page lists what can be imported, no more and no less."""

from __future__ import annotations

import re
from pathlib import Path

from xpnet.io.onnx.importing import OPERATORS
from xpnet.io.onnx.importing.upgrade import NEWEST, OLDEST, REPLACED

PAGE = (Path(__file__).resolve().parents[4] / "docs" / "onnx.md").read_text(encoding="utf-8")


def test_the_table_of_operators_is_that_of_the_code():
    table = PAGE.partition("<!-- operators:")[2].partition("\n\n|")[2].partition("\n\n")[0]
    listed = re.findall(r"`(\w+)`", table)
    supported = {name.rpartition(".")[2] for name in (*OPERATORS, *REPLACED)}
    missing, extra = supported - set(listed), set(listed) - supported
    assert not missing, f"name in the table of docs/onnx.md: {sorted(missing)}"
    assert not extra, f"take out of the table of docs/onnx.md: {sorted(extra)}"
    assert len(listed) == len(supported), "an operator is twice in the table of docs/onnx.md"


def test_the_versions_are_those_of_the_code():
    said = f"The versions {OLDEST} to {NEWEST} of the operator set"
    assert said in PAGE, f"docs/onnx.md must say: {said}"
