"""The vectors of external tokens: what comes, and what must become of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from authserver.domain.external_tokens import ExternalProblem as Why
from authserver.domain.providers import ProviderKind
from tests.federation.bearing import APP, SUBJECT, Bearing
from tests.federation.fake_keys import FakeKey, rsa_key
from tests.federation.fake_people import ENTRA_API, TENANT
from tests.rfc.external_token_making import (
    GRAPH,
    assembled,
    by,
    by_another_key,
    good_claims,
    id_token,
    plain,
    with_a_member_twice,
    with_alias,
    with_client_of_ours,
    with_deny_rule,
    with_graph,
    with_header,
    with_key_of,
    with_public_key_as_secret,
    with_scopes_of_another_server,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

OKTA, ENTRA, COGNITO = ProviderKind.OKTA, ProviderKind.ENTRA, ProviderKind.COGNITO
OTHER_TENANT: Final = "9188040d-6c67-4c5b-b112-36a304b66dad"
CANARY: Final = "https://canary.example.net/"
MICROSOFT: Final = "https://login.microsoftonline.com"
V1: Final = {
    "iss": f"https://sts.windows.net/{TENANT}/",
    "ver": "1.0",
    "azp": None,
    "appid": APP,
}


@dataclass(frozen=True)
class Vector:
    """One token and what must become of it; `why` is `None` where it is accepted.

    `claims` replace those of a good token of the kind (`None` takes one out). `make` makes another
    token altogether; `prepare` changes the configuration first. `about` is the claim or member that
    the reason names.
    """

    name: str
    kind: ProviderKind
    why: Why | None
    claims: Mapping[str, object] = field(default_factory=dict)
    make: Callable[[Bearing], str] | None = None
    prepare: Callable[[Bearing], None] | None = None
    about: str = ""
    subject: str = SUBJECT


VECTORS: Final = (
    Vector("O1: scopes in a list, uid", OKTA, None),
    Vector("O2: another login, the same uid", OKTA, None, {"sub": "someone.else@example.com"}),
    Vector(
        "O3: Okta's own server", OKTA, Why.ISSUER_NOT_ACCEPTED, {"iss": "https://acme.okta.com"}
    ),
    Vector("O4: no uid", OKTA, Why.CLIENT_NOT_ACCEPTED, {"uid": None}, about="speaks for itself"),
    Vector(
        "O4: no uid, a client of ours for it",
        *(OKTA, None, {"uid": None}),
        prepare=with_client_of_ours,
        subject="client:ours",
    ),
    Vector("O5: an ID token", OKTA, Why.NOT_AN_ACCESS_TOKEN, make=id_token, about="jti"),
    Vector(
        "O6: a slash too many",
        *(OKTA, Why.ISSUER_NOT_ACCEPTED),
        {"iss": "https://acme.okta.com/oauth2/default/"},
    ),
    Vector("O7: a hundred groups", OKTA, None, {"groups": [f"g{n}" for n in range(100)]}),
    Vector(
        "O7: a hundred groups, and one that is kept out",
        *(OKTA, Why.DENIED_BY_GROUP, {"groups": [f"g{n}" for n in range(100)]}),
        prepare=with_deny_rule,
        about="groups are truncated",
    ),
    Vector(
        "O7: 99 groups, and one that is kept out",
        *(OKTA, None, {"groups": [f"g{n}" for n in range(99)]}),
        prepare=with_deny_rule,
    ),
    Vector("O8: scopes in one text", OKTA, Why.CLAIM_TYPE, {"scp": "a b"}, about="scp"),
    Vector("E1: version 1", ENTRA, None, {**V1, "sub": "pairwise-1"}),
    Vector("E2: version 2", ENTRA, None, {"sub": "pairwise-2"}),
    Vector("E3: ver 1.0, issuer of 2.0", ENTRA, Why.VERSION_MISMATCH, {"ver": "1.0"}, about="ver"),
    Vector("E4: tenant other than the issuer's", ENTRA, Why.INCONSISTENT, {"tid": OTHER_TENANT}),
    Vector(
        "E5: a tenant that nobody named",
        *(ENTRA, Why.TENANT_NOT_ALLOWED),
        {"iss": f"{MICROSOFT}/{OTHER_TENANT}/v2.0", "tid": OTHER_TENANT},
    ),
    Vector(
        "E6: the template as issuer",
        *(ENTRA, Why.ISSUER_NOT_ACCEPTED),
        {"iss": MICROSOFT + "/{tenantid}/v2.0"},
    ),
    *(
        Vector(
            "E7: for Graph",
            *(ENTRA, Why.AUDIENCE_NOT_ACCEPTED, {"aud": graph}),
            prepare=with_graph,
            about="aud",
        )
        for graph in GRAPH
    ),
    Vector(
        "E8: a key of another tenant",
        *(ENTRA, Why.KEY_OF_OTHER_ISSUER),
        prepare=with_key_of(f"{MICROSOFT}/{OTHER_TENANT}/v2.0"),
    ),
    Vector(
        "E8: a key of all tenants",
        *(ENTRA, None),
        prepare=with_key_of(MICROSOFT + "/{tenantid}/v2.0"),
    ),
    Vector(
        "E8: a key of all tenants, version 1",
        *(ENTRA, None, V1),
        prepare=with_key_of(MICROSOFT + "/{tenantid}/v2.0"),
    ),
    Vector(
        "E9: groups elsewhere",
        *(ENTRA, None),
        {"_claim_names": {"groups": "s"}, "_claim_sources": {"s": {"endpoint": CANARY}}},
    ),
    Vector(
        "E9: groups elsewhere, and one that is kept out",
        *(ENTRA, Why.DENIED_BY_GROUP),
        {"_claim_names": {"groups": "s"}, "_claim_sources": {"s": {"endpoint": CANARY}}},
        prepare=with_deny_rule,
        about="groups are overage",
    ),
    Vector("E10: groups left out", ENTRA, None, {"hasgroups": True}),
    Vector(
        "E10: groups left out, and one that is kept out",
        *(ENTRA, Why.DENIED_BY_GROUP, {"hasgroups": True}),
        prepare=with_deny_rule,
        about="groups are overage",
    ),
    Vector(
        "E11: the audience as URI",
        *(ENTRA, Why.AUDIENCE_NOT_ACCEPTED, {**V1, "aud": f"api://{ENTRA_API}"}),
        about="aud",
    ),
    Vector(
        "E11: the audience as URI, listed",
        *(ENTRA, None, {**V1, "aud": f"api://{ENTRA_API}"}),
        prepare=with_alias,
    ),
    Vector(
        "E12: an app with a user's scopes", ENTRA, Why.INCONSISTENT, {"idtyp": "app"}, about="idtyp"
    ),
    *(
        Vector("E13: nearly the issuer", ENTRA, Why.ISSUER_NOT_ACCEPTED, {"iss": issuer})
        for issuer in (
            f"{MICROSOFT}/{TENANT.upper()}/v2.0",
            f"{MICROSOFT}.evil.example/{TENANT}/v2.0",
            f"{MICROSOFT}/{TENANT}/v2.0\n",
            f"{MICROSOFT}/{TENANT}/v2.0/",
            f"http://login.microsoftonline.com/{TENANT}/v2.0",
            f"https://sts.windows.net/{TENANT}",
        )
    ),
    Vector("C1: our resource server's scope", COGNITO, None),
    Vector("C2: an ID token", COGNITO, Why.NOT_AN_ACCESS_TOKEN, make=id_token, about="token_use"),
    Vector(
        "C2: said to be one",
        COGNITO,
        Why.NOT_AN_ACCESS_TOKEN,
        {"token_use": "id"},
        about="token_use",
    ),
    Vector("C3: another app of the pool", COGNITO, Why.CLIENT_NOT_ACCEPTED, {"client_id": "x"}),
    Vector(
        "C4: the pool's own scope alone",
        *(COGNITO, Why.NO_MAPPED_SCOPE, {"scope": "aws.cognito.signin.user.admin"}),
    ),
    Vector(
        "C5: for somebody else",
        *(COGNITO, Why.AUDIENCE_NOT_ACCEPTED, {"aud": "https://elsewhere.example"}),
        about="aud",
    ),
    Vector(
        "C6: another pool of the region",
        *(COGNITO, Why.ISSUER_NOT_ACCEPTED),
        {"iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_ZzZzZzZzZ"},
    ),
    *(
        Vector(
            "C7: nearly our resource server",
            *(COGNITO, Why.NO_MAPPED_SCOPE, {"scope": scope}),
            prepare=with_scopes_of_another_server,
        )
        for scope in ("jira-evil/read", "jira/", "jira", "/read")
    ),
    Vector(
        "X1: alg none",
        *(OKTA, Why.ALGORITHM_NOT_ALLOWED),
        make=lambda world: assembled({"alg": "none", "kid": "key-1"}, plain(world)),
        about="alg",
    ),
    Vector(
        "X1: alg none, with a signature",
        *(OKTA, Why.ALGORITHM_NOT_ALLOWED),
        make=lambda world: assembled({"alg": "none", "kid": "key-1"}, plain(world), by("RS256")),
        about="alg",
    ),
    Vector(
        "X2: the public key as a secret",
        *(OKTA, Why.ALGORITHM_NOT_ALLOWED),
        make=with_public_key_as_secret,
        about="alg",
    ),
    Vector(
        "X3: RS512",
        *(OKTA, Why.ALGORITHM_NOT_ALLOWED),
        make=lambda world: assembled({"alg": "RS512", "kid": "key-1"}, plain(world), by("RS512")),
        about="alg",
    ),
    Vector(
        "X3: PS256, which this provider never signs by",
        *(OKTA, Why.ALGORITHM_NOT_ALLOWED),
        make=lambda world: assembled({"alg": "PS256", "kid": "key-1"}, plain(world), by("PS256")),
        about="alg",
    ),
    Vector("X4: crit", OKTA, Why.HEADER_NOT_ALLOWED, make=with_header(crit=["exp"])),
    *(
        Vector(
            "X5: a key, or its address",
            *(OKTA, Why.HEADER_NOT_ALLOWED),
            make=with_header(**{member: value}),
        )
        for member, value in (
            ("jku", CANARY),
            ("x5u", CANARY),
            ("jwk", FakeKey("key-1", rsa_key(1)).jwk),
            ("x5c", ["MIIB"]),
        )
    ),
    Vector("X6: no exp", OKTA, Why.CLAIM_MISSING, {"exp": None}, about="exp"),
    Vector("X6: exp as text", OKTA, Why.CLAIM_TYPE, {"exp": "1800003600"}, about="exp"),
    Vector("X6: exp of 2^63", OKTA, Why.CLAIM_TYPE, {"exp": 2**63}, about="exp"),
    Vector("X7: a member twice", OKTA, Why.MALFORMED, make=with_a_member_twice),
    Vector("signed by somebody else", OKTA, Why.SIGNATURE_INVALID, make=by_another_key),
    Vector(
        "a key that nobody has",
        *(OKTA, Why.KEY_UNKNOWN),
        make=lambda world: FakeKey("key-7", rsa_key(1)).sign(good_claims(world)),
    ),
    Vector("encrypted", OKTA, Why.ENCRYPTED, make=lambda world: world.token() + ".AAAA.AAAA"),
    Vector("bound to a key", OKTA, Why.SENDER_CONSTRAINED, {"cnf": {"jkt": "x"}}, about="cnf"),
    Vector("somebody unknown", OKTA, Why.USER_UNKNOWN, {"uid": "00unobody"}),
    Vector(
        "the e-mail address of somebody known",
        *(OKTA, Why.USER_UNKNOWN, {"uid": "00unobody", "email": "grace@example.com"}),
    ),
    Vector("over", OKTA, Why.EXPIRED, {"iat": 1_799_990_000, "exp": 1_799_999_000}),
    Vector(
        "a clock five minutes ahead",
        *(OKTA, Why.NOT_YET_VALID, {"iat": 1_800_000_300}),
        about="iat",
    ),
    Vector("a life of two days", OKTA, Why.LIFE_TOO_LONG, {"exp": 1_800_172_800}, about="exp"),
)
