"""Registering clients and looking after them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from authserver.domain.authority import Change, ChangeKind
from authserver.domain.clients import Client, ClientAuthMethod, ClientStatus, check_client_id
from authserver.domain.errors import Conflict, InvalidField, NotFound
from authserver.domain.tokens import ACCESS_TOKEN_SECONDS
from authserver.services.administration import before_and_after
from authserver.services.client_authentication import CLIENT_SECRET
from authserver.services.client_descriptions import described
from authserver.services.client_guards import guard_client
from authserver.services.client_profiles import NOTHING_STATED, ProfileChanges

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.ports import SecretMaker, Stores
    from authserver.domain.stored_secrets import FreshSecret, StoredSecret
    from authserver.services.administration import Act, Administration
    from authserver.services.client_rules import ClientRules
    from authserver.services.fresh_secrets import FreshSecrets

SECRET_PREFIX: Final = "cs"  # noqa: S105 - the readable prefix of secrets, not one
MOST_LIVE_SECRETS: Final = 5
OVERLAP_SECONDS: Final = 86_400.0
"""How long the old secrets go on after a rotation, unless said otherwise."""


@dataclass(frozen=True, slots=True)
class ClientDraft:
    """What an administrator states of a new client. Empty collections allow nothing."""

    name: str
    client_id: str = ""
    auth_method: str = ClientAuthMethod.SECRET_BASIC
    grant_types: Sequence[str] = ("client_credentials",)
    scopes: Sequence[str] = ()
    resources: Sequence[str] = ()
    access_token_seconds: int = ACCESS_TOKEN_SECONDS
    contact: str = ""
    jwks: object = None
    bcrypt_hash: str = ""
    secret_expires_in: float | None = None
    profile: ProfileChanges = NOTHING_STATED


@dataclass(frozen=True, slots=True)
class ClientUpdate:
    """What an administrator changes; `None` leaves a field as it is.

    Scopes, resources and (the profile's) redirect URIs are stated whole, or by what comes and goes,
    or both in this order.
    """

    name: str | None = None
    grant_types: Sequence[str] | None = None
    scopes: Sequence[str] | None = None
    add_scopes: Sequence[str] = ()
    remove_scopes: Sequence[str] = ()
    resources: Sequence[str] | None = None
    add_resources: Sequence[str] = ()
    remove_resources: Sequence[str] = ()
    access_token_seconds: int | None = None
    contact: str | None = None
    jwks: object = None
    profile: ProfileChanges = NOTHING_STATED
    add_redirect_uris: Sequence[str] = ()
    remove_redirect_uris: Sequence[str] = ()

    @property
    def is_about_permissions(self) -> bool:
        """Whether scopes or resources are stated in any way."""
        whole = self.scopes is not None or self.resources is not None
        parts = (
            *self.add_scopes,
            *self.remove_scopes,
            *self.add_resources,
            *self.remove_resources,
        )
        return whole or bool(parts)


@dataclass(frozen=True, slots=True)
class RegisteredClient:
    """A client and, at creation only, its secret."""

    client: Client
    secret: FreshSecret | None


class Clients:
    """Use cases of client administration, on record and everywhere at once; see `guard_client`."""

    def __init__(
        self,
        *,
        administration: Administration,
        rules: ClientRules,
        fresh_secrets: FreshSecrets,
        secret_maker: SecretMaker,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration
        self._rules = rules
        self._fresh_secrets = fresh_secrets
        self._secret_maker = secret_maker

    def list(self) -> Sequence[Client]:
        """All clients but deleted ones, by id."""
        with self._administration.database.reading() as stores:
            return stores.clients.list()

    def get(self, client_id: str) -> Client:
        """One client. Raises NotFound, also for a deleted one."""
        with self._administration.database.reading() as stores:
            return _existing(stores, client_id)

    def create(self, draft: ClientDraft, act: Act) -> RegisteredClient:
        """Register a client; its secret, if it has one, is in the answer and nowhere else.

        Raises:
            InvalidField: names the field and what is allowed; nothing was stored.
            AlreadyExists: the id is taken, or belonged to a deleted client.
        """
        client_id = check_client_id(draft.client_id or new_client_id(self._secret_maker))
        now = self._administration.clock.now()
        with self._administration.changing(
            [Change(ChangeKind.CLIENT, client_id, 0.0)], takes_power=False
        ) as stores:
            client = self._rules.checked(stores, draft, client_id, now)
            guard_client(act, client)
            secret, stored = self._first_secret(client, draft)
            client = replace(client, secrets=stored)
            stores.clients.add(client)
            self._administration.record(
                stores, act, "client.created", client_id, {"after": described(client)}
            )
        return RegisteredClient(client, secret)

    def update(self, client_id: str, update: ClientUpdate, act: Act) -> Client:
        """Change a client. What it may no longer do ends for live tokens too, before this returns.

        Raises:
            NotFound: there is no such client.
            InvalidField: names the field and what is allowed; nothing was changed.
        """
        with self._administration.changing(
            [Change(ChangeKind.CLIENT, client_id, 0.0)], takes_power=True
        ) as stores:
            before = _existing(stores, client_id)
            act.expect(described(before))
            after = self._rules.updated(stores, before, update)
            guard_client(act, before, after)
            if after.profile.is_dynamic:
                # Or it would take back by itself what was taken from it.
                after = replace(after, profile=replace(after.profile, is_held=True))
            stores.clients.save(after)
            self._administration.record(
                stores,
                act,
                "client.updated",
                client_id,
                before_and_after(described(before), described(after)),
            )
        return after

    def rotate_secret(
        self,
        client_id: str,
        act: Act,
        *,
        overlap_seconds: float = OVERLAP_SECONDS,
        expires_in: float | None = None,
    ) -> FreshSecret:
        """Give a client a new secret; the old ones end after `overlap_seconds` at the latest.

        Raises:
            NotFound: there is no such client.
            Conflict: the client does not use secrets, or has too many live ones.
            InvalidField: a time is out of range.
        """
        if not 0 <= overlap_seconds <= 366 * 86_400:
            raise InvalidField("overlap", "0 seconds to 366 days")
        now = self._administration.clock.now()
        with self._administration.changing(
            [Change(ChangeKind.CLIENT, client_id, 0.0)], takes_power=True
        ) as stores:
            client = _existing(stores, client_id)
            guard_client(act, client)
            if not client.auth_method.uses_secret:
                raise Conflict(
                    f"client {client_id} authenticates by {client.auth_method}: it has no secret"
                )
            live = [secret for secret in client.secrets if secret.is_live(now)]
            if overlap_seconds > 0 and len(live) >= MOST_LIVE_SECRETS:
                raise Conflict(
                    f"client {client_id} has {len(live)} live secrets, the most there may be: "
                    "rotate with overlap 0 to end the old ones now"
                )
            fresh = self._fresh_secrets.make(SECRET_PREFIX, CLIENT_SECRET, expires_in)
            stores.clients.add_secret(client_id, fresh.stored)
            ended = stores.clients.expire_secrets(
                client_id, keep=fresh.stored.secret_id, at=now + overlap_seconds
            )
            self._administration.record(
                stores,
                act,
                "client.secret_rotated",
                client_id,
                {
                    "secret_id": fresh.stored.secret_id,
                    "old_secrets": ended,
                    "overlap_seconds": overlap_seconds,
                },
            )
        return fresh

    def disable(self, client_id: str, act: Act) -> Client:
        """Stop a client; its live tokens are inactive when this returns, until it is enabled."""
        return self._set_status(client_id, ClientStatus.DISABLED, "client.disabled", act)

    def enable(self, client_id: str, act: Act) -> Client:
        """Let a disabled client act again."""
        return self._set_status(client_id, ClientStatus.ENABLED, "client.enabled", act)

    def delete(self, client_id: str, act: Act) -> None:
        """End a client for ever: tokens dead, secrets gone, its id never given out again."""
        self._set_status(client_id, ClientStatus.DELETED, "client.deleted", act)

    def _first_secret(
        self, client: Client, draft: ClientDraft
    ) -> tuple[FreshSecret | None, tuple[StoredSecret, ...]]:
        if not client.auth_method.uses_secret:
            for field in ("bcrypt_hash", "secret_expires_in"):
                if getattr(draft, field):
                    raise InvalidField(field, "only with client_secret_basic or client_secret_post")
            return None, ()
        expires_in = draft.secret_expires_in
        if draft.bcrypt_hash:
            return None, (self._fresh_secrets.imported(draft.bcrypt_hash, expires_in),)
        fresh = self._fresh_secrets.make(
            SECRET_PREFIX, CLIENT_SECRET, expires_in, field="secret_expires_in"
        )
        return fresh, (fresh.stored,)

    def _set_status(self, client_id: str, status: ClientStatus, action: str, act: Act) -> Client:
        takes_power = status is not ClientStatus.ENABLED
        with self._administration.changing(
            [Change(ChangeKind.CLIENT, client_id, 0.0)], takes_power=takes_power
        ) as stores:
            before = _existing(stores, client_id)
            act.expect(described(before))
            guard_client(act, before)
            after = replace(before, status=status)
            stores.clients.save(after)
            if status is ClientStatus.DELETED:
                stores.clients.expire_secrets(
                    client_id, keep="", at=self._administration.clock.now()
                )
            self._administration.record(
                stores,
                act,
                action,
                client_id,
                {"before": str(before.status), "after": str(status)},
            )
        return after


def new_client_id(secret_maker: SecretMaker) -> str:
    """An id that nobody chose."""
    return "c" + secret_maker.identifier().replace("-", "0").replace("_", "1")


def _existing(stores: Stores, client_id: str) -> Client:
    client = stores.clients.get(client_id)
    if client is None or client.status is ClientStatus.DELETED:
        raise NotFound("client", client_id)
    return client
