"""What a signal does between steps."""

import os
import signal

import pytest

from hdvr_jax.interrupts import Interrupts


@pytest.mark.parametrize("number", Interrupts.SIGNALS)
def test_the_first_signal_asks_and_the_handlers_come_back(number):
    before = signal.getsignal(number)
    with Interrupts() as interrupts:
        assert not interrupts.requested
        os.kill(os.getpid(), number)
        assert interrupts.requested
        assert signal.getsignal(number) is before
    assert signal.getsignal(number) is before
