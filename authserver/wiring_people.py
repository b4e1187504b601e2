"""Users, groups, sessions, sign-in and sign-out, wired."""

from __future__ import annotations

from authserver.wiring_directory import DirectoryParts


class PeopleParts(DirectoryParts):
    """Users, groups, sessions, sign-in and sign-out, wired."""
