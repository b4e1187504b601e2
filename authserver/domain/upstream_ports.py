"""What the core asks of those who talk to identity providers, and read what they sign."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from authserver.domain.errors import DomainError
from authserver.domain.external_tokens import ACCESS_TOKEN_TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.external_tokens import ExternalProblem
    from authserver.domain.provider_documents import ProviderKeys, ProviderMetadata
    from authserver.domain.providers import Provider
    from authserver.domain.upstream_sign_ins import SignInProblem


class UpstreamFailure(DomainError):
    """A provider did not give what was needed. `detail` is for the log and administrators alone.

    It never holds a token, a secret, or text of the provider's but its bounded error code.
    """

    def __init__(self, problem: SignInProblem, detail: str) -> None:
        """Remember what it means for the person, and what it means for operators."""
        super().__init__(f"{problem}: {detail}")
        self.problem = problem
        self.detail = detail


class DocumentRefused(DomainError):
    """A provider's document must not be used. `problem` is plain words for administrators."""

    def __init__(self, problem: str) -> None:
        """Remember what is wrong with it."""
        super().__init__(problem)
        self.problem = problem


class ForeignTokenRefused(DomainError):
    """A token that somebody else signed is not what it has to be."""

    def __init__(self, problem: ExternalProblem, detail: str = "") -> None:
        """Remember the reason, and for operators which member or claim it is about."""
        super().__init__(f"{problem}: {detail}" if detail else str(problem))
        self.problem = problem
        self.detail = detail


@dataclass(frozen=True, slots=True)
class UpstreamTokens:
    """What the provider's token endpoint gave; the values stay out of every repr."""

    id_token: str = field(repr=False)
    access_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PeekedToken:
    """What a token says of itself, proven by nobody: good for choosing keys only."""

    issuer: str
    key_id: str


class ForeignTokenReader(Protocol):
    """Reads JWTs that providers signed. Strict: see `ExternalProblem` for what is refused."""

    def peek(self, token_value: str, *, chars_max: int | None = None) -> PeekedToken:
        """Issuer and key id of a token that has the right form.

        Raises:
            ForeignTokenRefused: it has not.
        """
        ...

    def verify(
        self,
        token_value: str,
        keys: ProviderKeys,
        algorithms: frozenset[str],
        *,
        issuer: str,
        chars_max: int | None = None,
        types: frozenset[str] = ACCESS_TOKEN_TYPES,
    ) -> Mapping[str, object]:
        """The claims of a token signed by one of `keys` (by `kid`); times are not judged.

        `types` are the values of `typ` that this kind of token may have (see
        `authserver.domain.external_tokens`). A key with an `issuer` member (Entra ID) is for tokens
        of that issuer alone: `{tenantid}` in it stands for the tenant. `issuer` is what the token's
        own `iss` must be.

        Raises:
            ForeignTokenRefused: signature, algorithm, key, issuer or form;
                `not_an_access_token` where `typ` is of another kind.
        """
        ...


class ForeignKeys(Protocol):
    """Judges the keys that providers publish."""

    def usable(self, keys: Sequence[object]) -> Sequence[Mapping[str, object]]:
        """Those we can use, each reduced to what is needed; see `ProviderKeys`."""
        ...


class UpstreamServer(Protocol):
    """The calls to identity providers. Each is bounded: 2 s to connect, 5 s, 1 MiB, no redirects.

    `seconds` lowers the time that is left for the whole answer.
    """

    def discover(self, provider: Provider, *, seconds: float | None = None) -> ProviderMetadata:
        """Fetch and check the metadata.

        Raises:
            DocumentRefused: it was answered, and must not be used: another issuer, an endpoint
                that is not https or at a foreign host, a member of the wrong type.
            OutboundError: no usable answer at all.
        """
        ...

    def keys(
        self, jwks_uri: str, *, seconds: float | None = None
    ) -> Sequence[Mapping[str, object]]:
        """Fetch the keys: those we can use (see `ProviderKeys`), perhaps none.

        Raises:
            DocumentRefused: what was answered is no JWK set.
            OutboundError: no usable answer at all.
        """
        ...

    def redeem(
        self,
        provider: Provider,
        metadata: ProviderMetadata,
        *,
        code: str,
        verifier: str,
        redirect_uri: str,
        credential: str,
        seconds: float,
    ) -> UpstreamTokens:
        """Exchange a code. `credential` is the client secret or the assertion, in clear.

        Raises:
            UpstreamFailure: what the provider answered means this.
        """
        ...

    def userinfo(
        self, metadata: ProviderMetadata, access_token: str, *, seconds: float
    ) -> Mapping[str, object]:
        """The claims (JSON only). Raises UpstreamFailure."""
        ...

    def graph_groups(
        self, provider: Provider, tenant: str, object_id: str, credential: str, *, seconds: float
    ) -> Sequence[str]:
        """Ids of all groups of a person in Microsoft Graph, nested ones too, every page.

        `tenant` and `object_id` are GUIDs out of verified claims; `credential` is the secret of the
        application `GroupsRule.directory_client_id` (or ours, where that is empty). Of more than
        `GROUPS_MAX` the first ones, one more than that.

        Raises:
            UpstreamFailure: no complete list; nothing is returned of an incomplete one.
        """
        ...

    def okta_groups(
        self, provider: Provider, user_id: str, credential: str, *, seconds: float
    ) -> Sequence[str]:
        """Names of all groups of a person by Okta's management API, every page; the same errors."""
        ...


class AssertionSigner(Protocol):
    """Makes the assertion with which we authenticate at a provider."""

    def assertion(self, provider: Provider, audience: str, now: float) -> str:
        """A JWT for one use, good for a minute (RFC 7523 section 3)."""
        ...
