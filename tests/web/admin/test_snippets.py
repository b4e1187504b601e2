"""What people copy from the console works in its language, whatever the client is called."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from authserver.domain.authorization_profiles import AuthorizationProfile
from authserver.domain.clients import Client, ClientAuthMethod, ClientStatus, GrantType
from authserver.domain.resources import ProtectedResource, ResourceKind, ResourceStatus
from authserver.web.admin.snippets import Snippets

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from authserver.web.admin.snippet_values import Snippet

ISSUER = "https://auth.example.test"
SITE = ProtectedResource(
    name="jira",
    kind=ResourceKind.JIRA_DC,
    identifier="https://jira.example.test/it's",
    url="https://jira.example.test",
    context_path="/jira",
    signing_algorithm="ES256",
    status=ResourceStatus.ENABLED,
    credentials=(),
    created_at=0.0,
)
CLIENT = Client(
    client_id="night~job",
    name='"; rm -rf / #',
    auth_method=ClientAuthMethod.SECRET_BASIC,
    grant_types=frozenset({GrantType.CLIENT_CREDENTIALS}),
    scopes=frozenset({"READ", "openid"}),
    resources=frozenset({"jira"}),
    access_token_seconds=600,
    status=ClientStatus.ENABLED,
    secrets=(),
    jwks=(),
    contact="",
    created_at=0.0,
    profile=AuthorizationProfile(
        redirect_uris=("https://app.example.test/cb?a='$(id)`id`\"&b=\\",)
    ),
)


def snippets(grant: GrantType, method: ClientAuthMethod) -> Sequence[Snippet]:
    client = replace(CLIENT, grant_types=frozenset({grant}), auth_method=method)
    return Snippets(ISSUER, lambda: [SITE]).for_client(client)


@pytest.mark.feature(63)
@pytest.mark.parametrize("method", ClientAuthMethod)
@pytest.mark.parametrize(
    "grant",
    [GrantType.CLIENT_CREDENTIALS, GrantType.AUTHORIZATION_CODE, GrantType.DEVICE_CODE],
)
def test_snippets_are_sound_in_their_language(grant: GrantType, method: ClientAuthMethod) -> None:
    found = {each.name: each.text for each in snippets(grant, method)}
    assert {"curl", "python"} <= found.keys()
    for name in ("python", "oauthlib"):
        compile(found.get(name, ""), name, "exec")
    done = subprocess.run(
        ["bash", "-n"], input=found["curl"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    everything = "".join(found.values())
    assert "rm -rf" not in everything
    assert "night~job" in everything


@pytest.mark.feature(63)
def test_a_page_has_what_each_tool_wants_and_what_changes_in_files() -> None:
    found = snippets(GrantType.CLIENT_CREDENTIALS, ClientAuthMethod.SECRET_BASIC)
    texts = {each.name: each.text for each in found}
    assert {"curl", "python", "java", "postman", "no-code"} <= texts.keys()
    assert "Zapier" in next(str(each.title) for each in found if each.name == "no-code")
    for name, file in (
        ("diff-env", ".env"),
        ("diff-python", "settings.py"),
        ("diff-spring", "application.properties"),
    ):
        lines = texts[name].splitlines()
        assert lines[:2] == [f"--- a/{file}", f"+++ b/{file}"]
        gone = [line for line in lines[2:] if line.startswith("-")]
        new = [line for line in lines[2:] if line.startswith("+")]
        assert any("assword" in line or "PASSWORD" in line for line in gone), texts[name]
        assert any("night~job" in line for line in new)
        assert any(f"{ISSUER}/oauth2/token" in line for line in new)
        assert not any("assword" in line.lower() for line in new)


@pytest.mark.feature(63)
def test_a_difference_can_be_applied(tmp_path: Path) -> None:
    found = snippets(GrantType.CLIENT_CREDENTIALS, ClientAuthMethod.SECRET_BASIC)
    text = next(each.text for each in found if each.name == "diff-env")
    lines = text.splitlines()[3:]
    old = [line[1:] for line in lines if not line.startswith("+")]
    new = [line[1:] for line in lines if not line.startswith("-")]
    file = tmp_path / ".env"
    file.write_text("\n".join(old) + "\n")
    subprocess.run(["git", "apply", "-"], input=text + "\n", cwd=tmp_path, text=True, check=True)
    assert file.read_text().splitlines() == new


def test_values_cannot_leave_their_quotes() -> None:
    curl = next(
        each.text
        for each in snippets(GrantType.AUTHORIZATION_CODE, ClientAuthMethod.NONE)
        if each.name == "curl"
    )
    # Only what is looked at: the shell says what it would run.
    line = next(line for line in curl.splitlines() if "redirect_uri=" in line and "--data" in line)
    argument = line.strip().removesuffix("\\").removeprefix("--data-urlencode ")
    done = subprocess.run(
        ["bash", "-c", f"printf %s {argument}"], capture_output=True, text=True, check=True
    )
    assert done.stdout == "redirect_uri=" + CLIENT.profile.redirect_uris[0]


def test_a_client_that_may_do_nothing_has_nothing_to_copy() -> None:
    every = Snippets(ISSUER, lambda: [SITE])
    assert not every.for_client(replace(CLIENT, scopes=frozenset()))
    nowhere = replace(CLIENT, resources=frozenset(), scopes=frozenset({"READ"}))
    assert not every.for_client(nowhere)
    stopped = Snippets(ISSUER, lambda: [replace(SITE, status=ResourceStatus.DISABLED)])
    assert not stopped.for_client(replace(CLIENT, scopes=frozenset({"READ"})))
