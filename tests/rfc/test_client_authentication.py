"""Which client is this, really? (group A4)."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

import bcrypt
import pytest
from sqlalchemy import event

from tests.instances import Caller, basic
from tests.rfc.changes import change_row
from tests.rfc.lanes import (
    FORM_PATHS,
    INTROSPECT,
    REVOKE,
    TOKEN,
    assert_invalid_client,
    assert_invalid_request,
    seen_of,
)

if TYPE_CHECKING:
    from tests.instances import Site
    from tests.rfc.installations import Installation
    from tests.rfc.lanes import Form, Lane

ASKED: Final = {"grant_type": "client_credentials", "token": "x"}
ASSERTION: Final = {
    "client_assertion": "a.b.c",
    "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
}
ODD_SECRET: Final = "p:w% 1+2=ü&€"
CERTIFICATE_HEADERS: Final = (
    "X-SSL-Client-Cert",
    "X-SSL-Client-Verify",
    "X-SSL-Client-DN",
    "X-Client-Cert",
    "X-Forwarded-Client-Cert",
    "X-ARR-ClientCert",
    "X-Amzn-Mtls-Clientcert",
    "Client-Cert",
    "Client-Cert-Chain",
    "SSL-Client-Cert",
    "X-Remote-User",
    "Remote-User",
)


@pytest.mark.rule("CA-01")
@pytest.mark.rule("RV-05")
def test_nobody_gets_past_without_a_credential(lane: Lane, reader: Caller, jira: Site) -> None:
    token = lane.token(reader)
    for path in FORM_PATHS:
        name = "jira" if path == INTROSPECT else "reader"
        for form in (
            {},
            {"client_id": name},
            {"client_id": name, "client_secret": ""},
            {"client_id": name, "code_verifier": "v" * 43, "code": "x"},
            {"client_id": name, "token": token, "access_token": token},
            {"client_id": "unknown"},
        ):
            assert_invalid_client(lane.post(path, {**ASKED, "token": token, **form}))
    assert lane.is_active(jira, token)


@pytest.mark.rule("CA-02")
def test_only_the_registered_method_is_accepted(
    installation: Installation, lane: Lane, jira: Site, reader: Caller
) -> None:
    poster = installation.caller("poster", jira, "READ", auth_method="client_secret_post")
    post_form = {"client_id": "poster", "client_secret": poster.secret}
    basic_form = {"client_id": "reader", "client_secret": reader.secret}
    for path in (TOKEN, REVOKE):
        assert lane.post(path, ASKED, reader.authorization).status == 200
        assert lane.post(path, {**ASKED, **post_form}).status == 200
        assert_invalid_client(lane.post(path, {**ASKED, **basic_form}))
        assert_invalid_client(lane.post(path, ASKED, poster.authorization))
        for name in ("reader", "poster"):
            assert_invalid_client(lane.post(path, {**ASKED, **ASSERTION, "client_id": name}))


@pytest.mark.rule("CA-02")
def test_two_mechanisms_in_one_request_are_refused(
    installation: Installation, lane: Lane, jira: Site, reader: Caller
) -> None:
    other = installation.caller("other", jira, "READ", auth_method="client_secret_post")
    in_body = {"client_id": "other", "client_secret": other.secret}
    cases: tuple[tuple[dict[str, str], str | None], ...] = (
        (in_body, reader.authorization),
        ({"client_id": "reader", "client_secret": reader.secret}, reader.authorization),
        ({"client_secret": reader.secret}, reader.authorization),
        (ASSERTION, reader.authorization),
        ({"client_assertion_type": ASSERTION["client_assertion_type"]}, reader.authorization),
        ({"client_id": "other"}, reader.authorization),
        ({**in_body, **ASSERTION}, None),
    )
    for path in FORM_PATHS:
        for form, authorization in cases:
            assert_invalid_request(lane.post(path, {**ASKED, **form}, authorization))
    assert lane.post(TOKEN, {**ASKED, "client_id": "reader"}, reader.authorization).status == 200


@pytest.mark.rule("CA-05")
def test_basic_values_are_form_decoded_exactly_once(
    installation: Installation, lane: Lane, jira: Site
) -> None:
    def imported(client_id: str, secret: str) -> None:
        hashed = bcrypt.hashpw(secret.encode(), bcrypt.gensalt(4)).decode()
        installation.caller(client_id, jira, "READ", bcrypt_hash=hashed)

    imported("a.b_c~d-e", ODD_SECRET)
    imported("once", "%41")
    assert lane.post(TOKEN, ASKED, basic("a.b_c~d-e", ODD_SECRET)).status == 200
    assert lane.post(TOKEN, ASKED, basic("once", "%41")).status == 200
    assert_invalid_client(lane.post(TOKEN, ASKED, basic("once", "A")))
    assert_invalid_client(lane.post(TOKEN, ASKED, basic("once", "%2541")))


@pytest.mark.rule("CA-07")
def test_a_confidential_client_is_not_taken_for_a_public_one(lane: Lane, reader: Caller) -> None:
    for path in (TOKEN, REVOKE):
        assert_invalid_client(lane.post(path, {**ASKED, "client_id": reader.client_id}))


@pytest.mark.rule("CA-07")
def test_a_public_client_that_sends_a_secret_is_refused(
    installation: Installation, lane: Lane, reader: Caller
) -> None:
    change_row(installation, "clients", "auth_method = 'none'", "client_id = 'reader'")
    in_body = {"client_id": "reader", "client_secret": reader.secret}
    for path in (TOKEN, REVOKE):
        assert_invalid_client(lane.post(path, ASKED, reader.authorization))
        assert_invalid_client(lane.post(path, {**ASKED, **in_body}))
        assert_invalid_client(lane.post(path, {**ASKED, **in_body, "client_secret": "any"}))


@pytest.mark.rule("CA-11")
def test_certificate_headers_from_outside_are_ignored(lane: Lane, reader: Caller) -> None:
    pem = "-----BEGIN CERTIFICATE-----%0AMIIB%0A-----END CERTIFICATE-----"
    values = (pem, "SUCCESS", "CN=reader", "reader", 'Hash=aa;Subject="CN=reader"')
    variables = {
        "SSL_CLIENT_VERIFY": "SUCCESS",
        "SSL_CLIENT_S_DN": "CN=reader",
        "SSL_CLIENT_CERT": pem,
        "REMOTE_USER": "reader",
        "AUTH_TYPE": "Basic",
    }
    for header in CERTIFICATE_HEADERS:
        for value in values:
            for form in ({}, {"client_id": "reader"}):
                sent = {header: value}
                assert_invalid_client(lane.post(TOKEN, {**ASKED, **form}, headers=sent))
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    body = b"grant_type=client_credentials&client_id=reader"
    assert_invalid_client(lane.knock("POST", TOKEN, body, headers=headers, changes={**variables}))
    with_secret = lane.post(TOKEN, ASKED, reader.authorization, headers={"X-SSL-Client-Cert": pem})
    assert with_secret.status == 200


class Work:
    """What the first worker does for a request while it looks at credentials."""

    def __init__(self, installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
        self.done: list[str] = []
        container = installation.container
        for name, part in (("digest", container.digester), ("bcrypt", container.passwords)):
            method = "digest" if name == "digest" else "matches_imported"
            monkeypatch.setattr(part, method, self._counted(name, getattr(part, method)))
        event.listen(container.database.engine, "before_cursor_execute", self._note_statement)

    def of(self, lane: Lane, path: str, form: Form, authorization: str) -> list[str]:
        self.done.clear()
        assert_invalid_client(lane.post(path, form, authorization))
        return list(self.done)

    def _counted(self, name: str, original: Any) -> Any:
        def counted(*arguments: object) -> object:
            self.done.append(name)
            return original(*arguments)

        return counted

    def _note_statement(self, *arguments: Any) -> None:
        if threading.current_thread() is threading.main_thread():  # not the poll of the authority
            self.done.append(str(arguments[2]))


@pytest.mark.rule("CA-03")
@pytest.mark.parametrize("with_imports", [False, True])
def test_an_unknown_client_and_a_wrong_secret_cost_the_same_work(
    installation: Installation,
    reader: Caller,
    jira: Site,
    monkeypatch: pytest.MonkeyPatch,
    *,
    with_imports: bool,
) -> None:
    if with_imports:
        hashed = bcrypt.hashpw(b"secret", bcrypt.gensalt(4)).decode()
        installation.caller("brought", jira, "READ", bcrypt_hash=hashed)
    lane = installation.lane
    lane.token(reader)
    lane.introspect(jira, "x")
    work = Work(installation, monkeypatch)
    doors = ((TOKEN, "reader"), (REVOKE, "reader"), (INTROSPECT, "reader"), (INTROSPECT, "jira"))
    for path, known in doors:
        of_known = work.of(lane, path, ASKED, basic(known, "wrong"))
        of_unknown = work.of(lane, path, ASKED, basic("nobody", "wrong"))
        assert of_known == of_unknown
        assert "digest" in of_known
        # Clients ask at the introspection endpoint, too, some with secrets that they brought.
        assert ("bcrypt" in of_known) == with_imports


@pytest.mark.rule("CA-03")
def test_every_reason_to_refuse_a_client_looks_alike(
    installation: Installation, lane: Lane, jira: Site, reader: Caller
) -> None:
    act = installation.container.operator
    clients = installation.container.clients
    disabled = installation.caller("disabled", jira, "READ")
    clients.disable("disabled", act)
    deleted = installation.caller("deleted", jira, "READ")
    clients.delete("deleted", act)
    expired = installation.caller("expired", jira, "READ", secret_expires_in=60.0)
    poster = installation.caller("poster", jira, "READ", auth_method="client_secret_post")
    installation.clock.advance(61)
    refused = [Caller("nobody", reader.secret), Caller("reader", "wrong"), Caller("no/id", "x")]
    refused += [Caller("reader", expired.secret), disabled, deleted, expired, poster]
    sites = [Caller("nowhere", jira.secret), Caller("jira", "wrong"), Caller("jira", reader.secret)]
    installation.container.resources.disable("jira", act)
    sites.append(Caller("jira", jira.secret))
    seen = [seen_of(lane.ask(caller)) for caller in refused]
    seen += [seen_of(lane.post(REVOKE, ASKED, caller.authorization)) for caller in refused]
    seen += [seen_of(lane.post(INTROSPECT, ASKED, caller.authorization)) for caller in sites]
    assert seen == [seen[0]] * len(seen)
    assert seen[0][0] == 401
