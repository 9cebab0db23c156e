"""A long check that hangs is ended and named."""

import signal
import time

import pytest


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="Windows has no alarms")
def test_a_check_that_hangs_is_ended_and_named():
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    with pytest.raises(TimeoutError, match="hangs_is_ended_and_named has not ended within 30 min"):
        time.sleep(5)
