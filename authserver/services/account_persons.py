"""Keeping the accounts of people and of clients apart while many are mapped."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from authserver.domain.clients import SUBJECT_PREFIX
from authserver.services.account_rows import ImportRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.hand_over import SubjectAccount
    from authserver.services.account_rows import ImportRow

_NEVER: Final = "a client never acts as a person, give each an account of its own"


class AccountPersons:
    """Looks for accounts that would stand for a user and a client of the same site.

    Decisions would refuse every call of such a client. Accounts are the same whatever their case.
    """

    def __init__(self, rows: Mapping[str, ImportRow]) -> None:
        """Compare the rows, by their subjects, with each other."""
        self._rows = rows
        self._lines: dict[tuple[bool, str], list[int]] = defaultdict(list)
        self._problems: dict[int, str] = {}
        for row in rows.values():
            is_client, account = _key(row)
            others = self._lines.get((not is_client, account))
            if others is not None:
                other = f"the one of {_whom(not is_client)} in line {others[0]}"
                self._problems[row.line] = f"account: {other}; {_NEVER}"
            self._lines[is_client, account].append(row.line)

    def compare(self, stored: SubjectAccount) -> None:
        """Compare them with a mapping that there is, unless a row replaces it."""
        if stored.subject in self._rows:
            return
        is_client, account = _key(stored)
        for line in self._lines.get((not is_client, account), ()):
            self._problems.setdefault(
                line, f"account: stands for {_whom(is_client)} at this site; {_NEVER}"
            )

    def check(self) -> None:
        """Raises ImportRefused, which names the lines, if anything was found."""
        if self._problems:
            raise ImportRefused(
                [f"line {line}: {why}" for line, why in sorted(self._problems.items())]
            )


def _key(mapped: ImportRow | SubjectAccount) -> tuple[bool, str]:
    return mapped.subject.startswith(SUBJECT_PREFIX), mapped.account.lower()


def _whom(is_client: bool) -> str:  # noqa: FBT001 - the only thing it says
    return "a client" if is_client else "a user"
