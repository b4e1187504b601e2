"""A good request for a token, in its two parts."""

from __future__ import annotations

from tests.machine.doors import basic

BODY = "grant_type=client_credentials&scope=read"
HEADER = basic("reporting", "swordfish")
