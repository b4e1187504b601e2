"""Identities: which user somebody at a provider is here, and how that comes to be and ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.audit import ActorKind
from authserver.domain.errors import Conflict, NotFound
from authserver.services.administrators import guard_subject
from authserver.services.living import held_identities
from authserver.services.user_lookup import existing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.identities import Identity
    from authserver.domain.ports import Stores
    from authserver.services.administration import Act, Administration
    from authserver.services.provider_power import ProviderPower

KIND: Final = "identity"


class LimitKept(Conflict):
    """A user wanted to be rid of the limit that the provider it comes from sets."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__("the groups at this provider limit the user: an administrator may end it")


class SeveralIdentities(Conflict):
    """A user is several persons at a provider, and nothing says which of them is meant."""

    def __init__(self, handle: str, provider: str) -> None:
        """Say how to name one."""
        super().__init__(f"{handle} is several persons at {provider}: name one by its identity_id")


class Identities:
    """Lists identities, and unlinks them."""

    def __init__(self, *, administration: Administration, power: ProviderPower) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration
        self._power = power

    def of(self, subject: str) -> Sequence[Identity]:
        """The linked ones of a user, by provider."""
        with self._administration.database.reading() as stores:
            return stores.identities.of(subject)

    def list(self, provider: str) -> Sequence[Identity]:
        """The linked ones of a provider, by subject. Raises NotFound."""
        with self._administration.database.reading() as stores:
            if stores.providers.get(provider) is None:
                raise NotFound("provider", provider)
            return stores.identities.list(provider)

    def at(self, provider: str, handle: str, identity_id: str = "") -> Identity:
        """Who a user (by name or subject) is at a provider.

        `identity_id` says which is meant, for a user may be several persons there; empty: the
        only one.

        Raises:
            NotFound: nobody there is the user, or not the one that is meant.
            SeveralIdentities: there are several, and none was named.
        """
        with self._administration.database.reading() as stores:
            subject = existing(stores, handle).subject
            found = [
                each
                for each in stores.identities.of(subject)
                if each.provider == provider and identity_id in ("", each.identity_id)
            ]
        if not found:
            raise NotFound(KIND, f"{handle} at {provider}")
        if len(found) > 1:
            raise SeveralIdentities(handle, provider)
        return found[0]

    def unlink(self, provider: str, subject_key: str, act: Act) -> Identity:
        """End an identity; what came by it has no power left when this returns.

        The same person may come again: as a new user, or linked anew.

        Raises:
            NotFound: nobody is linked to it; for a user who acts, not that user.
            Conflict: a user may not give up the last way to sign in.
            LimitKept: nor the identity that made the user and limits what it may do.
            Forbidden: the user administers, and the act may not touch such users.
            StorageUnavailable: nothing was changed.
        """
        with self._administration.database.reading() as stores:
            known = stores.identities.find(provider, subject_key)
        if known is None:
            raise NotFound(KIND, provider)
        with self._administration.changing([], takes_power=True) as stores:
            # In the order of a sign-in: provider, the user's identities, user.
            stores.providers.get(provider)
            held_identities(stores, known.subject)
            identity = stores.identities.find(provider, subject_key)
            is_own = act.actor.kind is ActorKind.USER
            if identity is None or (is_own and identity.subject != act.actor.identifier):
                raise NotFound(KIND, provider)
            if is_own and not has_other_way(stores, identity):
                raise Conflict("this is the last way to sign in: connect another one first")
            if is_own and is_limit(stores, identity):
                raise LimitKept
            guard_subject(stores, act, identity.subject)
            now = self._administration.clock.now()
            stores.identities.unlink(provider, subject_key, now)
            self._administration.record(
                stores,
                act,
                "identity.unlinked",
                identity.subject,
                {"provider": provider, "shown": identity.shown},
            )
            self._power.identity_stopped_in(stores, identity, act, now=now)
        return identity


def is_limit(stores: Stores, identity: Identity) -> bool:
    """Whether it made the user, and its groups limit what the user may do.

    Who connected it to an account that was there before may take it back, and its limit with it.
    """
    user = stores.users.get(identity.subject)
    made_by_it = user is not None and user.created_at == identity.created_at
    return made_by_it and identity.ceiling is not None


def has_other_way(stores: Stores, identity: Identity) -> bool:
    """Whether the user can sign in without this identity: by a password, or at a provider."""
    user = stores.users.get(identity.subject)
    if user is None or user.password_hash:
        return user is not None
    others = {
        each.provider
        for each in stores.identities.of(identity.subject)
        if (each.provider, each.subject_key) != (identity.provider, identity.subject_key)
    }
    return any(
        each.is_enabled and each.accepts_login and each.name in others
        for each in stores.providers.list()
    )
