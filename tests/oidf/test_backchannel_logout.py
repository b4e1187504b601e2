"""oidcc-backchannel-rp-initiated-logout-certification-test-plan."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode

import pytest

from tests.oidf.clients import SIGNED_OUT, add_static
from tests.oidf.op import INTERACTIVE, check_error, metadata, signed_claims
from tests.oidf.run import Run
from tests.oidf.suite_server import SuiteServer
from tests.people.world import PeopleWorld
from tests.upstream.certificates import TestAuthority
from tests.upstream.servers import LoopbackServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.people.world import PeopleInstallation
    from tests.rfc.installations import Installations

PATH = "/test/a/authserver/backchannel_logout"
EVENT = "http://schemas.openid.net/event/backchannel-logout"


@pytest.fixture(scope="module")
def suite() -> SuiteServer:
    return SuiteServer()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> TestAuthority:
    return TestAuthority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def origin(suite: SuiteServer, authority: TestAuthority) -> Iterator[str]:
    with LoopbackServer(suite, tls=authority.server_for("127.0.0.1")) as server:
        yield server.origin


@pytest.fixture(scope="module")
def world(
    people_installations: Installations[PeopleInstallation],
    tmp_path_factory: pytest.TempPathFactory,
    origin: str,
    authority: TestAuthority,
) -> Iterator[PeopleWorld]:
    """A server that may call the suite, as the how-to sets it."""
    overrides = {
        "AUTHSERVER_OUTBOUND_CLIENT_ORIGINS": origin,
        "AUTHSERVER_OUTBOUND_CA_FILE": str(authority.ca_file),
    }
    folder = tmp_path_factory.mktemp("plan") / "people"
    with people_installations.make(folder, overrides) as installation:
        yield PeopleWorld(installation)


def test_oidcc_backchannel_logout_discovery_endpoint_verification(world: PeopleWorld) -> None:
    document = metadata(world)
    assert document["backchannel_logout_supported"] is True
    assert document["backchannel_logout_session_supported"] is True
    assert document["end_session_endpoint"].startswith("https://")


def test_oidcc_backchannel_rp_initiated_logout(
    world: PeopleWorld, suite: SuiteServer, origin: str
) -> None:
    client = add_static(
        world,
        "oidf-backchannel",
        backchannel_logout_uri=origin + PATH,
        backchannel_logout_session_required=True,
    )
    run = Run(world, client)
    flow = run.flow()
    sent = {
        "id_token_hint": flow.told["id_token"],
        "post_logout_redirect_uri": SIGNED_OUT,
        "state": "state",
    }
    page = run.browser.get(f"/oauth2/logout?{urlencode(sent)}", cross_site=True)
    assert page.location == f"{SIGNED_OUT}?state=state"
    assert world.container.logout_deliveries.deliver(lambda: True) == 1
    ((request, body),) = suite.told
    assert request == f"POST {PATH}"
    form = parse_qs(body.decode(), strict_parsing=True)
    assert list(form) == ["logout_token"]
    claims = signed_claims(world, form["logout_token"][0], client.client_id)
    assert claims["events"] == {EVENT: {}}
    assert (claims["sub"], claims["sid"]) == (flow.claims["sub"], flow.claims["sid"])
    assert "nonce" not in claims
    assert claims["jti"]
    assert abs(claims["iat"] - world.clock.now()) <= 5
    run.go(prompt="none")
    assert check_error(run.answer(), run.state) in INTERACTIVE
