"""Users who come with a provider's access token before they ever signed in."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from authserver.domain.calls import Call
from authserver.domain.errors import AlreadyExists
from authserver.domain.group_rules import SnapshotState
from authserver.domain.upstream_sign_ins import UpstreamPerson
from authserver.services.federated_users import refusal_to_create
from authserver.services.group_verdicts import verdict

if TYPE_CHECKING:
    from authserver.domain.external_tokens import ExternalToken
    from authserver.domain.group_rules import GroupSnapshot
    from authserver.domain.ports import Database
    from authserver.services.federated_users import FederatedUsers
    from authserver.services.group_effects import GroupEffects
    from authserver.services.provider_view import KnownProvider, Principal, ProviderView


class ExternalNewcomers:
    """Makes such users, where the provider's rules for that hold as they do at a sign-in."""

    def __init__(
        self,
        *,
        database: Database,
        providers: ProviderView,
        users: FederatedUsers,
        effects: GroupEffects,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._database = database
        self._providers = providers
        self._users = users
        self._effects = effects

    def admit(
        self, known: KnownProvider, token: ExternalToken, snapshot: GroupSnapshot, now: float
    ) -> Principal | None:
        """The new user, or the one whom somebody else has just made; `None` when nobody may be.

        An access token proves no address, so that nobody comes in by `creation_domains`; and the
        list of groups must be complete.

        Raises:
            StorageUnavailable: the database does not answer; there is no new user.
        """
        person = _person(token)
        provider = known.provider
        if snapshot.state is not SnapshotState.COMPLETE:
            return None
        if refusal_to_create(provider, person, snapshot) is not None:
            return None
        # Of two first calls at the same time one makes the user.
        with suppress(AlreadyExists):
            self._create(known, person, snapshot, now)
        return self._providers.principal(provider.name, token.subject_key)

    def _create(
        self, known: KnownProvider, person: UpstreamPerson, snapshot: GroupSnapshot, now: float
    ) -> None:
        call = Call(at=now, request_id="", peer="")
        with self._database.writing() as stores:
            # Locked, and as it is now: whoever stops it waits, or was first.
            provider = stores.providers.get(known.provider.name)
            if provider is None or not provider.is_enabled or not provider.bearer.creates_users:
                return
            if refusal_to_create(provider, person, snapshot) is not None:
                return
            if stores.identities.find(provider.name, person.subject_key) is not None:
                return
            _, identity = self._users.create_in(stores, provider, person, call)
            judged = verdict(stores.providers.rules(provider.name), snapshot, now)
            self._effects.apply_in(stores, provider, identity, snapshot, judged, call)


def _person(token: ExternalToken) -> UpstreamPerson:
    return UpstreamPerson(
        subject_key=token.subject_key,
        shown=token.shown or token.subject_key,
        username=token.shown,
        name="",
        given_name="",
        family_name="",
        email="",
        email_verified=False,
        locale="",
        auth_time=None,
        acr="",
        amr=(),
        upstream_sid="",
    )
