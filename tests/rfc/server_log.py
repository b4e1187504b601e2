"""The log as a worker writes it, for tests that read it."""

from __future__ import annotations

import logging
import sys
import threading
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

from authserver import logs
from authserver.machine.correlation import current_request_id

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def logging_as_a_worker() -> Iterator[None]:
    """Everything at DEBUG to standard error; what was configured before is put back."""
    root = logging.getLogger()
    levels = {
        name: logging.getLogger(name).level
        for name in [*logging.Logger.manager.loggerDict, *logs.HELD]
    }
    before = root.level, root.handlers[:]
    hooks = sys.excepthook, threading.excepthook
    with warnings.catch_warnings():
        logs.configure("debug", request_id=current_request_id)
        try:
            yield
        finally:
            logging.captureWarnings(capture=False)
            root.setLevel(before[0])
            root.handlers[:] = before[1]
            sys.excepthook, threading.excepthook = hooks
            for name, level in levels.items():
                logging.getLogger(name).setLevel(level)
