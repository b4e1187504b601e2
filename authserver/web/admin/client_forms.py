"""The form of a client: what is typed, as the service reads it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from authserver.domain.durations import written_seconds
from authserver.domain.scopes import USER_SCOPES
from authserver.services.client_profiles import ProfileChanges
from authserver.services.clients import ClientDraft, ClientUpdate
from authserver.web.languages import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.clients import Client
    from authserver.web.admin.client_kinds import CallerKind
    from authserver.web.admin.forms import Form

CONTROLS: Final[Mapping[str, str]] = {
    "access_token_seconds": "lifetime",
    "secret_expires_in": "secret_life",
    "client": "client_id",
    "add_scopes": "scopes",
    "refresh_idle_seconds": "refresh_idle",
    "refresh_absolute_seconds": "refresh_absolute",
}
"""Names of controls by the service's names of fields, where they differ."""

SEARCH: Final = "find_scope"
MOST_KEY_CHARACTERS: Final = 100_000


def read_draft(form: Form, kind: CallerKind, default_seconds: int) -> ClientDraft:
    """A new client as the form states it; what cannot be read is noted in the form."""
    lifetime, secret_life = form.seconds("lifetime"), form.seconds("secret_life")
    method = form.value("auth_method") or str(kind.methods[0])
    if method not in [str(each) for each in kind.methods]:
        form.wrong("auth_method", _("Choose one of these."))
    uses_secret = method.startswith("client_secret")
    offline = not kind.has_users or "offline_access" in form.values("user_scopes")
    grants = [grant for grant in kind.grants if grant != "refresh_token" or offline]
    return ClientDraft(
        name=form.value("name"),
        client_id=form.value("client_id"),
        auth_method=method,
        grant_types=grants,
        scopes=_scopes(form),
        resources=form.values("resources"),
        access_token_seconds=default_seconds if lifetime is None else lifetime,
        contact=form.value("contact"),
        jwks=_keys(form) if method == "private_key_jwt" else None,
        secret_expires_in=secret_life if uses_secret else None,
        profile=ProfileChanges(
            application_type="native" if kind.is_native else None,
            redirect_uris=form.lines("redirect_uris") if kind.uri_hint else None,
            publisher=form.value("publisher") or None,
            require_pkce=False if form.is_ticked("without_pkce") else None,
        ),
    )


def read_update(form: Form, client: Client, *, has_users: bool) -> ClientUpdate:
    """A client after the form of its page."""
    lifetime = form.seconds("lifetime")
    profile = ProfileChanges()
    if has_users:
        idle, absolute = form.seconds("refresh_idle"), form.seconds("refresh_absolute")
        profile = ProfileChanges(
            redirect_uris=form.lines("redirect_uris"),
            post_logout_redirect_uris=form.lines("post_logout_redirect_uris"),
            publisher=form.value("publisher"),
            client_uri=form.value("client_uri"),
            policy_uri=form.value("policy_uri"),
            tos_uri=form.value("tos_uri"),
            consent=form.value("consent") or None,
            require_pushed_requests=form.is_ticked("require_pushed_requests"),
            backchannel_logout_uri=form.value("backchannel_logout_uri"),
            refresh_idle_seconds=-1 if idle is None else idle,
            refresh_absolute_seconds=-1 if absolute is None else absolute,
        )
    return ClientUpdate(
        name=form.value("name"),
        scopes=_scopes(form),
        resources=form.values("resources"),
        access_token_seconds=client.access_token_seconds if lifetime is None else lifetime,
        contact=form.value("contact"),
        jwks=_keys(form) if form.value("jwks") else None,
        profile=profile,
    )


def form_of(client: Client) -> dict[str, str | list[str]]:
    """What stands in the form of a client before anybody types."""
    profile = client.profile
    idle, absolute = profile.refresh_idle_seconds, profile.refresh_absolute_seconds
    return {
        "name": client.name,
        "contact": client.contact,
        "resources": sorted(client.resources),
        "scopes": sorted(client.scopes - USER_SCOPES),
        "user_scopes": sorted(client.scopes & USER_SCOPES),
        "lifetime": written_seconds(client.access_token_seconds),
        "redirect_uris": "\n".join(profile.redirect_uris),
        "post_logout_redirect_uris": "\n".join(profile.post_logout_redirect_uris),
        "publisher": profile.publisher,
        "client_uri": profile.client_uri,
        "policy_uri": profile.policy_uri,
        "tos_uri": profile.tos_uri,
        "consent": str(profile.consent),
        "require_pushed_requests": "yes" if profile.require_pushed_requests else "",
        "backchannel_logout_uri": profile.backchannel_logout_uri,
        "refresh_idle": "" if idle is None else written_seconds(idle),
        "refresh_absolute": "" if absolute is None else written_seconds(absolute),
    }


def _scopes(form: Form) -> list[str]:
    return list(dict.fromkeys([*form.values("scopes"), *form.values("user_scopes")]))


def _keys(form: Form) -> object:
    """The JWK set that was pasted; a noted mistake, and `None`, for anything else."""
    text = form.value("jwks")
    try:
        found: object = json.loads(text[: MOST_KEY_CHARACTERS + 1])
    except (ValueError, RecursionError):
        form.wrong("jwks", _('Paste a JWK set: JSON that begins with {"keys": …'))
        return None
    return found
