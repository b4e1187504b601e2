"""What a provider says of somebody, asked for with a code and judged before anybody believes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from authserver.domain.errors import DomainError, StorageUnavailable
from authserver.domain.external_tokens import ID_TOKEN_TYPES
from authserver.domain.upstream_ports import ForeignTokenRefused, UpstreamFailure
from authserver.domain.upstream_sign_ins import SignInProblem
from authserver.services.id_token_rules import (
    AskedFor,
    authenticated_at,
    check_id_token,
    expected_issuer,
)
from authserver.services.upstream_people import merged, performed_acr, person_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from authserver.domain.group_rules import GroupSnapshot
    from authserver.domain.ports import Clock
    from authserver.domain.provider_documents import ProviderMetadata
    from authserver.domain.providers import Provider
    from authserver.domain.upstream_ports import ForeignTokenReader, UpstreamServer, UpstreamTokens
    from authserver.domain.upstream_sign_ins import UpstreamAttempt, UpstreamPerson
    from authserver.services.group_reading import GroupReading
    from authserver.services.provider_credentials import ProviderCredentials
    from authserver.services.provider_documents import ProviderDocuments
    from authserver.services.upstream_attempts import AttemptSecrets

CALLBACK_SECONDS: Final = 5.0
"""All calls of one callback together (requirement FE-14)."""
ID_TOKEN_CHARACTERS_MAX: Final = 1_000_000
"""A person may have ten thousand groups, and all of them stand in there."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Everything the provider vouches for, accepted. `auth_time` is in seconds since the epoch."""

    person: UpstreamPerson
    snapshot: GroupSnapshot
    id_token: str = field(repr=False)
    auth_time: float
    acr: str


class UpstreamProof:
    """Calls a provider, within a time for all calls together."""

    def __init__(
        self,
        *,
        server: UpstreamServer,
        documents: ProviderDocuments,
        credentials: ProviderCredentials,
        reader: ForeignTokenReader,
        groups: GroupReading,
        clock: Clock,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._server = server
        self._documents = documents
        self._credentials = credentials
        self._reader = reader
        self._groups = groups
        self._clock = clock

    def get(
        self,
        provider: Provider,
        attempt: UpstreamAttempt,
        secrets: AttemptSecrets,
        *,
        code: str,
        redirect_uri: str,
        now: float,
    ) -> Proof:
        """Redeem a code, and accept what comes for it.

        Raises:
            UpstreamFailure: there is no proof, and the problem says why.
            StorageUnavailable: the database is needed and does not answer.
        """
        left = self._countdown()
        metadata = self._documents.metadata(provider, seconds=left())
        tokens = self._server.redeem(
            provider,
            metadata,
            code=code,
            verifier=secrets.verifier,
            redirect_uri=redirect_uri,
            credential=self._credential(provider, metadata, now),
            seconds=left(),
        )
        asked = AskedFor(secrets.nonce, attempt.created_at, attempt.max_age)
        claims = self._id_token(provider, tokens, asked, now, left)
        userinfo = self._userinfo(provider, metadata, tokens, left)
        auth_time = authenticated_at(claims, asked, now)
        person = person_of(provider, merged(claims, userinfo), auth_time)
        acr = performed_acr(provider, person, attempt.acrs)
        if attempt.acrs and acr not in attempt.acrs:
            raise UpstreamFailure(SignInProblem.NOT_FRESH, "acr is none of those asked for")
        snapshot = self._groups.at_sign_in(
            provider,
            claims,
            {} if userinfo is None else userinfo,
            tenant=_text(claims, "tid"),
            object_id=_text(claims, "oid"),
            user_id=_text(claims, "sub"),
            now=now,
            seconds=left(),
        )
        return Proof(person, snapshot, tokens.id_token, auth_time, acr)

    def _id_token(
        self,
        provider: Provider,
        tokens: UpstreamTokens,
        asked: AskedFor,
        now: float,
        left: Callable[[], float],
    ) -> Mapping[str, object]:
        try:
            peeked = self._reader.peek(tokens.id_token, chars_max=ID_TOKEN_CHARACTERS_MAX)
            issuer = expected_issuer(provider, peeked.issuer)
            keys = self._documents.keys(provider, peeked.key_id, seconds=left())
            claims = self._reader.verify(
                tokens.id_token,
                keys,
                provider.algorithms,
                issuer=issuer,
                chars_max=ID_TOKEN_CHARACTERS_MAX,
                types=ID_TOKEN_TYPES,
            )
        except ForeignTokenRefused as refused:
            raise UpstreamFailure(SignInProblem.ID_TOKEN_INVALID, str(refused)) from None
        check_id_token(provider, claims, asked, access_token=tokens.access_token, now=now)
        return claims

    def _userinfo(
        self,
        provider: Provider,
        metadata: ProviderMetadata,
        tokens: UpstreamTokens,
        left: Callable[[], float],
    ) -> Mapping[str, object] | None:
        if not (provider.uses_userinfo and metadata.userinfo_endpoint and tokens.access_token):
            return None
        return self._server.userinfo(metadata, tokens.access_token, seconds=left())

    def _credential(self, provider: Provider, metadata: ProviderMetadata, now: float) -> str:
        try:
            return self._credentials.credential(provider, metadata, now)
        except (StorageUnavailable, UpstreamFailure):
            raise
        except DomainError as trouble:
            # A key file is missing, or every secret has expired: nothing the person can help.
            detail = f"our credential cannot be used: {trouble}"
            raise UpstreamFailure(SignInProblem.PROVIDER_REFUSED, detail) from None

    def _countdown(self) -> Callable[[], float]:
        until = self._clock.monotonic() + CALLBACK_SECONDS

        def left() -> float:
            seconds = until - self._clock.monotonic()
            if seconds <= 0:
                raise UpstreamFailure(
                    SignInProblem.PROVIDER_UNREACHABLE, "its answers took too long together"
                )
            return seconds

        return left


def _text(claims: Mapping[str, object], name: str) -> str:
    value = claims.get(name)
    return value if isinstance(value, str) else ""
