"""What a person's groups at a provider change here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from authserver.domain.audit import Actor, ActorKind, AuditEvent, Outcome
from authserver.domain.group_rules import SnapshotState
from authserver.services.administration import before_and_after
from authserver.services.group_verdicts import Derived, derived, verdict
from authserver.services.policy_mentions import any_is_mentioned
from authserver.services.user_lookup import known_anew, tokens_denied

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.authority import Change
    from authserver.domain.calls import Call
    from authserver.domain.group_rules import GroupRule, GroupSnapshot, GroupVerdict
    from authserver.domain.identities import Identity
    from authserver.domain.ports import Stores
    from authserver.domain.providers import Provider


class _Step(NamedTuple):
    """An identity before and after its groups were judged, with what they gave and give."""

    was: Identity
    gave: Derived
    identity: Identity
    gives: Derived

    @property
    def is_change(self) -> bool:
        """Whether anybody has to hear of it."""
        return self.gave != self.gives or _state(self.was) != _state(self.identity)

    @property
    def takes(self) -> bool:
        """Whether somebody has less now; a ceiling that comes first of all was never higher."""
        is_first = self.was.snapshot is None and self.gave == Derived()
        return self.gives.takes_from(self.gave) and not is_first


class Arrived(NamedTuple):
    """An identity whose groups were applied.

    `lost_at` is when (seconds since the epoch) something was taken away, `None` when nothing was:
    access tokens of that second, and of all before, count no more. `joins_named` tells whether a
    policy names a group that the user is in only now: it may deny its members something.
    """

    identity: Identity
    lost_at: float | None
    joins_named: bool


class Lapse(NamedTuple):
    """An identity whose groups give nothing any more, and what the authority has to hear of it.

    `changes` are empty when nothing was taken. The caller advances the authority by them, last.
    """

    identity: Identity
    changes: Sequence[Change]


class GroupEffects:
    """Applies verdicts inside somebody's transaction, which has locked identity and user."""

    def apply_in(  # noqa: PLR0917 - who and what, in the order of the sign-in
        self,
        stores: Stores,
        provider: Provider,
        identity: Identity,
        snapshot: GroupSnapshot,
        judged: GroupVerdict,
        call: Call,
    ) -> Identity:
        """As `arrive_in`, for whoever does not wait afterwards."""
        return self.arrive_in(stores, provider, identity, snapshot, judged, call).identity

    def arrive_in(  # noqa: PLR0917 - as above
        self,
        stores: Stores,
        provider: Provider,
        identity: Identity,
        snapshot: GroupSnapshot,
        judged: GroupVerdict,
        call: Call,
    ) -> Arrived:
        """Give and take what the groups give, keep the snapshot, and save the identity.

        What changed is put on record and advances the authority: nobody may wait for another lock
        after that, so this comes last. When something was taken away, none of the tokens counts
        that the user was given until now, which is `call.at`. The user's own flag is never touched.
        Raises NotFound.
        """
        rules = stores.providers.rules(provider.name)
        step = _settle(stores, rules, identity, snapshot, judged)
        joined = sorted(step.gives.local_groups - step.gave.local_groups)
        for each in joined:
            # No policy that names it is applied meanwhile.
            stores.groups.get(each)
        joins_named = any_is_mentioned(stores, joined)
        _announce(stores, [step], call)
        return Arrived(step.identity, call.at if step.takes else None, joins_named)

    def rules_changed_in(self, stores: Stores, provider: Provider, call: Call) -> int:
        """Judge everybody's last snapshot anew, after a rule came or went; how many changed.

        What rested on a rule that is gone is taken away now, not at the next sign-in. It comes last
        in its transaction, too, which waits at the barrier.
        """
        rules = stores.providers.rules(provider.name)
        steps = []
        for listed in stores.identities.list(provider.name):
            # Most people are not in the group, and are only looked at.
            if not _may_change(stores, provider, rules, listed, call.at):
                continue
            identity = stores.identities.find(provider.name, listed.subject_key)
            if identity is None:
                continue
            judged = _judged_anew(stores, provider, rules, identity, call.at)
            if judged is not None:
                steps.append(_settle(stores, rules, identity, identity.snapshot, judged))
        _announce(stores, steps, call)
        return sum(step.is_change for step in steps)


def lapse_in(stores: Stores, identity: Identity, call: Call) -> Lapse:
    """Take local groups and administration from an identity that nobody has vouched for in time.

    In the transaction of somebody who has locked identity and user, and holds nothing of the
    authority yet. The limit of scopes stays: nobody lifts one by staying away. What the provider
    said of the groups last stays, too, and gives nothing until somebody signs in there: then
    everything is derived anew. Raises NotFound.
    """
    gave = given_in(stores, identity)
    if not (gave.local_groups or gave.is_administrator or gave.roles):
        return Lapse(identity, ())
    stores.identities.set_groups(identity.provider, identity.subject, frozenset())
    changed = replace(identity, is_administrator=False, roles=frozenset())
    stores.identities.save(changed)
    step = _Step(identity, gave, changed, given_in(stores, changed))
    return Lapse(changed, _recorded(stores, [step], call))


def has_lapsed(identity: Identity, provider: Provider, now: float) -> bool:
    """Whether nobody has signed in by the identity at its provider for longer than that allows.

    Sign-ins here in other ways, and tokens, do not count: they say nothing of groups there.
    """
    if identity.asleep_since is not None:
        return True
    seen_at = identity.last_sign_in_at
    seen_at = identity.created_at if seen_at is None else seen_at
    return bool(provider.living_seconds) and now > seen_at + provider.living_seconds


def given_in(stores: Stores, identity: Identity) -> Derived:
    """What the groups of an identity give by now."""
    groups = stores.identities.groups_by(identity.provider, identity.subject)
    return Derived(groups, identity.is_administrator, identity.ceiling, identity.roles)


def _may_change(
    stores: Stores,
    provider: Provider,
    rules: Sequence[GroupRule],
    identity: Identity,
    now: float,
) -> bool:
    judged = _judged_anew(stores, provider, rules, identity, now)
    if judged is None:
        return False
    gave = given_in(stores, identity)
    return derived(rules, judged, gave) != gave


def _judged_anew(
    stores: Stores,
    provider: Provider,
    rules: Sequence[GroupRule],
    identity: Identity,
    now: float,
) -> GroupVerdict | None:
    """The verdict on the last snapshot, if there is one: too old a one gives nothing more."""
    if identity.snapshot is None:
        return None
    judged = verdict(rules, identity.snapshot, now)
    if not has_lapsed(identity, provider, now):
        return judged
    gave = given_in(stores, identity)
    return replace(
        judged,
        local_groups=judged.local_groups & gave.local_groups,
        is_administrator=judged.is_administrator and gave.is_administrator,
        roles=judged.roles & gave.roles,
    )


def _settle(
    stores: Stores,
    rules: Sequence[GroupRule],
    identity: Identity,
    snapshot: GroupSnapshot | None,
    judged: GroupVerdict,
) -> _Step:
    gave = given_in(stores, identity)
    wanted = derived(rules, judged, gave)
    stores.identities.set_groups(identity.provider, identity.subject, wanted.local_groups)
    changed = replace(
        identity,
        snapshot=snapshot,
        is_administrator=wanted.is_administrator,
        roles=wanted.roles,
        ceiling=wanted.ceiling,
    )
    stores.identities.save(changed)
    # A group may be gone whose rule is still there.
    return _Step(identity, gave, changed, given_in(stores, changed))


def _announce(stores: Stores, steps: Sequence[_Step], call: Call) -> None:
    changes = _recorded(stores, steps, call)
    if changes:
        stores.authority.advance(changes)


def _recorded(stores: Stores, steps: Sequence[_Step], call: Call) -> Sequence[Change]:
    """Put what changed on record; what the authority has to hear."""
    changes = []
    for step in steps:
        if not step.is_change:
            continue
        subject = step.identity.subject
        stores.audit.add(_record(step, call))
        changes.append(known_anew(subject, call.at))
        if step.takes:
            changes.append(tokens_denied(subject, call.at))
    return changes


def _record(step: _Step, call: Call) -> AuditEvent:
    identity = step.identity
    told = before_and_after(_told(step.was, step.gave), _told(identity, step.gives))
    return AuditEvent(
        at=call.at,
        action="identity.groups_changed",
        outcome=Outcome.SUCCESS,
        actor=Actor(ActorKind.SYSTEM, f"provider:{identity.provider}"),
        object_kind="identity",
        object_id=identity.subject,
        request_id=call.request_id,
        peer=call.peer,
        details={"provider": identity.provider, **told, **_origin(identity.snapshot)},
    )


def _state(identity: Identity) -> str:
    return "" if identity.snapshot is None else identity.snapshot.state.value


def _told(identity: Identity, given: Derived) -> dict[str, object]:
    return {
        "state": _state(identity),
        "groups": sorted(given.local_groups),
        "is_administrator": given.is_administrator,
        "roles": sorted(given.roles),
        "ceiling": None if given.ceiling is None else sorted(given.ceiling),
    }


def _origin(snapshot: GroupSnapshot | None) -> dict[str, object]:
    """How many there were and where from; which ones is in the identity, and ends with it."""
    if snapshot is None:
        return {}
    told: dict[str, object] = {"source": snapshot.source, "count": len(snapshot.values)}
    if snapshot.state is not SnapshotState.COMPLETE:
        told |= {"detail": snapshot.detail, "is_outage": snapshot.is_outage}
    return told
