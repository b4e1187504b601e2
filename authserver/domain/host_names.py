"""What a host name is written with, for the patterns of what holds one."""

from __future__ import annotations

from typing import Final

_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
HOST_NAME: Final = rf"{_LABEL}(?:\.{_LABEL})*"
"""Labels of letters, digits and hyphens, at most 63 characters each; dotted quads match, too."""
