"""Tokens that say something else than we would (JW-04, JW-05, JW-06, JW-10)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

import pytest

from tests.rfc.forger import Forger
from tests.rfc.installations import ISSUER
from tests.rfc.lanes import assert_all_inactive
from tests.rfc.tokens import claims_of, header_of

if TYPE_CHECKING:
    from tests.instances import Caller, Site
    from tests.rfc.installations import Installation
    from tests.rfc.lanes import Lane

JIRA: Final = "https://jira.example.org"
CLAIMS: Final = ("iss", "sub", "aud", "client_id", "scope", "iat", "exp", "jti", "grant_id")
RESERVED: Final = (
    *("iss", "sub", "aud", "exp", "iat", "nbf", "jti", "client_id", "scope", "groups", "roles"),
    *(
        "act",
        "may_act",
        "cnf",
        "azp",
        "nonce",
        "auth_time",
        "acr",
        "amr",
        "grant_id",
        "entitlements",
    ),
)
ABSURD: Final = (
    *("1e400", "-1e400", "NaN", "Infinity", "-Infinity", "-1", "0", "true", "false", "null"),
    *('"1800000300"', '"x"', "[]", "{}", "1800000300.5", "1800000300.0", "1.8000003e9", "9e99"),
    *("9" * 400, "99999999999999999999", "0x6b49d200", "01800000300", "1_800_000_300", "-0"),
    *("18446744073709551616", "9223372036854775808", "1800000300e0", "253402300800"),
)
"""Numbers that are no time, or times in another spelling than ours."""
IDENTIFIER: Final = re.compile(r"[A-Za-z0-9_-]{22}\Z")
ISSUED: Final = 300


@pytest.fixture
def forger(installation: Installation, reader: Caller) -> Forger:
    return Forger(installation)


@pytest.mark.rule("JW-04")
def test_the_issuer_is_exactly_ours(lane: Lane, jira: Site, forger: Forger) -> None:
    wrong: list[object] = [
        *(ISSUER[:-1], ISSUER[1:], f"{ISSUER}/", f"{ISSUER}.evil.example", ISSUER.upper()),
        *(ISSUER.replace("https", "http"), f" {ISSUER}", f"{ISSUER}\0", f"{ISSUER}#", JIRA),
        *([ISSUER], [ISSUER, "https://evil.example"], {"0": ISSUER}, "", None, True, ...),
    ]
    assert_all_inactive(lane, jira, [forger.token(iss=issuer) for issuer in wrong])
    assert lane.is_active(jira, forger.token())


@pytest.mark.rule("JW-04")
def test_the_audience_is_exactly_the_site_that_asks(
    lane: Lane, jira: Site, wiki: Site, forger: Forger
) -> None:
    wrong: list[object] = [
        *(JIRA[:-1], f"{JIRA}/", f"{JIRA}.evil.example", JIRA.upper(), f"{JIRA} {JIRA}", ISSUER),
        *([JIRA], [JIRA, wiki.identifier], [wiki.identifier, JIRA], [], {"0": JIRA}),
        *("reader", "jira", "*", "", None, True, ..., wiki.identifier),
    ]
    assert_all_inactive(lane, jira, [forger.token(aud=audience) for audience in wrong])
    assert lane.is_active(jira, forger.token())


@pytest.mark.rule("JW-05")
def test_times_that_are_missing_or_absurd_are_refused(
    installation: Installation, lane: Lane, jira: Site, forger: Forger
) -> None:
    now = int(installation.clock.now())
    forged = [forger.token(**{name: ...}) for name in ("exp", "iat")]
    for name in ("exp", "iat", "nbf"):
        for number in ABSURD:
            text = json.dumps(forger.claims(**{name: 123456789}), separators=(",", ":"))
            payload = text.replace("123456789", number).encode()
            forged.append(forger.sign(forger.header(), payload))
    for issued, expires in (
        (now, now),
        (now, now - 1),
        (now - 700, now - 100),
        (now - 600, now),
        (now, now + 3601),
        (now, now + 10 * 86_400),
        (now - 86_400, now + 60),
        (now + 61, now + 600),
        (now + 3600, now + 7200),
    ):
        forged.append(forger.token(iat=issued, exp=expires))
    assert_all_inactive(lane, jira, forged)
    for issued, expires in ((now - 599, now + 1), (now + 59, now + 600), (now, now + 3600)):
        assert lane.is_active(jira, forger.token(iat=issued, exp=expires))


@pytest.mark.rule("JW-06")
def test_a_critical_header_that_we_do_not_know_is_refused(
    lane: Lane, jira: Site, forger: Forger
) -> None:
    crits: list[object] = [["x"], [], ["exp"], ["b64"], ["typ"], "x", None, 1, {}, ["x", "x"]]
    forged = []
    for crit in crits:
        forged += [
            forger.sign({**forger.header(), "crit": crit}, forger.claims()),
            forger.sign({**forger.header(), "crit": crit, "x": 1, "exp": 1}, forger.claims()),
            forger.sign({**forger.header(), "crit": crit, "b64": False}, forger.claims()),
            forger.sign({"crit": crit, **forger.header()}, forger.claims()),
        ]
    assert_all_inactive(lane, jira, forged)


@pytest.mark.rule("JW-10")
def test_a_token_has_exactly_the_claims_of_the_profile(
    installation: Installation, lane: Lane, jira: Site, reader: Caller
) -> None:
    token = lane.token(reader)
    claims = claims_of(token)
    now = int(installation.clock.now())
    assert header_of(token).keys() == {"alg", "kid", "typ"}
    assert claims == {
        "iss": ISSUER,
        "sub": "client:reader",
        "aud": jira.identifier,
        "client_id": "reader",
        "scope": "READ WRITE",
        "iat": now,
        "exp": now + 600,
        "jti": claims["jti"],
        "grant_id": claims["jti"],
    }
    assert IDENTIFIER.match(claims["jti"])


@pytest.mark.rule("JW-10")
def test_every_token_has_a_name_of_its_own(lane: Lane, reader: Caller) -> None:
    names = {claims_of(lane.token(reader))["jti"] for _ in range(ISSUED)}
    assert len(names) == ISSUED


@pytest.mark.rule("JW-10")
def test_nothing_that_a_caller_sends_becomes_a_claim(
    installation: Installation, lane: Lane, jira: Site, reader: Caller
) -> None:
    attributes = {name: "evil" for name in RESERVED if name != "client_id"}
    claims = claims_of(lane.token(reader, **{**attributes, "scope": "READ"}, claims='{"sub":"x"}'))
    assert claims.keys() == set(CLAIMS)
    assert "evil" not in claims.values()
    named = installation.caller("named", jira, "READ", name='","sub":"user:1', contact='"aud":"x"')
    assert claims_of(lane.token(named))["sub"] == "client:named"


@pytest.mark.rule("JW-10")
def test_a_token_with_more_or_fewer_claims_is_not_one_of_ours(
    lane: Lane, jira: Site, forger: Forger
) -> None:
    forged = [forger.token(**{name: ...}) for name in CLAIMS]
    forged += [forger.token(**{name: "x"}) for name in RESERVED if name not in CLAIMS]
    empty: tuple[object, ...] = ("", None, [], 7)
    forged += [forger.token(**{name: value}) for name in CLAIMS for value in empty]
    forged += [forger.token(scope=scope) for scope in (["READ"], "READ  WRITE", " READ", 'R"')]
    forged += [forger.token(scope=scope) for scope in ("ADMIN", "READ ADMIN", "SYSTEM_ADMIN")]
    forged += [forger.token(client_id="nobody"), forger.token(client_id="READER")]
    assert_all_inactive(lane, jira, forged)
