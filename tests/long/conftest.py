"""Long checks: not part of the ordinary run (see `norecursedirs`), but of `.ci/long`.

They share the toy town with the tests above.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
