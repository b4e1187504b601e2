"""Assertions: what a site gets in place of the caller's token, when its hand-over is one.

A JWT for one account of one site, signed with the keys of our JWKS and good for a minute. Its
`typ` is none that any of our endpoints reads: nobody can come back with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import orjson

if TYPE_CHECKING:
    from authserver.domain.hand_over import SiteAssertion

MEDIA_TYPE: Final = "site-assertion+jwt"


def assertion_text(assertion: SiteAssertion, issuer: str) -> bytes:
    """The JSON of the claims: `sub` is the account, `jti` the decision, `subject` ours."""
    return orjson.dumps(
        {
            "iss": issuer,
            "sub": assertion.account,
            "aud": assertion.audience,
            "iat": assertion.issued_at,
            "exp": assertion.expires_at,
            "jti": assertion.assertion_id,
            "client_id": assertion.client_id,
            "subject": assertion.subject,
        }
    )
