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
    assert sorted(listed) == sorted(supported)


def test_the_versions_are_those_of_the_code():
    assert f"The versions {OLDEST} to {NEWEST} of the operator set" in PAGE
