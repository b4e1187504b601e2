"""The keys of a client in files of configuration."""

from __future__ import annotations

from typing import Final

from authserver.services.client_profiles import LONGEST_AGE, LONGEST_REFRESH
from authserver.services.declaration_values import AnyText, Texts
from authserver.services.policy_tables import Key
from authserver.services.policy_values import Count, Flag

_TEXT: Final = AnyText()
_TEXTS: Final = Texts()
_FLAG: Final = Flag()
_SECONDS: Final = Count(0, LONGEST_REFRESH)
_SERVERS: Final = "the server's own"

PROFILE_KEYS: Final = (
    Key("application_type", _TEXT, "`web` or `native`.", "`web`"),
    Key("redirect_uris", _TEXTS, "Where answers go.", "nowhere"),
    Key("post_logout_redirect_uris", _TEXTS, "Where users go after signing out.", "nowhere"),
    Key("response_modes", _TEXTS, "How answers travel.", "`query` and `form_post`"),
    Key("require_pkce", _FLAG, "Whether it has to use PKCE.", "`true`"),
    Key("require_pushed_requests", _FLAG, "Whether it has to push its requests.", "`false`"),
    Key("consent", _TEXT, "`remembered` or `always`.", "`remembered`"),
    Key("publisher", _TEXT, "Who answers for it, as users read it.", "nobody"),
    Key("client_uri", _TEXT, "Its page.", "none"),
    Key("logo_uri", _TEXT, "Its logo.", "none"),
    Key("policy_uri", _TEXT, "Its privacy policy.", "none"),
    Key("tos_uri", _TEXT, "Its terms of service.", "none"),
    Key("id_token_algorithm", _TEXT, "How its ID tokens are signed.", "`RS256`"),
    Key("userinfo_algorithm", _TEXT, "How userinfo is signed.", "`none`: plain JSON"),
    Key("jwks_uri", _TEXT, "Where its public keys are.", "none"),
    Key("assertion_audience", _TEXT, "`issuer` or `token_endpoint`.", "`issuer`"),
    Key("default_max_age", Count(0, LONGEST_AGE), "How old a sign-in may be, in seconds.", "any"),
    Key("backchannel_logout_uri", _TEXT, "Where it is told of logouts.", "nowhere"),
    Key("backchannel_logout_session_required", _FLAG, "With the session's id.", "`false`"),
    Key("session_refresh", _FLAG, "Refresh tokens that end with the session.", "`false`"),
    Key("refresh_idle_seconds", _SECONDS, "How long refresh tokens may lie idle.", _SERVERS),
    Key("refresh_absolute_seconds", _SECONDS, "How long they live at most.", _SERVERS),
    Key("software_id", _TEXT, "What software it is.", "none"),
    Key("software_version", _TEXT, "In which version.", "none"),
)
"""What matters where users are present; the names are those of `AuthorizationProfile`."""

CLIENT_KEYS: Final = (
    Key(
        "auth_method",
        _TEXT,
        "How it authenticates; cannot be changed later.",
        "`client_secret_basic`, with keys `private_key_jwt`",
    ),
    Key("grant_types", _TEXTS, "How it gets tokens.", "`client_credentials`"),
    Key("scopes", _TEXTS, "What it may ask for.", "nothing"),
    Key("resources", _TEXTS, "The sites that it may use.", "none"),
    Key("access_token_seconds", Count(0, LONGEST_REFRESH), "Life of its tokens.", "as configured"),
    Key("contact", _TEXT, "Whom to ask about it.", "nobody"),
    *PROFILE_KEYS,
)
