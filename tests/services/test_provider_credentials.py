"""Our credentials at providers: the newest live secret, or an assertion, and never in clear."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pytest

from authserver.domain.providers import (
    DIRECTORY_SECRET_PURPOSE,
    SECRET_PURPOSE,
    GroupSource,
    GroupsRule,
    Provider,
    ProviderAuth,
    ProviderSecret,
)
from authserver.domain.upstream_ports import UpstreamFailure
from authserver.domain.upstream_sign_ins import SignInProblem
from authserver.services.provider_credentials import ProviderCredentials
from tests.doubles import EPOCH, FakeClock
from tests.services.seals import ReadableSealer
from tests.upstream.providers import ENTRA, OKTA, OKTA_METADATA


class NamingSigner:
    """An assertion that says for whom it was made."""

    def assertion(self, provider: Provider, audience: str, now: float) -> str:
        return f"assertion of {provider.name} for {audience} at {now:.0f}"


SEALER: Final = ReadableSealer()
CREDENTIALS: Final = ProviderCredentials(sealer=SEALER, signer=NamingSigner(), clock=FakeClock())


def secret(
    number: int, created_at: float = EPOCH, expires_at: float | None = None
) -> ProviderSecret:
    sealed = CREDENTIALS.seal_secret("okta", f"s{number}", f"secret-{number}-ü")
    return ProviderSecret(f"s{number}", sealed, "…", created_at, expires_at)


def with_secrets(*secrets: ProviderSecret, **changes: Any) -> Provider:
    return replace(OKTA, secrets=secrets, **changes)


def credential(provider: Provider, now: float = EPOCH) -> str:
    return CREDENTIALS.credential(provider, OKTA_METADATA, now)


def refused(provider: Provider, now: float = EPOCH) -> UpstreamFailure:
    with pytest.raises(UpstreamFailure) as caught:
        credential(provider, now)
    assert caught.value.problem is SignInProblem.PROVIDER_REFUSED
    return caught.value


def test_a_sealed_secret_opens_for_its_provider_alone() -> None:
    provider = with_secrets(secret(1))
    assert credential(provider) == "secret-1-ü"
    assert b"secret-1" not in provider.secrets[0].sealed
    assert "secret-1" not in repr(provider)
    assert "belongs elsewhere" in refused(replace(provider, name="other")).detail
    swapped = replace(provider.secrets[0], secret_id="s2")
    assert "belongs elsewhere" in refused(with_secrets(swapped)).detail


@pytest.mark.parametrize("auth", [ProviderAuth.SECRET_BASIC, ProviderAuth.SECRET_POST])
def test_of_two_live_secrets_the_newer_one_is_used(auth: ProviderAuth) -> None:
    old, new = secret(1, EPOCH - 100, EPOCH + 50), secret(2, EPOCH)
    for secrets in ((old, new), (new, old)):
        assert credential(with_secrets(*secrets, auth=auth)) == "secret-2-ü"


def test_a_secret_that_has_ended_is_not_used() -> None:
    provider = with_secrets(secret(1, EPOCH - 100), secret(2, EPOCH, EPOCH + 10))
    assert credential(provider, EPOCH + 9) == "secret-2-ü"
    assert credential(provider, EPOCH + 10) == "secret-1-ü"
    assert "no client secret" in refused(with_secrets(secret(2, EPOCH, EPOCH))).detail
    assert "no client secret" in refused(with_secrets()).detail


def test_a_secret_whose_key_file_is_missing_is_told_without_the_secret() -> None:
    sealed = SEALER.seal(b"x", purpose=SECRET_PURPOSE, context="okta/s1").replace(b"1|", b"9|", 1)
    found = refused(with_secrets(replace(secret(1), sealed=sealed)))
    assert "kek-9.key is missing" in found.detail


@pytest.mark.parametrize("auth", [ProviderAuth.PRIVATE_KEY_JWT, ProviderAuth.FEDERATED])
def test_an_assertion_is_made_for_the_token_endpoint(auth: ProviderAuth) -> None:
    found = credential(replace(OKTA, auth=auth))
    assert found == f"assertion of okta for {OKTA_METADATA.token_endpoint} at {EPOCH:.0f}"


def test_a_public_client_has_none() -> None:
    assert credential(replace(OKTA, auth=ProviderAuth.NONE)) == ""


def directory(provider: Provider, **rule: Any) -> str:
    return CREDENTIALS.directory_credential(replace(provider, groups=GroupsRule(**rule)))


def test_a_directory_may_have_a_credential_of_its_own() -> None:
    sealed = CREDENTIALS.seal_directory_secret("okta", "api-token")
    assert b"api-token" not in sealed
    for source in (GroupSource.OKTA_API, GroupSource.GRAPH):
        assert directory(OKTA, source=source, directory_secret=sealed) == "api-token"
    with pytest.raises(UpstreamFailure):
        directory(ENTRA, source=GroupSource.GRAPH, directory_secret=sealed)
    as_client_secret = SEALER.seal(b"x", purpose=SECRET_PURPOSE, context="okta")
    with pytest.raises(UpstreamFailure):
        directory(OKTA, source=GroupSource.OKTA_API, directory_secret=as_client_secret)
    assert SEALER.open(sealed, purpose=DIRECTORY_SECRET_PURPOSE, context="okta") == b"api-token"


def test_graph_takes_what_our_application_signs_in_with() -> None:
    provider = with_secrets(secret(1))
    assert directory(provider, source=GroupSource.GRAPH) == "secret-1-ü"
    federated = replace(OKTA, auth=ProviderAuth.FEDERATED)
    found = directory(federated, source=GroupSource.GRAPH)
    assert found == f"assertion of okta for api://AzureADTokenExchange at {EPOCH:.0f}"


@pytest.mark.parametrize(
    ("provider", "rule"),
    [
        (with_secrets(secret(1)), {"source": GroupSource.OKTA_API}),
        (with_secrets(secret(1)), {"source": GroupSource.GRAPH, "directory_client_id": "reader"}),
        (with_secrets(), {"source": GroupSource.GRAPH}),
        (replace(OKTA, auth=ProviderAuth.NONE), {"source": GroupSource.GRAPH}),
        (replace(OKTA, auth=ProviderAuth.PRIVATE_KEY_JWT), {"source": GroupSource.GRAPH}),
    ],
    ids=range(5),
)
def test_a_directory_without_a_credential_is_not_asked(
    provider: Provider, rule: dict[str, Any]
) -> None:
    with pytest.raises(UpstreamFailure) as caught:
        directory(provider, **rule)
    assert caught.value.problem is SignInProblem.PROVIDER_REFUSED
