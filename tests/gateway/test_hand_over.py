"""An allowed call arrives with what the site accepts, as the right account, in both modes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.gateways import SessionCookies
from authserver.domain.hand_over import HandOverKind
from authserver.gateway.site_configuration import Mode
from tests.gateway.bed import ACCOUNT, GatewayBed
from tests.gateway.shapes import EVERY_KIND, SERVICE_ACCOUNT, Shape

if TYPE_CHECKING:
    from pathlib import Path

    from tests.gateway.conftest import GatewayBeds

ISSUE = "/rest/api/2/issue/DEMO-1"


def test_an_allowed_call_arrives_with_the_credential_of_the_site(
    bed_of_every_shape: GatewayBed,
) -> None:
    bed = bed_of_every_shape
    token = bed.token("READ")
    with bed.watching() as seen:
        answer = bed.request("GET", ISSUE, token)
    assert answer.status_code == 200
    kind = bed.shape.hand_over
    account = SERVICE_ACCOUNT if kind is HandOverKind.SERVICE_CREDENTIAL else ACCOUNT
    assert seen.one.account == account
    assert token not in str(seen.one)
    assert seen.one.smells == ()
    record = bed.record(answer.headers["X-Decision-Id"])
    assert record["action"] == "call.allowed"
    assert record["details"]["account"] == account
    logged = bed.logged(answer.headers["X-Decision-Id"])
    assert (logged["status"], logged["account"]) == (200, account)


def test_an_unmapped_caller_is_told_so(gateway_beds: GatewayBeds) -> None:
    bed = gateway_beds.of(Shape(HandOverKind.ASSERTION))
    caller = bed.server.register_caller("unmapped", bed.site, "READ")
    with bed.watching() as seen:
        answer = bed.request("GET", ISSUE, bed.server.token(caller))
    assert answer.status_code == 403
    assert "account" in answer.json()["error_description"]
    assert seen.notes == ()


@pytest.mark.parametrize("shape", EVERY_KIND, ids=str)
def test_every_kind_of_site_is_reached(gateway_beds: GatewayBeds, shape: Shape) -> None:
    bed = gateway_beds.of(shape)
    path, scope = {
        "jira-dc": (ISSUE, "READ"),
        "jira-cloud": ("/rest/api/3/issue/DEMO-1", "read:jira-work"),
        "confluence-dc": ("/rest/api/content/2001", "READ"),
        "confluence-cloud": ("/wiki/api/v2/pages", "read:page:confluence"),
    }[shape.kind]
    with bed.watching() as seen:
        answer = bed.request("GET", path, bed.token(scope))
    assert answer.status_code == 200, answer.text
    assert seen.one.account == SERVICE_ACCOUNT


def test_a_hand_over_that_changed_opens_nothing_until_nginx_knows(
    gateway_bed: GatewayBed, tmp_path: Path
) -> None:
    shape = Shape(HandOverKind.IDENTITY_HEADER)
    with GatewayBed(tmp_path, shape, gateway_bed.server, "changing") as bed:
        token = bed.token("READ")
        assert bed.request("GET", ISSUE, token).status_code == 200
        for other in (("identity-header", "--header", "X-Somebody"), ("assertion",)):
            bed.command("resource", "set-hand-over", bed.name, "--kind", *other)
            with bed.watching() as seen:
                answer = bed.request("GET", ISSUE, token)
            assert (answer.status_code, seen.notes) == (503, ())
            logged = bed.logged(answer.headers["X-Decision-Id"])
            assert logged["deny_reason"] == "hand-over-changed"

            bed.nginx.reload(bed.render())
            with bed.watching() as seen:
                bed.request("GET", ISSUE, token)
            assert ("x-somebody" if len(other) > 1 else "authorization") in seen.one.headers


def test_the_pages_of_the_site_pass_without_a_token(in_front_bed: GatewayBed) -> None:
    with in_front_bed.watching() as seen:
        answer = in_front_bed.request(
            "GET", "/secure/Dashboard.jspa", headers={"Cookie": "JSESSIONID=session-of-tokafor"}
        )
    assert answer.status_code == 200
    assert seen.one.account == "tokafor"


@pytest.mark.parametrize("cookies", [SessionCookies.OBSERVE, SessionCookies.ALLOW])
def test_a_session_goes_on_where_the_gateway_lets_it(
    gateway_beds: GatewayBeds, cookies: SessionCookies
) -> None:
    bed = gateway_beds.of(Shape(mode=Mode.IN_FRONT, session_cookies=cookies))
    with bed.watching() as seen:
        cookie = {"Cookie": "JSESSIONID=session-of-tokafor"}
        assert bed.request("GET", ISSUE, headers=cookie).status_code == 403
        of_a_page = {**cookie, "X-Requested-With": "XMLHttpRequest"}
        answer = bed.request("GET", ISSUE, headers=of_a_page)
    assert answer.status_code == 200
    assert seen.one.account == "tokafor"
    assert "authorization" not in seen.one.headers
