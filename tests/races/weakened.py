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

NO_SPENDING = """
import authserver.storage.codes as codes

codes.CodeRows.spend_code = lambda self, digests, at: self.find_code(digests)
"""
"""A code is looked up and never spent."""

NO_ROTATION = """
import itertools
from dataclasses import replace

import authserver.storage.refresh_tokens as refresh_tokens

rows = refresh_tokens.RefreshTokenRows
add = rows.add_refresh_token
lot = __import__("random").SystemRandom()

def add_anyhow(self, token):
    return add(self, replace(token, generation=lot.randrange(2, 1 << 30)))

rows.supersede = lambda self, token, **_: True
rows.add_refresh_token = add_anyhow
"""
"""A refresh token gives a new one each time, and is never superseded."""

NO_ENDING = """
import authserver.services.grant_presentations as grant_presentations
import authserver.services.grants as grants

refusal = grant_presentations.invalid_grant("weakened")
grant_presentations.GrantPresentations.reused = (
    lambda *_: grant_presentations.Verdict(refusal=refusal)
)
grants.Grants.end_in = (
    lambda self, stores, wanted, end, **rest: stores.grants.end(wanted, end, rest["now"])
)
"""
"""A replay is refused and nothing else; the end of a grant is written down and not announced."""


def weakened(folder: Path, code: str) -> Mapping[str, str]:
    """Environment of servers that run `code` before anything else."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(code)
    return {"PYTHONPATH": str(folder)}
