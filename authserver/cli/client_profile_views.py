"""How `authserver client` shows what a client may do with users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.cli.durations import shown_duration
from authserver.domain.clients import GrantType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.authorization_profiles import AuthorizationProfile
    from authserver.domain.clients import Client


def profile_fields(client: Client) -> Mapping[str, str]:
    """What counts where a user is present; what was not stated is left out, but for protections."""
    profile = client.profile
    texts = {
        "publisher": profile.publisher,
        "homepage": profile.client_uri,
        "logo": profile.logo_uri,
        "privacy policy": profile.policy_uri,
        "terms": profile.tos_uri,
        "keys at": profile.jwks_uri,
        "told of logouts": profile.backchannel_logout_uri,
        "sign-in again": _time(profile.default_max_age),
        "refresh idle": _time(profile.refresh_idle_seconds),
        "refresh absolute": _time(profile.refresh_absolute_seconds),
        "registered with": profile.registered_by,
    }
    return {
        "application": f"{profile.application_type}, {_kind(client)}",
        **(_of_codes(profile) if GrantType.AUTHORIZATION_CODE in client.grant_types else {}),
        "consent": str(profile.consent),
        "ID token": str(profile.id_token_algorithm),
        "userinfo": str(profile.userinfo_algorithm or "plain JSON"),
        **(_of_refresh(profile) if GrantType.REFRESH_TOKEN in client.grant_types else {}),
        **{name: text for name, text in texts.items() if text},
    }


def _of_codes(profile: AuthorizationProfile) -> Mapping[str, str]:
    return {
        "redirect URIs": " ".join(profile.redirect_uris) or "none",
        "after sign-out": " ".join(profile.post_logout_redirect_uris) or "none",
        "response modes": " ".join(sorted(profile.response_modes)),
        "PKCE": "required" if profile.require_pkce else "not required (exempt)",
        "pushed requests": "required" if profile.require_pushed_requests else "possible",
    }


def _of_refresh(profile: AuthorizationProfile) -> Mapping[str, str]:
    bound = "end with the session, without offline_access"
    return {"refresh tokens": bound if profile.session_refresh else "with offline_access"}


def _kind(client: Client) -> str:
    return "confidential" if client.is_confidential else "public"


def _time(seconds: int | None) -> str:
    return "" if seconds is None else shown_duration(seconds)
