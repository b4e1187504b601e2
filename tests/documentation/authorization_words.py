"""What each parameter of an authorization request means here, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

PARAMETERS: Final[Mapping[str, str]] = {
    "response_type": "`code`, required. There is no other.",
    "redirect_uri": "Required, one of the client's, character by character. Native clients may put "
    "any port into `http://127.0.0.1` and `http://[::1]`.",
    "scope": "Scopes with a blank between them; without it everything the client may have there "
    "but `offline_access`.",
    "state": "Given back exactly as it came.",
    "nonce": "Stands in the ID token.",
    "code_challenge": "Required (RFC 7636), unless an administrator has exempted the client.",
    "code_challenge_method": "`S256`, required with `code_challenge`.",
    "response_mode": "`query`, or `form_post` for redirect URIs with https; as registered.",
    "prompt": "`none` alone, or any of `login`, `consent`, `select_account`.",
    "max_age": "Seconds since the user last signed in, at most; older means signing in again.",
    "display": "Read, and changes nothing: the pages fit every screen.",
    "ui_locales": "Languages for the pages, the best first.",
    "login_hint": "A user name or e-mail address for the sign-in page.",
    "id_token_hint": "An ID token that this client had before, be it over: whose answer is wanted.",
    "acr_values": "Read; the ID token says how the user really signed in.",
    "claims": "Single claims (OpenID Connect Core section 5.5), as far as the client's scopes "
    "reach. An essential `acr` is met or refused, `sub` as `id_token_hint`.",
    "authorization_details": "Limits that the client asks for by itself, a JSON array (RFC 9396): "
    "objects of type `atlassian_api` with `operations` and `projects`. The user reads them and is "
    "asked each time.",
    "claims_locales": "Read, and changes nothing.",
    "resource": "The identifier of the one site that it is for (RFC 8707). Required with scopes of "
    "a site when the client may use several.",
    "request": "Refused as `request_not_supported`: push the request instead.",
    "request_uri": "Refused here. At `/oauth2/authorize` only what this endpoint gave.",
}
