"""Templates compiled once for all applications of a process, not once for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jinja2 import BytecodeCache

if TYPE_CHECKING:
    from flask import Flask
    from jinja2.bccache import Bucket


class CompiledTemplates(BytecodeCache):
    """Bytecode by template and by the text it was compiled from."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the bucket what it had, if anything had."""
        kept = self._kept.get((bucket.key, bucket.checksum))
        if kept is not None:
            bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._kept[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


_COMPILED: Final = CompiledTemplates()


def share_templates(application: Flask) -> None:
    """Let the application use what others have compiled; all are set up alike."""
    application.jinja_env.bytecode_cache = _COMPILED
