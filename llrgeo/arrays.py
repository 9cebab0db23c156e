"""Arrays by what they hold, so that signatures of all rooms use the same words.

Docstrings say what the numbers are, their units and the shape. A type that is used in few modules
(`np.int32`, `np.uint8`, `np.intp`) is written out there.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]
