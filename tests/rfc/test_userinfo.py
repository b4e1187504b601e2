"""Userinfo, asked from outside (OI-03, JW-03, JW-11)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import jwt
import pytest

from authserver.domain.grants import GrantEnd, GrantFilter
from authserver.domain.identity_tokens import StatementType
from authserver.domain.keys import SigningAlgorithm
from authserver.domain.requested_claims import RequestedClaims
from authserver.domain.users import PersonalData, UserStatus
from authserver.services.client_profiles import ProfileChanges
from authserver.services.clients import ClientUpdate
from tests.people.cast import ADA
from tests.rfc.forger import Forger
from tests.rfc.granted import Granter, add_person
from tests.rfc.installations import ISSUER
from tests.rfc.tokens import claims_of, header_of, published

if TYPE_CHECKING:
    from tests.instances import Caller, Site
    from tests.machine.doors import Answer
    from tests.people.cast import App
    from tests.rfc.installations import Installation
    from tests.rfc.lanes import Lane

USERINFO: Final = "/oauth2/userinfo"


@pytest.fixture
def granter(installation: Installation) -> Granter:
    return Granter(installation, add_person(installation, "ada", ADA))


@pytest.fixture
def app(granter: Granter, jira: Site) -> App:
    return granter.app(jira)


def ask(lane: Lane, token: str, method: str = "GET") -> Answer:
    return lane.knock(method, USERINFO, headers={"Authorization": f"Bearer {token}"})


def assert_dead(answer: Answer) -> None:
    """401 as RFC 6750 section 3.1 has it, and not a word about anybody."""
    assert answer.error == (401, "invalid_token"), answer.body
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    assert b"ada" not in answer.body.lower()


@pytest.mark.rule("OI-03")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_subject_is_the_one_of_the_id_token(
    lane: Lane, granter: Granter, app: App, method: str
) -> None:
    tokens = granter.allow(app)
    answer = ask(lane, tokens.access_token, method)
    assert answer.status == 200
    assert answer.json == {
        "sub": granter.person.subject,
        "name": "Ada Lovelace",
        "given_name": "Ada",
        "family_name": "Lovelace",
        "preferred_username": "ada",
        "locale": "en-GB",
        "zoneinfo": "Europe/London",
        "updated_at": int(granter.installation.clock.now()),
        "email": "ada@example.test",
        "email_verified": True,
        "groups": [],
    }
    assert answer.json["sub"] == claims_of(tokens.id_token)["sub"]
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.rule("OI-03")
def test_claims_come_by_scope(lane: Lane, granter: Granter, app: App, jira: Site) -> None:
    for scopes, names in (
        ({"openid"}, {"sub"}),
        ({"openid", "email"}, {"sub", "email", "email_verified"}),
        ({"openid", "groups"}, {"sub", "groups"}),
    ):
        token = granter.allow(app, scopes=frozenset(scopes)).access_token
        assert ask(lane, token).json.keys() == names
    at_a_site = granter.allow(app, scopes=frozenset({"openid", "READ"}), site=jira)
    assert ask(lane, at_a_site.access_token).json.keys() == {"sub"}


@pytest.mark.rule("OI-03")
def test_a_token_without_openid_is_not_enough(
    lane: Lane, granter: Granter, app: App, jira: Site, reader: Caller
) -> None:
    for_site = granter.allow(app, scopes=frozenset({"READ"}), site=jira).access_token
    for token in (for_site, lane.token(reader)):
        answer = ask(lane, token)
        assert answer.error == (403, "insufficient_scope")
        assert 'scope="openid"' in answer.headers["www-authenticate"]


@pytest.mark.rule("OI-03")
@pytest.mark.rule("JW-11")
def test_the_token_stands_in_one_place_and_never_in_the_query(
    lane: Lane, granter: Granter, app: App
) -> None:
    token = granter.allow(app).access_token
    in_query = lane.knock("GET", USERINFO, query=f"access_token={token}")
    assert in_query.error == (400, "invalid_request")
    header = f"Bearer {token}"
    assert lane.post(USERINFO, {"access_token": token}).status == 200
    assert lane.post(USERINFO, {"access_token": token}, header).error == (400, "invalid_request")
    assert lane.post(USERINFO, {}, header, query=f"access_token={token}").status == 400
    nothing = lane.get(USERINFO)
    assert nothing.status == 401
    assert nothing.headers["www-authenticate"] == 'Bearer realm="authserver"'


@pytest.mark.rule("JW-03")
@pytest.mark.rule("OI-03")
def test_nothing_else_that_we_sign_or_hand_out_is_an_access_token(
    installation: Installation, lane: Lane, granter: Granter, app: App, jira: Site
) -> None:
    tokens = granter.allow(app)
    ring = installation.container.keys.ring
    claims = claims_of(tokens.access_token)
    for algorithm in SigningAlgorithm:
        for kind in StatementType:
            assert_dead(ask(lane, ring.sign_statement(kind, claims, algorithm)))
    signed = lane.post(
        "/oauth2/introspect",
        {"token": tokens.access_token},
        app.authorization,
        headers={"Accept": "application/token-introspection+jwt"},
    )
    handed_out = (tokens.id_token, tokens.refresh_token, signed.body.decode(), app.secret)
    for token in (*handed_out, jira.secret):
        assert_dead(ask(lane, token))
        assert not lane.is_active(jira, token)


@pytest.mark.rule("JW-03")
def test_an_access_token_of_another_type_or_none_is_refused(
    installation: Installation, lane: Lane, granter: Granter, app: App
) -> None:
    claims = claims_of(granter.allow(app).access_token)
    forger = Forger(installation)
    assert ask(lane, forger.sign(forger.header(), claims)).status == 200
    for typ in (..., "JWT", "jwt", "at+JWT", "application/at+jwt", "logout+jwt", "", None):
        assert_dead(ask(lane, forger.sign(forger.header(typ=typ), claims)))


@pytest.mark.rule("JW-10")
def test_what_a_user_is_called_moves_no_claim_of_a_token(
    installation: Installation, lane: Lane, jira: Site
) -> None:
    sly = '","sub":"user:admin","iss":"https://evil.example'
    person = add_person(installation, "sly", PersonalData(name=sly, locale=sly))
    granter = Granter(installation, person)
    asked = RequestedClaims(
        userinfo=frozenset({"name", "sub", "iss", "aud", "groups"}),
        id_token=frozenset({"name", "sub", "iss", "aud", "azp", "nonce", "exp", "client_id"}),
    )
    tokens = granter.allow(granter.app(jira), claims=asked)
    said = claims_of(tokens.id_token)
    assert (said["iss"], said["sub"], said["aud"], said["azp"], said["nonce"], said["name"]) == (
        ISSUER,
        person.subject,
        "web-app",
        "web-app",
        "n-1",
        sly,
    )
    assert "client_id" not in said
    told = ask(lane, tokens.access_token).json
    assert (told["sub"], told["name"], told["locale"]) == (person.subject, sly, sly)
    assert {"iss", "aud"}.isdisjoint(told)


@pytest.mark.rule("OI-05")
def test_an_address_that_nobody_verified_is_told_as_such(
    installation: Installation, lane: Lane, jira: Site
) -> None:
    person = add_person(installation, "bob", replace(ADA, email_verified=False))
    granter = Granter(installation, person)
    told = ask(lane, granter.allow(granter.app(jira)).access_token).json
    assert told["email_verified"] is False


def test_a_client_may_have_it_signed(installation: Installation, lane: Lane, jira: Site) -> None:
    granter = Granter(installation)
    keys = published(lane.get("/oauth2/jwks").body)
    for algorithm in ("RS256", "ES256"):
        app = granter.app(
            jira, f"app-{algorithm}", profile=ProfileChanges(userinfo_algorithm=algorithm)
        )
        answer = ask(lane, granter.allow(app).access_token)
        assert answer.headers["content-type"] == "application/jwt"
        assert answer.headers["cache-control"] == "no-store"
        header = header_of(answer.body.decode())
        assert (header["alg"], header["typ"]) == (algorithm, "userinfo+jwt")
        claims = jwt.decode(
            answer.body,
            keys[header["kid"]],
            algorithms=[algorithm],
            audience=app.client_id,
            issuer=ISSUER,
            options={"verify_iat": False},
        )
        assert claims["sub"] == granter.person.subject


def test_everything_that_ends_a_token_ends_userinfo(
    installation: Installation, lane: Lane, granter: Granter, app: App, jira: Site
) -> None:
    container = installation.container
    expired = granter.allow(app).access_token
    installation.clock.advance(600)
    assert_dead(ask(lane, expired))
    revoked = granter.allow(app).access_token
    assert lane.revoke(app.caller, revoked).status == 200
    assert_dead(ask(lane, revoked))
    ended = granter.allow(app)
    container.grants.end(
        GrantFilter(grant_id=ended.grant.grant_id), GrantEnd.REVOKED_BY_USER, container.operator
    )
    assert_dead(ask(lane, ended.access_token))
    narrowed = granter.allow(app).access_token
    update = ClientUpdate(scopes=("openid", "READ"))
    container.clients.update(app.client_id, update, container.operator)
    installation.poll()
    assert_dead(ask(lane, narrowed))
    live = granter.allow(app, scopes=frozenset({"openid"})).access_token
    assert ask(lane, live).status == 200
    with container.database.writing() as stores:
        user = stores.users.get(granter.person.subject)
        assert user is not None
        stores.users.save(replace(user, status=UserStatus.DISABLED))
    assert_dead(ask(lane, live))
