"""What `doctor` says about identity providers."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from authserver.crypto.key_file_making import ensure_key_files
from authserver.crypto.system import SystemClock
from authserver.domain.group_rules import GroupEffect, GroupRule
from authserver.domain.provider_documents import DocumentKind, ProviderDocument
from authserver.domain.provider_looks import ProviderLook
from authserver.domain.providers import (
    BearerRule,
    GroupSource,
    GroupsRule,
    Provider,
    ProviderAuth,
    ProviderKind,
    ProviderSecret,
    ProviderStatus,
    SubjectRule,
)
from tests.cli.runs import home, run
from tests.cli.stub_wiring import StubInstallation
from tests.doubles import FakeEntropy

if TYPE_CHECKING:
    from pathlib import Path

NOW = SystemClock().now()
DAY = 86_400.0
SECRET = ProviderSecret("s1", b"sealed", "abcd", 0.0, None)
OKTA = Provider(
    name="okta",
    kind=ProviderKind.OKTA,
    display_name="Okta",
    status=ProviderStatus.ENABLED,
    issuer="https://acme.okta.com/oauth2/default",
    discovery_url="https://acme.okta.com/oauth2/default/.well-known/openid-configuration",
    client_id="0oa1",
    auth=ProviderAuth.SECRET_BASIC,
    secrets=(SECRET,),
    subject_rule=SubjectRule.OKTA_UID,
    created_at=0.0,
    groups=GroupsRule(limit=100),
)
ENTRA = replace(OKTA, name="entra", kind=ProviderKind.ENTRA, groups=GroupsRule())
DENY = GroupRule("r1", "okta", "Interns", GroupEffect.DENY, "", "", 0.0)


@pytest.fixture
def healthy(tmp_path: Path) -> Path:
    """Folder of an installation that has nothing to mend."""
    ensure_key_files(tmp_path / "keys", FakeEntropy())
    (tmp_path / "var").mkdir(mode=0o700)
    return tmp_path


def look(provider: Provider = OKTA, *rules: GroupRule, **document: Any) -> ProviderLook:
    documents = [
        replace(ProviderDocument(provider.name, kind, "{}", NOW, NOW), **document)
        for kind in DocumentKind
    ]
    return ProviderLook(provider, rules, (), documents)


def finding(folder: Path, check: str, *looks: ProviderLook) -> Any:
    stub = StubInstallation(upstreams=looks)
    result = run("doctor", "--json", wiring=stub, environment=home(folder))
    return {each["check"]: each for each in json.loads(result.stdout)}[check]


def told(folder: Path, check: str, *looks: ProviderLook) -> str:
    """What a warning says."""
    found = finding(folder, check, *looks)
    assert found["severity"] == "warning"
    # What is stopped, on purpose, is no trouble.
    stopped = [replace(each, provider=_disabled(each.provider)) for each in looks]
    assert finding(folder, check, *stopped)["severity"] == "ok"
    assert finding(folder, check, look())["severity"] == "ok"
    return f"{found['what']} -> {found['fix']}"


def _disabled(provider: Provider) -> Provider:
    return replace(provider, status=ProviderStatus.DISABLED)


def test_a_secret_that_has_ended_or_soon_will_is_told(healthy: Path) -> None:
    ended = replace(OKTA, secrets=(replace(SECRET, expires_at=NOW - 1),))
    soon = replace(OKTA, secrets=(replace(SECRET, expires_at=NOW + 13 * DAY),))
    bare = replace(OKTA, secrets=())
    check = "provider-credentials"
    for provider in (ended, bare):
        assert "okta: no client secret is live any more" in told(healthy, check, look(provider))
    text = told(healthy, check, look(soon))
    assert "okta: the last client secret ends within 14 days" in text
    assert "authserver provider secret add okta" in text
    later = replace(SECRET, secret_id="s2", expires_at=NOW + 15 * DAY)
    both = replace(soon, secrets=(*soon.secrets, later))
    without = replace(bare, auth=ProviderAuth.PRIVATE_KEY_JWT)
    assert finding(healthy, check, look(both), look(without))["severity"] == "ok"


@pytest.mark.rule("FE-07")
def test_many_tenants_without_a_list_are_told(healthy: Path) -> None:
    template = "https://login.microsoftonline.com/{tenantid}/v2.0"
    many = replace(ENTRA, issuer=template)
    assert "--add-tenant GUID" in told(healthy, "provider-tenants", look(many))
    listed = replace(many, tenants=frozenset({"t"}))
    assert finding(healthy, "provider-tenants", look(listed))["severity"] == "ok"


def test_tokens_that_shall_count_while_none_can_are_told(healthy: Path) -> None:
    for rule in (BearerRule(is_on=True), BearerRule(for_exchange=True)):
        text = told(healthy, "provider-tokens", look(replace(OKTA, bearer=rule)))
        assert "none can: no audience and no client and no scope listed" in text
    complete = BearerRule(
        is_on=True,
        audiences=frozenset({"a"}),
        clients={"c": ""},
        scopes={"s": frozenset({"READ"})},
    )
    one_missing = replace(OKTA, bearer=replace(complete, clients={}))
    assert "no client listed" in told(healthy, "provider-tokens", look(one_missing))
    fine = look(replace(OKTA, bearer=complete))
    assert finding(healthy, "provider-tokens", fine)["severity"] == "ok"


@pytest.mark.parametrize(
    ("provider", "what", "fix"),
    [
        (OKTA, "lists of 100 groups may be cut off", "--groups-source okta-api"),
        (ENTRA, "groups of people in more than 200 out", "--groups-source graph"),
        (
            replace(OKTA, kind=ProviderKind.OIDC),
            "lists of 100 groups may be cut off",
            "let the provider send fewer",
        ),
    ],
)
def test_deny_rules_on_lists_that_are_often_incomplete_are_told(
    healthy: Path, provider: Provider, what: str, fix: str
) -> None:
    text = told(healthy, "provider-groups", look(provider, DENY))
    assert what in text
    assert fix in text
    allowing = replace(DENY, effect=GroupEffect.ADMINISTRATOR)
    assert finding(healthy, "provider-groups", look(provider, allowing))["severity"] == "ok"


def test_a_directory_without_a_credential_is_told(healthy: Path) -> None:
    by_api = replace(OKTA, groups=GroupsRule(GroupSource.OKTA_API))
    by_graph = replace(ENTRA, groups=GroupsRule(GroupSource.GRAPH, directory_client_id="reader"))
    for provider in (by_api, by_graph):
        assert "secret set-directory" in told(healthy, "provider-groups", look(provider))
    sealed = replace(by_api, groups=replace(by_api.groups, directory_secret=b"sealed"))
    own = replace(ENTRA, groups=GroupsRule(GroupSource.GRAPH))
    assert finding(healthy, "provider-groups", look(sealed), look(own))["severity"] == "ok"


def test_rules_about_groups_that_nobody_reads_are_told(healthy: Path) -> None:
    unread = replace(OKTA, groups=GroupsRule(GroupSource.NONE))
    assert "no groups are read" in told(healthy, "provider-groups", look(unread, DENY))


@pytest.mark.rule("FE-04")
def test_documents_that_must_not_be_used_are_told(healthy: Path) -> None:
    refused = look(problem="its issuer is another one", is_refused=True)
    text = told(healthy, "provider-documents", refused)
    assert "publish nothing that can be used, so nobody signs in there: okta" in text
    assert "authserver provider test NAME" in text
    silent = look(problem="did not answer in time")
    text = told(healthy, "provider-documents", silent)
    assert "could not be read when last asked, what was read before still counts: okta" in text
    never = replace(look(), documents=())
    assert "publish nothing that can be used" in told(healthy, "provider-documents", never)


def test_plain_http_is_told(healthy: Path) -> None:
    plain = replace(OKTA, issuer="http://localhost:9000")
    assert "asked over plain http: okta" in told(healthy, "provider-https", look(plain))


def test_many_findings_are_told_by_a_few_and_a_number(healthy: Path) -> None:
    looks = [look(replace(OKTA, name=f"okta-{n}", secrets=())) for n in range(7)]
    text = told(healthy, "provider-credentials", *looks)
    assert "okta-4: no client secret" in text
    assert "; and 2 more" in text
    refused = [look(each.provider, is_refused=True, problem="x") for each in looks]
    assert "okta-4 and 2 more" in told(healthy, "provider-documents", *refused)


def test_nobody_with_a_local_password_who_administers_is_told(healthy: Path) -> None:
    stub = StubInstallation(administrator_count=0)
    result = run("doctor", "--json", wiring=stub, environment=home(healthy))
    found = {each["check"]: each for each in json.loads(result.stdout)}["administrators"]
    assert found["severity"] == "warning"
    assert "when the identity providers do not answer, nobody gets in" in found["what"]
