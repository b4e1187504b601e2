"""What an app got from a user, at the gateway: calls go on as the user's account, within scopes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest
from requests_oauthlib import OAuth2Session

from authserver.domain.hand_over import HandOverKind
from tests.clients.realm import CALLBACK, Realm
from tests.gateway.bed import ACCOUNT, GatewayBed
from tests.gateway.shapes import IDENTITY_HEADER, Shape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.people.browser import Browser
    from tests.people.cast import App

ISSUE: Final = "/rest/api/2/issue/DEMO-1"
NEW_ISSUE: Final = "/rest/api/2/issue"


@pytest.fixture(scope="module")
def bed(realm: Realm, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayBed]:
    folder = tmp_path_factory.mktemp("gateway")
    shape = Shape(HandOverKind.IDENTITY_HEADER)
    with GatewayBed(folder, shape, realm.served.instance, "jira-at-the-gateway") as bed:
        yield bed


@dataclass(slots=True)
class Allowed:
    """A token that a user gave an app, and where she can take it back."""

    token: str
    browser: Browser
    app: App


@pytest.fixture
def allowed(realm: Realm, bed: GatewayBed) -> Allowed:
    app = realm.app(site=bed.site)
    person, browser = realm.person(), realm.browser()
    bed.command("account", "map", bed.name, person.subject, ACCOUNT)
    session = OAuth2Session(
        app.client_id, redirect_uri=CALLBACK, scope=["openid", "READ"], pkce="S256"
    )
    session.trust_env = False
    url, _ = session.authorization_url(f"{realm.issuer}/oauth2/authorize")
    page = realm.visit(browser, url, person)
    tokens = session.fetch_token(
        f"{realm.issuer}/oauth2/token",
        authorization_response=page.location,
        client_secret=app.secret,
        verify=str(realm.ca_file),
    )
    return Allowed(tokens["access_token"], browser, app)


def test_reading_goes_on_as_the_users_account(bed: GatewayBed, allowed: Allowed) -> None:
    with bed.watching() as seen:
        assert bed.request("GET", ISSUE, allowed.token).status_code == 200
    assert seen.one.account == ACCOUNT
    assert seen.one.headers[IDENTITY_HEADER.lower()] == ACCOUNT
    assert "authorization" not in seen.one.headers


def test_writing_is_refused_and_the_missing_scope_named(bed: GatewayBed, allowed: Allowed) -> None:
    with bed.watching() as seen:
        answer = bed.request("POST", NEW_ISSUE, allowed.token, json={"fields": {}})
    assert seen.notes == ()
    assert answer.status_code == 403
    assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]
    assert "WRITE" in answer.headers["WWW-Authenticate"]


def test_what_the_user_takes_back_opens_nothing_from_that_moment(
    bed: GatewayBed, allowed: Allowed
) -> None:
    assert bed.request("GET", ISSUE, allowed.token).status_code == 200
    allowed.browser.get("/account/authorizations")
    page = allowed.browser.click("revoke-1")
    assert "done" in page.texts
    with bed.watching() as seen:
        answer = bed.request("GET", ISSUE, allowed.token)
    assert seen.notes == ()
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


@pytest.mark.feature(30)
@pytest.mark.feature(35)
def test_groups_and_networks_limit_a_users_jwt_like_every_credential(
    bed: GatewayBed, allowed: Allowed
) -> None:
    file = bed.folder / "policy.toml"

    def refused_by(text: str) -> tuple[int, str]:
        file.write_text(text)
        bed.command("policy", "apply", bed.name, str(file), "--yes")
        answer = bed.request("GET", ISSUE, allowed.token)
        return answer.status_code, answer.json().get("reason", "")

    try:
        told = [
            refused_by('[access]\ngroups = []\nreason = "Nobody"\n'),
            refused_by('[[network]]\nname = "vpn"\nallow = ["10.0.0.0/8"]\nreason = "The VPN"\n'),
        ]
    finally:
        assert refused_by("") == (200, "")
    assert told == [(403, "group-not-allowed"), (403, "network-not-allowed")]
