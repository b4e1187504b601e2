"""Name lookups that answer from a list."""

from __future__ import annotations

import socket
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class ScriptedResolver:
    """Each name has a list of answers: the first lookup gets the first, the last one stays."""

    def __init__(self, **answers: Sequence[Sequence[str]]) -> None:
        self.answers = {name.replace("_", "."): list(lists) for name, lists in answers.items()}
        self.lookups: Counter[str] = Counter()

    def resolve(self, host: str, port: int, *, timeout_seconds: float) -> Sequence[str]:
        self.lookups[host] += 1
        lists = self.answers.get(host)
        if lists is None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return lists.pop(0) if len(lists) > 1 else lists[0]


def everywhere(*addresses: str) -> EverywhereResolver:
    """Every name leads to these addresses."""
    return EverywhereResolver(addresses)


class EverywhereResolver:
    """Gives the same addresses for every name."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self.addresses = addresses
        self.lookups = 0

    def resolve(self, host: str, port: int, *, timeout_seconds: float) -> Sequence[str]:
        self.lookups += 1
        return self.addresses
