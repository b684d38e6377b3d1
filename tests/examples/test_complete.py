"""No example is without a test, and none of the lecture is without its page and its picture."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
TOURS = 8  # the first examples show the library; those after them are the lecture's


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_has_a_test(path):
    tests = Path(__file__).parent.glob("test_*.py")
    assert any(f'"{path.stem}"' in test.read_text(encoding="utf-8") for test in tests)


@pytest.mark.parametrize("path", EXAMPLES[TOURS:], ids=lambda path: path.stem)
def test_the_page_of_its_topic_shows_an_example_of_the_lecture_with_its_picture(path):
    pages = [
        page
        for page in (ROOT / "docs" / "lecture").glob("*.md")
        if f"examples/{path.name}" in page.read_text(encoding="utf-8")
    ]
    assert len(pages) == 1
    pictures = re.findall(r"!\[[^\]]+\]\((images/[^)]+)\)", pages[0].read_text(encoding="utf-8"))
    own = [name for name in pictures if name.startswith(f"images/{path.stem[:2]}_")]
    assert own
    assert all((pages[0].parent / name).stat().st_size > 0 for name in own)
