"""What the registries around OAuth know: each value is announced and works, or neither."""

from __future__ import annotations

from typing import Final

GRANT_TYPES: Final = (
    "authorization_code",
    "implicit",
    "password",
    "client_credentials",
    "refresh_token",
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
    "urn:ietf:params:oauth:grant-type:saml2-bearer",
    "urn:ietf:params:oauth:grant-type:device_code",
    "urn:ietf:params:oauth:grant-type:token-exchange",
    "urn:openid:params:grant-type:ciba",
)
"""Every grant type in the registry and around it."""
AUTH_METHODS: Final = (
    "client_secret_basic",
    "client_secret_post",
    "private_key_jwt",
    "client_secret_jwt",
    "tls_client_auth",
    "self_signed_tls_client_auth",
    "none",
)
"""Every client authentication method in the registry."""
SIGNING_ALGORITHMS: Final = (
    "none",
    "HS256",
    "HS384",
    "HS512",
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "ES256K",
    "EdDSA",
)
"""Every signature algorithm of RFC 7518 and around it."""
RESPONSE_TYPES: Final = (
    "code",
    "token",
    "id_token",
    "none",
    "code id_token",
    "code token",
    "id_token token",
    "code id_token token",
)
"""Every response type in the registry."""
RESPONSE_MODES: Final = (
    "query",
    "fragment",
    "form_post",
    "query.jwt",
    "fragment.jwt",
    "form_post.jwt",
    "jwt",
    "web_message",
)
"""Every response mode in use."""
PROMPTS: Final = ("none", "login", "consent", "select_account", "create")
"""Every prompt in the registry."""
CHALLENGE_METHODS: Final = ("plain", "S256")
"""Every code challenge method in the registry."""
