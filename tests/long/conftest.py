"""Long checks: not part of the ordinary run (see `norecursedirs`), but of `.ci/long`.

They share the toy town with the tests above. Each has half an hour: one that hangs is named.
"""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

LIMIT_S = 30 * 60


@pytest.fixture(autouse=True)
def _ends_in_time(request) -> Iterator[None]:
    """Fail a test that takes too long; copies of the process (fork) have no alarm of their own."""

    def too_long(*_: object) -> None:
        msg = f"{request.node.name} has not ended within {LIMIT_S / 60:g} minutes"
        raise TimeoutError(msg)

    if not hasattr(signal, "SIGALRM"):  # Windows
        yield
        return
    before = signal.signal(signal.SIGALRM, too_long)
    signal.alarm(LIMIT_S)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)
