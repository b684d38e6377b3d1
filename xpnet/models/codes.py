"""Pictures of 12 x 7 points as codes of classes: what LeNet-5's output units compare with.

Similar digits have similar pictures, so that a word recogniser that comes after can tell which
mistakes are likely; and codes of ±1 keep the units before from saturating (section II.B of the
paper by LeCun et al., 1998).
"""

from __future__ import annotations

import numpy as np

from ..backend import random

__all__ = ["DIGITS", "digit_codes"]

DIGITS = """
.......  .......  .......  .......  .......  .......  .......  .......  .......  .......
..###..  ...#...  .#####.  .#####.  .....#.  #######  ..####.  #######  .#####.  .#####.
.#...#.  ..##...  #.....#  #.....#  ....##.  #......  .#.....  ......#  #.....#  #.....#
#.....#  .###...  ......#  ......#  ...#.#.  #......  #......  .....#.  #.....#  #.....#
#.....#  ...#...  ......#  ......#  ..#..#.  #......  #......  .....#.  #.....#  #.....#
#.....#  ...#...  .....#.  ..####.  .#...#.  ######.  ######.  ....#..  .#####.  .######
#.....#  ...#...  ....#..  ......#  #....#.  ......#  #.....#  ....#..  #.....#  ......#
#.....#  ...#...  ...#...  ......#  #######  ......#  #.....#  ...#...  #.....#  ......#
#.....#  ...#...  ..#....  ......#  .....#.  ......#  #.....#  ...#...  #.....#  ......#
.#...#.  ...#...  .#.....  #.....#  .....#.  #.....#  #.....#  ..#....  #.....#  .....#.
..###..  .#####.  #######  .#####.  .....#.  .#####.  .#####.  ..#....  .#####.  .####..
.......  .......  .......  .......  .......  .......  .......  .......  .......  .......
"""


def digit_codes(classes: int = 10) -> np.ndarray:
    """Return a code of ±1 for each class, (K, 84) float64: the digits, or random codes.

    Random codes are the same on every machine.

    Examples
    --------
    >>> codes = digit_codes()
    >>> codes.shape, bool((abs(codes) == 1).all())
    ((10, 84), True)
    >>> print("".join(".#"[int(dot > 0)] for dot in codes[7, 7:28]))  # the upper end of the 7
    #######......#.....#.
    """
    if classes == 10:
        lines = [line.split() for line in DIGITS.strip().splitlines()]
        pictures = ["".join(line[k] for line in lines) for k in range(10)]
        return np.asarray([[1.0 if dot == "#" else -1.0 for dot in one] for one in pictures])
    raw = random.stream(classes, "codes").bit_generator.random_raw(84 * classes)
    return np.where(raw >= 2**63, 1.0, -1.0).reshape(classes, 84)
