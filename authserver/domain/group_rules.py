"""Groups at a provider, and what they mean here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from authserver.domain.roles import Role

GROUPS_MAX: Final = 10_000
"""Groups of one person that are kept; of more, the first ones, as a list that was cut off."""
GROUP_CHARACTERS_MAX: Final = 256
"""A longer value is left out, and the list counts as cut off."""
CHECK_AFTER_SECONDS: Final = 3600.0
"""How old a snapshot from a directory may be at a call with a foreign token."""


class SnapshotState(StrEnum):
    """How much a list of groups can be relied upon.

    `COMPLETE`: these and no others. `OVERAGE`: the provider left the groups out because there are
    too many. `TRUNCATED`: these, and perhaps others. `UNKNOWN`: nobody
    could be asked (`GroupSnapshot.is_outage`), or the claim was not there.
    """

    COMPLETE = "complete"
    OVERAGE = "overage"
    TRUNCATED = "truncated"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class GroupSnapshot:
    """The groups of one identity at `fetched_at` (seconds since the epoch).

    `values` are ids or names as the provider writes them, without repetition, in its order.
    `source` says where they are from (`id token`, `userinfo`, `access token`, `graph`, `okta api`);
    `detail` is for administrators: why it is not complete.
    """

    values: tuple[str, ...]
    state: SnapshotState
    source: str
    fetched_at: float
    detail: str = ""
    is_outage: bool = False
    """The provider's directory did not answer: nothing of what was derived before is taken away."""


class GroupEffect(StrEnum):
    """What being in a group of the provider means here."""

    LOCAL_GROUP = "group"
    """Member of the local group that `value` names."""
    ADMINISTRATOR = "administrator"
    """May administer all there is, as an owner; `value` is empty. Never without such a rule."""
    ROLE = "role"
    """Has the role that `value` names, and never the owner's: that is the effect before."""
    SCOPES = "scopes"
    """May have the scopes in `value` (blank-separated). With one such rule at a provider, nobody
    from there gets a scope that no rule gives."""
    DENY = "deny"
    """May not sign in, and no token counts; `value` is empty. Needs a complete list: whoever has
    none may not either, as long as there is such a rule."""


@dataclass(frozen=True, slots=True)
class GroupRule:
    """One rule. `external` is the group as the provider writes it, compared exactly.

    `label` is how people call that group (Entra's are GUIDs), for display only.
    """

    rule_id: str
    provider: str
    external: str
    effect: GroupEffect
    value: str
    label: str
    created_at: float


@dataclass(frozen=True, slots=True)
class GroupVerdict:
    """What a snapshot means under a provider's rules.

    `ceiling` is `None` where no rule limits scopes. `denied` is the reason for administrators
    (empty: not denied). `is_settled` is False when the snapshot allows no conclusion that would
    take anything away (an outage, or a list that was cut off): then what was derived before stays,
    and what this adds is added.
    """

    local_groups: frozenset[str]
    is_administrator: bool
    ceiling: frozenset[str] | None
    denied: str
    is_settled: bool
    roles: frozenset[Role] = frozenset()
