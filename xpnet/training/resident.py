"""Data that are few enough lie on the device during a fit, so that batches are gathered there.

To gather and copy a batch on the host takes longer than a step of a small network on a GPU.
"""

from __future__ import annotations

from typing import Any

from ..backend import Device, to_device
from ..data import ArrayDataset, DataLoader
from ..data.uploading import is_host

__all__ = ["keep_on_device"]

MOST = 1 << 30
"""More bytes are moved batch by batch, and so are those that would take a good part of a device."""

SHARE = 8
"""That part is one of so many."""


def keep_on_device(device: Device, *pairs: tuple[DataLoader | None, Any]) -> None:
    """Move the arrays of loaders to a device where that is a copy, and they are few enough.

    Parameters
    ----------
    device : Device
    *pairs : tuple
        A loader, or None, and what the user gave: a loader of the user's own is left as it is.
    """
    if device.library.uploader(device.native) is None:
        return
    for loader, given in pairs:
        if loader is not None and loader is not given and _are_few(device, loader.dataset):
            data = loader.dataset
            arrays = to_device(data.arrays, device)
            loader.dataset = ArrayDataset(*arrays, class_names=data.class_names, name=data.name)


def _are_few(device: Device, dataset: Any) -> bool:
    if type(dataset) is not ArrayDataset or not all(map(is_host, dataset.arrays)):
        return False
    total = device.library.memory_info(device.native).total
    most = MOST if total is None else min(MOST, total // SHARE)
    return bool(sum(x.nbytes for x in dataset.arrays) <= most)
