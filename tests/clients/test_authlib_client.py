"""Authlib as a client: in a Flask application that signs users in, and as a session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import pytest
from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT, private_key_jwt_sign
from flask import Flask, jsonify
from joserfc.jwk import ECKey

from authserver.domain.authorization_profiles import AssertionAudience
from authserver.domain.clients import ClientAuthMethod
from authserver.services.client_profiles import ProfileChanges
from tests.clients.realm import APP, CALLBACK, SCOPES, SIGNED_OUT, Realm

if TYPE_CHECKING:
    from flask import Response
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse
    from werkzeug.wrappers import Response as AnyResponse

    from tests.people.cast import App, Person

KEY_ID: Final = "of-the-app"


class ShortLivedAssertions(PrivateKeyJWT):  # type: ignore[misc]  # Authlib ships no types
    """Authlib's assertions are good for an hour unless told otherwise; ours may be for minutes."""

    def sign(self, auth: Any, token_endpoint: str) -> str:
        signed: str = private_key_jwt_sign(
            auth.client_secret,
            auth.client_id,
            token_endpoint,
            alg="ES256",
            header={"kid": KEY_ID},
            expires_in=60,
        )
        return signed


class RelyingParty:
    """The application of Authlib's documentation; a user's browser has it as `pages`."""

    def __init__(self, realm: Realm, app: App, scope: str = SCOPES, **more: Any) -> None:
        self.realm, self.app = realm, app
        flask = Flask(app.client_id)
        flask.secret_key = "signs the cookies of a test"
        oauth = OAuth(flask)
        self.oauth = oauth.register(
            "authserver",
            client_id=app.client_id,
            client_secret=app.secret or None,
            server_metadata_url=f"{realm.issuer}/.well-known/openid-configuration",
            client_kwargs={
                "scope": scope,
                "code_challenge_method": "S256",
                "verify": str(realm.ca_file),
                "trust_env": False,
                **more,
            },
        )

        @flask.get("/login")
        def login() -> AnyResponse:
            answer: AnyResponse = self.oauth.authorize_redirect(CALLBACK)
            return answer

        @flask.route("/callback", methods=["GET", "POST"])
        def callback() -> Response:
            return jsonify(self.oauth.authorize_access_token())

        @flask.get("/logout")
        def logout() -> AnyResponse:
            answer: AnyResponse = self.oauth.logout_redirect(
                SIGNED_OUT, id_token_hint=self.id_token
            )
            return answer

        @flask.get("/signed-out")
        def signed_out() -> Response:
            return jsonify(self.oauth.validate_logout_response())

        self.id_token = ""
        self.flask = flask
        self.pages: FlaskClient = flask.test_client()
        self.browser = realm.browser()

    def sign_in(self, person: Person) -> dict[str, Any]:
        """By the application's own pages; what it got."""
        page = self.realm.visit(self.browser, self.get("/login").location or "", person)
        answer = self.get(page.location)
        assert answer.status_code == 200, answer.text
        tokens = dict(answer.json or {})
        self.id_token = tokens["id_token"]
        return tokens

    def get(self, url: str) -> TestResponse:
        """A page of the application."""
        parts = urlsplit(url)
        return self.pages.get(f"{parts.path}?{parts.query}", base_url=APP)

    def session(self, **more: Any) -> OAuth2Session:
        """Authlib's session for the same client."""
        session = OAuth2Session(self.app.client_id, self.app.secret, **more)
        session.verify = str(self.realm.ca_file)
        session.trust_env = False
        return session

    def endpoint(self, name: str) -> str:
        """Where discovery says that it is."""
        return str(self.oauth.load_server_metadata()[f"{name}_endpoint"])


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_a_user_signs_in_and_the_app_checks_the_id_token(realm: Realm, algorithm: str) -> None:
    party = RelyingParty(realm, realm.app(profile=ProfileChanges(id_token_algorithm=algorithm)))
    person = realm.person()
    tokens = party.sign_in(person)
    # Set by Authlib when signature, issuer, audience, times, nonce and at_hash are right.
    assert tokens["userinfo"]["sub"] == person.subject
    with party.flask.test_request_context():
        told = party.oauth.userinfo(token=tokens)
    assert told["email"] == f"{person.username}@example.test"


def test_tokens_are_refreshed_asked_about_and_taken_back(realm: Realm) -> None:
    party = RelyingParty(realm, realm.app())
    first = party.sign_in(realm.person())
    session = party.session(token=first)
    second = session.refresh_token(party.endpoint("token"))
    assert second["refresh_token"] != first["refresh_token"]
    asked = session.introspect_token(party.endpoint("introspection"), second["access_token"])
    assert asked.json()["active"] is True
    assert "READ" in realm.judged(second["access_token"])["scope"].split()

    gone = session.revoke_token(party.endpoint("revocation"), second["access_token"])
    assert gone.status_code == 200
    assert realm.judged(second["access_token"]) == {"active": False}
    third = session.refresh_token(party.endpoint("token"))
    session.revoke_token(
        party.endpoint("revocation"), third["refresh_token"], token_type_hint="refresh_token"
    )
    assert realm.judged(third["access_token"]) == {"active": False}
    with pytest.raises(OAuthError, match="invalid_grant"):
        session.refresh_token(party.endpoint("token"))


def test_signing_out_leads_back_and_ends_what_hangs_on_the_session(realm: Realm) -> None:
    app = realm.app(profile=ProfileChanges(session_refresh=True))
    party = RelyingParty(realm, app, "openid READ")
    tokens = party.sign_in(realm.person())

    left = party.browser.get(party.get("/logout").location or "", cross_site=True)
    assert left.location.startswith(SIGNED_OUT)
    # Authlib knows the state again.
    assert party.get(left.location).json == {"post_logout_redirect_uri": SIGNED_OUT}
    assert realm.refresh(app, tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert realm.judged(tokens["access_token"]) == {"active": False}


@pytest.mark.parametrize("audience", AssertionAudience)
def test_an_app_proves_itself_with_its_own_key(realm: Realm, audience: AssertionAudience) -> None:
    key = ECKey.generate_key("P-256", {"kid": KEY_ID, "alg": "ES256", "use": "sig"})
    app = realm.app(
        auth_method=ClientAuthMethod.PRIVATE_KEY_JWT,
        jwks={"keys": [key.as_dict(private=False)]},
        profile=ProfileChanges(assertion_audience=audience),
    )
    party = RelyingParty(realm, app)
    # As Authlib does it by itself, the audience is the endpoint that is called.
    aud = realm.issuer if audience is AssertionAudience.ISSUER else None
    session = party.session(token_endpoint_auth_method="private_key_jwt", redirect_uri=CALLBACK)
    session.client_secret = key
    session.register_client_auth_method(ShortLivedAssertions(aud))
    session.code_challenge_method = "S256"
    verifier = "verifier-" * 6
    url, _ = session.create_authorization_url(
        party.endpoint("authorization"), code_verifier=verifier, scope=SCOPES
    )
    page = realm.visit(party.browser, url, realm.person())
    token = party.endpoint("token")
    first = session.fetch_token(token, authorization_response=page.location, code_verifier=verifier)
    second = session.refresh_token(token)
    assert second["refresh_token"] != first["refresh_token"]
    assert realm.judged(second["access_token"])["client_id"] == app.client_id
