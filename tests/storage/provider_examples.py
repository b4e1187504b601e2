"""Example providers, identities and sign-ins. Every field has a value of its own."""

from __future__ import annotations

from typing import Any, Final

from authserver.domain.external_tokens import DenialKind, ExternalDenial
from authserver.domain.group_rules import GroupEffect, GroupRule, GroupSnapshot, SnapshotState
from authserver.domain.identities import Identity, IdentityStatus, UpstreamSession
from authserver.domain.provider_documents import DocumentKind, ProviderDocument
from authserver.domain.providers import (
    BearerRule,
    DomainRouting,
    EmailTrust,
    GroupSource,
    GroupsRule,
    LogoutRule,
    Provider,
    ProviderAuth,
    ProviderDomain,
    ProviderKind,
    ProviderSecret,
    ProviderStatus,
    SubjectRule,
    UserCreation,
)
from authserver.domain.upstream_sign_ins import AttemptPurpose, UpstreamAttempt
from tests.storage.examples import NOW
from tests.storage.people_examples import digest

FULL: Final[dict[str, Any]] = {
    "tenants": frozenset({"6babcaad-604b-40ac-a9d7-9fd97c0b779f"}),
    "algorithms": frozenset({"RS256", "ES256"}),
    "scopes": ("openid", "groups"),
    "uses_userinfo": False,
    "sends_issuer": True,
    "accepts_login": False,
    "email_trust": EmailTrust.DOMAIN_OWNER,
    "groups": GroupsRule(GroupSource.GRAPH, "roles", 200, "reader", b"\x00sealed\xff"),
    "acrs": {"urn:okta:2fa": "urn:ours:2", "amr:mfa": "urn:ours:1"},
    "logout": LogoutRule.COGNITO,
    "endpoint_hosts": frozenset({"keys.example.org"}),
    "creation": UserCreation.ON,
    "creation_groups": frozenset({"staff", "Ünïcode ☃"}),
    "creation_domains": frozenset({"example.org"}),
    "is_linkable": False,
    "living_seconds": 0,
    "bearer": BearerRule(
        is_on=True,
        audiences=frozenset({"api://default"}),
        clients={"0oa1": "", "0oa2": "ci-reader"},
        scopes={"jira.read": frozenset({"read:jira-work"}), "all": frozenset({"a", "b"})},
        longest_seconds=3600,
        creates_users=True,
        for_exchange=True,
    ),
}
"""Everything that has a default, otherwise."""


def provider(name: str = "okta", **changes: Any) -> Provider:
    values: dict[str, Any] = {
        "name": name,
        "kind": ProviderKind.OKTA,
        "display_name": 'Our "Okta" ☃',
        "status": ProviderStatus.ENABLED,
        "issuer": f"https://{name}.example.org/oauth2/default",
        "discovery_url": f"https://{name}.example.org/oauth2/default/.well-known/openid-configuration",
        "client_id": "0oaours",
        "auth": ProviderAuth.SECRET_BASIC,
        "secrets": (),
        "subject_rule": SubjectRule.OKTA_UID,
        "created_at": NOW,
    }
    return Provider(**(values | changes))


def provider_secret(secret_id: str = "s1", **changes: Any) -> ProviderSecret:
    values: dict[str, Any] = {
        "secret_id": secret_id,
        "sealed": b"\x00sealed\xff" + secret_id.encode(),
        "hint": "c0de",
        "created_at": NOW - 1000.000_001,
        "expires_at": None,
    }
    return ProviderSecret(**(values | changes))


def domain(name: str = "example.org", **changes: Any) -> ProviderDomain:
    values: dict[str, Any] = {
        "domain": name,
        "provider": "okta",
        "routing": DomainRouting.FORCE,
        "created_at": NOW,
    }
    return ProviderDomain(**(values | changes))


def rule(rule_id: str = "rule-1", **changes: Any) -> GroupRule:
    values: dict[str, Any] = {
        "rule_id": rule_id,
        "provider": "okta",
        "external": "Jira Admins ☃",
        "effect": GroupEffect.LOCAL_GROUP,
        "value": "staff",
        "label": "die mit den Rechten",
        "created_at": NOW,
    }
    return GroupRule(**(values | changes))


def document(kind: DocumentKind = DocumentKind.KEYS, **changes: Any) -> ProviderDocument:
    values: dict[str, Any] = {
        "provider": "okta",
        "kind": kind,
        "body": '{"keys":[]}',
        "fetched_at": NOW - 10,
        "asked_at": NOW - 5,
        "problem": "no answer in 5 seconds",
        "is_refused": True,
    }
    return ProviderDocument(**(values | changes))


def denial(value: str = "jti-1", **changes: Any) -> ExternalDenial:
    values: dict[str, Any] = {
        "provider": "okta",
        "kind": DenialKind.TOKEN,
        "value": value,
        "issued_until": NOW + 60,
        "expires_at": NOW + 3600,
        "reason": "leaked in a log",
        "created_at": NOW,
    }
    return ExternalDenial(**(values | changes))


def snapshot(*values: str, **changes: Any) -> GroupSnapshot:
    fields: dict[str, Any] = {
        "values": values or ("b", "a", "\ud800\x00"),
        "state": SnapshotState.TRUNCATED,
        "source": "id token",
        "fetched_at": NOW - 1,
        "detail": "cut off",
        "is_outage": True,
    }
    return GroupSnapshot(**(fields | changes))


def identity(subject_key: str = "00u1", **changes: Any) -> Identity:
    values: dict[str, Any] = {
        "provider": "okta",
        "subject_key": subject_key,
        "subject": "user:ada",
        "shown": "ada@example.org",
        "status": IdentityStatus.LINKED,
        "created_at": NOW - 100,
        "last_sign_in_at": NOW - 20,
        "last_checked_at": NOW - 10,
        "snapshot": snapshot(),
        "is_administrator": True,
        "ceiling": frozenset({"read:jira-work"}),
        "asleep_since": NOW - 2,
        "warned_at": NOW - 3,
    }
    return Identity(**(values | changes))


def attempt(name: str = "state-1", **changes: Any) -> UpstreamAttempt:
    values: dict[str, Any] = {
        "digest": digest(name),
        "pepper_id": "p1",
        "browser": digest("browser"),
        "browser_pepper_id": "p2",
        "provider": "okta",
        "purpose": AttemptPurpose.LINK,
        "sealed": b"\x00sealed\xff",
        "request_id": "request-1",
        "next": "/account/identities?x=1",
        "max_age": 0,
        "acrs": ("urn:b", "urn:a"),
        "link_subject": "user:ada",
        "created_at": NOW,
        "expires_at": NOW + 600,
    }
    return UpstreamAttempt(**(values | changes))


def upstream_session(session_id: str = "session-1", **changes: Any) -> UpstreamSession:
    values: dict[str, Any] = {
        "session_id": session_id,
        "provider": "okta",
        "subject_key": "00u1",
        "subject": "user:ada",
        "upstream_sid": "sid-1",
        "sealed_id_token": b"\x00sealed\xff",
        "created_at": NOW,
        "expires_at": NOW + 36_000,
    }
    return UpstreamSession(**(values | changes))
