"""Introspection of tokens that speak for users, by sites and by clients (group A6, RFC 9701)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import jwt
import pytest

from authserver.domain.grants import GrantEnd, GrantFilter
from authserver.services.client_profiles import ProfileChanges
from authserver.services.clients import ClientUpdate
from tests.crypto.assertions import assertion_claims, make, public_jwk
from tests.rfc.granted import Granted, Granter
from tests.rfc.installations import ISSUER
from tests.rfc.lanes import INACTIVE, INTROSPECT, assert_invalid_client, seen_of
from tests.rfc.tokens import claims_of, header_of, published

if TYPE_CHECKING:
    from tests.instances import Caller, Site
    from tests.machine.doors import Answer
    from tests.people.cast import App
    from tests.rfc.installations import Installation
    from tests.rfc.lanes import Lane

SIGNED: Final = "application/token-introspection+jwt"
READ: Final = frozenset({"READ", "offline_access"})


@pytest.fixture
def granter(installation: Installation) -> Granter:
    return Granter(installation)


@pytest.fixture
def app(granter: Granter, jira: Site) -> App:
    return granter.app(jira)


@pytest.fixture
def tokens(granter: Granter, app: App, jira: Site) -> Granted:
    return granter.allow(app, scopes=READ, site=jira)


def own(lane: Lane, app: App, token: str, **form: str) -> Answer:
    """What a client is told of a token."""
    return lane.post(INTROSPECT, {"token": token, **form}, app.authorization)


def signed(lane: Lane, authorization: str | None, token: str) -> Answer:
    """The signed answer."""
    return lane.post(INTROSPECT, {"token": token}, authorization, headers={"Accept": SIGNED})


def verdict(lane: Lane, answer: Answer, audience: str) -> dict[str, Any]:
    """The claims of a signed answer, verified as who asked would (RFC 9701 section 5)."""
    assert answer.status == 200
    assert answer.headers["content-type"] == SIGNED
    assert answer.headers["cache-control"] == "no-store"
    value = answer.body.decode()
    header = header_of(value)
    assert header["typ"] == "token-introspection+jwt"
    key = published(lane.get("/oauth2/jwks").body)[header["kid"]]
    claims: dict[str, Any] = jwt.decode(
        value,
        key,
        algorithms=[header["alg"]],
        audience=audience,
        issuer=ISSUER,
        options={"verify_iat": False},
    )
    assert claims.keys() == {"iss", "aud", "iat", "token_introspection"}
    return claims


@pytest.mark.rule("IN-02")
def test_a_site_learns_of_the_access_token_and_nothing_of_the_rest(
    lane: Lane, tokens: Granted, jira: Site, wiki: Site
) -> None:
    told = lane.introspect(jira, tokens.access_token)
    assert (told["sub"], told["client_id"], told["scope"]) == (
        tokens.grant.subject,
        "web-app",
        "READ offline_access",
    )
    for token in (tokens.refresh_token, tokens.id_token or "x"):
        assert lane.asked(jira, token).body == INACTIVE
    assert lane.asked(wiki, tokens.access_token).body == INACTIVE


@pytest.mark.rule("IN-02")
def test_a_token_for_signing_in_alone_is_no_sites(
    lane: Lane, granter: Granter, app: App, jira: Site
) -> None:
    tokens = granter.allow(app)
    assert lane.asked(jira, tokens.access_token).body == INACTIVE
    assert own(lane, app, tokens.access_token).json["aud"] == ISSUER


@pytest.mark.rule("IN-02")
def test_a_client_learns_of_its_own_tokens_alone(
    lane: Lane, granter: Granter, app: App, jira: Site, reader: Caller
) -> None:
    tokens = granter.allow(app, scopes=READ, site=jira)
    other = granter.app(jira, "other-app")
    for token in (tokens.access_token, tokens.refresh_token):
        assert own(lane, app, token).json["active"] is True
        assert own(lane, other, token).body == INACTIVE
        assert lane.post(INTROSPECT, {"token": token}, reader.authorization).body == INACTIVE
    machines = lane.token(reader)
    assert lane.post(INTROSPECT, {"token": machines}, reader.authorization).json["active"] is True
    assert own(lane, app, machines).body == INACTIVE


@pytest.mark.rule("IN-07")
def test_of_a_refresh_token_its_client_learns_what_it_is_good_for(
    lane: Lane, app: App, tokens: Granted, jira: Site
) -> None:
    told = own(lane, app, tokens.refresh_token).json
    issued_at = claims_of(tokens.access_token)["iat"]
    assert told.pop("exp") > issued_at
    assert told == {
        "active": True,
        "scope": "READ offline_access",
        "client_id": "web-app",
        "iat": issued_at,
        "sub": tokens.grant.subject,
        "aud": jira.identifier,
        "iss": ISSUER,
    }


@pytest.mark.rule("IN-04")
def test_a_hint_changes_nothing_for_a_client_either(lane: Lane, app: App, tokens: Granted) -> None:
    for token in (tokens.access_token, tokens.refresh_token):
        without = own(lane, app, token).json
        for hint in ("access_token", "refresh_token", "bogus", "id_token", ""):
            assert own(lane, app, token, token_type_hint=hint).json == without


@pytest.mark.rule("IN-03")
def test_every_token_that_is_not_good_gets_a_client_the_same_answer(
    lane: Lane, granter: Granter, app: App, jira: Site
) -> None:
    container = granter.installation.container
    ended, foreign, superseded = (
        granter.allow(each, scopes=READ, site=jira)
        for each in (app, granter.app(jira, "other-app"), app)
    )
    container.grants.end(
        GrantFilter(grant_id=ended.grant.grant_id), GrantEnd.REVOKED_BY_USER, container.operator
    )
    with container.database.writing() as stores:
        leaf = stores.grants.leaf(superseded.grant.grant_id)
        assert leaf is not None
        now = granter.installation.clock.now()
        assert stores.grants.supersede(leaf, at=now, sealed_successor=b"x")
    dead = (
        ended.access_token,
        ended.refresh_token,
        foreign.access_token,
        foreign.refresh_token,
        superseded.refresh_token,
        superseded.refresh_token[:-1] + "x",
        "asv_rt_" + "a" * 49,
        "x",
        app.secret,
        jira.secret,
    )
    seen = {repr(seen_of(own(lane, app, token))) for token in dead}
    assert len(seen) == 1
    assert INACTIVE.decode().strip() in seen.pop()


@pytest.mark.rule("IN-05")
def test_what_ends_tokens_is_seen_by_another_worker_at_once(
    installation: Installation, granter: Granter, app: App, jira: Site
) -> None:
    other = installation.start_worker().lane
    container = installation.container
    for ended in ("grant", "token", "client"):
        tokens = granter.allow(app, scopes=READ, site=jira)
        assert own(other, app, tokens.refresh_token).json["active"] is True
        assert other.is_active(jira, tokens.access_token)
        if ended == "grant":
            wanted = GrantFilter(grant_id=tokens.grant.grant_id)
            container.grants.end(wanted, GrantEnd.REVOKED_BY_USER, container.operator)
        elif ended == "token":
            installation.lane.revoke(app.caller, tokens.refresh_token)
        else:
            update = ClientUpdate(scopes=("openid",))
            container.clients.update(app.client_id, update, container.operator)
        installation.poll()
        assert own(other, app, tokens.refresh_token).body == INACTIVE, ended
        assert not other.is_active(jira, tokens.access_token), ended


@pytest.mark.rule("IN-06")
def test_nothing_but_the_exact_text_is_the_refresh_token(
    lane: Lane, app: App, tokens: Granted
) -> None:
    token = tokens.refresh_token
    variants = {token[:length] for length in range(1, len(token))}
    variants |= {token.upper(), token.lower(), token + "A", " " + token, token + " ", token + "="}
    for place, character in enumerate(token):
        variants.add(token[:place] + character.swapcase() + token[place + 1 :])
    variants.discard(token)
    assert all(own(lane, app, variant).body == INACTIVE for variant in variants)
    assert own(lane, app, token).json["active"] is True


@pytest.mark.rule("IN-01")
def test_a_client_with_a_key_asks_with_an_assertion(
    lane: Lane, granter: Granter, jira: Site
) -> None:
    granter.app(jira, "ci-job", auth_method="private_key_jwt", jwks={"keys": [public_jwk("ES256")]})
    form = {
        "token": "x",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": make(assertion_claims()),
    }
    assert lane.post(INTROSPECT, form).body == INACTIVE
    assert_invalid_client(lane.post(INTROSPECT, form))


@pytest.mark.rule("IN-01")
def test_the_tokens_of_a_public_client_are_not_looked_up_for_it(
    lane: Lane, granter: Granter, jira: Site
) -> None:
    spa = granter.app(jira, "spa", auth_method="none")
    tokens = granter.allow(spa, scopes=READ, site=jira)
    for token in (tokens.access_token, tokens.refresh_token):
        assert_invalid_client(lane.post(INTROSPECT, {"token": token, "client_id": "spa"}))
        bearer = f"Bearer {tokens.access_token}"
        assert_invalid_client(lane.post(INTROSPECT, {"token": token}, bearer))
    assert lane.is_active(jira, tokens.access_token)


@pytest.mark.rule("IN-07")
def test_a_signed_answer_says_the_same_to_the_one_who_asked(
    lane: Lane, tokens: Granted, app: App, jira: Site
) -> None:
    claims = verdict(lane, signed(lane, jira.authorization, tokens.access_token), jira.identifier)
    assert claims["token_introspection"] == lane.introspect(jira, tokens.access_token)
    for token in (tokens.access_token, tokens.refresh_token):
        claims = verdict(lane, signed(lane, app.authorization, token), app.client_id)
        assert claims["token_introspection"] == own(lane, app, token).json


@pytest.mark.rule("IN-07")
def test_a_signed_answer_follows_the_same_audience_rule(
    lane: Lane, tokens: Granted, app: App, jira: Site, wiki: Site
) -> None:
    for site, token in (
        (wiki, tokens.access_token),
        (jira, tokens.refresh_token),
        (jira, app.secret),
        (jira, "x"),
    ):
        claims = verdict(lane, signed(lane, site.authorization, token), site.identifier)
        assert claims["token_introspection"] == {"active": False}
    assert_invalid_client(signed(lane, None, tokens.access_token))


@pytest.mark.rule("IN-07")
def test_each_asker_has_an_algorithm(
    lane: Lane, granter: Granter, app: App, jira: Site, wiki: Site
) -> None:
    modern = granter.app(jira, "modern", profile=ProfileChanges(id_token_algorithm="ES256"))
    for authorization, algorithm in (
        (jira.authorization, "ES256"),
        (wiki.authorization, "RS256"),
        (app.authorization, "RS256"),
        (modern.authorization, "ES256"),
    ):
        answer = signed(lane, authorization, "x")
        assert header_of(answer.body.decode())["alg"] == algorithm


@pytest.mark.rule("IN-08")
def test_a_client_that_scans_finds_and_leaves_nothing(
    installation: Installation, lane: Lane, app: App
) -> None:
    before = len(installation.records())
    for number in range(200):
        assert own(lane, app, f"asv_rt_{number:049}").body == INACTIVE
    assert len(installation.records()) == before
