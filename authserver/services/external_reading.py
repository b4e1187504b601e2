"""Reads access tokens of providers: whose they are, by which key, and for whom.

No address in a token is ever asked: the issuer that it claims is looked up among those that are
configured, and the keys come from where that provider's metadata says.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from authserver.domain.external_tokens import ExternalProblem, ForeignMention
from authserver.domain.provider_issuers import allows_tenant, issuer_templates, tenant_in
from authserver.domain.upstream_ports import ForeignTokenRefused, UpstreamFailure
from authserver.services.external_claim_values import Times, check_times, times
from authserver.services.external_claims import named_client, named_token, read_claims
from authserver.services.external_memory import VerifiedExternal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.external_tokens import ExternalToken
    from authserver.domain.provider_documents import ProviderKeys
    from authserver.domain.providers import Provider
    from authserver.domain.upstream_ports import ForeignTokenReader, PeekedToken
    from authserver.services.external_memory import ExternalMemory
    from authserver.services.provider_view import KnownProvider, ProviderView

CHARACTERS_MAX: Final = 16 * 1024
KEYS_SECONDS: Final = 2.0
"""How long a call may wait for a provider's keys: somebody waits for the decision."""


class KeyDocuments(Protocol):
    """Where the keys of providers come from."""

    def keys(self, provider: Provider, key_id: str | None, *, seconds: float = 5.0) -> ProviderKeys:
        """The keys that count now, asked for anew if `key_id` is new. Raises UpstreamFailure."""
        ...


class OwnIssuer(ForeignTokenRefused):
    """The token says that it is ours. So it is no provider's, whoever signed it."""

    def __init__(self) -> None:
        """Name the reason."""
        super().__init__(ExternalProblem.ISSUER_NOT_ACCEPTED, "our own")


class ExternalTokenRefused(ForeignTokenRefused):
    """A provider's token does not count; `mention` says what is known of it."""

    def __init__(self, reason: ForeignTokenRefused, mention: ForeignMention) -> None:
        """Take over the reason."""
        super().__init__(reason.problem, reason.detail)
        self.mention = mention


class ReadExternal(NamedTuple):
    """A verified token and its provider, both as of now."""

    known: KnownProvider
    token: ExternalToken


class _Presented(NamedTuple):
    """A token's text, its SHA-256, when it came, and what for."""

    value: str
    name: bytes
    at: float
    for_exchange: bool


class ExternalReading:
    """Verifies tokens once, and judges time and configuration each time."""

    def __init__(
        self,
        *,
        issuer: str,
        providers: ProviderView,
        documents: KeyDocuments,
        reader: ForeignTokenReader,
        memory: ExternalMemory,
    ) -> None:
        """Take the collaborators; `issuer` is ours."""
        self._issuer = issuer
        self._providers = providers
        self._documents = documents
        self._reader = reader
        self._memory = memory

    def read(self, token_value: str, now: float, *, for_exchange: bool = False) -> ReadExternal:
        """A token that a provider issued for us to a client that may, and that counts at `now`.

        Only to be asked after `AuthorityView.ensure_fresh`. Nobody was asked yet who that is.

        Raises:
            ForeignTokenRefused: it is none; the first reason in the order of the checks.
            StorageUnavailable: nobody can be sure now.
        """
        if len(token_value) > CHARACTERS_MAX:
            raise ForeignTokenRefused(ExternalProblem.TOO_LARGE)
        name = hashlib.sha256(token_value.encode("utf-8", "surrogatepass")).digest()
        presented = _Presented(token_value, name, now, for_exchange)
        remembered = self._remembered(presented)
        if remembered is not None:
            return self._not_denied(remembered)
        peeked = self._reader.peek(token_value)
        if peeked.issuer == self._issuer:
            raise OwnIssuer
        first: ForeignTokenRefused | None = None
        for known in self._providers.for_issuer(peeked.issuer):
            try:
                return self._not_denied(self._verified(presented, peeked, known))
            except ForeignTokenRefused as error:
                first = first or error
        raise first or ForeignTokenRefused(ExternalProblem.ISSUER_NOT_ACCEPTED)

    def _remembered(self, presented: _Presented) -> ReadExternal | None:
        """What was verified before, if it still would be."""
        entry = self._memory.get(presented.name)
        known = None if entry is None else self._providers.get(entry.provider.name)
        if entry is None or known is None:
            return None
        provider, token = known.provider, entry.token
        if entry.provider is not provider and entry.provider != provider:
            return None
        try:
            _check_accepts(provider, token.issuer, for_exchange=presented.for_exchange)
            check_times(Times(token.issued_at, token.not_before, token.expires_at), presented.at)
            keys = self._keys(provider, entry.key_id)
        except ForeignTokenRefused as error:
            if len(self._providers.for_issuer(token.issuer)) > 1:
                return None  # It may count by another one.
            mention = ForeignMention(provider.name, token.client_id, token.token_id)
            raise ExternalTokenRefused(error, mention) from None
        if keys is not entry.keys:
            if _named(keys, entry.key_id) != entry.jwks:
                return None
            fresh = replace(entry, keys=keys, provider=provider)
            self._memory.keep(presented.name, len(presented.value), fresh)
        return ReadExternal(known, token)

    def _verified(
        self, presented: _Presented, peeked: PeekedToken, known: KnownProvider
    ) -> ReadExternal:
        provider = known.provider
        claims: Mapping[str, object] = {}
        try:
            _check_accepts(provider, peeked.issuer, for_exchange=presented.for_exchange)
            keys = self._keys(provider, peeked.key_id)
            claims = self._reader.verify(
                presented.value,
                keys,
                provider.algorithms,
                issuer=peeked.issuer,
                chars_max=CHARACTERS_MAX,
            )
            stated = times(claims, provider.bearer.longest_seconds)
            check_times(stated, presented.at)
            token = read_claims(provider, claims, stated)
        except ForeignTokenRefused as error:
            mention = ForeignMention(provider.name, named_client(claims), named_token(claims))
            raise ExternalTokenRefused(error, mention) from None
        jwks = _named(keys, peeked.key_id)
        verified = VerifiedExternal(provider, keys, peeked.key_id, jwks, token)
        self._memory.keep(presented.name, len(presented.value), verified)
        return ReadExternal(known, token)

    def _not_denied(self, read: ReadExternal) -> ReadExternal:
        # Before anybody is asked who that is: nobody becomes a user by what is denied.
        token = read.token
        if any(
            each.denies(token) and (each is read.known or _has_issuer(each.provider, token.issuer))
            for each in self._providers.for_issuer(token.issuer)
        ):
            raise ExternalTokenRefused(
                ForeignTokenRefused(ExternalProblem.DENIED),
                ForeignMention(token.provider, token.client_id, token.token_id),
            )
        return read

    def _keys(self, provider: Provider, key_id: str) -> ProviderKeys:
        try:
            return self._documents.keys(provider, key_id, seconds=KEYS_SECONDS)
        except UpstreamFailure as failure:
            raise ForeignTokenRefused(
                ExternalProblem.KEY_UNKNOWN, f"no keys: {failure.detail}"
            ) from None


def _check_accepts(provider: Provider, issuer: str, *, for_exchange: bool) -> None:
    """Whether the provider's tokens with this issuer count at all. Raises ForeignTokenRefused."""
    bearer = provider.bearer
    if not (bearer.for_exchange if for_exchange else bearer.is_on):
        raise ForeignTokenRefused(ExternalProblem.ISSUER_NOT_ACCEPTED, "bearer tokens are off")
    if not provider.is_enabled:
        raise ForeignTokenRefused(ExternalProblem.PROVIDER_STOPPED)
    if not _has_issuer(provider, issuer):
        raise ForeignTokenRefused(ExternalProblem.TENANT_NOT_ALLOWED)


def _has_issuer(provider: Provider, issuer: str) -> bool:
    """Whether one of the provider's issuers is that of a tenant that counts."""
    templates = issuer_templates(provider)
    if not templates:
        return True
    found = (tenant_in(template, issuer) for template in templates)
    tenant = next((each for each in found if each is not None), None)
    return tenant is not None and allows_tenant(provider, tenant)


def _named(keys: ProviderKeys, key_id: str) -> Sequence[Mapping[str, object]]:
    return [jwk for jwk in keys.jwks if jwk.get("kid") == key_id]
