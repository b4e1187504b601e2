"""Calls of a Connect app through a real nginx: in the header and in the address, and refused."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.connect.signing import OTHER_SECRET, SECRET, RsaSigner, by_secret, claims
from tests.gateway.shapes import BOTH_MODES, SERVICE_SECRET, Shape

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests

    from tests.gateway.bed import GatewayBed
    from tests.gateway.conftest import GatewayBeds

ISSUE: Final = "/rest/api/2/issue/CALL-1"
QUERY: Final = "fields=summary&fields=a%20b&expand=x*"


@dataclass(frozen=True, slots=True)
class App:
    """An app with a key of the bed's site, which may READ there."""

    bed: GatewayBed
    issuer: str
    client_id: str

    def jwt(self, method: str, target: str, *, secret: str = SECRET, **changes: Any) -> str:
        now = time.time()  # noqa: TID251 - the server judges by the real clock
        return by_secret(claims(method, target, at=now, iss=self.issuer, **changes), secret)

    def call(self, method: str, target: str, jwt: str) -> requests.Response:
        return self.bed.request(method, target, headers={"Authorization": f"JWT {jwt}"})


def register(bed: GatewayBed, issuer: str, *options: str) -> App:
    file = bed.folder / "connect.secret"
    file.write_text(SECRET)
    client_id = bed.caller("READ").client_id
    verifying = options or ("--secret-file", str(file))
    bed.command(
        *("connect", "add", bed.name, issuer, "--client", client_id, "--scope", "READ"), *verifying
    )
    return App(bed, issuer, client_id)


@pytest.fixture(
    params=[
        pytest.param(BOTH_MODES[0], id="api-host"),
        pytest.param(BOTH_MODES[1], id="in-front", marks=pytest.mark.slow),
    ],
    scope="module",
)
def app(request: pytest.FixtureRequest, gateway_beds: GatewayBeds) -> App:
    shape: Shape = request.param
    return register(gateway_beds.of(shape), "com.example.live")


def decided(answer: requests.Response) -> str:
    return str(answer.headers["X-Decision-Id"])


@pytest.mark.feature(31)
def test_a_signed_call_reaches_the_site_without_the_jwt(app: App) -> None:
    target = f"{ISSUE}?{QUERY}"
    jwt = app.jwt("GET", target, jti="header")
    with app.bed.watching() as seen:
        answer = app.call("GET", target, jwt)
    assert answer.status_code == 200, answer.text
    assert seen.one.target == target
    assert seen.one.headers["authorization"] == f"Bearer {SERVICE_SECRET}"
    record = app.bed.record(decided(answer))
    assert (record["action"], record["client_id"]) == ("call.allowed", app.client_id)
    assert record["token_id"] == f"connect:{app.bed.name}:com.example.live:header"
    assert app.call("GET", target, jwt).status_code == 401


@pytest.mark.parametrize(
    "place",
    [
        lambda jwt: (f"{ISSUE}?jwt={jwt}&{QUERY}", f"{ISSUE}?{QUERY}"),
        lambda jwt: (f"{ISSUE}?{QUERY}&jwt={jwt}", f"{ISSUE}?{QUERY}"),
        lambda jwt: (f"{ISSUE}?a=1&jwt={jwt}&b=2", f"{ISSUE}?a=1&b=2"),
        lambda jwt: (f"{ISSUE}?jwt={jwt}", ISSUE),
    ],
)
def test_in_the_address_it_is_taken_off(app: App, place: Callable[[str], tuple[str, str]]) -> None:
    _, bare = place("")
    jwt = app.jwt("GET", bare)
    target, _ = place(jwt)
    with app.bed.watching() as seen:
        answer = app.bed.request("GET", target)
    assert answer.status_code == 200, answer.text
    assert seen.one.target == bare
    assert "jwt" not in repr(app.bed.logged(decided(answer)))
    assert jwt not in repr(app.bed.record(decided(answer)))


@pytest.mark.feature(31)
def test_a_wrong_one_is_401_and_tells_no_more(app: App) -> None:
    now = int(time.time())  # noqa: TID251 - as above
    good = f"{ISSUE}?{QUERY}"
    wrong = {
        "query_hash_wrong": app.jwt("GET", f"{ISSUE}?fields=summary"),
        "context_token": app.jwt("GET", good, qsh="context-qsh"),
        "expired": app.jwt("GET", good, iat=now - 200, exp=now - 20),
        "signature_invalid": app.jwt("GET", good, secret=OTHER_SECRET),
        "issuer_unknown": by_secret(claims("GET", good, at=now, iss="com.example.stranger")),
        "malformed": by_secret(claims("GET", good, at=now, iss=app.issuer), header="[]"),
    }
    said = set()
    with app.bed.watching() as seen:
        for problem, jwt in wrong.items():
            answer = app.call("GET", good, jwt)
            assert answer.status_code == 401, (problem, answer.text)
            record = app.bed.record(decided(answer))
            assert record["reason"].startswith(f"connect-jwt-invalid: {problem}"), problem
            said.add(answer.text.replace(decided(answer), "ID"))
            said.add(answer.headers["WWW-Authenticate"].replace(decided(answer), "ID"))
    assert seen.notes == ()
    assert len(said) == 2


def test_it_comes_in_one_place(app: App) -> None:
    target = f"{ISSUE}?{QUERY}"
    jwt = app.jwt("GET", target)
    header = ("Authorization", f"JWT {jwt}")
    with app.bed.watching() as seen:
        for also in (f"jwt={jwt}", f"jwt={jwt}&jwt={jwt}", f"JWT={jwt}", "jwt=", "%6awt=x"):
            answer = app.bed.raw(f"{target}&{also}", header)
            assert answer.status in (400, 401), also
        for odd in (f"jwt={jwt}&jwt={jwt}", f"JWT={jwt}", f"%6Awt={jwt}", f"a=1;jwt={jwt}"):
            answer = app.bed.raw(f"{target}&{odd}")
            assert answer.status in (400, 401), odd
    assert seen.notes == ()


@pytest.mark.feature(31)
def test_scopes_hold_for_it_as_for_every_token(app: App) -> None:
    jwt = app.jwt("DELETE", ISSUE)
    answer = app.call("DELETE", ISSUE, jwt)
    assert answer.status_code == 403
    assert app.bed.record(decided(answer))["reason"].startswith("insufficient-scope")


@pytest.mark.slow
def test_the_key_of_another_site_opens_nothing_here(gateway_beds: GatewayBeds) -> None:
    here, there = (gateway_beds.of(shape) for shape in BOTH_MODES)
    app = register(here, "com.example.only-here")
    jwt = app.jwt("GET", ISSUE)
    header = {"Authorization": f"JWT {jwt}"}
    assert there.request("GET", ISSUE, headers=header).status_code in (401, 403)
    assert here.request("GET", ISSUE, headers=header).status_code == 200


@pytest.mark.feature(31)
def test_a_key_set_signs_until_it_is_disabled(gateway_beds: GatewayBeds) -> None:
    bed, signer = gateway_beds.of(Shape()), RsaSigner()
    file = bed.folder / "jwks.json"
    file.write_text(signer.jwks())
    app = register(bed, "https://ci.example.org", "--jwks-file", str(file))
    now = time.time()  # noqa: TID251 - as above
    jwt = signer.sign(claims("GET", ISSUE, at=now, iss=app.issuer))
    assert app.call("GET", ISSUE, jwt).status_code == 200
    forged = by_secret(claims("GET", ISSUE, at=now, iss=app.issuer), signer.public_pem.decode())
    assert app.call("GET", ISSUE, forged).status_code == 401
    bed.command("connect", "disable", bed.name, app.issuer)
    assert app.call("GET", ISSUE, jwt).status_code == 401
