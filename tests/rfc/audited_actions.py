"""Every action that records tell of."""

from __future__ import annotations

from typing import Final

from authserver.services.policy_language import DOCUMENT

MATRIX: Final = (
    *("token.issued", "token.refused", "token.revoked"),
    *("token.exchanged", "token.exchange_refused"),
    *("token.created", "token.rotated", "token.disabled", "token.enabled"),
    *("token.bulk_changed", "token.expired", "token.retired", "token.exposed"),
    *("leak.reported", "leak.throttled"),
    *("user.credentials_disabled", "user.credentials_enabled"),
    *("client.authentication_failed", "resource.authentication_failed"),
    *("client.throttled", "resource.throttled", "network.throttled"),
    *("client.created", "client.updated", "client.secret_rotated"),
    *("client.disabled", "client.enabled", "client.deleted"),
    *("resource.created", "resource.updated", "resource.credential_rotated"),
    *("resource.disabled", "resource.enabled", "resource.deleted"),
    "resource.scanned",
    *("resource.hand_over_set", "resource.hand_over_removed", "resource.credential_resealed"),
    *("gateway.authentication_failed", "gateway.throttled"),
    *("gateway.created", "gateway.updated", "gateway.key_rotated", "gateway.removed"),
    *("key.made", "key.active", "key.retiring", "key.gone", "key.revoked"),
    *("key.resealed", "key_file.made", "provider.secret_resealed"),
    *("account.mapped", "account.unmapped", "account.imported"),
    *("connect_key.added", "connect_key.rotated", "connect_key.secret_resealed"),
    *("connect_key.disabled", "connect_key.enabled", "connect_key.removed"),
    *("user.created", "user.updated", "user.disabled", "user.enabled", "user.deleted"),
    *("user.password_changed", "user.password_reset", "user.sign_in_failed", "user.throttled"),
    *("user.notices_chosen", "user.stopped"),
    *("group.created", "group.deleted", "group.member_added", "group.member_removed"),
    *("session.started", "session.renewed", "session.ended", "logout.told", "logout.not_told"),
    *("consent.given", "consent.refused", "consent.revoked"),
    *("grant.created", "grant.ended", "code.reused", "refresh.reused"),
    *("device.requested", "device.code_refused"),
    *("initial_token.created", "initial_token.revoked"),
    *("registration.authentication_failed", "registration.throttled"),
    *("provider.added", "provider.updated", "provider.removed"),
    *("provider.enabled", "provider.disabled", "provider.usable", "provider.unusable"),
    *("provider.secret_added", "provider.secrets_expired"),
    *("provider.domain_set", "provider.domain_removed"),
    *("provider.rule_added", "provider.rule_removed"),
    *("provider.denied", "provider.allowed"),
    *("policy.applied", "policy.rolled_back"),
    *("sign_in.refused", "identity.created", "identity.linked", "identity.unlinked"),
    *("identity.groups_changed", "identity.warned", "identity.asleep", "identity.awake"),
    *(
        "mail.sent",
        "mail.given_up",
        "mail.retried",
        "mail.cancelled",
        "mail.resealed",
        "mail.tested",
    ),
    *("token.offered", "token.picked_up"),
    *("call.allowed", "call.denied"),
    *("audit.pruned", "audit.journal_damaged", "audit.journal_torn"),
)
"""Every action there is."""
KEYS_OF_POLICIES: Final = {
    *("token.networks", "token.operations", "token.projects", "token.presentations")
}.union(
    f"{section.name}.{key.name}"
    for section in DOCUMENT.keys
    for key in getattr(getattr(section.kind, "table", section.kind), "keys", ())
)
"""Rules of policies and of credentials: they look like actions."""
