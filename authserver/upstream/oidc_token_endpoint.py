"""A provider's token endpoint (RFC 6749 section 4.1.3): a code goes in, tokens come out."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote_plus, urlencode

from authserver.domain.providers import ProviderAuth
from authserver.domain.upstream_ports import UpstreamTokens
from authserver.upstream.oidc_failures import failures, refused, unusable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.providers import Provider
    from authserver.upstream.oidc_budget import BudgetedCalls

HTTP_OK: Final = 200
PLACE: Final = "token endpoint"
FORM: Final = "application/x-www-form-urlencoded"
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

_VISIBLE: Final = re.compile(r"[\x21-\x7e]+\Z")


def redeem_code(
    calls: BudgetedCalls,
    provider: Provider,
    endpoint: str,
    *,
    code: str,
    verifier: str,
    redirect_uri: str,
    credential: str,
) -> UpstreamTokens:
    """Exchange a code, once: a code that was sent may be spent.

    Raises:
        UpstreamFailure: what the provider answered means this.
    """
    headers, form = authenticated(provider.auth, provider.client_id, credential)
    form |= {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    }
    document = post_form(calls, endpoint, headers, form)
    id_token = _token(document, "id_token")
    access_token = _token(document, "access_token")
    return UpstreamTokens(id_token=id_token, access_token=access_token)


def authenticated(
    auth: ProviderAuth, client_id: str, credential: str
) -> tuple[dict[str, str], dict[str, str]]:
    """Headers and form members that say who we are.

    In Basic both halves are form-url-encoded first (RFC 6749 section 2.3.1): a colon or a percent
    sign in a secret would mean something else otherwise.
    """
    if auth is ProviderAuth.SECRET_BASIC:
        pair = f"{quote_plus(client_id)}:{quote_plus(credential)}"
        encoded = base64.b64encode(pair.encode("ascii")).decode("ascii")
        return {"Authorization": f"Basic {encoded}"}, {}
    if auth is ProviderAuth.SECRET_POST:
        return {}, {"client_id": client_id, "client_secret": credential}
    if auth is ProviderAuth.NONE:
        return {}, {"client_id": client_id}
    assertion = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": credential}
    return {}, {"client_id": client_id, **assertion}


def post_form(
    calls: BudgetedCalls, endpoint: str, headers: Mapping[str, str], form: Mapping[str, str]
) -> Mapping[str, object]:
    """What a token endpoint answered with 200. Raises UpstreamFailure for everything else."""
    body = urlencode(form).encode("ascii")
    with failures(PLACE):
        answer = calls.request_json("POST", endpoint, {"Content-Type": FORM, **headers}, body)
    if answer.status != HTTP_OK:
        raise refused(PLACE, answer.status, answer.document)
    kind = answer.document.get("token_type")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise unusable(PLACE, "token_type is not Bearer")
    return answer.document


def _token(document: Mapping[str, object], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not _VISIBLE.match(value):
        wrong = "missing" if value is None else "not a token"
        raise unusable(PLACE, f"{name} is {wrong}")
    return value


def access_token_in(document: Mapping[str, object]) -> str:
    """The access token in an answer. Raises UpstreamFailure."""
    return _token(document, "access_token")
