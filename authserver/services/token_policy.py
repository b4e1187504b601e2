"""What policies say of making and holding API tokens, all documents together.

A token is asked by the default document and by the document of each site that it names: everybody
must allow, and of several bounds the smallest counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from authserver.domain.api_tokens import Presentation
from authserver.domain.decisions import DenyReason
from authserver.domain.policy_calls import PolicyRefusal
from authserver.domain.policy_documents import DEFAULT_DOCUMENT, Creators
from authserver.services.policy_reading import read_policy
from authserver.services.policy_steps import BUILT_IN, Placed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from authserver.domain.policy_documents import TokenSection
    from authserver.domain.ports import Stores

LONGEST_UNSAID: Final = 365 * 86_400.0
MOST_UNSAID: Final = 50
_UNSAID: Final = "no policy says otherwise"


class Bound(NamedTuple):
    """The smallest of several bounds (seconds, or a count), and which document says so and why."""

    value: float
    document: str
    text: str


@dataclass(frozen=True, slots=True)
class TokenRules:
    """The sections that ask a token, the default document's first; there may be none."""

    sections: Sequence[Placed[TokenSection]]

    def against_making(
        self, groups: frozenset[str], *, is_administrator: bool
    ) -> PolicyRefusal | None:
        """Why somebody in `groups` may make no token of their own; `None`: they may."""
        if is_administrator:
            return None
        for placed in self.sections:
            section = placed.value
            if section.creators is Creators.ADMINISTRATORS:
                return _refusal(placed, "creators", "ask an administrator for a token")
            if section.creators is Creators.GROUPS and section.creator_groups.isdisjoint(groups):
                return _refusal(placed, "creator_groups", _join(section.creator_groups))
        return None

    def against_making_for_others(
        self, groups: frozenset[str], *, is_administrator: bool
    ) -> PolicyRefusal | None:
        """Why somebody in `groups` may make no token for somebody else; `None`: they may."""
        if is_administrator:
            return None
        said = [each for each in self.sections if each.value.for_others_groups is not None]
        for placed in said:
            named = placed.value.for_others_groups
            if named is not None and named.isdisjoint(groups):
                return _refusal(placed, "for_others_groups", _join(named))
        if said:
            return None
        return PolicyRefusal(
            DenyReason.GROUP_NOT_ALLOWED,
            "tokens.for_others_groups",
            BUILT_IN,
            "only administrators make API tokens for somebody else",
            "ask an administrator",
        )

    def against_holding(self, groups: frozenset[str]) -> PolicyRefusal | None:
        """Why a user in `groups` may hold no token; `None`: they may. Services are not asked."""
        for placed in self.sections:
            holders = placed.value.holders
            if holders is not None and holders.isdisjoint(groups):
                return _refusal(placed, "holders", _join(holders))
        return None

    @property
    def longest(self) -> Bound:
        """Seconds from a token's making to its end."""
        return self._smallest(lambda each: each.longest) or _unsaid(LONGEST_UNSAID)

    @property
    def most(self) -> Bound:
        """Live tokens of one subject."""
        return self._smallest(lambda each: each.most) or _unsaid(MOST_UNSAID)

    @property
    def stale_after(self) -> Bound | None:
        """Unused for so many seconds a token is disabled; `None`: it never is."""
        return self._smallest(lambda each: each.stale_after)

    @property
    def delete_after(self) -> Bound | None:
        """So many seconds after that it is revoked; `None`: it never is."""
        return self._smallest(lambda each: each.delete_after)

    @property
    def presentations(self) -> frozenset[Presentation]:
        """How a token may be sent at all."""
        allowed = frozenset(Presentation)
        for placed in self.sections:
            allowed &= placed.value.presentations
        return allowed

    @property
    def ticket_wanted_by(self) -> Placed[TokenSection] | None:
        """The first section for which a token needs a ticket."""
        return self._first(lambda each: each.needs_ticket)

    @property
    def team_wanted_by(self) -> Placed[TokenSection] | None:
        """The first section for which a token needs a team."""
        return self._first(lambda each: each.needs_team)

    def _smallest(self, of: Callable[[TokenSection], float | None]) -> Bound | None:
        said = [
            Bound(value, placed.document, placed.value.reason)
            for placed in self.sections
            if (value := of(placed.value)) is not None
        ]
        return min(said, key=lambda bound: bound.value, default=None)

    def _first(self, asks: Callable[[TokenSection], bool]) -> Placed[TokenSection] | None:
        return next((placed for placed in self.sections if asks(placed.value)), None)


class TokenPolicy:
    """Reads the rules of tokens out of a transaction."""

    @staticmethod
    def of(stores: Stores, resources: Iterable[str]) -> TokenRules:
        """The rules for a token that names these sites (by name), as they are now.

        Raises:
            PolicyInvalid: a stored document cannot be read any more.
        """
        sections = []
        for name in dict.fromkeys((DEFAULT_DOCUMENT, *sorted(resources))):
            version = stores.policies.current(name)
            section = None if version is None else read_policy(version.text).tokens
            if version is not None and section is not None:
                sections.append(Placed(f"{name}@{version.number}", section))
        return TokenRules(sections)


def _unsaid(value: float) -> Bound:
    return Bound(value, BUILT_IN, _UNSAID)


def _refusal(placed: Placed[Any], key: str, change: str) -> PolicyRefusal:
    return PolicyRefusal(
        DenyReason.GROUP_NOT_ALLOWED,
        f"tokens.{key}",
        placed.document,
        placed.value.reason,
        change,
    )


def _join(groups: frozenset[str]) -> str:
    if not groups:
        return "nobody may"
    return "join " + " or ".join(sorted(groups))
