"""What a provider says of a person's groups in its claims, and how far that can be relied upon.

Nothing here calls anybody: the address in `_claim_sources` (OpenID Connect Core section 5.6.2) is
not even read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from authserver.domain.group_rules import (
    GROUP_CHARACTERS_MAX,
    GROUPS_MAX,
    GroupSnapshot,
    SnapshotState,
)
from authserver.domain.providers import GroupSource, ProviderKind
from authserver.services.claim_pointers import ABSENT, claim_at, first_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.external_tokens import ExternalToken
    from authserver.domain.providers import Provider

COGNITO_GROUPS: Final = "cognito:groups"
"""The one claim that is left out of tokens of people who are in no group."""
ENTRA_GROUPS: Final = "groups"
"""What Entra ID's overage is about, whatever claim the groups are in."""


@dataclass(frozen=True, slots=True)
class ClaimedGroups:
    """The groups in one set of claims; `values` as in `GroupSnapshot`.

    `is_there` says that the claim was. `overage`: the provider left the groups out because there
    are too many, or keeps them elsewhere. `malformed`: something could not be read, and was left
    out. `is_cut`: as many as the provider gives at most, or more than are kept.
    """

    values: tuple[str, ...] = ()
    is_there: bool = False
    overage: bool = False
    malformed: bool = False
    is_cut: bool = False

    @property
    def is_partial(self) -> bool:
        """Whether there may be groups that are not in `values`."""
        return self.overage or self.malformed or self.is_cut

    @property
    def says_something(self) -> bool:
        """Whether the claims speak of groups at all."""
        return self.is_there or self.overage or self.malformed


def groups_in(provider: Provider, claims: Mapping[str, object]) -> ClaimedGroups:
    """What claims of an ID token, of userinfo or of an access token say. Raises nothing."""
    claim = provider.groups.claim
    if not _is_read(provider) or not claim:
        return ClaimedGroups()
    if _is_elsewhere(provider, claims):
        return ClaimedGroups(overage=True)
    found = claim_at(claims, claim)
    if found is ABSENT:
        return ClaimedGroups()
    if found is None:
        # As good as absent; but not a person in no group, as where Cognito leaves the claim out.
        return ClaimedGroups(malformed=True)
    return _in_claim(provider, found)


def readable_groups(listed: Sequence[object], *, limit: int = 0) -> ClaimedGroups:
    """The values of a list that can be groups; `limit` as in `GroupsRule`."""
    kept: dict[str, None] = {}
    malformed = False
    is_cut = limit > 0 and len(listed) == limit
    for value in listed:
        if not isinstance(value, str) or not _can_be_group(value):
            malformed = True
        elif value not in kept:
            if len(kept) == GROUPS_MAX:
                is_cut = True
                break
            kept[value] = None
    return ClaimedGroups(tuple(kept), is_there=True, malformed=malformed, is_cut=is_cut)


def groups_of_token(provider: Provider, token: ExternalToken) -> ClaimedGroups:
    """What a foreign access token says, after it was read."""
    if token.overage:
        return ClaimedGroups(overage=True)
    if token.groups is None:
        return ClaimedGroups(malformed=token.groups_malformed)
    read = readable_groups(token.groups, limit=provider.groups.limit)
    return replace(read, malformed=read.malformed or token.groups_malformed)


def claimed_snapshot(
    provider: Provider, claimed: ClaimedGroups, source: str, now: float
) -> GroupSnapshot:
    """How far the groups in claims can be relied upon. `source` as in `GroupSnapshot`."""
    if not _is_read(provider):
        state, detail = SnapshotState.UNKNOWN, "groups of this provider are not read"
    elif claimed.overage:
        state = SnapshotState.OVERAGE
        detail = "the provider left the groups out: there are too many"
    elif claimed.is_there:
        state, detail = _of_list(provider.groups.claim, claimed)
    else:
        state, detail = _of_none(provider, claimed)
    return GroupSnapshot(claimed.values, state, source, now, detail)


def _in_claim(provider: Provider, found: object) -> ClaimedGroups:
    limit = provider.groups.limit
    if isinstance(found, list):
        return readable_groups(found, limit=limit)
    if not isinstance(found, str):
        return ClaimedGroups(is_there=True, malformed=True)
    one = readable_groups([found], limit=limit)
    if provider.kind is ProviderKind.OIDC:
        return one
    return replace(one, malformed=True)


def _of_list(claim: str, claimed: ClaimedGroups) -> tuple[SnapshotState, str]:
    if claimed.malformed:
        return SnapshotState.TRUNCATED, f"not all of {claim} could be read"
    if claimed.is_cut:
        return SnapshotState.TRUNCATED, f"{claim} is as long as it can be: there may be more"
    return SnapshotState.COMPLETE, ""


def _of_none(provider: Provider, claimed: ClaimedGroups) -> tuple[SnapshotState, str]:
    claim = provider.groups.claim
    if claimed.malformed:
        return SnapshotState.UNKNOWN, f"{claim} is null"
    if provider.kind is ProviderKind.COGNITO and claim == COGNITO_GROUPS:
        return SnapshotState.COMPLETE, ""
    return SnapshotState.UNKNOWN, f"there is no claim {claim}"


def _is_read(provider: Provider) -> bool:
    return provider.groups.source is not GroupSource.NONE


def _is_elsewhere(provider: Provider, claims: Mapping[str, object]) -> bool:
    """Whether the provider only tells where the claim would be found."""
    wanted = {first_name(provider.groups.claim)}
    if provider.kind is ProviderKind.ENTRA:
        wanted.add(ENTRA_GROUPS)
        if claims.get("hasgroups", False) is not False:
            return True
    names = claims.get("_claim_names")
    if names is None:
        return False
    # What cannot be read may be about groups.
    return not isinstance(names, dict) or not wanted.isdisjoint(names)


def _can_be_group(value: str) -> bool:
    return 0 < len(value) <= GROUP_CHARACTERS_MAX and value.isprintable()
