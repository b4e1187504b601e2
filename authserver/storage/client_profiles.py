"""A client's authorization profile as the text of one column.

Only what differs from the defaults is written. So rows that are older than a member load, and rows
of a newer release load here as long as they use nothing new. Therefore a default never changes its
meaning: a test spells them all.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from authserver.domain.authorization_profiles import (
    ApplicationType,
    AssertionAudience,
    AuthorizationProfile,
    ConsentRule,
    ResponseMode,
)
from authserver.domain.keys import SigningAlgorithm
from authserver.storage.json_texts import Members, coded

PLAIN: Final = AuthorizationProfile()


def profile_text(profile: AuthorizationProfile) -> str:
    """The profile as a JSON object."""
    plain = _values(PLAIN)
    return coded({name: value for name, value in _values(profile).items() if value != plain[name]})


def profile_from(text: str, client_id: str) -> AuthorizationProfile:
    """The profile in a row. Raises StorageUnavailable for anything `profile_text` never writes."""
    members = Members(text, f"profile of client {client_id!r}")
    profile = AuthorizationProfile(
        application_type=members.choice(
            "application_type", ApplicationType, PLAIN.application_type
        ),
        redirect_uris=members.texts("redirect_uris", PLAIN.redirect_uris),
        post_logout_redirect_uris=members.texts(
            "post_logout_redirect_uris", PLAIN.post_logout_redirect_uris
        ),
        response_modes=members.choices("response_modes", ResponseMode, PLAIN.response_modes),
        require_pkce=members.flag("require_pkce", default=PLAIN.require_pkce),
        require_pushed_requests=members.flag(
            "require_pushed_requests", default=PLAIN.require_pushed_requests
        ),
        consent=members.choice("consent", ConsentRule, PLAIN.consent),
        publisher=members.text("publisher", ""),
        client_uri=members.text("client_uri", ""),
        logo_uri=members.text("logo_uri", ""),
        policy_uri=members.text("policy_uri", ""),
        tos_uri=members.text("tos_uri", ""),
        id_token_algorithm=members.choice(
            "id_token_algorithm", SigningAlgorithm, PLAIN.id_token_algorithm
        ),
        userinfo_algorithm=members.optional_choice("userinfo_algorithm", SigningAlgorithm),
        jwks_uri=members.text("jwks_uri", ""),
        assertion_audience=members.choice(
            "assertion_audience", AssertionAudience, PLAIN.assertion_audience
        ),
        default_max_age=members.optional_number("default_max_age"),
        backchannel_logout_uri=members.text("backchannel_logout_uri", ""),
        backchannel_logout_session_required=members.flag(
            "backchannel_logout_session_required",
            default=PLAIN.backchannel_logout_session_required,
        ),
        session_refresh=members.flag("session_refresh", default=PLAIN.session_refresh),
        refresh_idle_seconds=members.optional_number("refresh_idle_seconds"),
        refresh_absolute_seconds=members.optional_number("refresh_absolute_seconds"),
        software_id=members.text("software_id", ""),
        software_version=members.text("software_version", ""),
        registered_by=members.text("registered_by", ""),
        is_held=members.flag("is_held", default=PLAIN.is_held),
        other_metadata=members.text("other_metadata", ""),
    )
    members.finish()
    return profile


def _values(profile: AuthorizationProfile) -> dict[str, Any]:
    values = asdict(profile)
    values["response_modes"] = sorted(profile.response_modes)
    return values
