"""A provider for the benchmark, whose access tokens count; nobody asks it for anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.authority import Change, ChangeKind
from authserver.domain.identities import Identity, IdentityStatus
from authserver.domain.provider_documents import ProviderMetadata
from authserver.domain.providers import ProviderKind
from tests.federation.bearing import SUBJECT, provider_of, user_of
from tests.federation.fake_provider import FakeProvider

if TYPE_CHECKING:
    from tests.instances import Instance

ISSUER: Final = "https://idp.bench.example/oauth2/default"


def foreign_tokens(instance: Instance, count: int) -> list[str]:
    """Register the provider with its keys, and a user; so many of that user's tokens."""
    with instance.container() as container:
        now = container.clock.now()
        fake = FakeProvider(ProviderKind.OKTA, issuer=ISSUER, now=lambda: now)
        provider = provider_of(fake)
        metadata = ProviderMetadata(
            issuer=ISSUER,
            authorization_endpoint=fake.endpoint("authorize"),
            token_endpoint=fake.endpoint("token"),
            jwks_uri=fake.endpoint("keys"),
        )
        identity = Identity(
            provider=provider.name,
            subject_key=fake.person.sub,
            subject=SUBJECT,
            shown="bench",
            status=IdentityStatus.LINKED,
            created_at=now,
            last_sign_in_at=now,
            last_checked_at=now,
        )
        with container.database.writing() as stores:
            stores.providers.add(provider)
            stores.users.add(user_of(SUBJECT, now))
            stores.identities.add(identity)
            jwks = [key.jwk for key in fake.keys]
            container.provider_documents.store_checked(stores, provider, metadata, jwks, now)
            stores.authority.advance([Change(ChangeKind.PROVIDER, provider.name, now)])
    return [fake.access_token(jti=f"AT.{number}") for number in range(count)]
