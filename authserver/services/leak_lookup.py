"""What a string is that somebody found: one of our secrets, or nothing that we know."""

from __future__ import annotations

import hmac
from functools import cached_property
from typing import TYPE_CHECKING

from authserver.domain.api_tokens import API_TOKEN_PREFIX, API_TOKEN_PURPOSE
from authserver.domain.leaks import KnownSecret, LeakKind
from authserver.domain.refresh_tokens import REFRESH_PREFIX, REFRESH_PURPOSE
from authserver.services.client_authentication import CLIENT_SECRET
from authserver.services.clients import SECRET_PREFIX
from authserver.services.gateway_authentication import GATEWAY_KEY
from authserver.services.gateways import PREFIX as GATEWAY_PREFIX
from authserver.services.resource_authentication import RESOURCE_SECRET
from authserver.services.resources import PREFIX as SITE_PREFIX
from authserver.services.secret_digests import digests_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from authserver.domain.gateways import KeyDigests
    from authserver.domain.ports import SecretDigester, SecretMaker, Stores, TokenReader
    from authserver.domain.stored_secrets import StoredSecret


class LeakLookup:
    """Knows our secrets by their form and their digests. Looks at what has ended, too."""

    def __init__(
        self,
        *,
        digester: SecretDigester,
        secret_maker: SecretMaker,
        tokens: TokenReader,
        poll: Callable[[], object],
    ) -> None:
        """`poll` learns of signing keys that are younger than the reader's keyring."""
        self._digester = digester
        self._secret_maker = secret_maker
        self._tokens = tokens
        self._poll = poll

    def find_all(self, stores: Stores, values: Sequence[str]) -> list[KnownSecret | None]:
        """What each of them is, in their order.

        Raises:
            StorageUnavailable: nobody can say now.
        """
        if any(self._may_be_new(value) for value in values):
            self._poll()
        listed = _Listed(stores)
        return [self._find(stores, listed, value) for value in values]

    def _may_be_new(self, value: str) -> bool:
        return value.count(".") == 2 and self._tokens.read(value) is None  # noqa: PLR2004 - the dots of a JWT

    def _find(self, stores: Stores, listed: _Listed, value: str) -> KnownSecret | None:
        for prefix, purpose, look in (
            (API_TOKEN_PREFIX, API_TOKEN_PURPOSE, _api_token),
            (REFRESH_PREFIX, REFRESH_PURPOSE, _refresh_token),
            (SECRET_PREFIX, CLIENT_SECRET, listed.client_secret),
            (SITE_PREFIX, RESOURCE_SECRET, listed.site_secret),
            (GATEWAY_PREFIX, GATEWAY_KEY, _gateway_key),
        ):
            if self._secret_maker.looks_like(prefix, value):
                return look(stores, digests_of(self._digester, purpose, value))
        return self._access_token(value)

    def _access_token(self, value: str) -> KnownSecret | None:
        token = self._tokens.read(value)
        if token is None:
            return None
        return KnownSecret(
            LeakKind.ACCESS_TOKEN,
            token.token_id,
            subject=token.subject,
            client_id=token.client_id,
            resource=token.audience,
            expires_at=token.expires_at,
        )


class _Listed:
    """Secrets that are looked up by whose they are, where nobody says whose: all are looked at.

    They are listed once, however many strings have their form: strangers state those.
    """

    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    def client_secret(self, _: Stores, digests: KeyDigests) -> KnownSecret | None:
        name = _whose(self._of_clients, digests)
        if name is None:
            return None
        return KnownSecret(LeakKind.CLIENT_SECRET, name, client_id=name)

    def site_secret(self, _: Stores, digests: KeyDigests) -> KnownSecret | None:
        name = _whose(self._of_sites, digests)
        return None if name is None else KnownSecret(LeakKind.SITE_SECRET, name, resource=name)

    @cached_property
    def _of_clients(self) -> Mapping[bytes, tuple[str, StoredSecret]]:
        return {
            secret.digest: (client.client_id, secret)
            for client in self._stores.clients.list()
            for secret in client.secrets
        }

    @cached_property
    def _of_sites(self) -> Mapping[bytes, tuple[str, StoredSecret]]:
        return {
            each.secret.digest: (site.name, each.secret)
            for site in self._stores.resources.list()
            for each in site.credentials
        }


def _whose(known: Mapping[bytes, tuple[str, StoredSecret]], digests: KeyDigests) -> str | None:
    for _, digest in digests:
        name, secret = known.get(digest, ("", None))
        if _is_one(secret, digests):
            return name
    return None


def _api_token(stores: Stores, digests: KeyDigests) -> KnownSecret | None:
    token = stores.api_tokens.by_secret(digests)
    if token is None or not _is_one(token.secret, digests):
        return None
    return KnownSecret(
        LeakKind.API_TOKEN,
        token.token_id,
        subject=token.subject,
        owner=token.owner,
        client_id=token.client_id,
    )


def _refresh_token(stores: Stores, digests: KeyDigests) -> KnownSecret | None:
    token = stores.grants.find_refresh_token(digests)
    grant = None if token is None else stores.grants.get(token.grant_id)
    if grant is None:
        return None
    return KnownSecret(
        LeakKind.REFRESH_TOKEN,
        grant.grant_id,
        subject=grant.subject,
        client_id=grant.client_id,
        resource=grant.resource,
    )


def _gateway_key(stores: Stores, digests: KeyDigests) -> KnownSecret | None:
    gateway = stores.gateways.by_key(digests)
    if gateway is None or not _has_one(gateway.keys, digests):
        return None
    return KnownSecret(LeakKind.GATEWAY_KEY, gateway.name, resource=gateway.resource)


def _has_one(secrets: Iterable[StoredSecret], digests: KeyDigests) -> bool:
    return any([_is_one(each, digests) for each in secrets])  # noqa: C419 - looks at each of them


def _is_one(secret: StoredSecret | None, digests: KeyDigests) -> bool:
    if secret is None:
        return False
    presented = dict(digests).get(secret.pepper_id, b"")
    return hmac.compare_digest(presented, secret.digest)
