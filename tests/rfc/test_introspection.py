"""What the introspection endpoint tells, and whom (group A6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import pytest

from tests.instances import Caller, Site, basic
from tests.machine.doors import FORM
from tests.rfc.forger import Forger
from tests.rfc.granted import Granter
from tests.rfc.installations import ISSUER
from tests.rfc.lanes import (
    INACTIVE,
    INTROSPECT,
    REVOKE,
    TOKEN,
    assert_invalid_client,
    assert_invalid_request,
    seen_of,
)
from tests.rfc.tokens import claims_of

if TYPE_CHECKING:
    from tests.rfc.installations import Installation
    from tests.rfc.lanes import Lane

SIGNED: Final = "application/token-introspection+jwt"
HINTS: Final = ("access_token", "refresh_token", "bogus", "id_token", "", "ü", "access_token ")
SCANNED: Final = 1_000
ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@pytest.mark.rule("IN-01")
def test_only_a_protected_resource_or_a_confidential_client_may_ask(
    installation: Installation, lane: Lane, reader: Caller, jira: Site
) -> None:
    container = installation.container
    spa = Granter(installation).app(jira, "spa", auth_method="none")
    gateway_key = container.gateways.add("edge", "jira", container.operator).key
    token = lane.token(reader)
    for authorization in (
        None,
        "",
        f"Bearer {token}",
        basic("reader", "wrong"),
        basic("reader", jira.secret),
        basic("jira", "wrong"),
        basic("jira", reader.secret),
        basic("jira", gateway_key.value),
        basic("https://jira.example.org", gateway_key.value),
        basic("edge", gateway_key.value),
        f"Bearer {gateway_key.value}",
        basic("nowhere", reader.secret),
    ):
        answer = lane.post(INTROSPECT, {"token": token}, authorization)
        assert_invalid_client(answer)
        assert b"active" not in answer.body
    for name in ("jira", "reader", spa.client_id, "nobody"):
        assert_invalid_client(lane.post(INTROSPECT, {"token": token, "client_id": name}))


@pytest.mark.rule("IN-01")
def test_the_credential_may_come_in_the_body_too(lane: Lane, reader: Caller, jira: Site) -> None:
    form = {"token": lane.token(reader), "client_id": jira.name, "client_secret": jira.secret}
    assert lane.post(INTROSPECT, form).json["active"] is True


@pytest.mark.rule("IN-01")
def test_the_token_comes_by_post_in_the_body(lane: Lane, reader: Caller, jira: Site) -> None:
    token = lane.token(reader)
    headers = {"Authorization": jira.authorization, "Content-Type": FORM}
    for method in ("GET", "HEAD", "PUT", "OPTIONS"):
        answer = lane.knock(method, INTROSPECT, query=f"token={token}", headers=headers)
        assert (answer.status, answer.headers["allow"]) == (405, "POST")
    assert_invalid_request(lane.post(INTROSPECT, {}, jira.authorization, query=f"token={token}"))
    assert_invalid_request(lane.post(INTROSPECT, {}, jira.authorization))
    assert_invalid_request(lane.post(INTROSPECT, {"token": ""}, jira.authorization))


@pytest.mark.rule("IN-02")
def test_a_site_learns_only_of_tokens_for_it(
    installation: Installation, lane: Lane, reader: Caller, jira: Site, wiki: Site
) -> None:
    writer = installation.caller("writer", wiki, "WRITE")
    for_jira, for_wiki = lane.token(reader), lane.token(writer)
    assert lane.is_active(jira, for_jira)
    assert lane.is_active(wiki, for_wiki)
    assert not lane.is_active(wiki, for_jira)
    assert not lane.is_active(jira, for_wiki)
    both = installation.caller("both", jira, "READ", resources=("jira", "wiki"))
    aimed = lane.token(both, resource=wiki.identifier)
    assert lane.is_active(wiki, aimed)
    assert not lane.is_active(jira, aimed)


@pytest.mark.rule("IN-03")
def test_every_token_that_is_not_good_gets_the_same_answer(
    installation: Installation, lane: Lane, reader: Caller, jira: Site, wiki: Site
) -> None:
    forger = Forger(installation)
    now = int(installation.clock.now())
    brief = installation.caller("brief", jira, "READ", access_token_seconds=30)
    expired, revoked, good = lane.token(brief), lane.token(reader), lane.token(reader)
    stranger = installation.caller("stranger", wiki, "READ")
    installation.clock.advance(30)
    lane.revoke(reader, revoked)
    cases = {
        "unknown": forger.token(client_id="nobody", sub="client:nobody"),
        "never issued to us": "eyJhbGciOiJFUzI1NiJ9.e30.AAAA",
        "malformed": "x",
        "opaque": "asv_rt_" + "a" * 43,
        "longest allowed": "a" * 16_384,
        "expired": expired,
        "revoked": revoked,
        "for another site": lane.token(stranger),
        "not valid yet": forger.token(iat=now + 3600, exp=now + 4000),
        "bad signature": good[:-4] + "AAAA",
    }
    seen = {name: seen_of(lane.asked(jira, token)) for name, token in cases.items()}
    (answer,) = {repr(each) for each in seen.values()}
    assert answer == repr(seen["malformed"])
    assert seen["malformed"][0] == 200
    assert seen["malformed"][2] == INACTIVE
    assert lane.is_active(jira, good)


@pytest.mark.rule("IN-04")
def test_a_hint_changes_nothing(lane: Lane, reader: Caller, jira: Site) -> None:
    token = lane.token(reader)
    without = lane.introspect(jira, token)
    for hint in HINTS:
        assert lane.introspect(jira, token, token_type_hint=hint) == without
        assert lane.asked(jira, "x", token_type_hint=hint).body == INACTIVE


@pytest.mark.rule("IN-06")
def test_nothing_but_the_exact_text_is_the_token(
    installation: Installation, lane: Lane, reader: Caller, jira: Site, wiki: Site
) -> None:
    writer = installation.caller("writer", wiki, "WRITE")
    for site, token in ((jira, lane.token(reader)), (wiki, lane.token(writer))):
        variants = {token[:length] for length in range(1, len(token))}
        variants |= {token[start:] for start in range(1, len(token), 7)}
        for place, character in enumerate(token):
            following = ALPHABET[(ALPHABET.find(character) + 1) % len(ALPHABET)]
            variants.add(token[:place] + following + token[place + 1 :])
            variants.add(token[:place] + character.swapcase() + token[place + 1 :])
        for extra in ("=", "A", ".", ".e30", " ", "+", "\u00e9", "%00", "&", "\u200b"):
            variants |= {token + extra, extra + token, token.replace(".", extra + ".", 1)}
        variants |= {quote(token).replace(".", "%2E"), token.replace(".", ". "), f'"{token}"'}
        variants |= {token.replace("-", "+").replace("_", "/"), token.upper(), token.lower()}
        variants.discard(token)
        assert len(variants) > 1500
        alive = [variant for variant in variants if lane.asked(site, variant).body != INACTIVE]
        assert alive == []
        assert lane.is_active(site, token)


@pytest.mark.rule("IN-07")
def test_the_answer_holds_what_is_needed_and_nothing_more(
    installation: Installation, lane: Lane, reader: Caller, jira: Site
) -> None:
    token = lane.token(reader, scope="READ")
    answer = lane.asked(jira, token)
    claims = claims_of(token)
    assert answer.json == {
        "active": True,
        "scope": "READ",
        "client_id": "reader",
        "token_type": "Bearer",
        "exp": claims["exp"],
        "iat": claims["iat"],
        "sub": "client:reader",
        "aud": jira.identifier,
        "iss": ISSUER,
        "jti": claims["jti"],
    }
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.rule("IN-07")
def test_no_other_form_of_answer_tells_more(
    lane: Lane, reader: Caller, jira: Site, wiki: Site
) -> None:
    token = lane.token(reader)
    for accept in ("application/jwt", "text/html", "*/*", f"{SIGNED};q=0", "application/*"):
        headers = {"Accept": accept}
        foreign = lane.post(INTROSPECT, {"token": token}, wiki.authorization, headers=headers)
        assert (foreign.status, foreign.body) == (200, INACTIVE)
        own = lane.post(INTROSPECT, {"token": token}, jira.authorization, headers=headers)
        assert own.headers["content-type"] == "application/json"


@pytest.mark.rule("IN-08")
def test_scanning_without_the_credential_is_throttled(lane: Lane, jira: Site) -> None:
    peer = "203.0.113.66"
    guess = basic("jira", "guess")
    statuses = [
        lane.post(INTROSPECT, {"token": f"t{number}"}, guess, peer=peer).status
        for number in range(SCANNED)
    ]
    assert set(statuses) == {401, 429}
    assert statuses.count(401) <= 20
    assert lane.post(INTROSPECT, {"token": "x"}, jira.authorization).status == 200


@pytest.mark.rule("IN-08")
def test_scanning_with_the_credential_finds_and_leaves_nothing(
    installation: Installation, lane: Lane, jira: Site
) -> None:
    before = len(installation.records())
    for number in range(SCANNED):
        assert lane.asked(jira, f"asv_rt_{number:043}").body == INACTIVE
    assert len(installation.records()) == before


@pytest.mark.rule("IN-08")
def test_oversized_tokens_are_refused_by_name(lane: Lane, jira: Site, reader: Caller) -> None:
    for path, authorization in ((INTROSPECT, jira.authorization), (REVOKE, reader.authorization)):
        for length, status in ((16_384, 200), (16_385, 400), (60_000, 400), (70_000, 413)):
            answer = lane.post(path, {"token": "a" * length}, authorization)
            assert answer.status == status
        refused = lane.post(path, {"token": "a" * 16_385}, authorization)
        assert refused.description == "token: at most 16384 characters"
    assert lane.post(TOKEN, {"grant_type": "x" * 201}, reader.authorization).status == 400
