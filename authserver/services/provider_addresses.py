"""The addresses of this server that a provider has to know."""

from __future__ import annotations


def redirect_uri(issuer: str, name: str) -> str:
    """Where the provider sends people back to: one address for each provider."""
    return f"{issuer}/login/{name}/callback"


def backchannel_logout_uri(issuer: str, name: str) -> str:
    """Where the provider says that somebody was signed out there."""
    return f"{issuer}/oauth2/backchannel-logout/{name}"


def sign_out_redirect_uri(issuer: str) -> str:
    """Where the provider sends people back to whom it signed out for us."""
    return f"{issuer}/signed-out"


def jwks_uri(issuer: str) -> str:
    """Where the provider finds the keys of our assertions."""
    return f"{issuer}/oauth2/jwks"
