"""openid-client, which is certified by the OpenID Foundation, in Node.js: everything it can."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.domain.clients import ClientAuthMethod, GrantType
from authserver.services.client_profiles import ProfileChanges
from authserver.services.initial_access_tokens import InitialTokenDraft
from tests.clients.openid_client_process import ClientRefused, OpenIdClient
from tests.clients.realm import CALLBACK, SCOPES, SIGNED_OUT, Realm, query
from tests.node_packages import installed
from tests.not_run import not_run
from tests.people.cast import USER_GRANTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.people.cast import App, Person

PROJECT: Final = Path(__file__).parent / "openid_client"


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    try:
        folder = installed(PROJECT, tmp_path_factory.mktemp("openid-client"))
    except RuntimeError as error:
        not_run("openid-client as a client", str(error))
    return folder / "driver.mjs"


@pytest.fixture(scope="module")
def process(driver: Path, realm: Realm) -> Iterator[OpenIdClient]:
    with OpenIdClient(driver, realm.ca_file) as process:
        yield process


class Client:
    """The library for one app, and the browser of its user."""

    def __init__(self, process: OpenIdClient, realm: Realm, app: App, **metadata: object) -> None:
        self.process, self.realm, self.app = process, realm, app
        self.browser = realm.browser()
        self.metadata: dict[str, Any] = process.do(
            "discover",
            issuer=realm.issuer,
            client_id=app.client_id,
            client_secret=app.secret,
            method="client_secret_basic" if app.secret else "none",
            metadata=metadata or None,
        )

    def authorize(self, *, pushed: bool = False, **parameters: str) -> str:
        """Where the library sends the user."""
        sent = {"redirect_uri": CALLBACK, "scope": SCOPES, **parameters}
        return str(self.process.do("authorize", parameters=sent, pushed=pushed)["url"])

    def sign_in(self, person: Person, *, pushed: bool = False, **parameters: str) -> Any:
        """To the issuer and back; the tokens."""
        page = self.realm.visit(self.browser, self.authorize(pushed=pushed, **parameters), person)
        if page.location:
            return self.process.do("callback", url=page.location)
        form = page.forms["answer"]
        return self.process.do("callback", url=form.action, form=form.fields)


@pytest.fixture
def client(process: OpenIdClient, realm: Realm) -> Client:
    return Client(process, realm, realm.app())


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_a_user_signs_in_and_the_client_checks_the_id_token(
    process: OpenIdClient, realm: Realm, algorithm: str
) -> None:
    app = realm.app(profile=ProfileChanges(id_token_algorithm=algorithm))
    client = Client(process, realm, app, id_token_signed_response_alg=algorithm)
    person = realm.person()
    tokens = client.sign_in(person, max_age="600")
    assert tokens["claims"]["sub"] == person.subject
    assert tokens["claims"]["aud"] == app.client_id
    told = process.do("userinfo", token=tokens["access_token"])
    assert told["email"] == f"{person.username}@example.test"


def test_signed_userinfo_is_read(process: OpenIdClient, realm: Realm) -> None:
    app = realm.app(profile=ProfileChanges(userinfo_algorithm="ES256"))
    client = Client(process, realm, app, userinfo_signed_response_alg="ES256")
    person = realm.person()
    tokens = client.sign_in(person)
    assert process.do("userinfo", token=tokens["access_token"])["sub"] == person.subject


def test_tokens_are_refreshed_asked_about_and_taken_back(
    process: OpenIdClient, client: Client
) -> None:
    person = client.realm.person()
    first = client.sign_in(person)
    second = process.do("refresh", token=first["refresh_token"])
    assert second["refresh_token"] != first["refresh_token"]
    assert second["claims"]["sub"] == person.subject
    asked = process.do("introspect", token=second["access_token"])
    assert (asked["active"], asked["client_id"]) == (True, client.app.client_id)
    narrow = process.do("refresh", token=second["refresh_token"], parameters={"scope": "openid"})
    assert narrow["scope"] == "openid"

    assert client.realm.judged(second["access_token"])["active"] is True
    process.do("revoke", token=second["access_token"])
    assert client.realm.judged(second["access_token"]) == {"active": False}
    process.do("revoke", token=narrow["refresh_token"])
    assert client.realm.judged(narrow["access_token"]) == {"active": False}
    with pytest.raises(ClientRefused, match="invalid_grant"):
        process.do("refresh", token=narrow["refresh_token"])


def test_a_request_is_pushed(process: OpenIdClient, realm: Realm) -> None:
    app = realm.app(profile=ProfileChanges(require_pushed_requests=True))
    client = Client(process, realm, app)
    person = realm.person()
    url = client.authorize(pushed=True)
    assert set(query(url)) == {"client_id", "request_uri"}
    page = realm.visit(client.browser, url, person)
    assert process.do("callback", url=page.location)["claims"]["sub"] == person.subject
    # What was not pushed is refused, and the client understands.
    refused = client.browser.get(client.authorize(), cross_site=True)
    with pytest.raises(ClientRefused, match="invalid_request"):
        process.do("callback", url=refused.location)


def test_an_answer_comes_in_a_form(client: Client) -> None:
    person = client.realm.person()
    tokens = client.sign_in(person, response_mode="form_post")
    assert client.browser.page.forms["answer"].action == CALLBACK
    assert tokens["claims"]["sub"] == person.subject


def test_a_user_who_denies_is_told_to_the_client(process: OpenIdClient, client: Client) -> None:
    person = client.realm.person()
    client.browser.get(client.authorize(), cross_site=True)
    client.browser.click("sign-in", username=person.username, password=person.password)
    page = client.browser.click("deny")
    with pytest.raises(ClientRefused, match="access_denied"):
        process.do("callback", url=page.location)


def test_nobody_is_asked_anything_the_second_time(process: OpenIdClient, client: Client) -> None:
    client.sign_in(client.realm.person())
    page = client.browser.get(client.authorize(prompt="none"), cross_site=True)
    assert process.do("callback", url=page.location)["claims"]
    stranger = client.realm.browser()
    page = stranger.get(client.authorize(prompt="none"), cross_site=True)
    with pytest.raises(ClientRefused, match="login_required"):
        process.do("callback", url=page.location)


def test_signing_out_leads_back_and_ends_what_hangs_on_the_session(
    process: OpenIdClient, realm: Realm
) -> None:
    client = Client(process, realm, realm.app(profile=ProfileChanges(session_refresh=True)))
    tokens = client.sign_in(realm.person(), scope="openid READ")
    parameters = {
        "id_token_hint": tokens["id_token"],
        "post_logout_redirect_uri": SIGNED_OUT,
        "state": "bye",
    }
    url = process.do("end_session", parameters=parameters)["url"]
    page = client.browser.get(url, cross_site=True)
    assert page.location == f"{SIGNED_OUT}?state=bye"
    with pytest.raises(ClientRefused, match="invalid_grant"):
        process.do("refresh", token=tokens["refresh_token"])
    assert realm.judged(tokens["access_token"]) == {"active": False}


def test_an_app_without_a_secret_signs_in_by_pkce_alone(
    process: OpenIdClient, realm: Realm
) -> None:
    client = Client(process, realm, realm.app(auth_method=ClientAuthMethod.NONE))
    tokens = client.sign_in(realm.person())
    again = process.do("refresh", token=tokens["refresh_token"])
    assert realm.judged(again["access_token"])["client_id"] == client.app.client_id


def test_a_device_without_a_browser_is_let_in(process: OpenIdClient, realm: Realm) -> None:
    app = realm.app(
        auth_method=ClientAuthMethod.NONE,
        grant_types=(GrantType.DEVICE_CODE, GrantType.REFRESH_TOKEN),
        profile=ProfileChanges(redirect_uris=()),
    )
    client = Client(process, realm, app)
    person = realm.person()
    device = process.do("device", parameters={"scope": SCOPES})
    browser = client.browser
    browser.get(device["verification_uri_complete"])
    browser.click("sign-in", username=person.username, password=person.password)
    browser.click("continue")
    page = browser.click("allow")
    assert "allowed" in page.texts
    tokens = process.do("poll", interval=0.01)
    assert tokens["claims"]["sub"] == person.subject
    assert process.do("refresh", token=tokens["refresh_token"])["access_token"]


def test_a_client_registers_itself_and_goes_on(process: OpenIdClient, realm: Realm) -> None:
    draft = InitialTokenDraft(
        "openid-client",
        grant_types=USER_GRANTS,
        scopes=("openid", "profile", "email", "offline_access", "READ"),
        resources=(realm.jira.name,),
    )
    with realm.served.container() as container:
        made = container.initial_access_tokens.create(draft, container.operator)
    metadata = process.do(
        "register",
        issuer=realm.issuer,
        initial_access_token=made.value,
        metadata={
            "client_name": "One that came by itself",
            "redirect_uris": [CALLBACK],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            # The library's own default, whatever RFC 7591 says.
            "token_endpoint_auth_method": "client_secret_post",
        },
    )
    assert metadata["client_id"]
    person = realm.person()
    sent = {"redirect_uri": CALLBACK, "scope": "openid READ"}
    url = process.do("authorize", parameters=sent)["url"]
    browser = realm.browser()
    page = realm.visit(browser, url, person)
    tokens = process.do("callback", url=page.location)
    assert tokens["claims"]["sub"] == person.subject
    assert realm.judged(tokens["access_token"])["client_id"] == metadata["client_id"]


def test_a_program_gets_a_token_of_its_own(process: OpenIdClient, realm: Realm) -> None:
    app = realm.app(grant_types=(*USER_GRANTS, GrantType.CLIENT_CREDENTIALS))
    Client(process, realm, app)
    tokens = process.do("credentials", parameters={"scope": "READ"})
    assert realm.judged(tokens["access_token"])["sub"] == f"client:{app.client_id}"
