"""The fakes behave as the providers' documents say."""

from __future__ import annotations

import pytest

from authserver.domain.outbound import OutboundUnavailable
from authserver.domain.providers import ProviderKind
from tests.federation.fake_people import FakePerson
from tests.federation.fake_provider import FakeProvider


@pytest.mark.parametrize("kind", ProviderKind)
def test_every_kind_publishes_its_metadata_and_keys(kind: ProviderKind) -> None:
    provider = FakeProvider(kind)
    document = provider.http.get_json(provider.discovery_url)
    assert document["issuer"] == provider.issuer
    assert provider.http.get_json(str(document["jwks_uri"]))["keys"] == [provider.keys[0].jwk]


def test_an_entra_template_names_the_tenant_of_the_person() -> None:
    provider = FakeProvider(
        ProviderKind.ENTRA, template="https://login.microsoftonline.com/{tenantid}/v2.0"
    )
    assert provider.document()["issuer"] == provider.template
    token = provider.access_token(FakePerson(tenant="0" * 8 + "-0000-0000-0000-" + "0" * 12))
    assert token.count(".") == 2


def test_a_host_that_nobody_serves_is_counted() -> None:
    provider = FakeProvider()
    with pytest.raises(OutboundUnavailable):
        provider.http.get_json("https://canary.example.net/groups")
    assert [each.host for each in provider.http.strangers] == ["canary.example.net"]
