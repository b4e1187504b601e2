"""`authserver provider`: add, list, show, test, update, stop."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.group_rules import GroupEffect
from authserver.domain.providers import ProviderKind
from authserver.services.provider_drafts import BearerChanges, ProviderChanges
from tests.federation.fake_people import TENANT
from tests.federation.fake_provider import COGNITO_DOMAIN, json_answer
from tests.services.provider_office import SECRET
from tests.services.world import ADMIN

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.administered import Administered
    from tests.federation.fake_provider import FakeProvider

OURS = "http://localhost:8000"
ADD = ("provider", "add")
COMMON = ("--client-id", "client-at-provider", "--secret-file")
PLACES = {
    ProviderKind.OKTA: ("--issuer", "https://acme.okta.com/oauth2/default"),
    ProviderKind.ENTRA: ("--tenant", TENANT),
    ProviderKind.COGNITO: ("--pool", "eu-west-1_aBcDeFgHi", "--domain", COGNITO_DOMAIN),
    ProviderKind.OIDC: (
        "--discovery",
        "https://login.example.org/.well-known/openid-configuration",
    ),
}


@pytest.fixture
def secret(tmp_path: Path) -> str:
    """A file with the secret."""
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n")
    return str(file)


def fake(here: Administered, kind: ProviderKind = ProviderKind.OIDC, **stated: Any) -> FakeProvider:
    return here.container.office.fake(kind, **stated)


def added(here: Administered, kind: ProviderKind = ProviderKind.OIDC, **stated: Any) -> str:
    return here.container.office.added(kind, **stated).name


@pytest.mark.parametrize("kind", list(ProviderKind))
def test_a_provider_is_added_with_what_to_enter_there(
    here: Administered, kind: ProviderKind, secret: str
) -> None:
    fake(here, kind)
    result = here.done(*ADD, kind, "acme", *PLACES[kind], *COMMON, secret)
    assert f"kind              {kind}" in result.stdout
    told = result.stderr
    assert f"{OURS}/login/acme/callback" in told
    assert f"{OURS}/signed-out" in told
    assert (f"{OURS}/oauth2/backchannel-logout/acme" in told) is (kind is not ProviderKind.COGNITO)
    assert "ok       metadata: read, of " in told
    assert "ok       keys: 1 key; tokens must be signed by RS256" in told
    assert "ok       sign-in request: answered with a page" in told
    assert "authserver provider update acme --creation on" in told
    assert SECRET not in result.output
    assert SECRET not in repr(here.world.database.state)


def test_where_entra_federates_with_us_it_is_told_as_whom_we_come(here: Administered) -> None:
    fake(here, ProviderKind.ENTRA)
    place = PLACES[ProviderKind.ENTRA]
    told = here.done(*ADD, "entra", "acme", *place, *COMMON[:2], "--auth", "federated").stderr
    lines = {tuple(re.split(r"  +", line.strip())) for line in told.splitlines()}
    assert ("our issuer", OURS) in lines
    assert ("subject", "provider:acme") in lines
    assert ("audience", "api://AzureADTokenExchange") in lines


def test_the_secret_comes_from_stdin_too(here: Administered) -> None:
    fake(here)
    arguments = (*ADD, "oidc", "acme", *PLACES[ProviderKind.OIDC], *COMMON, "-")
    result = here.run(*arguments, input_text=f"{SECRET}\r\n")
    assert result.exit_code == 0, result.output
    (stored,) = here.container.office.stored("acme").secrets
    opened = here.world.sealer.open(
        stored.sealed, purpose="provider-secret", context=f"acme/{stored.secret_id}"
    )
    assert opened.decode() == SECRET


def test_no_option_takes_a_secret_itself(here: Administered) -> None:
    for command in ("add oidc", "add okta", "add entra", "add cognito", "secret add"):
        told = here.done("provider", *command.split(), "--help").stdout
        assert "--secret-file" in told
        assert not re.search(r"--secret\b[^-]|--password|--client-secret", told)


def test_what_a_credential_without_secret_needs_there_is_told(here: Administered) -> None:
    fake(here, ProviderKind.ENTRA)
    place = (*PLACES[ProviderKind.ENTRA], "--client-id", "x", "--auth", "federated")
    told = here.done(*ADD, "entra", "acme", *place, "--logout", "none", "--creation", "on").stderr
    assert re.search(rf"(?m)^  our keys +{OURS}/oauth2/jwks$", told)
    assert re.search(rf"(?m)^  our issuer +{OURS}$", told)
    assert "/signed-out" not in told
    assert "--creation on" not in told.partition("then, here:")[2]


def test_scripts_get_the_provider_with_its_addresses(here: Administered, secret: str) -> None:
    fake(here)
    told = here.json(*ADD, "oidc", "acme", *PLACES[ProviderKind.OIDC], *COMMON, secret)
    assert [each["grade"] for each in told["findings"]] == ["ok", "ok", "ok"]
    provider = told["provider"]
    assert provider["redirect_uri"] == f"{OURS}/login/acme/callback"
    assert provider["sign_out_redirect_uri"] == f"{OURS}/signed-out"
    assert provider["backchannel_logout_uri"] == f"{OURS}/oauth2/backchannel-logout/acme"
    (stored,) = provider["secrets"]
    assert set(stored) == {"secret_id", "ends_with", "created_at", "expires_at"}
    assert provider["creation"] == "off"
    assert provider["bearer"]["is_on"] is False


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("oidc", "Acme", *PLACES[ProviderKind.OIDC]), 2, "error: NAME: 1 to 40 lower-case"),
        (("oidc", "acme"), 2, "error: --discovery: the address of its metadata"),
        (("okta", "acme", "--issuer", "https://acme.okta.com/"), 2, "error: --issuer: as Okta"),
        (("entra", "acme", "--tenant", "common"), 2, "error: --tenant: the GUID of a tenant"),
        (("entra", "acme", "--tenants", f"{TENANT},common"), 2, "error: --tenants: the GUID"),
        (("entra", "acme"), 2, "error: --tenant: the GUID of your tenant"),
        (("cognito", "acme", "--pool", "x"), 2, "error: --pool: the id of a user pool"),
        (("oidc", "acme", *PLACES[ProviderKind.OIDC], "--acr", "x"), 2, "--acr: THEIRS=OURS"),
        (("saml", "acme"), 2, "No such command 'saml'"),
    ],
)
def test_what_is_odd_is_refused_by_its_option(
    here: Administered, secret: str, arguments: tuple[str, ...], code: int, told: str
) -> None:
    assert told in here.refused(code, *ADD, *arguments, *COMMON, secret)
    assert not here.container.office.http.sent


def test_what_a_kind_cannot_do_without_is_asked_for(here: Administered) -> None:
    assert "Missing option '--issuer'" in here.refused(2, *ADD, "okta", "acme", "--client-id", "x")
    told = here.refused(2, *ADD, "oidc", "acme", *PLACES[ProviderKind.OIDC], "--client-id", "x")
    assert "error: --secret-file: 1 to 4096 printable characters" in told


def test_a_provider_that_cannot_be_used_is_refused_with_what_to_do(
    here: Administered, secret: str
) -> None:
    faulty = fake(here)
    faulty.metadata["issuer"] = "https://evil.example"
    told = here.refused(1, *ADD, "oidc", "acme", *PLACES[ProviderKind.OIDC], *COMMON, secret)
    first, hint = told.splitlines()
    assert first.startswith(
        "error: metadata: its issuer is https://evil.example, and https://login"
    )
    assert hint == "hint: compare --discovery and --issuer with what the provider documents"


def test_a_refused_login_request_is_told_with_what_to_enter(
    here: Administered, secret: str
) -> None:
    fake(here, faults={"/authorize": json_answer({"error": "redirect_uri"}, 400)})
    told = here.done(*ADD, "oidc", "acme", *PLACES[ProviderKind.OIDC], *COMMON, secret).stderr
    assert "problem  sign-in request: the provider refuses our login request (400)" in told
    assert "-> enter the redirect URI" in told


def test_an_empty_list_says_what_to_do_next(here: Administered) -> None:
    result = here.done("provider", "list")
    assert result.stdout == ""
    assert "authserver provider add okta --help" in result.stderr
    assert here.json("provider", "list") == {"providers": []}


def test_the_list_says_what_each_is_used_for_and_how_it_was(here: Administered) -> None:
    office = here.container.office
    added(here, ProviderKind.OKTA)
    added(here, ProviderKind.COGNITO)
    added(here)
    office.providers.disable("cognito", ADMIN)
    office.providers.update(
        "okta", ProviderChanges(bearer=BearerChanges(is_on=True, for_exchange=True)), ADMIN
    )
    rows = [re.split(" {2,}", each) for each in here.done("provider", "list").stdout.splitlines()]
    assert rows == [
        ["NAME", "KIND", "STATUS", "SIGN-IN", "TOKENS", "STATE", "ISSUER"],
        [
            *("cognito", "cognito", "disabled", "yes", "no", "fine"),
            "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_aBcDeFgHi",
        ],
        ["oidc", "oidc", "enabled", "yes", "no", "fine", "https://login.example.org"],
        [
            *("okta", "okta", "enabled", "yes", "accepted and exchanged", "fine"),
            "https://acme.okta.com/oauth2/default",
        ],
    ]


def test_one_provider_is_shown_with_all_that_belongs_to_it(here: Administered) -> None:
    office = here.container.office
    added(here, ProviderKind.OKTA)
    office.domains.set("okta", "example.org", "force", ADMIN)
    office.rules.add("okta", "Interns", GroupEffect.DENY, ADMIN, label="Summer")
    stated = BearerChanges(is_on=True, clients={"0oa1": ""})
    office.providers.update("okta", ProviderChanges(bearer=stated), ADMIN)
    shown = here.done("provider", "show", "okta").stdout
    for line in (
        "issuer                  https://acme.okta.com/oauth2/default",
        "person is               uid",
        "groups                  claim groups, cut off at 100",
        "domains                 example.org (force)",
        "redirect uri            http://localhost:8000/login/okta/callback",
    ):
        assert line in shown.splitlines()
    assert re.search(r"(?m)^Interns +deny +Summer +\S+$", shown)
    assert re.search(r"(?m)^audiences +none, so no token counts$", shown)
    assert SECRET not in shown
    value = here.json("provider", "show", "okta")
    assert [each["kind"] for each in value["documents"]] == ["metadata", "keys"]
    assert [each["effect"] for each in value["group_rules"]] == ["deny"]
    assert [each["routing"] for each in value["domains"]] == ["force"]


def test_a_test_says_what_is_wrong_and_ends_with_3(here: Administered) -> None:
    provider = fake(here)
    added(here)
    fine = here.done("provider", "test", "oidc").stdout.splitlines()
    assert fine[-1] == "0 problems, 0 warnings"
    provider.faults["/keys"] = json_answer({"keys": []})
    result = here.run("provider", "test", "oidc")
    assert result.exit_code == 3
    assert "problem  keys: https://login.example.org/v1/keys has no key" in result.stdout
    assert result.stdout.splitlines()[-1] == "1 problem, 0 warnings"
    as_json = here.run("provider", "test", "oidc", "--json")
    assert as_json.exit_code == 3
    assert '"grade": "problem"' in as_json.stdout


def test_an_update_is_told_and_looked_at_where_it_matters(here: Administered) -> None:
    added(here)
    arguments = ("--display-name", "Acme", "--living", "none", "--no-login")
    result = here.done("provider", "update", "oidc", *arguments)
    assert "shown as          Acme" in result.stdout
    assert "lives without it  for ever" in result.stdout
    assert "ok       metadata" in result.stderr
    groups = ("--creation", "on", "--creation-group", "staff", "--acr", "amr:mfa=urn:ours:strong")
    value = here.json("provider", "update", "oidc", *groups)["provider"]
    assert (value["creation_groups"], value["acrs"]) == (["staff"], {"amr:mfa": "urn:ours:strong"})
    emptied = here.json("provider", "update", "oidc", "--creation-group", "", "--acr", "")
    assert (emptied["provider"]["creation_groups"], emptied["provider"]["acrs"]) == ([], {})


def test_an_odd_update_is_refused_by_its_option(here: Administered) -> None:
    added(here)
    for arguments, told in (
        (("--living", "1h"), "error: --living: a day to ten years"),
        (("--scope", "profile"), "error: --scope: openid among them"),
        (("--creation-domain", "example.org"), "error: --creation-domain: only where an address"),
        (("--add-tenant", TENANT), "error: --add-tenant: for entra only"),
        (("--groups-source", "ldap"), "'ldap' is not one of"),
    ):
        assert told in here.refused(2, "provider", "update", "oidc", *arguments)


def test_stopping_says_whom_it_reached(here: Administered) -> None:
    added(here)
    assert here.done("provider", "disable", "oidc").stdout == (
        "provider oidc is disabled; that reached 0 users\n"
    )
    assert here.done("provider", "enable", "oidc").stdout == "provider oidc is enabled\n"
    assert here.json("provider", "remove", "oidc", "--yes") == {
        "name": "oidc",
        "status": "removed",
        "users": 0,
    }
    told = here.refused(1, "provider", "show", "oidc")
    assert "hint: authserver provider list shows those there are" in told


def test_removing_is_asked_about_first(here: Administered) -> None:
    added(here)
    result = here.run("provider", "remove", "oidc", input_text="n\n")
    assert result.exit_code == 1
    assert "Remove provider oidc for ever" in result.stderr
    assert here.container.office.stored("oidc").is_enabled
