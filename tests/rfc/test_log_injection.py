"""Whatever a caller sends stays one record, and escaped (AU-02)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import pytest

from authserver.domain.errors import InvalidField
from authserver.services.clients import ClientUpdate
from tests.instances import Caller
from tests.machine.doors import FORM
from tests.rfc.lanes import FORM_PATHS, INTROSPECT, TOKEN
from tests.rfc.server_log import logging_as_a_worker

if TYPE_CHECKING:
    from tests.instances import Site
    from tests.rfc.conftest import MakeInstallation
    from tests.rfc.installations import Installation
    from tests.rfc.lanes import Lane

FORGED: Final = '{"time":"2027-01-15T08:00:00Z","level":"INFO","action":"forged"}'
INJECTIONS: Final = (
    f"x\n{FORGED}",
    f"x\r\n{FORGED}\r\n",
    f'x"}}\n{FORGED}',
    f"x\u2028{FORGED}\u2029",
    f"x\x85{FORGED}",
    f"x\x0b{FORGED}\x0c",
    "x\x1b[2J\x1b[31mforged\x07\x9b0m",
    "x\x00y\x7f\x08",
    "x\u202eforged\u2066\u200b",
    "x%0a%0dforged",
    "x\\n\\u000aforged",
    "x ${jndi:ldap://127.0.0.1/a} {0} %s %n",
    "x" * 3_000 + FORGED,
)
PROXY: Final = "192.0.2.9"


def texts(value: Any) -> list[str]:
    """Every text in a JSON value."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for each in pair for text in texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in texts(each)]
    return []


def assert_one_line_each(output: str, requests: int) -> list[dict[str, Any]]:
    """Printable ASCII, one JSON object a line, one access line for each request."""
    assert output.replace("\n", "").isprintable()
    assert output.isascii()
    lines = [json.loads(line) for line in output.split("\n") if line]
    assert all(line["level"] in {"DEBUG", "INFO", "WARNING"} for line in lines)
    assert all(isinstance(line, dict) and "action" not in line for line in lines)
    assert sum(line["logger"] == "authserver.access" for line in lines) == requests
    return lines


def sent_wherever_text_goes(lane: Lane, reader: Caller, jira: Site, text: str) -> int:
    """Send the text in every place of a request; how many requests that took."""
    raw = text.encode("utf-8", "surrogatepass").decode("latin-1")
    encoded = quote(text.encode("utf-8", "surrogatepass"))
    good = reader.authorization
    requests = 0

    def knock(method: str, path: str, body: str = "", **changes: Any) -> None:
        nonlocal requests
        headers = {"CONTENT_TYPE": FORM, "HTTP_AUTHORIZATION": good}
        lane.knock(method, path, body.encode(), peer=PROXY, changes={**headers, **changes})
        requests += 1

    for name in ("grant_type", "scope", "resource", "client_id", "client_secret", "unknown"):
        knock("POST", TOKEN, f"{name}={encoded}&grant_type=client_credentials")
    knock("POST", TOKEN, f"{encoded}=1&{encoded}=2&grant_type=client_credentials")
    knock("POST", TOKEN, f"grant_type=client_credentials&scope={encoded}", QUERY_STRING="")
    for path in FORM_PATHS:
        knock("POST", path, f"token={encoded}&token_type_hint={encoded}")
        knock("POST", path, "token=x", QUERY_STRING=raw)
        knock("POST", path, "token=x", CONTENT_TYPE=raw)
        knock("POST", path, "token=x", HTTP_AUTHORIZATION=raw)
        knock("POST", path, "token=x", HTTP_AUTHORIZATION=Caller(text[:1] + "y", "z").authorization)
        knock("POST", path, f"client_id={encoded}&client_secret={encoded}", HTTP_AUTHORIZATION=None)
    knock("POST", INTROSPECT, f"token={encoded}", HTTP_AUTHORIZATION=jira.authorization)
    knock("GET", f"/oauth2/{raw}")
    knock("GET", f"/.well-known/{raw}")
    knock("GET", f"/{raw}")
    knock(raw, TOKEN)
    knock(raw, "/")
    for header in ("USER_AGENT", "REFERER", "HOST", "X_FORWARDED_FOR", "X_REQUEST_ID", "ACCEPT"):
        knock("GET", "/oauth2/jwks", **{f"HTTP_{header}": raw})
        knock("POST", TOKEN, "grant_type=client_credentials", **{f"HTTP_{header}": raw})
    knock("GET", "/livez", REMOTE_ADDR=raw)
    return requests


@pytest.mark.rule("AU-02")
@pytest.mark.parametrize("text", INJECTIONS, ids=range(len(INJECTIONS)))
def test_no_input_makes_a_second_record_or_steers_a_terminal(
    make_installation: MakeInstallation, capfd: pytest.CaptureFixture[str], text: str
) -> None:
    installation = make_installation(
        AUTHSERVER_SERVER_TRUSTED_PROXIES=PROXY, AUTHSERVER_THROTTLING_FAILURES="1000"
    )
    jira = installation.site("jira")
    reader = installation.caller("reader", jira, "READ")
    before = len(installation.records())
    capfd.readouterr()
    with logging_as_a_worker():
        requests = sent_wherever_text_goes(installation.lane, reader, jira, text)
    assert_one_line_each(capfd.readouterr().err, requests)
    records = installation.records()[before:]
    assert 5 < len(records) <= requests
    for record in records:
        assert record["action"] in {
            "token.issued",
            "token.refused",
            "client.authentication_failed",
            "resource.authentication_failed",
        }
        # Spelled out or escaped, but never as they came: the CLI prints these.
        assert all(part.isprintable() for part in texts(record))


@pytest.mark.rule("AU-02")
def test_names_that_administrators_give_hold_no_control_characters(
    installation: Installation, jira: Site, reader: Caller
) -> None:
    clients, act = installation.container.clients, installation.container.operator
    before = len(installation.records())
    for text in INJECTIONS:
        if text.isprintable() and len(text) <= 100:
            continue
        with pytest.raises(InvalidField, match="name"):
            clients.update("reader", ClientUpdate(name=text), act)
        with pytest.raises(InvalidField, match="contact"):
            clients.update("reader", ClientUpdate(contact=text), act)
        with pytest.raises(InvalidField, match="client_id"):
            installation.caller(text, jira)
        with pytest.raises(InvalidField, match="name"):
            installation.site(text)
    assert len(installation.records()) == before
