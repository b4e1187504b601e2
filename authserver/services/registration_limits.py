"""What a client that registers itself gets: what it asks for, within what it may have."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from authserver.domain.authorization_profiles import ConsentRule
from authserver.domain.clients import ClientAuthMethod, GrantType
from authserver.domain.errors import InvalidField
from authserver.domain.registrations import RegistrationTemplate
from authserver.domain.scopes import USER_SCOPES
from authserver.services.client_consistency import OPENID, has_users

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.authorization_profiles import AuthorizationProfile
    from authserver.domain.clients import Client
    from authserver.services.clients import ClientDraft


@dataclass(frozen=True, slots=True)
class StatedClient:
    """What a client states of itself; `named` are the fields of the draft that it did state.

    `client_id` and `secret` are what it says was given to it before, empty for nothing.
    """

    draft: ClientDraft
    named: frozenset[str]
    client_id: str = ""
    secret: str = field(default="", repr=False)


def within(stated: StatedClient, template: RegistrationTemplate) -> ClientDraft:
    """The draft cut down to the template (RFC 7591 section 2 lets the server replace values).

    Scopes that were not stated are all of the template's. What its assertions may name as audience
    is no metadata of a client, so that the template says it. The answer of the registration states
    what is left. Nobody here vouches for such a client, so that its users are asked each time and
    it has to use PKCE unless the template knows better.

    Raises:
        InvalidField: nothing is left of what it cannot be without.
    """
    draft, chosen = stated.draft, "scopes" in stated.named
    grant_types = _grant_types(draft, template)
    scopes = set(draft.scopes) & template.scopes if chosen else set(template.scopes)
    if chosen and draft.scopes and not scopes:
        raise InvalidField("scopes", "among " + " ".join(sorted(template.scopes)))
    if not has_users(grant_types):
        scopes -= USER_SCOPES
    if GrantType.REFRESH_TOKEN not in grant_types and not chosen:
        scopes.discard("offline_access")
    confidential = draft.auth_method != ClientAuthMethod.NONE
    exempt = template.pkce_exempt and confidential and OPENID in scopes
    return replace(
        draft,
        grant_types=sorted(grant_types),
        scopes=sorted(scopes),
        resources=sorted(template.resources),
        profile=replace(
            draft.profile,
            require_pkce=not exempt,
            consent=ConsentRule.ALWAYS,
            publisher="",
            assertion_audience=str(template.assertion_audience),
        ),
    )


def as_it_is(client: Client) -> RegistrationTemplate:
    """What the client is now, as its limits: for when the token it came by is gone."""
    return RegistrationTemplate(
        grant_types=client.grant_types,
        scopes=client.scopes,
        resources=client.resources,
        pkce_exempt=not client.profile.require_pkce,
        assertion_audience=client.profile.assertion_audience,
    )


def kept_profile(before: AuthorizationProfile, after: AuthorizationProfile) -> AuthorizationProfile:
    """A restated profile, with what is an administrator's to say as it was.

    Raises:
        InvalidField: nothing is left of where an administrator lets it send its users.
    """
    kept = replace(
        after,
        registered_by=before.registered_by,
        is_held=before.is_held,
        response_modes=before.response_modes,
        refresh_idle_seconds=before.refresh_idle_seconds,
        refresh_absolute_seconds=before.refresh_absolute_seconds,
    )
    return _held(before, kept) if before.is_held else kept


def _held(before: AuthorizationProfile, after: AuthorizationProfile) -> AuthorizationProfile:
    """Where users are sent, and what they are shown: as an administrator left it, or less."""
    redirect_uris = _still(before.redirect_uris, after.redirect_uris)
    if after.redirect_uris and not redirect_uris:
        raise InvalidField(
            "redirect_uris", "among those that it has: an administrator has changed this client"
        )
    ages = [age for age in (before.default_max_age, after.default_max_age) if age is not None]
    return replace(
        after,
        application_type=before.application_type,
        redirect_uris=redirect_uris,
        post_logout_redirect_uris=_still(
            before.post_logout_redirect_uris, after.post_logout_redirect_uris
        ),
        require_pushed_requests=before.require_pushed_requests or after.require_pushed_requests,
        default_max_age=min(ages, default=None),
        client_uri=before.client_uri,
        logo_uri=before.logo_uri,
        policy_uri=before.policy_uri,
        tos_uri=before.tos_uri,
    )


def _still(before: tuple[str, ...], after: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(uri for uri in after if uri in before)


def _grant_types(draft: ClientDraft, template: RegistrationTemplate) -> frozenset[str]:
    allowed = template.grant_types
    if draft.auth_method == ClientAuthMethod.NONE:
        allowed = frozenset(each for each in allowed if not GrantType(each).needs_authentication)
    wanted: Sequence[str] = draft.grant_types
    left = frozenset(wanted) & allowed
    if left <= {GrantType.REFRESH_TOKEN}:
        raise InvalidField("grant_types", "among " + ", ".join(sorted(allowed)))
    return left
