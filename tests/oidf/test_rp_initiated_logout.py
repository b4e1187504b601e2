"""oidcc-rp-initiated-logout-certification-test-plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import jwt
import pytest

from tests.oidf.clients import SIGNED_OUT, ClientKey, add_static
from tests.oidf.op import INTERACTIVE, check_error, metadata
from tests.oidf.run import Run
from tests.people.world import ISSUER

if TYPE_CHECKING:
    from tests.oidf.clients import SuiteClient
    from tests.people.pages import Page
    from tests.people.world import PeopleWorld

STATE = "end-session-".ljust(128, "s")


@pytest.fixture(scope="module")
def client(world: PeopleWorld) -> SuiteClient:
    """The plan's client."""
    return add_static(world, "oidf-logout")


@dataclass
class Leaving:
    """A module's run up to its visit to the end session endpoint."""

    run: Run
    hint: str

    def parameters(self, **changes: str | None) -> dict[str, str]:
        """A request to end the session; `None` takes a parameter out."""
        usual: dict[str, str | None] = {
            "id_token_hint": self.hint,
            "post_logout_redirect_uri": SIGNED_OUT,
            "state": STATE,
        }
        return {name: value for name, value in {**usual, **changes}.items() if value is not None}

    def visit(self, **changes: str | None) -> Page:
        """Send the browser there."""
        query = urlencode(self.parameters(**changes))
        return self.run.browser.get(f"/oauth2/logout?{query}", cross_site=True)

    def confirm(self) -> Page:
        """Press the button of the page that asks."""
        return self.run.browser.click("sign-out")

    def check_signed_out(self) -> None:
        """The session is over: nothing comes without a page."""
        self.run.go(prompt="none")
        assert check_error(self.run.answer(), self.run.state) in INTERACTIVE


@pytest.fixture
def leaving(world: PeopleWorld, client: SuiteClient) -> Leaving:
    """A browser that is signed in, and the client's ID token."""
    run = Run(world, client)
    return Leaving(run, str(run.flow().told["id_token"]))


def check_stays(page: Page, leaving: Leaving) -> None:
    """An error or a question for the screenshot; no way to the client, whatever is answered."""
    assert page.status in {200, 400}
    assert not page.location
    after = leaving.confirm()
    assert (after.path, after.location) == ("/signed-out", "")


def test_oidcc_rp_initiated_logout_discovery_endpoint_verification(world: PeopleWorld) -> None:
    endpoint = urlsplit(metadata(world)["end_session_endpoint"])
    assert (endpoint.scheme, endpoint.netloc) == ("https", urlsplit(ISSUER).netloc)


def test_oidcc_rp_initiated_logout(leaving: Leaving) -> None:
    assert leaving.visit().location == f"{SIGNED_OUT}?{urlencode({'state': STATE})}"
    leaving.check_signed_out()


def test_oidcc_rp_initiated_logout_no_state(leaving: Leaving) -> None:
    assert leaving.visit(state=None).location == SIGNED_OUT
    leaving.check_signed_out()


def test_oidcc_rp_initiated_logout_bad_post_logout_redirect_uri(leaving: Leaving) -> None:
    check_stays(leaving.visit(post_logout_redirect_uri=f"{SIGNED_OUT}/4x7"), leaving)


def test_oidcc_rp_initiated_logout_query_added_to_post_logout_redirect_uri(
    leaving: Leaving,
) -> None:
    check_stays(leaving.visit(post_logout_redirect_uri=f"{SIGNED_OUT}?foo=bar"), leaving)


def test_oidcc_rp_initiated_logout_modified_id_token_hint(leaving: Leaving) -> None:
    claims = jwt.decode(leaving.hint, options={"verify_signature": False})
    check_stays(leaving.visit(id_token_hint=jwt.encode(claims, "", "none")), leaving)


def test_oidcc_rp_initiated_logout_bad_id_token_hint(leaving: Leaving) -> None:
    claims = jwt.decode(leaving.hint, options={"verify_signature": False})
    kid = {"kid": jwt.get_unverified_header(leaving.hint)["kid"]}
    forged = jwt.encode(claims, ClientKey().private, "RS256", headers=kid)
    check_stays(leaving.visit(id_token_hint=forged), leaving)


def test_oidcc_rp_initiated_logout_no_id_token_hint(leaving: Leaving) -> None:
    check_stays(leaving.visit(id_token_hint=None), leaving)


def test_oidcc_rp_initiated_logout_no_post_logout_redirect_uri(leaving: Leaving) -> None:
    page = leaving.visit(post_logout_redirect_uri=None)
    assert (page.status, page.path, page.location) == (200, "/signed-out", "")
    leaving.check_signed_out()


def test_oidcc_rp_initiated_logout_no_params(leaving: Leaving) -> None:
    page = leaving.visit(id_token_hint=None, post_logout_redirect_uri=None, state=None)
    assert (page.status, page.location) == (200, "")
    page = leaving.confirm()
    assert (page.status, page.path, page.location) == (200, "/signed-out", "")
    leaving.check_signed_out()


def test_oidcc_rp_initiated_logout_only_state(leaving: Leaving) -> None:
    page = leaving.visit(id_token_hint=None, post_logout_redirect_uri=None)
    assert (page.status, page.location) == (200, "")
    page = leaving.confirm()
    assert (page.status, page.path, page.location) == (200, "/signed-out", "")
    leaving.check_signed_out()
