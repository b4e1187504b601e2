"""`private_key_jwt` with keys at the client's own address (CA-09, CA-10)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.services.client_profiles import ProfileChanges
from tests.crypto.assertions import assertion_claims, make, public_jwk
from tests.rfc.canary import Canary
from tests.rfc.installations import ISSUER
from tests.rfc.lanes import TOKEN, assert_invalid_client
from tests.upstream.certificates import TestAuthority
from tests.upstream.servers import LoopbackServer, Visit, answer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.instances import Site
    from tests.machine.doors import Answer
    from tests.rfc.conftest import MakeInstallation
    from tests.rfc.installations import Installation
    from tests.rfc.lanes import Lane

JWT_BEARER: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SCANNED: Final = 1_000


@dataclass
class Page:
    """What the client's server shows."""

    said: bytes = b""
    visits: int = 0

    def show(self, *algorithms: str) -> None:
        """The public keys of these algorithms."""
        keys = [public_jwk(algorithm) for algorithm in algorithms]
        self.said = answer(json.dumps({"keys": keys}).encode())

    def __call__(self, visit: Visit) -> bool:
        self.visits += 1
        visit.say(self.said)
        return False


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> TestAuthority:
    return TestAuthority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def page() -> Page:
    page = Page()
    page.show("ES256")
    return page


@pytest.fixture
def server(page: Page, authority: TestAuthority) -> Iterator[LoopbackServer]:
    with LoopbackServer(page, tls=authority.server_for("127.0.0.1")) as server:
        yield server


@pytest.fixture
def ca_file(authority: TestAuthority) -> Path:
    return authority.ca_file


@pytest.fixture
def opened(
    make_installation: MakeInstallation, server: LoopbackServer, ca_file: Path
) -> Installation:
    """An installation whose administrator lets the client's address be called."""
    return make_installation(
        AUTHSERVER_OUTBOUND_CLIENT_ORIGINS=server.origin,
        AUTHSERVER_OUTBOUND_CA_FILE=str(ca_file),
    )


def register(installation: Installation, uri: str, **profile: Any) -> Site:
    """The client ci-job, whose keys are at `uri`."""
    site = installation.site("jira")
    installation.caller(
        "ci-job",
        site,
        "READ",
        auth_method="private_key_jwt",
        profile=ProfileChanges(jwks_uri=uri, **profile),
    )
    return site


class Presenter:
    """Presents assertions of ci-job, each once."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._number = 0

    def __call__(
        self, lane: Lane | None = None, algorithm: str = "ES256", **header: object
    ) -> Answer:
        now = int(self._installation.clock.now())
        return self.claiming(lane, algorithm, header, iat=now, exp=now + 60)

    def claiming(
        self,
        lane: Lane | None,
        algorithm: str,
        header: dict[str, object],
        **claims: object,
    ) -> Answer:
        self._number += 1
        own = assertion_claims(jti=f"jti-{self._number}", **claims)
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": JWT_BEARER,
            "client_assertion": make(own, algorithm, header),
        }
        return (lane or self._installation.lane).post(TOKEN, form)


@pytest.mark.rule("CA-10")
def test_the_keys_are_fetched_once_and_prove_the_client(
    opened: Installation, server: LoopbackServer, page: Page
) -> None:
    register(opened, f"{server.origin}/jwks")
    present = Presenter(opened)
    for _ in range(5):
        assert present().status == 200
    assert page.visits == 1
    assert b"authserver" in server.requests[0]
    assert_invalid_client(present(algorithm="PS256"))


@pytest.mark.rule("CA-10")
def test_a_thousand_unknown_keys_cause_one_fetch(
    opened: Installation, server: LoopbackServer, page: Page
) -> None:
    register(opened, f"{server.origin}/jwks")
    present = Presenter(opened)
    for number in range(SCANNED):
        assert_invalid_client(present(kid=f"unknown-{number}"))
    assert page.visits == 1
    assert present().status == 200
    opened.clock.advance(61)
    opened.poll()
    for number in range(10):
        assert_invalid_client(present(kid=f"unknown-{number}"))
    assert page.visits == 2


@pytest.mark.rule("CA-10")
def test_a_new_key_counts_after_a_minute_and_a_removed_one_not_after_five(
    opened: Installation, server: LoopbackServer, page: Page
) -> None:
    register(opened, f"{server.origin}/jwks")
    present = Presenter(opened)
    assert present().status == 200
    page.show("PS256")
    assert_invalid_client(present(algorithm="PS256"))
    opened.clock.advance(61)
    opened.poll()
    assert present(algorithm="PS256").status == 200
    assert_invalid_client(present())


@pytest.mark.rule("CA-10")
def test_the_keys_known_serve_while_the_page_is_gone(
    opened: Installation, server: LoopbackServer, page: Page
) -> None:
    register(opened, f"{server.origin}/jwks")
    present = Presenter(opened)
    assert present().status == 200
    page.said = answer(b"{}", status="500 Internal Server Error")
    opened.clock.advance(400)
    opened.poll()
    assert present().status == 200
    opened.clock.advance(3601)
    opened.poll()
    assert_invalid_client(present())


@pytest.mark.rule("CA-10")
@pytest.mark.parametrize(
    "said",
    [
        answer(json.dumps({"keys": [public_jwk("ES256")], "pad": "x" * 65_536}).encode()),
        answer(b"[]"),
        answer(b"{"),
        answer(b"<html></html>", kind="text/html"),
        answer(json.dumps({"keys": [public_jwk("ES256")]}).encode(), status="404 Not Found"),
        answer(json.dumps({"keys": [{**public_jwk("ES256"), "d": "AAAA"}]}).encode()),
        answer(json.dumps({"keys": [{"kty": "oct", "kid": "key-ES256", "k": "AA"}]}).encode()),
    ],
    ids=range(7),
)
def test_what_is_no_key_set_of_the_right_size_proves_nothing(
    opened: Installation, server: LoopbackServer, page: Page, said: bytes
) -> None:
    page.said = said
    register(opened, f"{server.origin}/jwks")
    assert_invalid_client(Presenter(opened)())
    assert page.visits == 1


@pytest.mark.rule("CA-10")
def test_a_redirect_is_not_followed(
    opened: Installation, server: LoopbackServer, page: Page
) -> None:
    with Canary() as canary:
        page.said = answer(b"", status="302 Found", extra=(f"Location: {canary.url}",))
        register(opened, f"{server.origin}/jwks")
        assert_invalid_client(Presenter(opened)())
        assert page.visits == 1
    assert canary.hits == 0


@pytest.mark.rule("CA-10")
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "[::1]"])
def test_a_private_address_that_nobody_named_is_not_called(
    make_installation: MakeInstallation, ca_file: Path, host: str
) -> None:
    installation = make_installation(AUTHSERVER_OUTBOUND_CA_FILE=str(ca_file))
    with Canary() as canary:
        port = canary.url.split(":")[2].partition("/")[0]
        register(installation, f"https://{host}:{port}/jwks")
        assert_invalid_client(Presenter(installation)())
    assert canary.hits == 0


@pytest.mark.rule("CA-10")
def test_what_is_open_for_administrators_is_closed_to_addresses_that_clients_name(
    make_installation: MakeInstallation, server: LoopbackServer, page: Page, ca_file: Path
) -> None:
    installation = make_installation(
        AUTHSERVER_OUTBOUND_PRIVATE_NETWORKS="127.0.0.0/8",
        AUTHSERVER_OUTBOUND_PRIVATE_ORIGINS=server.origin,
        AUTHSERVER_OUTBOUND_CA_FILE=str(ca_file),
    )
    register(installation, f"{server.origin}/jwks")
    assert_invalid_client(Presenter(installation)())
    assert page.visits == 0


@pytest.mark.rule("CA-09")
def test_the_token_endpoint_is_an_audience_only_for_clients_registered_so(
    opened: Installation, server: LoopbackServer
) -> None:
    register(opened, f"{server.origin}/jwks", assertion_audience="token_endpoint")
    strict = opened.container.clients.get("ci-job")
    assert strict.profile.assertion_audience == "token_endpoint"
    present = Presenter(opened)
    for audience, good in (
        (f"{ISSUER}/oauth2/token", True),
        (ISSUER, True),
        (f"{ISSUER}/oauth2/token/", False),
        (f"{ISSUER}/oauth2/par", False),
        ([ISSUER, f"{ISSUER}/oauth2/token"], False),
        ("https://other.example.org", False),
    ):
        answered = present.claiming(None, "ES256", {}, aud=audience)
        assert (answered.status == 200) == good, audience
