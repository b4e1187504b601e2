"""No secret of any kind stands in any log, file, record, metric or output (AU-01)."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import pytest
import requests

from authserver.crypto.signing_keys import open_key
from tests.cli.runs import run
from tests.crypto.assertions import assertion_claims, make, public_jwk
from tests.instances import Caller, Site, basic
from tests.rfc.lanes import INTROSPECT, REVOKE, TOKEN
from tests.rfc.served import METRICS_KEY
from tests.rfc.server_log import logging_as_a_worker
from tests.rfc.sinks import found, leaks, spellings, written_below

if TYPE_CHECKING:
    from pathlib import Path

    from authserver.protocol.server import AuthorizationServer
    from tests.rfc.installations import Installation
    from tests.rfc.lanes import Lane
    from tests.rfc.served import Served

JWT_BEARER: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASKED: Final = {"grant_type": "client_credentials"}
WELL_FORMED: Final = "asv_cs_" + "Canary0" * 7 + "Q"
OF_A_TOKEN: Final = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ." + "Canary1" * 12
PLAIN: Final = "canary-word-that-nobody-guesses"


class Flows:
    """Uses a server in every way there is, and remembers every secret that was in play."""

    def __init__(self, served: Served, folder: Path) -> None:
        self._served = served
        self._folder = folder
        self.secrets: dict[str, str | bytes] = {
            "metrics key": METRICS_KEY,
            "well-formed secret": WELL_FORMED,
            "well-formed token": OF_A_TOKEN,
            "plain secret": PLAIN,
        }
        self.outputs: dict[str, bytes] = {}

    def keep(self, name: str, secret: str) -> str:
        self.secrets[name] = secret
        return secret

    def command(self, *arguments: str, secret: str = "") -> Any:
        """A command with JSON; `secret` names the member that is shown now and never again."""
        result = run(*arguments, "--json", environment=self._served.instance.environment)
        assert result.exit_code in {0, 3}, result.output
        name = f"output {len(self.outputs)}: {' '.join(arguments[:2])}"
        self.outputs[name] = (result.stdout + result.stderr).encode()
        value = json.loads(result.stdout)
        for member in filter(None, secret.split(",")):
            shown = self.keep(f"{member} of {' '.join(arguments[:3])}", value[member])
            # Once, on stdout, and that is the only place it may ever be seen.
            assert result.stdout.count(shown) == 1
            assert shown not in result.stderr
            self.outputs[name] = self.outputs[name].replace(shown.encode(), b"")
        return value

    def post(self, path: str, form: dict[str, str], authorization: str = "") -> requests.Response:
        return self._served.instance.post(path, form, authorization)

    def administer(self) -> tuple[Site, Caller]:
        """Register, rotate, show, end."""
        site = self.command(
            *("resource", "create", "secret-site", "--kind", "jira-dc"),
            *("--url", "https://secret.example.org"),
            secret="introspection_secret",
        )
        self.command("gateway", "add", "edge", "--resource", "secret-site", secret="gateway_key")
        self.command("gateway", "rotate-key", "edge", secret="gateway_key")
        client = self.command(
            *("client", "create", "secret-client", "--resource", "secret-site"),
            *("--scope", "READ"),
            secret="client_secret",
        )
        self.command("client", "rotate-secret", "secret-client", secret="client_secret")
        jwks = self._folder / "jwks.json"
        jwks.write_text(json.dumps({"keys": [public_jwk("ES256")]}))
        self.command(
            *("client", "create", "ci-job", "--resource", "secret-site", "--scope", "READ"),
            *("--jwks", str(jwks)),
        )
        return (
            Site("secret-site", "https://secret.example.org", site["introspection_secret"]),
            Caller("secret-client", client["client_secret"]),
        )

    def use(self, site: Site, caller: Caller) -> None:
        """Tokens asked for, looked at, taken back; secrets right, wrong and in wrong places."""
        issuer, now = self._served.instance.url, int(time.time())  # noqa: TID251 - the server's own
        token = self.keep("token", self._served.instance.token(caller))
        revoked = self.keep("revoked token", self._served.instance.token(caller))
        self.post(INTROSPECT, {"token": token}, site.authorization)
        self.post(REVOKE, {"token": revoked}, caller.authorization)
        for number in range(3):
            claims = assertion_claims(aud=issuer, iat=now, exp=now + 60, jti=f"jti-{number}")
            assertion = self.keep(f"assertion {number}", make(claims))
            proof = {"client_assertion": assertion, "client_assertion_type": JWT_BEARER}
            assert self.post(TOKEN, {**ASKED, **proof}).status_code == 200
            assert self.post(TOKEN, {**ASKED, **proof}).status_code == 401
            assert self.post(REVOKE, {"token": token[:-2], **proof}).status_code == 401
        self.post(TOKEN, ASKED, basic(caller.client_id, PLAIN))
        self.post(INTROSPECT, {"token": PLAIN}, basic(site.name, PLAIN))
        self.post(INTROSPECT, {"token": PLAIN}, site.authorization)
        for name in (
            "client_secret",
            "code",
            "code_verifier",
            "refresh_token",
            "password",
            "token",
        ):
            self.post(TOKEN, {**ASKED, "client_id": caller.client_id, name: PLAIN})
            self.post(REVOKE, {"token": PLAIN, name: PLAIN}, caller.authorization)

    def misplace(self, caller: Caller) -> None:
        """Secrets where none belongs."""
        url = self._served.instance.url
        for secret in (WELL_FORMED, OF_A_TOKEN):
            for name in ("client_id", "grant_type", "scope", "resource", "audience", "x", "token"):
                self.post(TOKEN, {**ASKED, name: secret}, caller.authorization)
                self.post(TOKEN, {**ASKED, "client_id": secret, name: secret})
                self.post(INTROSPECT, {"token": "x", name: secret}, basic(secret, secret))
            self.post(TOKEN, ASKED, f"Bearer {secret}")
            self.post(TOKEN, ASKED, secret)
            query = urlencode({"access_token": secret, "client_secret": secret, "code": secret})
            for path in (TOKEN, "/oauth2/jwks", "/", "/nothing", "/oauth2/authorize"):
                requests.get(f"{url}{path}?{query}", timeout=10)
                self.post(f"{path}?{query}", ASKED)
            headers = dict.fromkeys(("Cookie", "X-Api-Key", "Referer", "User-Agent"), secret)
            headers |= {"X-Gateway-Authorization": f"Bearer {secret}", "X-Request-ID": secret[:40]}
            for path in ("/oauth2/jwks", "/", f"/oauth2/{secret}", f"/{secret}", "/metrics"):
                requests.get(f"{url}{path}", headers=headers, timeout=10)

    def look_around(self) -> bytes:
        """Everything that shows something, run at last; the metrics."""
        self.command("client", "show", "secret-client")
        self.command("client", "list")
        self.command("resource", "show", "secret-site")
        self.command("resource", "list")
        self.command("gateway", "show", "edge")
        self.command("gateway", "list")
        self.command("key", "list")
        self.command("audit", "search", "--limit", "1000")
        self.command("audit", "verify")
        self.command("settings", "show")
        self.command("doctor")
        self.command("client", "delete", "secret-client", "--yes")
        key = {"Authorization": f"Bearer {METRICS_KEY}"}
        answer = requests.get(f"{self._served.instance.url}/metrics", headers=key, timeout=10)
        assert answer.status_code == 200
        return answer.content


@pytest.mark.rule("AU-01")
def test_no_secret_is_readable_in_any_sink(served: Served, tmp_path: Path) -> None:
    flows = Flows(served, tmp_path)
    flows.keep("one-time password", served.printed.strip())
    site, caller = flows.administer()
    flows.use(site, caller)
    flows.misplace(caller)
    metrics = flows.look_around()
    with served.instance.container() as container:
        files = container.key_files
        flows.secrets |= {f"kek {name}": value for name, value in files.kek.values.items()}
        flows.secrets |= {f"pepper {name}": value for name, value in files.pepper.values.items()}
        for record in container.signing_keys.list():
            private = open_key(record, container.sealer).private.private_numbers()
            number = private.private_value if hasattr(private, "private_value") else private.d
            length = (number.bit_length() + 7) // 8
            flows.secrets[f"key {record.kid}"] = number.to_bytes(length, "big")
    log = {"log": served.instance.log_file.read_bytes()}
    sinks = written_below(served.instance.folder / "var") | log | {"metrics": metrics}
    assert b'"level":"DEBUG"' in log["log"]
    assert leaks(sinks | flows.outputs, flows.secrets) == []
    assert found(sinks, ["PRIVATE KEY", '"d":']) == []


@pytest.mark.rule("AU-01")
def test_the_search_for_secrets_finds_them() -> None:
    for secret in (WELL_FORMED, OF_A_TOKEN, PLAIN, bytes(range(200, 232))):
        for spelling in spellings(secret):
            sinks = {"log": b"before " + spelling + b" behind"}
            assert leaks(sinks, {"it": secret}) == ["it in log"]
    header = {"log": basic("some-client", WELL_FORMED).encode()}
    assert leaks(header, {"it": WELL_FORMED}) == ["it in log"]
    for cut in (OF_A_TOKEN[:60], OF_A_TOKEN[60:]):
        assert leaks({"log": cut.encode()}, {"it": OF_A_TOKEN}) == ["it in log"]


@pytest.mark.rule("AU-01")
def test_an_unexpected_error_that_holds_secrets_tells_none(
    installation: Installation,
    lane: Lane,
    reader: Caller,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    token = lane.token(reader)
    server: AuthorizationServer = installation.container.authorization_server

    def fail(*_: object) -> None:
        password = f"password={PLAIN}"
        raise RuntimeError(f"could not store {token} of {reader.secret!r}: {password}")

    monkeypatch.setattr(server, "token", fail)
    capfd.readouterr()
    with logging_as_a_worker():
        answer = lane.ask(reader)
    log = capfd.readouterr().err
    assert answer.error == (500, "server_error")
    assert "RuntimeError" in log
    sinks = {"log": log.encode(), "answer": answer.body}
    assert leaks(sinks, {"token": token, "secret": reader.secret, "password": PLAIN}) == []
