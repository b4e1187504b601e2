"""Negative controls: servers with one protection removed. Their tests must fail.

A folder with a `sitecustomize.py` is put on the servers' path: it changes the code at start-up of
every process, without a switch in the product that somebody could turn on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NO_LEASE = """
import authserver.services.commit_barrier as commit_barrier

commit_barrier.CommitBarrier.wait = lambda self: None
"""
"""A revoker answers at once, while other workers still believe what they polled before."""

ETERNAL_LEASE = """
import authserver.services.authority as authority

make = authority.AuthorityView.__init__

def make_trusting(self, *parts, **options):
    make(self, *parts, **{**options, "lease_seconds": 3600.0})

authority.AuthorityView.__init__ = make_trusting
authority.AuthorityView.run = lambda self, stop, **_: stop.wait()
"""
"""A worker believes its memory however old it is, and its poller never gets to run."""


def weakened(folder: Path, code: str) -> Mapping[str, str]:
    """Environment of servers that run `code` before anything else."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(code)
    return {"PYTHONPATH": str(folder)}
