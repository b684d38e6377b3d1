"""Rows of convolution, pooling, normalisation and resampling."""

from __future__ import annotations

import numpy as np

from .row import Row, floats, ints

image = floats(2, 3, 7, 6)
line = floats(2, 3, 9)
volume = floats(1, 2, 4, 5, 4)
kernel = floats(4, 3, 3, 3)
bias = floats(4)
grown = floats(3, 2, 3, 3)
same = {"auto_pad": "SAME_UPPER", "strides": [2, 2]}
lower = {"auto_pad": "SAME_LOWER", "strides": [2, 2]}

CONVOLUTION = [
    Row("Conv", [image, kernel]),
    Row("Conv", [image, kernel, bias], {"pads": [1, 1, 1, 1], "strides": [2, 1]}),
    Row("Conv", [image, kernel, bias], {"pads": [0, 1, 2, 1]}, opset=7),
    Row("Conv", [image, kernel], {"dilations": [2, 2], "kernel_shape": [3, 3]}, opset=11),
    Row("Conv", [image, floats(6, 1, 3, 3)], {"group": 3}),
    Row("Conv", [image, kernel], same),
    Row("Conv", [image, kernel], lower),
    Row("Conv", [image, kernel], {"auto_pad": "VALID"}),
    Row("Conv", [line, floats(4, 3, 3)], {"pads": [1, 1]}),
    Row("Conv", [volume, floats(3, 2, 2, 3, 2)], {"pads": [1, 1, 0, 0, 1, 1]}),
    Row("ConvTranspose", [image, grown]),
    Row("ConvTranspose", [image, grown, floats(2)],
        {"strides": [2, 2], "pads": [1, 1, 1, 1], "output_padding": [1, 1]}),
    Row("ConvTranspose", [image, grown, floats(2)], {"strides": [2, 3], "pads": [0, 1, 2, 1]}),
    Row("ConvTranspose", [image, grown, floats(2)],
        {"strides": [2, 2], "output_padding": [1, 1]}, opset=11),
    Row("ConvTranspose", [image, floats(3, 1, 3, 3)], {"group": 3, "dilations": [2, 2]}),
    Row("ConvTranspose", [image, grown], {"strides": [2, 2], "auto_pad": "SAME_UPPER"}),
    Row("ConvTranspose", [image, grown], {"strides": [2, 2], "auto_pad": "SAME_LOWER"}),
    Row("ConvTranspose", [image, grown], {"strides": [2, 2], "output_shape": [14, 12]}),
]  # fmt: skip

three = {"kernel_shape": [3, 3]}
POOLING = [
    Row("MaxPool", [image], {"kernel_shape": [2, 2], "strides": [2, 2]}),
    Row("MaxPool", [image], {**three, "pads": [1, 1, 1, 1], "strides": [2, 2]}, opset=8),
    Row("MaxPool", [image], {**three, "pads": [0, 0, 1, 1], "strides": [2, 2]}, opset=11),
    Row("MaxPool", [image], {**three, "ceil_mode": 1, "strides": [2, 2]}, opset=12),
    Row("MaxPool", [image], {**three, **same}),
    Row("MaxPool", [image], {"kernel_shape": [2, 2], "dilations": [2, 2]}),
    Row("MaxPool", [line], {"kernel_shape": [3], "strides": [2]}),
    Row("MaxPool", [volume], {"kernel_shape": [2, 2, 2]}),
    Row("AveragePool", [image], {"kernel_shape": [2, 2], "strides": [2, 2]}),
    Row("AveragePool", [image], {**three, "pads": [1, 1, 1, 1]}, opset=7),
    Row("AveragePool", [image], {**three, "pads": [1, 1, 1, 1], "count_include_pad": 1}),
    Row("AveragePool", [image], {**three, "pads": [0, 0, 1, 1], "strides": [2, 2]}),
    Row("AveragePool", [image],
        {**three, "pads": [0, 1, 1, 0], "strides": [2, 2], "count_include_pad": 1}),
    Row("AveragePool", [image], {**three, "ceil_mode": 1, "strides": [2, 2]}),
    Row("AveragePool", [image], {**three, **same}),
    Row("AveragePool", [image], {**three, **lower}),
    Row("AveragePool", [line], {"kernel_shape": [3], "dilations": [2]}, opset=19),
    Row("AveragePool", [image], {"kernel_shape": [7, 6]}),
    Row("MaxPool", [image], {"kernel_shape": [7, 6]}),
    Row("LpPool", [image], {**three, "strides": [2, 2]}),
    Row("LpPool", [image], {**three, "p": 1, "pads": [1, 1, 1, 1]}),
    Row("LpPool", [image], {**three, "ceil_mode": 1, "strides": [2, 2]}),
    Row("GlobalAveragePool", [image]),
    Row("GlobalAveragePool", [volume], opset=7),
    Row("GlobalMaxPool", [image]),
    Row("GlobalLpPool", [image]),
    Row("GlobalLpPool", [image], {"p": 1}),
]  # fmt: skip

scale, shift = floats(3, low=0.5), floats(3, seed=1)
mean, var = floats(3, seed=2), floats(3, low=0.5, high=2.0)
wide = floats(2, 6, 4, 3)
NORMALISATION = [
    Row("BatchNormalization", [image, scale, shift, mean, var], opset=15),
    Row("BatchNormalization", [image, scale, shift, mean, var], {"epsilon": 0.1}, opset=9),
    Row("BatchNormalization", [image, scale, shift, mean, var], {"spatial": 1}, opset=7),
    Row("BatchNormalization", [floats(5, 3), scale, shift, mean, var], opset=14),
    Row("InstanceNormalization", [image, scale, shift], {"epsilon": 1e-3}),
    Row("LayerNormalization", [image, floats(6), floats(6, seed=1)]),
    Row("LayerNormalization", [image, floats(6)], {"epsilon": 0.01}, opset=17),
    Row("LayerNormalization", [image, floats(7, 6), floats(7, 6, seed=1)], {"axis": 2}),
    Row("LayerNormalization", [image, floats(6)], {"axis": -1}, outputs=3),
    Row("GroupNormalization", [wide, floats(3), floats(3, seed=1)], {"num_groups": 3}, opset=18),
    Row("GroupNormalization", [wide, floats(6), floats(6, seed=1)], {"num_groups": 3}, opset=21),
    Row("RMSNormalization", [image, floats(6)], opset=23),
    Row("RMSNormalization", [image, floats(7, 6)], {"axis": -2, "epsilon": 0.01}, opset=23),
    Row("MeanVarianceNormalization", [image], opset=13),
    Row("MeanVarianceNormalization", [image], {"axes": [1, 2]}, opset=13),
    Row("LpNormalization", [image]),
    Row("LpNormalization", [image], {"axis": 1, "p": 1}),
    Row("LRN", [wide], {"size": 3}),
    Row("LRN", [wide], {"size": 5, "alpha": 0.1, "beta": 0.5, "bias": 2.0}, opset=7),
]


def resized(given: list, attributes: dict, opset: int = 18, x: np.ndarray = image) -> Row:
    return Row("Resize", [x, *given], attributes, opset=opset)


half = np.asarray([1, 1, 2.0, 1.5], np.float32)
down = np.asarray([1, 1, 0.6, 0.5], np.float32)
RESAMPLING = [
    Row("Resize", [image, half], {"mode": "nearest"}, opset=10),
    Row("Resize", [image, half], {"mode": "linear"}, opset=10),
    resized([floats(0), half], {"mode": "nearest", "coordinate_transformation_mode": "asymmetric",
                           "nearest_mode": "floor"}, 11),
    resized([None, half], {"mode": "nearest"}),
    *(resized([None, down], {"mode": "nearest", "nearest_mode": mode})
      for mode in ("ceil", "floor", "round_prefer_ceil")),
    *(resized([None, factors], {"mode": "linear", "coordinate_transformation_mode": mode}, 13)
      for mode in ("half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric")
      for factors in (half, down) if mode != "align_corners" or factors is half),
    resized([None, half], {"mode": "linear", "coordinate_transformation_mode":
                           "half_pixel_symmetric"}, 19),
    resized([None, None, ints(2, 3, 11, 9)], {"mode": "linear"}, 13),
    resized([None, None, ints(11, 3)], {"mode": "nearest", "axes": [2, 3]}),
    resized([None, None, ints(11, 9)],
            {"mode": "linear", "axes": [2, 3], "keep_aspect_ratio_policy": "not_larger"}),
    resized([None, half], {"mode": "cubic"}, 13),
    resized([None, down], {"mode": "cubic", "cubic_coeff_a": -0.5, "exclude_outside": 1}, 13),
    resized([None, np.asarray([1, 1, 2], np.float32)], {"mode": "linear"}, 13, line),
    Row("Upsample", [image, np.asarray([1, 1, 2, 3], np.float32)], opset=9),
    Row("Upsample", [image], {"mode": "linear", "scales": [1.0, 1.0, 2.0, 2.0]}, opset=7),
    Row("DepthToSpace", [floats(2, 8, 2, 3)], {"blocksize": 2}),
    Row("DepthToSpace", [floats(2, 8, 2, 3)], {"blocksize": 2, "mode": "CRD"}, opset=11),
    Row("SpaceToDepth", [floats(2, 2, 4, 6)], {"blocksize": 2}),
]  # fmt: skip

ROWS = [*CONVOLUTION, *POOLING, *NORMALISATION, *RESAMPLING]
