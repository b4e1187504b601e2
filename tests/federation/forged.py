"""ID tokens that a provider's token endpoint gives, or that somebody gives in its place."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

from tests.federation.fake_provider import json_answer
from tests.federation.world import asked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.federation.world import FederatedWorld
    from tests.people.browser import Browser
    from tests.people.pages import Page

ACCESS_TOKEN = "opaque-1"


def encoded(value: object) -> str:
    """A part of a JWT."""
    text = value if isinstance(value, str) else json.dumps(value)
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def unsigned(header: Mapping[str, object], claims: Mapping[str, object] | str) -> str:
    """A JWT whose signature is empty."""
    return f"{encoded(dict(header))}.{encoded(claims)}."


def by_hmac(secret: bytes, claims: Mapping[str, object], kid: str) -> str:
    """A JWT by HS256."""
    start = f"{encoded({'alg': 'HS256', 'kid': kid})}.{encoded(dict(claims))}"
    signature = hmac.new(secret, start.encode(), hashlib.sha256).digest()
    return f"{start}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def sign_in_with(
    federated: FederatedWorld,
    make: Callable[[dict[str, Any]], str],
    name: str = "acme",
    *,
    browser: Browser | None = None,
) -> Page:
    """Sign in, where the token endpoint answers with what `make` makes of good claims.

    The claims hold the nonce of this very sign-in.
    """
    fake = federated.fakes[name]
    browser = browser or federated.people.browser()
    url = federated.to_provider(browser, name)
    callback = federated.answer(url, name)
    good = fake.id_token(nonce=asked(url)["nonce"])
    part = good.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    fake.access_tokens[ACCESS_TOKEN] = fake.person
    answer = {
        "access_token": ACCESS_TOKEN,
        "token_type": "Bearer",
        "id_token": make(claims),
    }
    fake.faults["/token"] = json_answer(answer)
    page = browser.get(callback, cross_site=True)
    del fake.faults["/token"]
    return page
