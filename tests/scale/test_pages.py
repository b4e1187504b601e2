"""However much there is, a page takes about as long as in an empty installation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest

from tests.people.world import PeopleWorld
from tests.scale.sides import Side
from tests.scale.watching import Watch

if TYPE_CHECKING:
    from pathlib import Path

    from tests.people.world import PeopleInstallation
    from tests.rfc.installations import Installations

MOST_TIMES: Final = 5
NOISE_SECONDS: Final = 0.01
"""What a page may take longer in any case: pages of a few milliseconds."""
MOST_STATEMENTS: Final = 220
"""A page of two hundred users asks for the groups of each."""
SLOWER: Final = re.compile(
    r"/tokens .*(nobody-here|READ|purpose|team|ticket|status|client_id|service|where)"
    r"|/tokens/(-/)?stale |/members |/audit/verification |/resources/[^/]+/(delete|disable) "
    r"|/users limit=200|/grants (origin|session_id)|/(groups|users) (sort|group)"
)
"""Answers that read all tokens, or all members of a group, when few or none fit: reported only."""

UNBOUNDED: Final = re.compile(r"/permitted-callers|/who\b")
"""Who could do something: every credential is judged, one by one."""


def told(capsys: pytest.CaptureFixture[str], text: str) -> None:
    """Times are reported, too."""
    with capsys.disabled():
        print(text)  # noqa: T201 - a report for whoever runs this


@pytest.mark.slow
def test_no_page_takes_five_times_as_long_as_the_empty_one(
    people_installations: Installations[PeopleInstallation],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with (
        people_installations.make(tmp_path / "small") as one,
        people_installations.make(tmp_path / "big") as other,
    ):
        small, big = Side(PeopleWorld(one)), Side(PeopleWorld(other))
        big.grow()
        slow = {}
        for in_small, in_big in zip(small.everything(), big.everything(), strict=True):
            if UNBOUNDED.search(str(in_big)):
                continue
            assert small.ask(in_small) == big.ask(in_big), in_big
            with Watch(big.world.container.database) as watch:
                big.ask(in_big)
            assert len(watch.statements) <= MOST_STATEMENTS, in_big
            took, takes = small.seconds(in_small), big.seconds(in_big)
            told(capsys, f"{takes / took:6.1f} {took * 1e3:7.1f} {takes * 1e3:7.1f} ms {in_big}")
            if takes > MOST_TIMES * took + NOISE_SECONDS and not _is_slower(in_big):
                slow[in_big] = (took, takes)
        assert slow == {}


def _is_slower(asked: str | tuple[str, str]) -> bool:
    path, query = asked.partition("?")[::2] if isinstance(asked, str) else asked
    return SLOWER.search(f"{path} {query}") is not None
