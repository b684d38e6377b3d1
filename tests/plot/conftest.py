from __future__ import annotations

import io

import pytest


@pytest.fixture(autouse=True)
def _needs_matplotlib():
    pytest.importorskip("matplotlib")


@pytest.fixture
def drawn():
    """Draw a figure; a warning, as of a layout that does not fit, is an error here."""

    def draw(figure):
        file = io.BytesIO()
        figure.savefig(file, format="png")
        assert file.getvalue().startswith(b"\x89PNG")
        return figure

    return draw
