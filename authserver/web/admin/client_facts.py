"""What a client is, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.clients import GrantType
from authserver.web.admin.cells import Kind
from authserver.web.admin.client_lists import grant_names, last_use
from authserver.web.languages import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.clients import Client
    from authserver.web.admin.cells import Value


def client_facts(client: Client) -> Sequence[tuple[str, Value, str]]:
    """Label, value and kind (`cells.Kind`) of what every client has."""
    return (
        (_("Client id"), client.client_id, Kind.CODE),
        (_("State"), str(client.status), Kind.STATE),
        (_("Gets tokens"), ", ".join(grant_names(client)), Kind.TEXT),
        (_("Grants"), sorted(client.grant_types), Kind.NAMES),
        (_("Authentication"), str(client.auth_method), Kind.CODE),
        (_("Sites"), sorted(client.resources), Kind.NAMES),
        (_("Scopes"), sorted(client.scopes), Kind.NAMES),
        (_("Its tokens last"), client.access_token_seconds, Kind.DURATION),
        (_("Contact"), client.contact, Kind.TEXT),
        (_("Registered"), client.created_at, Kind.MOMENT),
        (_("Secret last used"), last_use(client), Kind.MOMENT),
        (_("Registered itself with"), client.profile.registered_by, Kind.CODE),
    )


def user_facts(client: Client) -> Sequence[tuple[str, Value, str]]:
    """The same of what counts where users take part."""
    profile = client.profile
    by_code = GrantType.AUTHORIZATION_CODE in client.grant_types
    refreshes = GrantType.REFRESH_TOKEN in client.grant_types
    return (
        (_("Published by"), profile.publisher, Kind.TEXT),
        (_("Redirect URIs"), profile.redirect_uris if by_code else (), Kind.NAMES),
        (_("After signing out"), profile.post_logout_redirect_uris, Kind.NAMES),
        (_("Runs as"), str(profile.application_type), Kind.CODE),
        (_("PKCE"), _pkce(client) if by_code else "", Kind.TEXT),
        (
            _("Pushed requests"),
            _("required") if profile.require_pushed_requests else _("possible"),
            Kind.TEXT,
        ),
        (_("Consent"), _consent(str(profile.consent)), Kind.TEXT),
        (_("Homepage"), profile.client_uri, Kind.TEXT),
        (_("Privacy policy"), profile.policy_uri, Kind.TEXT),
        (_("Terms"), profile.tos_uri, Kind.TEXT),
        (_("Told of sign-outs at"), profile.backchannel_logout_uri, Kind.CODE),
        (_("Keys at"), profile.jwks_uri, Kind.CODE),
        *(
            (
                (_("Refresh tokens rest at most"), profile.refresh_idle_seconds, Kind.DURATION),
                (_("Refresh tokens last at most"), profile.refresh_absolute_seconds, Kind.DURATION),
            )
            if refreshes
            else ()
        ),
    )


def _pkce(client: Client) -> str:
    return _("required") if client.profile.require_pkce else _("not required")


def _consent(rule: str) -> str:
    return _("asked for every time") if rule == "always" else _("remembered")
