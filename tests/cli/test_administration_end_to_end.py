"""`client`, `resource` and `key` on a real installation: files, SQLite, bcrypt, signatures."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.calls import Call
from authserver.domain.clients import ClientAuthMethod
from authserver.domain.credentials import PresentedCredentials
from authserver.settings_sources import load_settings
from authserver.wiring import build_container
from tests.cli.runs import home, run

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


@dataclass(frozen=True)
class Installation:
    """What `authserver init` made in a folder."""

    environment: dict[str, str]

    def run(self, *arguments: str) -> Result:
        return run(*arguments, environment=self.environment)

    def json(self, *arguments: str) -> Any:
        result = self.run(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """One installation; each test uses names of its own."""
    installation = Installation(home(tmp_path_factory.mktemp("installation")))
    assert installation.run("init").exit_code == 0
    return installation


def test_a_client_registered_at_the_shell_gets_a_token_that_its_site_accepts(
    installed: Installation,
) -> None:
    site = installed.json(
        "resource", "create", "jira-main", "--kind", "jira-dc", "--url", "https://jira.example"
    )
    client = installed.json(
        "client", "create", "ci-reader", "--resource", "jira-main", "--scope", "READ"
    )
    with build_container(load_settings(environ=installed.environment)) as container:
        call = Call(at=container.clock.now(), request_id="r-1", peer="192.0.2.1")
        presented = PresentedCredentials(
            ClientAuthMethod.SECRET_BASIC, "ci-reader", secret=client["client_secret"]
        )
        known = container.client_authentication.authenticate(presented, call)
        issued = container.issuance.client_credentials(known, None, (), call)
        asking = PresentedCredentials(
            ClientAuthMethod.SECRET_BASIC, "jira-main", secret=site["introspection_secret"]
        )
        resource = container.resource_authentication.authenticate(asking, call)
        assert container.introspection.active_token(issued.value, resource, call) == issued.token
        assert installed.run("client", "disable", "ci-reader").exit_code == 0
        assert container.introspection.active_token(issued.value, resource, call) is None


def test_clients_are_registered_changed_rotated_and_deleted(installed: Installation) -> None:
    installed.json("resource", "create", "a", "--kind", "jira-cloud", "--url", "https://a.example")
    installed.json("client", "create", "worker", "--resource", "a", "--scope", "read:jira-work")
    assert installed.json("client", "update", "worker", "--add-scope", "write:jira-work")["scopes"]
    installed.json("client", "rotate-secret", "worker", "--overlap", "1h", "--expires-in", "90d")
    shown = installed.json("client", "show", "worker")
    assert [secret["expires_at"] is not None for secret in shown["secrets"]] == [True, True]
    refused = installed.run("client", "update", "worker", "--add-scope", "read:jira-wrok")
    assert refused.exit_code == 2
    assert "close to it: read:jira-work" in refused.stderr
    installed.json("client", "delete", "worker", "--yes")
    assert installed.run("client", "show", "worker").exit_code == 1
    again = installed.run("client", "create", "worker")
    assert (again.exit_code, "already exists" in again.stderr) == (1, True)


def test_keys_of_a_client_are_checked_to_the_last_member(
    installed: Installation, tmp_path: Path
) -> None:
    path = tmp_path / "keys.json"
    path.write_text('{"keys": [{"kty": "EC", "crv": "P-384", "x": "AA", "y": "AA"}]}')
    refused = installed.run("client", "create", "signer", "--jwks", str(path))
    assert refused.exit_code == 2
    assert refused.stderr.startswith("error: --jwks (keys[0].crv): allowed is P-256")


def test_resources_are_changed_rotated_disabled_and_deleted(installed: Installation) -> None:
    installed.json("resource", "create", "b", "--kind", "jira-dc", "--url", "https://b.example")
    changed = installed.json("resource", "update", "b", "--context-path", "/jira")
    assert (changed["context_path"], changed["identifier"]) == ("/jira", "https://b.example")
    installed.json("resource", "rotate-credential", "b", "--overlap", "0")
    ends = [each["expires_at"] for each in installed.json("resource", "show", "b")["credentials"]]
    assert sum(at is None for at in ends) == 1
    assert installed.json("resource", "disable", "b")["status"] == "disabled"
    installed.json("resource", "delete", "b", "--yes")
    taken = installed.run(
        "resource", "create", "c", "--kind", "jira-dc", "--url", "https://b.example"
    )
    assert (taken.exit_code, "already exists" in taken.stderr) == (1, True)


def test_a_revoked_key_is_replaced_and_its_tokens_are_gone(installed: Installation) -> None:
    keys = installed.json("key", "list")["keys"]
    assert sorted(key["state"] for key in keys) == ["active", "active", "next", "next"]
    assert installed.run("key", "rotate").exit_code == 1
    signing = next(key for key in keys if key["state"] == "active" and key["algorithm"] == "RS256")
    coming = next(key for key in keys if key["state"] == "next" and key["algorithm"] == "RS256")
    told = installed.json("key", "revoke", signing["kid"], "--yes")
    assert told["successor"] == coming["kid"]
    states = {key["kid"]: key["state"] for key in installed.json("key", "list", "--all")["keys"]}
    assert (states[signing["kid"]], states[coming["kid"]]) == ("revoked", "active")


def test_every_act_at_the_shell_is_on_record(installed: Installation) -> None:
    installed.json("resource", "create", "d", "--kind", "jira-dc", "--url", "https://d.example")
    found = installed.json("audit", "search", "--object", "resource:d")["records"]
    assert [record["action"] for record in found] == ["resource.created"]


def test_without_an_installation_the_nouns_say_what_to_do(tmp_path: Path) -> None:
    for noun in ("client", "resource", "key"):
        result = run(noun, "list", environment=home(tmp_path))
        assert result.exit_code != 0
        assert "authserver init" in result.stderr
