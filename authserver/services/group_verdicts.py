"""What a snapshot of groups means under a provider's rules. Pure.

Two questions that must not be mixed: what the groups give, which is taken from whatever could be
read, and what their absence proves, which only a complete list can.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.group_rules import GroupEffect, GroupVerdict, SnapshotState
from authserver.domain.roles import Role
from authserver.domain.upstream_sign_ins import SignInProblem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from authserver.domain.group_rules import GroupRule, GroupSnapshot
    from authserver.domain.providers import Provider

NO_SCOPES: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Derived:
    """What the groups of one identity give; the fields as in `GroupVerdict`."""

    local_groups: frozenset[str] = frozenset()
    is_administrator: bool = False
    ceiling: frozenset[str] | None = None
    roles: frozenset[Role] = frozenset()

    def takes_from(self, before: Derived) -> bool:
        """Whether somebody who had `before` has less now."""
        if before.local_groups - self.local_groups:
            return True
        if before.is_administrator and not self.is_administrator:
            return True
        if before.roles - self.roles:
            return True
        if self.ceiling is None:
            return False
        return before.ceiling is None or bool(before.ceiling - self.ceiling)


def verdict(
    rules: Sequence[GroupRule],
    snapshot: GroupSnapshot,
    now: float,  # noqa: ARG001 - who takes a snapshot decides how old it may be; rules do not
) -> GroupVerdict:
    """Judge a snapshot under the rules of its provider, and no others."""
    given = _given(rules, _counting(snapshot))
    return GroupVerdict(
        local_groups=given.local_groups,
        is_administrator=given.is_administrator,
        ceiling=given.ceiling,
        denied=_denied(rules, snapshot),
        is_settled=is_settled(snapshot),
        roles=given.roles,
    )


def is_settled(snapshot: GroupSnapshot) -> bool:
    """Whether what the snapshot does not give is taken away."""
    if snapshot.state is SnapshotState.TRUNCATED:
        return False
    return not (snapshot.state is SnapshotState.UNKNOWN and snapshot.is_outage)


def derived(rules: Sequence[GroupRule], judged: GroupVerdict, before: Derived) -> Derived:
    """What counts from now on for somebody whose groups gave `before`.

    Where the verdict is not settled, `before` stays as far as there are still rules that could have
    given it: an outage keeps nothing alive that an administrator removed.
    """
    fresh = Derived(judged.local_groups, judged.is_administrator, judged.ceiling, judged.roles)
    if judged.is_settled:
        return fresh
    possible = _given(rules, {rule.external for rule in rules})
    ceiling = fresh.ceiling
    if ceiling is not None:
        ceiling |= (before.ceiling or NO_SCOPES) & (possible.ceiling or NO_SCOPES)
    return Derived(
        fresh.local_groups | (before.local_groups & possible.local_groups),
        fresh.is_administrator or (before.is_administrator and possible.is_administrator),
        ceiling,
        fresh.roles | (before.roles & possible.roles),
    )


def sign_in_problem(rules: Sequence[GroupRule], snapshot: GroupSnapshot) -> SignInProblem | None:
    """What keeps the person out, as far as groups are concerned; `None`: nothing."""
    if _matched(rules, GroupEffect.DENY, _counting(snapshot)):
        return SignInProblem.DENIED_BY_GROUP
    return SignInProblem.GROUPS_UNUSABLE if _denied(rules, snapshot) else None


def creation_problem(provider: Provider, snapshot: GroupSnapshot) -> SignInProblem | None:
    """What in the groups keeps the person from becoming a user; `None`: nothing."""
    if not provider.creation_groups:
        return None
    if snapshot.state is not SnapshotState.COMPLETE:
        return SignInProblem.GROUPS_UNUSABLE
    if provider.creation_groups.isdisjoint(snapshot.values):
        return SignInProblem.NO_ACCOUNT
    return None


def _counting(snapshot: GroupSnapshot) -> frozenset[str]:
    """The values that may give something: none of a list that is settled and not complete."""
    if snapshot.state is SnapshotState.COMPLETE or not is_settled(snapshot):
        return frozenset(snapshot.values)
    return frozenset()


def _denied(rules: Sequence[GroupRule], snapshot: GroupSnapshot) -> str:
    matched = _matched(rules, GroupEffect.DENY, _counting(snapshot))
    if matched:
        return f"member of {matched[0].label or matched[0].external}"
    if snapshot.state is SnapshotState.COMPLETE:
        return ""
    if any(rule.effect is GroupEffect.DENY for rule in rules):
        why = snapshot.detail or "the list of groups is not complete"
        return f"groups are {snapshot.state}: {why}"
    return ""


def _given(rules: Sequence[GroupRule], values: Iterable[str]) -> Derived:
    groups = frozenset(values)
    ceiling: frozenset[str] | None = None
    if any(rule.effect is GroupEffect.SCOPES for rule in rules):
        found = _matched(rules, GroupEffect.SCOPES, groups)
        ceiling = frozenset(scope for rule in found for scope in rule.value.split())
    return Derived(
        frozenset(rule.value for rule in _matched(rules, GroupEffect.LOCAL_GROUP, groups)),
        bool(_matched(rules, GroupEffect.ADMINISTRATOR, groups)),
        ceiling,
        frozenset(Role(rule.value) for rule in _matched(rules, GroupEffect.ROLE, groups)),
    )


def _matched(
    rules: Sequence[GroupRule], effect: GroupEffect, values: frozenset[str]
) -> list[GroupRule]:
    return [rule for rule in rules if rule.effect is effect and rule.external in values]
