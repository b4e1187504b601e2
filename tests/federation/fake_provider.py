"""A fake identity provider: Okta, Entra ID, Cognito or a plain one, by their documents.

It has what the stand-ins that others wrote lack: group overage and Graph's pages, `{tenantid}`
metadata, tokens of both of Entra's versions, thin ID tokens, lists of groups that are cut off, and
every fault that a test wants. Nothing here talks to a network: see `fake_http` and `served`.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlsplit

from authserver.domain.outbound import OutboundReason, OutboundResponse, OutboundUnavailable
from authserver.domain.providers import ProviderKind
from tests.federation.fake_directories import DirectoryPages
from tests.federation.fake_http import JSON, FakeHttp, Sent
from tests.federation.fake_keys import FakeKey, rsa_key
from tests.federation.fake_people import (
    NOW,
    OVERAGE,
    TENANT,
    FakePerson,
    access_claims,
    group_claims,
    identity_claims,
    profile_claims,
)
from tests.people.cast import challenge

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

GRAPH_HOST = "graph.microsoft.com"
HOUR = 3600

_ISSUERS: Mapping[ProviderKind, str] = {
    ProviderKind.OKTA: "https://acme.okta.com/oauth2/default",
    ProviderKind.ENTRA: f"https://login.microsoftonline.com/{TENANT}/v2.0",
    ProviderKind.COGNITO: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_aBcDeFgHi",
    ProviderKind.OIDC: "https://login.example.org",
}
COGNITO_DOMAIN = "acme.auth.eu-west-1.amazoncognito.com"


@dataclass(frozen=True, slots=True)
class _Code:
    """What a code stands for."""

    person: FakePerson
    query: Mapping[str, str]


@dataclass
class FakeProvider:
    """The provider. Change its fields between requests to make it behave.

    `claims` are merged into ID tokens, `userinfo_claims` into userinfo, `metadata` into the
    metadata (a value of `None` takes the member out). `faults` maps the end of a path to an answer,
    or to an exception, that comes instead. `thin`: ID tokens have no profile and no groups.
    `overage`: groups are left out as Entra ID does. `now` is the provider's clock.
    """

    kind: ProviderKind = ProviderKind.OIDC
    issuer: str = ""
    template: str = ""
    """What metadata says as `issuer` where it serves many tenants."""
    client_id: str = "client-at-provider"
    client_secret: str = "secret at the provider & 100%"
    person: FakePerson = field(default_factory=FakePerson)
    now: Callable[[], float] = field(default=lambda: NOW, repr=False)
    keys: list[FakeKey] = field(default_factory=list)
    claims: dict[str, object] = field(default_factory=dict)
    userinfo_claims: dict[str, object] = field(default_factory=dict)
    metadata: dict[str, object] = field(default_factory=dict)
    faults: dict[str, OutboundResponse | Exception] = field(default_factory=dict)
    groups_claim: str = "groups"
    thin: bool = False
    overage: bool = False
    sends_issuer: bool = False
    http: FakeHttp = field(default_factory=FakeHttp)
    pages: DirectoryPages = field(default_factory=DirectoryPages)
    codes: dict[str, _Code] = field(default_factory=dict)
    access_tokens: dict[str, FakePerson] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Serve under the issuer of the kind unless another is given."""
        self.issuer = self.issuer or _ISSUERS[self.kind]
        if not self.keys:
            self.keys = [FakeKey("key-1", rsa_key(1))]
        self.http.providers.append(self)

    @property
    def base(self) -> str:
        """Scheme and host of the issuer."""
        parts = urlsplit(self.issuer)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def hosts(self) -> frozenset[str]:
        """Every host that it serves."""
        hosts = {urlsplit(self.issuer).netloc}
        if self.kind is ProviderKind.COGNITO:
            hosts.add(COGNITO_DOMAIN)
        if self.kind is ProviderKind.ENTRA:
            hosts.add(GRAPH_HOST)
        return frozenset(hosts)

    @property
    def discovery_url(self) -> str:
        """Where the metadata stands."""
        return self.issuer + "/.well-known/openid-configuration"

    def endpoint(self, name: str) -> str:
        """The URL of one of: authorize, token, keys, userinfo, logout."""
        if self.kind is ProviderKind.COGNITO and name != "keys":
            return f"https://{COGNITO_DOMAIN}/oauth2/{name}"
        if self.kind is ProviderKind.ENTRA:
            if name == "userinfo" and "microsoftonline" in self.issuer:
                return f"https://{GRAPH_HOST}/oidc/userinfo"
            tenant = urlsplit(self.issuer).path.split("/")[1]
            return f"{self.base}/{tenant}/oauth2/v2.0/{name}"
        return f"{self.issuer}/v1/{name}"

    def document(self) -> dict[str, object]:
        """The metadata."""
        document: dict[str, object] = {
            "issuer": self.template or self.issuer,
            "authorization_endpoint": self.endpoint("authorize"),
            "token_endpoint": self.endpoint("token"),
            "jwks_uri": self.endpoint("keys"),
            "userinfo_endpoint": self.endpoint("userinfo"),
            "end_session_endpoint": self.endpoint("logout"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        }
        if self.sends_issuer:
            document["authorization_response_iss_parameter_supported"] = True
        document.update(self.metadata)
        return {name: value for name, value in document.items() if value is not None}

    def rotate(self, kid: str = "key-2", number: int = 2) -> None:
        """Sign with a new key from now on; the old one is not published any more."""
        self.keys = [FakeKey(kid, rsa_key(number))]

    def authorize(self, url: str, person: FakePerson | None = None) -> dict[str, str]:
        """Sign in at the authorization endpoint: the parameters that come to our callback."""
        asked = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
        assert asked["client_id"] == self.client_id, asked
        assert asked["response_type"] == "code", asked
        assert asked["code_challenge_method"] == "S256", asked
        code = f"code-{len(self.codes) + 1}-of-{self.kind}"
        self.codes[code] = _Code(person or self.person, asked)
        answer = {"code": code, "state": asked["state"]}
        return {**answer, "iss": self.issuer} if self.sends_issuer else answer

    def id_token(self, person: FakePerson | None = None, **claims: object) -> str:
        """An ID token for our client; claims of `None` are left out."""
        someone = person or self.person
        said: dict[str, object] = {
            "iss": self._issuer_of(someone),
            "sub": someone.sub,
            "aud": self.client_id,
            "iat": int(self.now()),
            "exp": int(self.now()) + HOUR,
            **identity_claims(self.kind, someone),
        }
        if someone.auth_time is not None:
            said["auth_time"] = someone.auth_time
        optional = {"acr": someone.acr, "amr": list(someone.amr), "sid": someone.sid}
        said.update({name: value for name, value in optional.items() if value})
        if not self.thin:
            said.update(self._profile(someone))
        return self.signed({**said, **self.claims, **claims})

    def access_token(self, person: FakePerson | None = None, **claims: object) -> str:
        """An access token for an API, as the kind writes them; claims of `None` are left out."""
        someone = person or self.person
        said: dict[str, object] = {
            "iss": self._issuer_of(someone),
            "sub": someone.sub,
            "iat": int(self.now()),
            "exp": int(self.now()) + HOUR,
            **access_claims(self.kind, someone, self.client_id, int(self.now())),
        }
        return self.signed({**said, **self._groups(someone), **claims})

    def logout_token(self, **claims: object) -> str:
        """A logout token for our client; claims of `None` are left out."""
        said: dict[str, object] = {
            "iss": self.issuer,
            "aud": self.client_id,
            "iat": int(self.now()),
            "exp": int(self.now()) + 120,
            "jti": f"logout-{len(self.http.sent)}",
            "sub": self.person.sub,
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        }
        return self.signed({**said, **claims}, {"typ": "logout+jwt"})

    def signed(self, claims: Mapping[str, object], header: Mapping[str, Any] | None = None) -> str:
        """Anything, signed with the newest key."""
        kept = {name: value for name, value in claims.items() if value is not None}
        return self.keys[-1].sign(kept, header)

    def answer(self, sent: Sent) -> OutboundResponse:
        """The answer to one request."""
        for end, fault in self.faults.items():
            if sent.path.endswith(end):
                if isinstance(fault, Exception):
                    raise fault
                return fault
        by_end: dict[str, Callable[[Sent], OutboundResponse]] = {
            "/.well-known/openid-configuration": lambda _: json_answer(self.document()),
            "/keys": lambda _: json_answer({"keys": [key.jwk for key in self.keys]}),
            "/token": self._token,
            "/userinfo": self._userinfo,
            "/authorize": lambda _: html_answer(),
        }
        for end, view in by_end.items():
            if sent.path.endswith(end):
                return view(sent)
        return self.pages.answer(sent)

    def _token(self, sent: Sent) -> OutboundResponse:
        form = {name: values[0] for name, values in parse_qs(sent.body.decode()).items()}
        if not self._knows(sent, form):
            return json_answer({"error": "invalid_client"}, 401)
        if form.get("grant_type") == "client_credentials":
            return json_answer({"access_token": "directory-token", "token_type": "Bearer"})
        code = self.codes.pop(form.get("code", ""), None)
        if code is None or code.query["redirect_uri"] != form.get("redirect_uri"):
            return json_answer({"error": "invalid_grant"}, 400)
        if challenge(form.get("code_verifier", "")) != code.query["code_challenge"]:
            return json_answer({"error": "invalid_grant"}, 400)
        access_token = f"opaque-{len(self.access_tokens) + 1}"
        self.access_tokens[access_token] = code.person
        nonce = {"nonce": code.query["nonce"]} if "nonce" in code.query else {}
        id_token = self.id_token(code.person, **{**nonce, **self.claims})
        return json_answer(
            {"access_token": access_token, "token_type": "Bearer", "id_token": id_token}
        )

    def _knows(self, sent: Sent, form: Mapping[str, str]) -> bool:
        header = sent.headers.get("authorization", "")
        if header.startswith("Basic "):
            name, _, secret = base64.b64decode(header[6:]).decode().partition(":")
            return (unquote_plus(name), unquote_plus(secret)) == (
                self.client_id,
                self.client_secret,
            )
        if "client_assertion" in form:
            return form.get("client_assertion_type", "").endswith(":jwt-bearer")
        return (form.get("client_id"), form.get("client_secret")) == (
            self.client_id,
            self.client_secret,
        )

    def _userinfo(self, sent: Sent) -> OutboundResponse:
        token = sent.headers.get("authorization", "").removeprefix("Bearer ")
        person = self.access_tokens.get(token)
        if person is None:
            return json_answer({"error": "invalid_token"}, 401)
        claims = {"sub": person.sub, **self._profile(person), **self.userinfo_claims}
        return json_answer({name: value for name, value in claims.items() if value is not None})

    def _issuer_of(self, person: FakePerson) -> str:
        return self.template.replace("{tenantid}", person.tenant) if self.template else self.issuer

    def _profile(self, person: FakePerson) -> dict[str, object]:
        return {**profile_claims(self.kind, person), **self._groups(person)}

    def _groups(self, person: FakePerson) -> dict[str, object]:
        if self.overage:
            return dict(OVERAGE)
        return group_claims(self.kind, person, self.groups_claim)


def json_answer(document: object, status: int = 200, **headers: str) -> OutboundResponse:
    """An answer in JSON."""
    return OutboundResponse(
        status, {"content-type": JSON, **headers}, json.dumps(document).encode()
    )


def html_answer(status: int = 200) -> OutboundResponse:
    """A page where JSON belongs."""
    return OutboundResponse(status, {"content-type": "text/html"}, b"<html>maintenance</html>")


def hang() -> OutboundUnavailable:
    """What a provider that never answers comes to."""
    return OutboundUnavailable(OutboundReason.TIMEOUT, "no answer in time")
