"""Which array library, which device: with kernels/, the only place that knows library names.

======================  ====================================================================
``library.py``          what a library must tell xpnet; registration
``libraries/``          NumPy, CuPy, PyTorch, JAX, array-api-strict
``namespace.py``        arrays -> namespace of the standard
``device.py``           device names, ``with device(...)``, ``devices()``
``convert.py``          ``asarray``, ``to_device``, ``to_numpy``
``dtypes.py``           data types by name
``timing.py``           how long a device works on something
``recording.py``        work of a device that is recorded once and replayed
``random.py``           the counter-based generator behind weights, shuffles and dropout
``extra.py``            what the standard lacks: one_hot, pad, scatter_add, erf
======================  ====================================================================
"""

from __future__ import annotations

from . import extra, libraries, random
from .convert import asarray, shares_home, to_device, to_numpy
from .device import (
    Device,
    DeviceLike,
    as_device,
    current_device,
    device,
    device_of,
    devices,
    set_device,
    synchronize,
)
from .dtypes import DEFAULT_FLOAT, dtype_name, dtype_of, is_floating, is_integral
from .library import (
    DeviceInfo,
    Library,
    library_of,
    register_library,
    unregister_library,
)
from .namespace import (
    describe,
    is_array,
    is_tensor,
    namespace,
    require_one_home,
    require_one_library,
    unwrap,
)
from .random import manual_seed
from .recording import Recorded, Recorder, Recording, recording
from .timing import time_calls
from .uploading import Uploader

__all__ = [
    "DEFAULT_FLOAT",
    "Device",
    "DeviceInfo",
    "DeviceLike",
    "Library",
    "Recorded",
    "Recorder",
    "Recording",
    "Uploader",
    "as_device",
    "asarray",
    "current_device",
    "describe",
    "device",
    "device_of",
    "devices",
    "dtype_name",
    "dtype_of",
    "extra",
    "is_array",
    "is_floating",
    "is_integral",
    "is_tensor",
    "libraries",
    "library_of",
    "manual_seed",
    "namespace",
    "random",
    "recording",
    "register_library",
    "require_one_home",
    "require_one_library",
    "set_device",
    "shares_home",
    "synchronize",
    "time_calls",
    "to_device",
    "to_numpy",
    "unregister_library",
    "unwrap",
]
