"""Where a person's groups are read from: claims first, the directory where they do not do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from authserver.domain.group_rules import CHECK_AFTER_SECONDS, SnapshotState
from authserver.domain.providers import SubjectRule
from authserver.services.directory_groups import DIRECTORY_SOURCES, DirectoryPerson
from authserver.services.group_claims import claimed_snapshot, groups_in, groups_of_token

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.external_tokens import ExternalToken
    from authserver.domain.group_rules import GroupRule, GroupSnapshot
    from authserver.domain.identities import Identity
    from authserver.domain.providers import Provider
    from authserver.services.directory_groups import DirectoryGroups

ID_TOKEN: Final = "id token"  # noqa: S105 - where groups are from
USERINFO: Final = "userinfo"
ACCESS_TOKEN: Final = "access token"  # noqa: S105 - the same
CALL_SECONDS: Final = 2.0
"""How long a call with a foreign token may wait for a directory."""


class GroupReading:
    """Makes snapshots. Never raises for what a provider says, or does not say."""

    def __init__(self, *, directory: DirectoryGroups) -> None:
        """Take the collaborator; hold no state of its own."""
        self._directory = directory

    def at_sign_in(
        self,
        provider: Provider,
        identity_claims: Mapping[str, object],
        userinfo: Mapping[str, object],
        *,
        tenant: str,
        object_id: str,
        user_id: str,
        now: float,
        seconds: float,
    ) -> GroupSnapshot:
        """The groups of somebody who signs in.

        `identity_claims` are those of the ID token, which is signed: `userinfo` (of the same `sub`)
        counts where they say nothing of groups. `tenant`, `object_id` (Entra ID) and `user_id`
        (Okta) come from the verified ID token; empty where it has none. `seconds` is what is left
        for all calls together.
        """
        claimed, source = groups_in(provider, identity_claims), ID_TOKEN
        if not claimed.says_something:
            told = groups_in(provider, userinfo)
            if told.says_something:
                claimed, source = told, USERINFO
        said = claimed_snapshot(provider, claimed, source, now)
        person = DirectoryPerson(tenant, object_id, user_id)
        if said.state is SnapshotState.COMPLETE or not person.is_in(provider):
            return said
        return _better(said, self._directory.ask(provider, person, now=now, seconds=seconds))

    def of_token(
        self,
        provider: Provider,
        rules: Sequence[GroupRule],
        token: ExternalToken,
        identity: Identity | None,
        now: float,
    ) -> GroupSnapshot:
        """The groups of whom a verified foreign access token speaks for.

        Where the token does not tell all of them, the directory is asked, or what it said within
        `CHECK_AFTER_SECONDS` counts: at a sign-in, or at another call. Without a rule nobody asks.
        """
        said = claimed_snapshot(provider, groups_of_token(provider, token), ACCESS_TOKEN, now)
        is_wanted = bool(rules) or bool(provider.creation_groups)
        if said.state is SnapshotState.COMPLETE or not is_wanted or not token.subject_key:
            return said
        kept = None if identity is None else identity.snapshot
        person = _person(provider, token)
        if not person.is_in(provider):
            return said
        if kept is not None and _is_recent(kept, now):
            return kept
        found = self._directory.recall_or_ask(provider, person, now=now, seconds=CALL_SECONDS)
        return _better(said, found)


def _better(said: GroupSnapshot, found: GroupSnapshot) -> GroupSnapshot:
    """What the directory told; in its outage what the claims gave stays."""
    if not found.is_outage or said.state is not SnapshotState.TRUNCATED:
        return found
    return replace(said, detail=f"{said.detail}; {found.detail}", is_outage=True)


def _is_recent(snapshot: GroupSnapshot, now: float) -> bool:
    return (
        snapshot.state is SnapshotState.COMPLETE
        and snapshot.source in DIRECTORY_SOURCES
        and 0 <= now - snapshot.fetched_at <= CHECK_AFTER_SECONDS
    )


def _person(provider: Provider, token: ExternalToken) -> DirectoryPerson:
    key = token.subject_key
    if provider.subject_rule is SubjectRule.ENTRA_OBJECT:
        tenant, _, object_id = key.partition("/")
        return DirectoryPerson(tenant=tenant, object_id=object_id)
    if provider.subject_rule is SubjectRule.OKTA_UID:
        return DirectoryPerson(user_id=key)
    return DirectoryPerson()
