"""People at fake providers, and how each kind of provider writes them into tokens."""

from __future__ import annotations

from dataclasses import dataclass

from authserver.domain.providers import ProviderKind

TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47"
ENTRA_API = "6e74172b-be56-4843-9ff4-e66a39bb12e3"
NOW = 1_700_000_000.0
OVERAGE = {
    "_claim_names": {"groups": "src1"},
    "_claim_sources": {"src1": {"endpoint": "https://canary.example.net/groups"}},
}
"""What Entra ID sends in place of more than 200 groups; nobody is to call that address."""


@dataclass(frozen=True, slots=True)
class FakePerson:
    """Somebody with an account at the provider; `groups` are as it writes them."""

    sub: str = "00ujmkLgagxeRrAg20g3"
    username: str = "grace@example.com"
    name: str = "Grace Hopper"
    email: str = "grace@example.com"
    email_verified: bool = True
    groups: tuple[object, ...] = ()
    oid: str = "690222be-ff1a-4d56-abd1-7e4f7d38e474"
    tenant: str = TENANT
    auth_time: int | None = int(NOW)
    acr: str = ""
    amr: tuple[str, ...] = ()
    sid: str = ""


def identity_claims(kind: ProviderKind, person: FakePerson) -> dict[str, object]:
    """What is in an ID token of one kind of provider alone."""
    if kind is ProviderKind.ENTRA:
        return {"oid": person.oid, "tid": person.tenant, "ver": "2.0"}
    if kind is ProviderKind.COGNITO:
        return {"token_use": "id", "cognito:username": person.username}
    if kind is ProviderKind.OKTA:
        return {"ver": 1, "jti": "ID.1"}
    return {}


def profile_claims(kind: ProviderKind, person: FakePerson) -> dict[str, object]:
    """Names and addresses; Entra ID does not say whether an address is verified."""
    said: dict[str, object] = {
        "name": person.name,
        "preferred_username": person.username,
        "email": person.email,
    }
    if kind is not ProviderKind.ENTRA:
        said["email_verified"] = person.email_verified
    return said


def group_claims(kind: ProviderKind, person: FakePerson, claim: str) -> dict[str, object]:
    """The groups, in `claim` where the kind has no name of its own; no claim for none."""
    if not person.groups:
        return {}
    return {"cognito:groups" if kind is ProviderKind.COGNITO else claim: list(person.groups)}


def access_claims(
    kind: ProviderKind, person: FakePerson, client_id: str, at: int
) -> dict[str, object]:
    """What is in an access token of one kind of provider alone."""
    if kind is ProviderKind.OKTA:
        return {
            "ver": 1,
            "jti": "AT.0mP4JKAZX1iACIT4vbEDF7LpvDVjxypPMf0D7uX39RE",
            "aud": "api://default",
            "sub": person.username,
            "uid": person.sub,
            "cid": client_id,
            "scp": ["jira.read"],
        }
    if kind is ProviderKind.ENTRA:
        return {
            "aud": ENTRA_API,
            "azp": client_id,
            "azpacr": "1",
            "oid": person.oid,
            "tid": person.tenant,
            "uti": "AQAAAAAAAAAAAAAA",
            "scp": "jira.read",
            "ver": "2.0",
            "nbf": at,
        }
    if kind is ProviderKind.COGNITO:
        return {
            "token_use": "access",
            "scope": "jira/read",
            "client_id": client_id,
            "username": person.username,
            "jti": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
            "origin_jti": "11111111-2222-3333-4444-555555555555",
            "auth_time": at,
        }
    return {
        "aud": "https://api.example.org",
        "client_id": client_id,
        "scope": "jira.read",
        "jti": "plain-token-1",
    }
