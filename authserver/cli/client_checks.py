"""Checks of what administrators gave to clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.cli.checks import Check, Finding, Subject, named, ok, warning
from authserver.domain.authorization_profiles import ApplicationType, AssertionAudience
from authserver.domain.stored_secrets import DigestKind
from authserver.services.client_consistency import has_users

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.clients import Client

_LONG_TOKEN_SECONDS: Final = 900
_SOON_SECONDS: Final = 14 * 24 * 3600


def token_lives(subject: Subject) -> Finding:
    """Who has long-lived tokens should need them."""
    found = [
        each.client_id
        for each in _enabled(subject)
        if each.access_token_seconds > _LONG_TOKEN_SECONDS
    ]
    if found:
        return warning(
            f"tokens live longer than {_LONG_TOKEN_SECONDS} seconds: {named(found)}",
            "shorten them by authserver client update, or know why",
        )
    return ok(f"no client's tokens live longer than {_LONG_TOKEN_SECONDS} seconds")


def working_credentials(subject: Subject) -> Finding:
    """A client without a live credential stands still; better told before than after."""
    now = subject.clock.now()
    dead = [each.client_id for each in _enabled(subject) if not _works(each, now)]
    if dead:
        return warning(
            f"enabled, but without a live credential: {named(dead)}",
            "run authserver client rotate-secret, or disable them",
        )
    soon = [each.client_id for each in _enabled(subject) if not _works(each, now + _SOON_SECONDS)]
    if soon:
        return warning(
            f"the last credential ends within 14 days: {named(soon)}",
            "run authserver client rotate-secret and hand the new secret over",
        )
    return ok("every enabled client has a live credential")


def imported_secrets(subject: Subject) -> Finding:
    """A bcrypt hash costs a quarter of a second per attempt, for whoever attempts it."""
    found = [
        each.client_id
        for each in _enabled(subject)
        if any(secret.kind is DigestKind.BCRYPT for secret in each.secrets)
    ]
    if found:
        return warning(
            f"imported secrets that were never used here: {named(found)}",
            "let these clients get a token once, or give them a secret of ours by authserver "
            "client rotate-secret",
        )
    return ok("no client depends on an imported secret")


def pkce_exemptions(subject: Subject) -> Finding:
    """Without PKCE a stolen code is stopped by the client's secret and nonce alone."""
    found = [each.client_id for each in _with_users(subject) if not each.profile.require_pkce]
    if found:
        return warning(
            f"may leave PKCE out: {named(found)}",
            "run authserver client update with --pkce as soon as the client can do it",
        )
    return ok("every client must use PKCE")


def plain_redirects(subject: Subject) -> Finding:
    """What a web client gets over plain http is for trying things out on one machine."""
    found = [
        each.client_id
        for each in _with_users(subject)
        if each.profile.application_type is ApplicationType.WEB
        and any(uri.startswith("http:") for uri in each.profile.redirect_uris)
    ]
    if found:
        return warning(
            f"web clients that get answers over plain http on this machine: {named(found)}",
            "give them an https redirect URI, or make what runs at users a --native client",
        )
    return ok("no web client gets answers over plain http")


def assertion_audiences(subject: Subject) -> Finding:
    """An assertion for the token endpoint's URL may have been made for somebody else's server."""
    found = [
        each.client_id
        for each in _enabled(subject)
        if each.profile.assertion_audience is AssertionAudience.TOKEN_ENDPOINT
    ]
    if found:
        return warning(
            f"may name the token endpoint as audience of their assertions: {named(found)}",
            "let them name the issuer, then run authserver client update with "
            "--assertion-audience issuer",
        )
    return ok("every assertion has to name the issuer as its audience")


def _with_users(subject: Subject) -> Sequence[Client]:
    return [each for each in _enabled(subject) if has_users(each.grant_types)]


def _enabled(subject: Subject) -> Sequence[Client]:
    return [each for each in subject.inspection.clients() if each.is_enabled]


def _works(client: Client, at: float) -> bool:
    if not client.auth_method.uses_secret:
        return True
    return any(secret.is_live(at) for secret in client.secrets)


CLIENT_CHECKS: Final = (
    Check("client-token-lives", ("TK-11",), token_lives, needs_schema=True),
    Check("client-credentials", ("CA-06",), working_credentials, needs_schema=True),
    Check("imported-secrets", ("CA-06",), imported_secrets, needs_schema=True),
    Check("pkce-exemptions", ("PK-01",), pkce_exemptions, needs_schema=True),
    Check("plain-redirects", ("AZ-05",), plain_redirects, needs_schema=True),
    Check("assertion-audiences", ("CA-09",), assertion_audiences, needs_schema=True),
)
