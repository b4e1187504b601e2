"""Token exchanges are on record: whose token, of which provider, and what came of it (AU-03)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.domain.clients import GrantType
from authserver.domain.providers import ProviderKind
from tests.federation.bearing import APP, SUBJECT
from tests.rfc.exchanging import Exchanging, exchanging
from tests.rfc.tokens import claims_of
from tests.rfc.watch import Watch

if TYPE_CHECKING:
    from tests.federation.bearing import BearingInstallation

EXCHANGER: Final = {"kind": "client", "id": "exchanger"}
THEIRS: Final = {
    "provider": "theirs",
    "provider_client": APP,
    "provider_token": "plain-token-1",
}


@pytest.fixture
def desk(bearing_installation: BearingInstallation) -> Exchanging:
    return exchanging(bearing_installation, ProviderKind.OIDC)


@pytest.mark.rule("AU-03")
def test_an_exchange_is_recorded_with_the_token_it_came_from(desk: Exchanging) -> None:
    watch = Watch(desk.world.installation)
    answer = desk.exchange(desk.token())
    claims = claims_of(answer.json["access_token"])
    told = watch.those(
        "token.exchanged",
        "token.issued",
        actor=EXCHANGER,
        outcome="success",
        client_id="exchanger",
        resource=desk.world.site.identifier,
        request_id=answer.headers["x-request-id"],
    )
    exchanged = told["token.exchanged"]
    assert exchanged["object"] == {"kind": "grant", "id": claims["grant_id"]}
    assert exchanged["details"] == {
        **THEIRS,
        "subject": SUBJECT,
        "scope": "READ WRITE",
        "expires_at": desk.world.installation.clock.now() + 600,
    }
    assert told["token.issued"]["token_id"] == claims["jti"]
    assert told["token.issued"]["details"]["grant_id"] == claims["grant_id"]


@pytest.mark.rule("AU-03")
@pytest.mark.parametrize(
    ("claims", "form", "reason", "known"),
    [
        ({"sub": "nobody"}, {}, "invalid_request: user_unknown", THEIRS),
        ({"sub": APP}, {}, "invalid_request: client_not_accepted", THEIRS),
        ({"client_id": "other"}, {}, "invalid_request: client_not_accepted", {}),
        ({"scope": "unknown"}, {}, "invalid_scope: no_mapped_scope", THEIRS),
        ({}, {"scope": "ADMIN"}, "invalid_scope: ", THEIRS),
        ({}, {"resource": "https://evil.example"}, "invalid_target: ", THEIRS),
        ({"iss": "https://evil.example"}, {}, "invalid_request: issuer_not_accepted", {}),
    ],
)
def test_a_refused_exchange_is_recorded_with_its_cause(
    desk: Exchanging,
    claims: dict[str, object],
    form: dict[str, Any],
    reason: str,
    known: dict[str, str],
) -> None:
    token = desk.token(**claims)
    watch = Watch(desk.world.installation)
    answer = desk.exchange(token, **form)
    record = watch.one(
        "token.exchange_refused",
        actor=EXCHANGER,
        outcome="refused",
        client_id="exchanger",
        request_id=answer.headers["x-request-id"],
    )
    assert record["reason"].startswith(reason), record["reason"]
    details = record["details"]
    assert details["grant_type"] == GrantType.TOKEN_EXCHANGE
    assert details.items() >= known.items()
    assert token not in str(record)


@pytest.mark.rule("AU-03")
def test_a_client_that_may_not_exchange_is_on_record(desk: Exchanging) -> None:
    reader = desk.world.installation.caller("reader", desk.world.site, "READ")
    watch = Watch(desk.world.installation)
    desk.exchange(desk.token(), reader)
    record = watch.one(
        "token.exchange_refused", actor={"kind": "client", "id": "reader"}, outcome="refused"
    )
    assert record["reason"].startswith("unauthorized_client: ")
