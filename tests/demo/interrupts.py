"""Whether somebody wants the demo to stop."""

from __future__ import annotations

import threading
from typing import Final

WANTED: Final = threading.Event()
"""Set by the first signal. An exception alone can get lost in a library that catches everything."""


def stop_if_wanted() -> None:
    """Raise KeyboardInterrupt when it is wanted."""
    if WANTED.is_set():
        raise KeyboardInterrupt
