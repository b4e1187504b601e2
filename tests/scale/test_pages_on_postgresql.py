"""On PostgreSQL, too, no page reads many blocks of a long list."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Final

import pytest

from authserver.storage.issuers import remember_issuer
from tests.people.world import PeopleWorld
from tests.scale.sides import Side
from tests.scale.test_pages import LEFT_OUT, asked_text, is_work, told
from tests.scale.watching import Watch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.people.world import PeopleInstallation
    from tests.rfc.installations import Installations
    from tests.scale.sides import Asked

MOST_BLOCKS: Final = 12_000
"""Of 8 KiB, for all that a page asks: ten thousand counts are summed up for the list of calls. Who
reads the shortest of the long lists from end to end, in the order of an index, takes 20,000.
"""
_BLOCKS: Final = re.compile(r"Buffers: shared(?: hit=(\d+))?(?: read=(\d+))?")


@pytest.mark.slow
def test_no_page_reads_a_long_list_of_postgresql(
    people_installations: Installations[PeopleInstallation],
    postgresql_url: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    overrides = {"AUTHSERVER_DATABASE_URL": postgresql_url}
    with people_installations.make(tmp_path / "big", overrides) as installation:
        container = installation.container
        remember_issuer(container.database, container.settings.issuer, container.clock.now())
        container.signing_keys.maintain(container.holder, container.operator)
        side = Side(PeopleWorld(installation))
        took = {_key(asked): _seconds(side, asked) for asked in _pages(side)}
        side.grow()
        many = []
        for asked in _pages(side):
            with Watch(container.database) as watch:
                side.ask(asked)
            plans = list(watch.plans("EXPLAIN (ANALYZE, BUFFERS, TIMING OFF)"))
            blocks = sum(map(_blocks, plans))
            before, now = took[_key(asked)], _seconds(side, asked)
            line = f"{blocks:6} blocks {before * 1e3:7.1f} {now * 1e3:7.1f} ms {asked}"
            told(capsys, [line])
            if blocks > MOST_BLOCKS and not is_work(asked):
                many.append("\n".join((line, *max(plans, key=_blocks))))
        told(capsys, many)
        assert many == []


def _pages(side: Side) -> Iterator[Asked]:
    return (each for each in side.everything() if not LEFT_OUT.search(asked_text(each)))


def _key(asked: Asked) -> str:
    """The same page before and after there was more: some are about what came last."""
    return asked_text(asked)


def _blocks(explained: tuple[str, str]) -> int:
    """How many a statement touched; the topmost step of a plan counts those below it, too."""
    found = _BLOCKS.search(explained[1])
    return 0 if found is None else sum(map(int, found.groups("0")))


def _seconds(side: Side, asked: Asked) -> float:
    """On the clock of the wall, since most of it is PostgreSQL's: reported, and nothing more."""
    side.ask(asked)
    started = time.perf_counter()
    side.ask(asked)
    return time.perf_counter() - started
