"""Looking at a provider on the spot: what it publishes, its keys, a login request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from authserver.domain.outbound import OutboundAnswerInvalid, OutboundError
from authserver.domain.providers import LogoutRule, ProviderAuth, ProviderKind
from authserver.domain.upstream_ports import DocumentRefused
from authserver.services.outbound_words import in_words
from authserver.services.provider_addresses import jwks_uri
from authserver.services.provider_conditions import conditions
from authserver.services.provider_findings import (
    ProviderCheck,
    ProviderFinding,
    Step,
    broken,
    doubtful,
    fine,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from authserver.domain.group_rules import GroupRule
    from authserver.domain.provider_documents import ProviderMetadata
    from authserver.domain.providers import Provider
    from authserver.domain.upstream_ports import UpstreamServer
    from authserver.services.provider_sign_in_trials import SignInTrials

_WHERE: Final[Mapping[ProviderKind, str]] = {
    ProviderKind.OKTA: (
        "compare --issuer with Security > API > Authorization Servers in Okta's admin console"
    ),
    ProviderKind.ENTRA: (
        "compare --tenant with the Directory (tenant) ID on the application's overview page"
    ),
    ProviderKind.COGNITO: (
        "compare --pool with the User pool ID, and --domain with the domain of its managed login"
    ),
    ProviderKind.OIDC: "compare --discovery and --issuer with what the provider documents",
}
_NOT_THERE: Final = range(400, 500)
"""Statuses that say: we asked for something wrong."""
_NOWHERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class ProviderChecks:
    """Asks a provider everything that has to work, and says what does not."""

    def __init__(self, *, server: UpstreamServer, trials: SignInTrials, issuer: str) -> None:
        """Ask through `server`; `issuer` is our own."""
        self._server = server
        self._trials = trials
        self._issuer = issuer

    def examine(self, provider: Provider, rules: Sequence[GroupRule], now: float) -> ProviderCheck:
        """Look at a provider, which need not be stored. Takes a few seconds at most."""
        metadata, finding = self._metadata(provider)
        findings = [finding]
        jwks: Sequence[Mapping[str, object]] = ()
        if metadata is not None:
            jwks, finding = self._keys(provider, metadata)
            findings.append(finding)
            if provider.accepts_login:
                findings.append(self._trials.try_request(provider, metadata))
            findings += self._endpoints(provider, metadata)
        findings += conditions(provider, rules, now)
        return ProviderCheck(tuple(findings), metadata, tuple(jwks))

    def _metadata(self, provider: Provider) -> tuple[ProviderMetadata | None, ProviderFinding]:
        if provider.issuer.rstrip("/").lower() == self._issuer.rstrip("/").lower():
            # Whoever signs in here would be sent here to sign in.
            what = "its issuer is this server's own"
            return None, broken(Step.METADATA, what, "name the issuer of another server")
        try:
            metadata = self._server.discover(provider)
        except DocumentRefused as refusal:
            return None, broken(Step.METADATA, refusal.problem, _WHERE[provider.kind])
        except OutboundError as error:
            what, fix = in_words(error, provider.discovery_url)
            if isinstance(error, OutboundAnswerInvalid) and error.status in _NOT_THERE:
                fix = _WHERE[provider.kind]
            return None, broken(Step.METADATA, what, fix)
        return metadata, fine(Step.METADATA, f"read, of {metadata.issuer}")

    def _keys(
        self, provider: Provider, metadata: ProviderMetadata
    ) -> tuple[Sequence[Mapping[str, object]], ProviderFinding]:
        try:
            jwks = self._server.keys(metadata.jwks_uri)
        except DocumentRefused as refusal:
            return (), broken(Step.KEYS, refusal.problem, "ask the provider's operator")
        except OutboundError as error:
            return (), broken(Step.KEYS, *in_words(error, metadata.jwks_uri))
        if not jwks:
            return (), broken(
                Step.KEYS,
                f"{metadata.jwks_uri} has no key that can be used: RSA of 2048 bit or more, with "
                "an id of its own",
                "ask the provider's operator",
            )
        word = "key" if len(jwks) == 1 else "keys"
        algorithms = " or ".join(sorted(provider.algorithms))
        return jwks, fine(Step.KEYS, f"{len(jwks)} {word}; tokens must be signed by {algorithms}")

    def _endpoints(
        self, provider: Provider, metadata: ProviderMetadata
    ) -> Iterator[ProviderFinding]:
        """What the metadata lack, and what the provider could not reach."""
        if provider.uses_userinfo and not metadata.userinfo_endpoint:
            yield doubtful(
                Step.PEOPLE,
                "it announces no userinfo: people and groups are only what its ID tokens say",
                f"run authserver provider update {provider.name} --no-userinfo if that is enough",
            )
        if provider.logout is not LogoutRule.NONE and not metadata.end_session_endpoint:
            yield doubtful(
                Step.LOGOUT,
                "it announces no logout: who signs out here stays signed in there",
                f"run authserver provider update {provider.name} --logout none if that is meant",
            )
        ours = urlsplit(self._issuer)
        by_assertion = provider.auth in (ProviderAuth.PRIVATE_KEY_JWT, ProviderAuth.FEDERATED)
        if by_assertion and (ours.hostname or "") in _NOWHERE:
            yield doubtful(
                Step.CREDENTIAL,
                f"it has to read our keys at {jwks_uri(self._issuer)}, which it cannot reach",
                "use an issuer that the provider can call, or a client secret",
            )
