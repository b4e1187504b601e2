"""requests-oauthlib, as its documentation uses it: a web application, and one without a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jwt
import pytest
import requests
from oauthlib.oauth2 import InvalidClientError, InvalidGrantError
from requests_oauthlib import OAuth2Session

from authserver.domain.clients import ClientAuthMethod
from authserver.services.client_profiles import ProfileChanges
from tests.clients.realm import CALLBACK, SCOPES, SIGNED_OUT, Realm, query

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.people.browser import Browser
    from tests.people.cast import App, Person


class Client:
    """The library, pointed at the issuer by its discovery document alone."""

    def __init__(self, realm: Realm, app: App, scope: str = SCOPES) -> None:
        self.realm, self.app = realm, app
        self.trust = str(realm.ca_file)
        self.metadata: Mapping[str, str] = requests.get(
            f"{realm.issuer}/.well-known/openid-configuration", verify=self.trust, timeout=30
        ).json()
        self.session = OAuth2Session(
            app.client_id, redirect_uri=CALLBACK, scope=scope.split(), pkce="S256"
        )
        self.session.verify = self.trust
        self.session.trust_env = False  # else requests prefers the bundle of the environment
        self.nonce = ""

    def sign_in(self, browser: Browser, person: Person, **more: str) -> dict[str, Any]:
        """To the issuer and back; the tokens."""
        self.nonce = f"nonce-of-{person.username}"
        url, state = self.session.authorization_url(
            self.metadata["authorization_endpoint"], nonce=self.nonce, **more
        )
        page = self.realm.visit(browser, url, person)
        assert page.answer["state"] == state
        assert page.answer["iss"] == self.realm.issuer
        secret = {"client_secret": self.app.secret} if self.app.secret else {}
        return dict(
            self.session.fetch_token(
                self.metadata["token_endpoint"],
                authorization_response=page.location,
                include_client_id=not self.app.secret,
                **secret,
            )
        )

    def refresh(self, token: str) -> dict[str, Any]:
        """New tokens."""
        auth = (self.app.client_id, self.app.secret) if self.app.secret else None
        own = {} if auth else {"client_id": self.app.client_id}
        return dict(
            self.session.refresh_token(
                self.metadata["token_endpoint"], token, auth=auth, verify=self.trust, **own
            )
        )

    def post(self, endpoint: str, token: str) -> requests.Response:
        """The library has no introspection and no revocation; its transport has."""
        return requests.post(
            self.metadata[endpoint],
            {"token": token},
            auth=(self.app.client_id, self.app.secret),
            verify=self.trust,
            timeout=30,
        )


@pytest.fixture
def client(realm: Realm) -> Client:
    return Client(realm, realm.app())


@pytest.fixture
def browser(realm: Realm) -> Browser:
    return realm.browser()


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_a_user_signs_in_and_the_app_learns_who_it_is(
    realm: Realm, browser: Browser, algorithm: str
) -> None:
    client = Client(realm, realm.app(profile=ProfileChanges(id_token_algorithm=algorithm)))
    person = realm.person()
    tokens = client.sign_in(browser, person)
    assert sorted(tokens["scope"]) == sorted(SCOPES.split())
    told = client.session.get(client.metadata["userinfo_endpoint"]).json()
    assert (told["sub"], told["name"]) == (person.subject, "Ada Lovelace")
    assert told["email"] == f"{person.username}@example.test"

    # oauthlib leaves the ID token to others.
    keys = requests.get(client.metadata["jwks_uri"], verify=client.trust, timeout=30).json()
    by_id = {key["kid"]: jwt.PyJWK(key) for key in keys["keys"]}
    claims = jwt.decode(
        tokens["id_token"],
        by_id[jwt.get_unverified_header(tokens["id_token"])["kid"]],
        algorithms=[algorithm],
        audience=client.app.client_id,
        issuer=client.metadata["issuer"],
    )
    assert (claims["sub"], claims["nonce"]) == (person.subject, client.nonce)


def test_refresh_tokens_rotate_and_a_revoked_one_takes_everything_along(
    client: Client, browser: Browser
) -> None:
    first = client.sign_in(browser, client.realm.person())
    second = client.refresh(first["refresh_token"])
    third = client.refresh(second["refresh_token"])
    values = {each["refresh_token"] for each in (first, second, third)}
    assert len(values) == 3
    assert "READ" in client.realm.judged(third["access_token"])["scope"].split()
    asked = client.post("introspection_endpoint", third["access_token"]).json()
    assert (asked["active"], asked["client_id"]) == (True, client.app.client_id)

    assert client.post("revocation_endpoint", third["refresh_token"]).status_code == 200
    for each in (first, second, third):
        assert client.realm.judged(each["access_token"]) == {"active": False}
    with pytest.raises(InvalidGrantError):
        client.refresh(third["refresh_token"])


def test_signing_out_leads_back_and_ends_what_hangs_on_the_session(
    realm: Realm, browser: Browser
) -> None:
    app = realm.app(profile=ProfileChanges(session_refresh=True))
    client = Client(realm, app, "openid READ")
    tokens = client.sign_in(browser, realm.person())
    sent = {
        "id_token_hint": tokens["id_token"],
        "post_logout_redirect_uri": SIGNED_OUT,
        "state": "on the way out",
    }
    url = requests.Request("GET", client.metadata["end_session_endpoint"], params=sent).prepare()
    page = browser.get(str(url.url), cross_site=True)
    assert page.location.startswith(SIGNED_OUT)
    assert query(page.location) == {"state": "on the way out"}
    with pytest.raises(InvalidGrantError):
        client.refresh(tokens["refresh_token"])
    assert realm.judged(tokens["access_token"]) == {"active": False}


def test_an_app_without_a_secret_signs_in_by_pkce_alone(realm: Realm, browser: Browser) -> None:
    client = Client(realm, realm.app(auth_method=ClientAuthMethod.NONE))
    tokens = client.sign_in(browser, realm.person())
    again = client.refresh(tokens["refresh_token"])
    assert realm.judged(again["access_token"])["active"] is True


def test_a_wrong_secret_is_called_by_its_name(client: Client, browser: Browser) -> None:
    tokens = client.sign_in(browser, client.realm.person())
    with pytest.raises(InvalidClientError):
        client.session.refresh_token(
            client.metadata["token_endpoint"],
            tokens["refresh_token"],
            auth=(client.app.client_id, "wrong"),
        )
