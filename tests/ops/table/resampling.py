"""Rows of padding and resampling."""

from __future__ import annotations

from typing import Any

from .row import Row, away_from_zero

IMAGE, SEQUENCE, VOLUME = (2, 3, 4, 5), (2, 3, 6), (1, 2, 3, 2, 4)


def padding(*shape: int, **options: Any) -> Row:
    def torch(F: Any, x: Any, padding: Any, **options: Any) -> Any:
        return F.pad(x, padding, **options)

    return Row("pad", away_from_zero(*shape), options, torch)


def nearest(*shape: int, **options: Any) -> Row:
    def torch(F: Any, x: Any, **options: Any) -> Any:
        return F.interpolate(x, mode="nearest", **options)

    return Row("upsample_nearest", away_from_zero(*shape), options, torch)


def linear(*shape: int, **options: Any) -> Row:
    def torch(F: Any, x: Any, **options: Any) -> Any:
        mode = {3: "linear", 4: "bilinear", 5: "trilinear"}[x.ndim]
        return F.interpolate(x, mode=mode, **options)

    return Row("upsample_linear", away_from_zero(*shape), options, torch)


ROWS = [
    padding(*IMAGE, padding=(1, 2)),
    padding(*IMAGE, padding=(1, 0, 2, 1), value=1.5),
    padding(*IMAGE, padding=(4, 1, 0, 3), mode="reflect"),
    padding(*SEQUENCE, padding=(2, 3), mode="reflect"),
    padding(*VOLUME, padding=(3, 1, 1, 0, 2, 1), mode="reflect"),
    padding(*IMAGE, padding=(7, 1, 0, 3), mode="replicate"),
    padding(*SEQUENCE, padding=(0, 2), mode="replicate"),
    padding(*IMAGE, padding=(5, 1, 0, 3), mode="circular"),
    nearest(*IMAGE, scale_factor=2),
    nearest(*IMAGE, size=(7, 3)),
    nearest(*IMAGE, scale_factor=(1.5, 3)),
    nearest(*SEQUENCE, scale_factor=2.6),
    nearest(*VOLUME, size=(6, 2, 6)),
    linear(*IMAGE, scale_factor=2),
    linear(*IMAGE, scale_factor=2, align_corners=True),
    linear(*IMAGE, size=(7, 3)),
    linear(*IMAGE, size=(1, 9), align_corners=True),
    linear(*IMAGE, scale_factor=(1.3, 0.7)),
    linear(*SEQUENCE, scale_factor=2.6),
    linear(*SEQUENCE, size=11, align_corners=True),
    linear(*VOLUME, size=(6, 3, 3)),
]
