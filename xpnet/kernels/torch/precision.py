"""Convolutions on NVIDIA GPUs as exact as matrix products there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import torch

from ...typing import Array

__all__ = ["as_exact_as_matmul"]


def as_exact_as_matmul(x: Array) -> AbstractContextManager[None]:
    """Keep cuDNN from rounding float32 to the 10 bits of TF32 where products do not do so either.

    By default PyTorch allows it in convolutions and not in products, on which the generic
    convolution is built. ``torch.backends.cuda.matmul.allow_tf32 = True`` allows it in both.
    """
    if not (x.is_cuda and x.dtype is torch.float32):
        return nullcontext()
    return _same_precision()


@contextmanager
def _same_precision() -> Iterator[None]:
    cudnn = torch.backends.cudnn
    try:
        rounds = cudnn.allow_tf32 and not torch.backends.cuda.matmul.allow_tf32
    except RuntimeError:  # somebody chose for each operation, by the newer setting
        rounds = False
    if not rounds:
        yield
        return
    cudnn.allow_tf32 = False
    try:
        yield
    finally:
        cudnn.allow_tf32 = True
