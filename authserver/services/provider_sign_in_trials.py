"""A dry run of the login request: is the provider likely to let our people in?

The answer is a page for people, so only what is sure is called a problem. Nothing is followed and
nothing of the page is shown.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from authserver.domain.outbound import OutboundAnswerInvalid, OutboundError, OutboundReason
from authserver.services.outbound_words import in_words
from authserver.services.provider_addresses import redirect_uri
from authserver.services.provider_findings import Step, broken, doubtful, fine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.outbound import HttpClient
    from authserver.domain.ports import SecretMaker
    from authserver.domain.provider_documents import ProviderMetadata
    from authserver.domain.providers import Provider
    from authserver.services.provider_findings import ProviderFinding

CHALLENGE_CHARACTERS: Final = 43
"""Of an S256 code challenge."""
ERROR_CODE: Final = re.compile(r"[a-z_]{1,50}")
ASKED_FOR: Final = frozenset(
    {
        "login_required",
        "interaction_required",
        "consent_required",
        "account_selection_required",
    }
)
"""Errors that say only that somebody has to be there, which is so."""
TOO_MANY: Final = 429
SERVER_ERRORS: Final = 500
REFUSALS: Final = 400
_CLIENT: Final = "compare --client-id with the application's page at the provider"
_REDIRECT: Final = "enter the redirect URI {redirect} there, exactly"
_SCOPE: Final = "allow the scopes there, or ask for fewer: --scope"
_TYPE: Final = "allow the authorization code flow for the application there"
_FIXES: Final[Mapping[str, str]] = {
    "invalid_client": _CLIENT,
    "unauthorized_client": _TYPE,
    "unsupported_response_type": _TYPE,
    "invalid_scope": _SCOPE,
    "redirect_mismatch": _REDIRECT,
    "redirect_uri_mismatch": _REDIRECT,
    "invalid_redirect_uri": _REDIRECT,
    "invalid_request": _REDIRECT,
    "access_denied": "look at the provider's rules about who may use the application",
}
_MARKS: Final = (
    (re.compile(rb"redirect[ _-]?ur[il]|redirect_mismatch", re.IGNORECASE), _REDIRECT),
    (re.compile(rb"invalid_scope", re.IGNORECASE), _SCOPE),
    (re.compile(rb"invalid_client|client_id|unauthorized_client", re.IGNORECASE), _CLIENT),
)
"""What a page that refuses is likely to be about; the first that fits."""
_AADSTS: Final = re.compile(rb"AADSTS([0-9]{5,7})\b")
_ENTRA: Final[Mapping[bytes, tuple[str, str]]] = {
    b"50011": ("the redirect URI is not registered", _REDIRECT),
    b"70011": ("a scope is not valid", _SCOPE),
    b"90002": ("there is no such tenant", "compare --tenant with the Directory (tenant) ID"),
    b"90013": ("the request is not valid", _CLIENT),
    b"700016": ("the tenant has no such application", _CLIENT),
    b"700054": ("the application may not get codes", _TYPE),
}
"""What Entra ID writes on its pages, which have status 200 all the same."""


class SignInTrials:
    """Asks providers for their login page, as a browser of ours would."""

    def __init__(self, *, http: HttpClient, secret_maker: SecretMaker, issuer: str) -> None:
        """Ask with `http`; `issuer` is our own."""
        self._http = http
        self._secret_maker = secret_maker
        self._issuer = issuer

    def try_request(self, provider: Provider, metadata: ProviderMetadata) -> ProviderFinding:
        """What the provider makes of a login request of ours."""
        back = redirect_uri(self._issuer, provider.name)
        url = self._url(provider, metadata, back)
        try:
            answer = self._http.request("GET", url, accept="text/html, */*;q=0.5")
        except OutboundError as error:
            return _without_page(error, metadata, url, back)
        return _of_page(answer.status, answer.body, back)

    def _url(self, provider: Provider, metadata: ProviderMetadata, back: str) -> str:
        lots = [self._secret_maker.identifier() for _ in range(4)]
        query = {
            "response_type": "code",
            "client_id": provider.client_id,
            "redirect_uri": back,
            "scope": " ".join(provider.scopes),
            "state": lots[0],
            "nonce": lots[1],
            # Nobody knows its verifier: no code that came back could ever be redeemed.
            "code_challenge": "".join(lots[2:])[:CHALLENGE_CHARACTERS],
            "code_challenge_method": "S256",
        }
        endpoint = metadata.authorization_endpoint
        return endpoint + ("&" if "?" in endpoint else "?") + urlencode(query)


def _without_page(
    error: OutboundError, metadata: ProviderMetadata, url: str, back: str
) -> ProviderFinding:
    if error.reason is OutboundReason.TOO_LARGE:
        return fine(Step.SIGN_IN, "answered with a page")
    if isinstance(error, OutboundAnswerInvalid) and error.location:
        return _of_redirect(url, error.location, back)
    if error.reason is OutboundReason.REDIRECT_REFUSED:
        return fine(Step.SIGN_IN, "answered by sending people on")
    return doubtful(Step.SIGN_IN, *in_words(error, metadata.authorization_endpoint))


def _of_redirect(url: str, location: str, back: str) -> ProviderFinding:
    try:
        parts = urlsplit(urljoin(url, location))
        codes = parse_qs(f"{parts.query}&{parts.fragment}").get("error", [])
    except ValueError:
        return doubtful(
            Step.SIGN_IN, "people are sent to something that is no address", "ask its operator"
        )
    code = codes[0] if codes and ERROR_CODE.fullmatch(codes[0]) else ""
    if codes and code not in ASKED_FOR:
        fix = _FIXES.get(code, "look for this error in the provider's documentation")
        return broken(
            Step.SIGN_IN,
            f"the provider refuses our login request: {code or 'with an error'}",
            fix.format(redirect=back),
        )
    return fine(Step.SIGN_IN, "answered by sending people to its sign-in page")


def _of_page(status: int, body: bytes, back: str) -> ProviderFinding:
    if status == TOO_MANY or status >= SERVER_ERRORS:
        return doubtful(
            Step.SIGN_IN,
            f"could not be tried: the provider answers {status}",
            "try again later: authserver provider test",
        )
    if status >= REFUSALS:
        fix = next((fix for mark, fix in _MARKS if mark.search(body)), _REDIRECT + "; " + _CLIENT)
        return broken(
            Step.SIGN_IN,
            f"the provider refuses our login request ({status})",
            fix.format(redirect=back),
        )
    said = next((_ENTRA[code] for code in _AADSTS.findall(body) if code in _ENTRA), None)
    if said is not None:
        what, fix = said
        return broken(Step.SIGN_IN, f"its page says that {what}", fix.format(redirect=back))
    return fine(Step.SIGN_IN, "answered with a page")
