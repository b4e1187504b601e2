"""What stands in for the audit keys where there are none."""

from __future__ import annotations


class NoKey:
    """Computes nothing; nothing it marked can be taken for authentic."""

    key_id = ""

    def mac(self, message: bytes) -> bytes:
        """Nothing."""
        del message
        return b""


class NoKeys:
    """A key ring without keys: records are marked as written without one."""

    current = NoKey()

    def find(self, key_id: str) -> None:
        """No key is known."""
        del key_id
