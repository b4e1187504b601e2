"""However much there is, a page takes about as long as in an empty installation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest

from tests.people.world import PeopleWorld
from tests.scale.sides import Side
from tests.scale.watching import Watch, walks

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.people.world import PeopleInstallation
    from tests.rfc.installations import Installations
    from tests.scale.sides import Asked

MOST_TIMES: Final = 5
SLACK_SECONDS: Final = 0.005
"""What a page may take longer in any case: in an empty installation some take one millisecond, and
no page shows fifty members there. One of two hundred may take four times that.
"""
MOST_MORE_STATEMENTS: Final = 12
"""Beyond those of the empty page: a number asks first whether few are meant."""
LEFT_OUT: Final = re.compile(r"^/audit/verification ")
"""No page: whoever asks wants every record checked."""
WORK: Final = (
    (re.compile(r"^/tokens purpose="), "no index tells what stands in the middle of a text"),
    (
        re.compile(r"/(permitted-callers |who\?)what=delete"),
        "a page judges as many as the next limit says",
    ),
    (re.compile(r"^/declarations "), "all there is of a kind is written down"),
)
"""Answers that take longer by their nature, and why."""
MOST_SECONDS: Final = 1.0
"""What those take at most."""
ALL_OF_THEM: Final = re.compile(
    r"SELECT count\(\*\) .*FROM clients .*EXISTS .*FROM client_secrets", re.DOTALL
)
"""The overview counts clients by their secrets: there are thousands of clients, not millions."""


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
        slow: list[str] = []
        many: list[str] = []
        whole: dict[str, str] = {}
        for in_small, in_big in zip(small.everything(), big.everything(), strict=True):
            if LEFT_OUT.search(asked_text(in_big)):
                continue
            with Watch(small.world.container.database) as usual:
                shown = small.ask(in_small)
            with Watch(big.world.container.database) as watch:
                assert big.ask(in_big) == shown, in_big
            took = small.seconds(in_small)
            most = MOST_SECONDS if is_work(in_big) else MOST_TIMES * took + _slack(in_big)
            takes = big.seconds(in_big, enough=min(most, MOST_TIMES * took))
            line = f"{takes / took:6.1f} {took * 1e3:7.1f} {takes * 1e3:7.1f} ms {in_big}"
            if takes > most:
                slow.append(line)
            if not is_work(in_big):
                more = len(watch.statements) - len(usual.statements)
                if more > MOST_MORE_STATEMENTS:
                    many.append(f"{more} more {in_big}")
                whole |= {
                    sql: f"{in_big}\n{sql}\n{plan}"
                    for sql, plan in watch.plans()
                    if walks(plan, sql) and not ALL_OF_THEM.search(sql)
                }
            told(capsys, [line])
        told(capsys, (*slow, *many, *whole.values()))
        assert (slow, many, list(whole)) == ([], [], [])


def is_work(asked: Asked) -> bool:
    """Whether it takes long by its nature."""
    return any(pattern.search(asked_text(asked)) for pattern, _ in WORK)


def asked_text(asked: Asked) -> str:
    """As the patterns here are written: a path with its query, with a blank between in the API."""
    return asked if isinstance(asked, str) else " ".join(asked)


def _slack(asked: Asked) -> float:
    return SLACK_SECONDS * (4 if "limit=200" in asked_text(asked) else 1)


def told(capsys: pytest.CaptureFixture[str], lines: Iterable[str]) -> None:
    """Times are reported, too."""
    with capsys.disabled():
        for line in lines:
            print(line)  # noqa: T201 - a report for whoever runs this
