"""`authserver token`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.api_tokens import ApiTokenFilter, ApiTokenStatus, LastUse
from tests.doubles import EPOCH
from tests.services.token_office import DAY, TokenOffice
from tests.services.world import ADMIN

if TYPE_CHECKING:
    from tests.cli.administered import Administered

FOR_ADA: Final = (
    *("token", "create", "--user", "ada", "--purpose", "BI export"),
    *("--resource", "jira-main", "--scope", "READ"),
)
SERVICE: Final = (*FOR_ADA, "--service", "--client", "ci-reader")


@pytest.fixture
def office(here: Administered) -> TokenOffice:
    office = here.container.token_office
    office.furnish()
    return office


@pytest.mark.feature(1)
def test_the_secret_of_a_service_is_alone_on_stdout_and_nowhere_else(
    here: Administered, office: TokenOffice
) -> None:
    result = here.done(*SERVICE, "--team", "data", "--ticket", "OPS-1", "--name", "nightly")
    (secret,) = result.stdout.splitlines()
    assert secret.startswith("asv_pat_")
    assert secret not in result.stderr
    assert "secret, shown only here:" in result.stderr
    assert re.search(r"expires +2027-04-15 08:00:00 UTC\n", result.stderr)
    assert re.search(r"speaks for +service ci-reader\n", result.stderr)
    (token,) = office.tokens.page(ApiTokenFilter())
    for shown in (
        here.done("token", "show", token.token_id).output,
        here.done("token", "show", token.token_id, "--json").output,
        here.done("token", "list", "--json").output,
        here.done("token", "list").output,
    ):
        assert secret not in shown
    assert secret not in repr(here.world.database.state)


def test_a_user_gets_a_link_and_nobody_else_sees_a_secret(
    here: Administered, office: TokenOffice
) -> None:
    result = here.done(*FOR_ADA)
    assert result.stdout == "its owner gets a link by mail, good for 24 hours\n"
    assert "asv_" not in result.stderr
    (mail,) = office.stores().mails.list()
    assert mail.to == "ada@example.com"
    printed = here.done(*FOR_ADA, "--print-link")
    (link,) = printed.stdout.splitlines()
    assert "/account/pick-up/asv_pu_" in link
    assert "asv_pat_" not in printed.output
    (waiting, _) = office.tokens.page(ApiTokenFilter(status=ApiTokenStatus.PENDING))
    again = here.done("token", "offer", waiting.token_id, "--print-link").stdout
    assert again.strip() not in {"", link}


def test_scripts_get_the_token_and_its_secret_apart(
    here: Administered, office: TokenOffice
) -> None:
    told = here.json(*SERVICE, "--operation", "read", "--project", "AB", "--network", "10.0.0.0/8")
    assert set(told) == {"token", "api_token", "link"}
    assert told["api_token"].startswith("asv_pat_")
    assert told["link"] is None
    token = told["token"]
    assert token["status"] == "enabled"
    assert token["owner_username"] == "ada"
    assert token["expires_at"] == "2027-04-15T08:00:00.000Z"
    assert token["authorization_details"] == [
        {
            "type": "atlassian_api",
            "locations": ["https://jira-main.example.com"],
            "operations": ["read"],
            "projects": ["AB"],
        }
    ]
    assert token["networks"] == ["10.0.0.0/8"]
    assert token["ends_with"] == told["api_token"][-4:]
    assert here.json("token", "show", token["token_id"]) == {
        **token,
        "lineage": [token["token_id"]],
    }


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((*FOR_ADA, "--scope", "REED"), 2, "error: --scope: REED is not a scope of jira-dc"),
        ((*FOR_ADA, "--resource", "nowhere"), 2, "--resource: names of registered sites"),
        ((*FOR_ADA, "--expires-in", "366d"), 2, "--expires-in: 1m to 365d"),
        ((*FOR_ADA, "--network", "office"), 2, "--network: networks like"),
        ((*FOR_ADA, "--presentation", "cookie"), 2, "Invalid value for '--presentation'"),
        ((*FOR_ADA, "--service"), 2, "--client: required for a service"),
        ((*FOR_ADA[:2], "--user", "bob", *FOR_ADA[4:]), 1, "no user named 'bob'"),
        (FOR_ADA[:6], 2, "--resource: 1 to 20 sites: a token that names no site"),
        (("token", "show", "nowhere"), 1, "hint: authserver token list --all shows those"),
        (("token", "revoke"), 2, "state either ID or --where"),
        (("token", "disable", "x", "--where", "client=a"), 2, "state either ID or --where"),
        (("token", "revoke", "--where", "klient=a"), 2, "--where: at character 1: a field"),
        (("token", "list", "--where", "client"), 2, "--where: at its end: after client"),
    ],
)
def test_what_is_refused_is_told_in_the_words_of_the_command(
    here: Administered, office: TokenOffice, arguments: tuple[str, ...], code: int, said: str
) -> None:
    assert office.ada.username == "ada"
    assert said in here.refused(code, *arguments)


def test_the_list_is_aligned_and_begins_with_what_ends_first(
    here: Administered, office: TokenOffice
) -> None:
    later = office.own(purpose="weekly", name="n").token
    sooner = office.service(expires_in=DAY).token
    office.change(sooner, last_use=LastUse(EPOCH - 60, "10.0.0.1", "curl"))
    office.power.revoke(office.own().token.token_id, ADMIN)
    here.world.clock.set_now(EPOCH)
    lines = here.done("token", "list").stdout.splitlines()
    assert [re.split(" {2,}", line) for line in lines] == [
        [
            *("TOKEN", "BELONGS TO", "PURPOSE", "STATUS", "EXPIRES"),
            *("LAST USED", "SITES", "SCOPES", "SPEAKS FOR", "NAME"),
        ],
        [
            *(sooner.token_id, "ada", "BI export", "enabled", "2027-01-16 08:00:00 UTC"),
            *("1 minute ago", "jira-main", "READ", "service ci-reader", "-"),
        ],
        [
            *(later.token_id, "ada", "weekly", "enabled", "2027-04-15 08:00:00 UTC"),
            *("never", "jira-main", "READ", "ada", "n"),
        ],
    ]


@pytest.mark.feature(6)
def test_the_list_is_narrowed_by_everything_a_token_says(
    here: Administered, office: TokenOffice
) -> None:
    own = office.own(purpose="BI export", team="data", ticket="OPS-1").token
    service = office.service(purpose="build", scopes=["WRITE"]).token
    gone = office.own(purpose="gone").token
    office.power.revoke(gone.token_id, ADMIN)

    def listed(*arguments: str) -> set[str]:
        return {each["token_id"] for each in here.json("token", "list", *arguments)["tokens"]}

    assert listed() == {own.token_id, service.token_id}
    assert listed("--all") == {own.token_id, service.token_id, gone.token_id}
    assert listed("--status", "revoked") == {gone.token_id}
    assert listed("--purpose", "bi exp") == {own.token_id}
    assert listed("--team", "data") == listed("--ticket", "OPS-1") == {own.token_id}
    assert listed("--client", "ci-reader") == listed("--kind", "service") == {service.token_id}
    assert listed("--scope", "WRITE") == {service.token_id}
    assert listed("--user", "ada", "--resource", "jira-main") == {own.token_id, service.token_id}
    assert listed("--where", "team=data or scope=WRITE") == {own.token_id, service.token_id}


def test_an_empty_list_says_what_to_do_next(here: Administered) -> None:
    result = here.done("token", "list")
    assert result.stdout == ""
    assert "authserver token create --user NAME --purpose WHY" in result.stderr


def test_a_rotation_tells_when_the_old_secret_ends(here: Administered, office: TokenOffice) -> None:
    token_id = office.service().token.token_id
    result = here.done("token", "rotate", token_id, "--overlap", "1h")
    assert result.stdout.startswith("asv_pat_")
    assert "the old secret goes on until 2027-01-15 09:00:00 UTC" in result.stderr
    shown = here.done("token", "show", token_id).stdout
    assert "enabled, rotated" in shown
    assert len(re.findall(r"^id-\S+ +2027-01-15 08:00:00 UTC", shown, re.MULTILINE)) == 2
    successor = office.tokens.get(token_id).successor_id
    told = here.json("token", "rotate", successor, "--overlap", "0", "--expires-in", "7d")
    assert told["token"]["expires_at"] == "2027-01-22T08:00:00.300Z"
    assert told["old_ends_at"] == "2027-01-15T08:00:00.300Z"


def test_one_token_is_disabled_enabled_and_revoked(here: Administered, office: TokenOffice) -> None:
    token_id = office.own().token.token_id
    said = here.done("token", "disable", token_id, "--reason", "on leave").stdout
    assert said == f"API token {token_id} is disabled\n"
    assert "disabled (on leave)" in here.done("token", "show", token_id).stdout
    assert "was disabled already" in here.done("token", "disable", token_id).stdout
    assert here.done("token", "enable", token_id).stdout == f"API token {token_id} is enabled\n"
    (told,) = here.json("token", "revoke", token_id)["tokens"]
    assert told["status"] == "revoked"
    assert "was revoked already" in here.done("token", "revoke", token_id).stdout
    assert f"token {token_id} is revoked" in here.refused(1, "token", "enable", token_id)


@pytest.mark.feature(15)
def test_an_incident_is_looked_at_acted_on_and_undone(
    here: Administered, office: TokenOffice
) -> None:
    token_id = office.service().token.token_id
    where = ("--where", "client=ci-reader")
    dry = here.done("token", "disable", *where, "--dry-run")
    assert token_id in dry.stdout
    assert "1 API tokens; nothing was changed" in dry.stderr
    told = here.json("token", "revoke", *where, "--dry-run")
    assert (told["dry_run"], told["count"]) == (True, 1)
    asked = here.run("token", "revoke", *where, input_text="n\n")
    assert asked.exit_code == 1
    assert "Revoke 1 API tokens? They never work again." in asked.stderr
    assert office.tokens.get(token_id).status is ApiTokenStatus.ENABLED
    done = here.done("token", "disable", *where, "--yes", "--reason", "broken into")
    incident = office.tokens.get(token_id).reason.removeprefix("incident ").partition(":")[0]
    assert done.stdout == f"1 API tokens are disabled; incident {incident}\n"
    undo = f"authserver token enable --where 'incident=\"{incident}\"'"
    assert undo in done.stderr
    told = here.json("token", "enable", "--where", f'incident="{incident}"', "--yes")
    assert (told["count"], told["tokens"], told["to"]) == (1, [token_id], "enabled")
    assert office.tokens.get(token_id).status is ApiTokenStatus.ENABLED


@pytest.mark.feature(11)
def test_unused_tokens_are_listed_longest_first(here: Administered, office: TokenOffice) -> None:
    assert "every enabled token was used" in here.done("token", "stale").stderr
    first = office.own(expires_in=365 * DAY).token
    here.world.clock.advance(DAY)
    second = office.own(expires_in=365 * DAY, team="data").token
    here.world.clock.advance(100 * DAY)
    lines = here.done("token", "stale").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["TOKEN", first.token_id, second.token_id]
    assert "101 days ago" in lines[1]
    here.world.clock.advance(60)
    (told,) = here.json("token", "stale", "--unused-for", "101d")["tokens"]
    assert told["token_id"] == first.token_id


def test_a_leaked_secret_is_read_from_a_file_and_never_shown(
    here: Administered, office: TokenOffice
) -> None:
    made = office.own()
    result = here.run(
        "token", "report-leak", "--url", "https://git.example/x", input_text=made.value
    )
    assert result.exit_code == 0, result.output
    assert result.stdout == "it was a good token, and works nowhere any more\n"
    assert made.value not in result.output
    assert office.kept(made.token).status is ApiTokenStatus.REVOKED
    again = here.run("token", "report-leak", "--json", input_text=made.value + "\n")
    assert '"over"' in again.stdout
    unknown = here.run("token", "report-leak", input_text="hunter2")
    assert unknown.exit_code == 1
    assert "no secret of this server" in unknown.stdout
    alerted = here.world.clients.rotate_secret("ci-reader", ADMIN).value
    assert "replace it now" in here.run("token", "report-leak", input_text=alerted).stdout


@pytest.mark.feature(14)
def test_all_credentials_of_a_user_rest_and_work_again(
    here: Administered, office: TokenOffice
) -> None:
    token = office.own().token
    office.change(token, last_use=LastUse(EPOCH - 60, "10.0.0.1", "curl"))
    asked = here.run("user", "disable-credentials", "ada", input_text="n\n")
    assert asked.exit_code == 1
    assert "Stop 1 API tokens and 0 apps of ada?" in asked.stderr
    result = here.done("user", "disable-credentials", "ada", "--yes")
    assert re.search(
        rf"API token {token.token_id} +BI export +1 minute ago +10.0.0.1", result.stdout
    )
    assert "the credentials of ada are disabled" in result.stdout
    assert "1 API tokens, 0 apps; last used 2027-01-15 07:59:00 UTC" in result.stderr
    told = here.json("user", "disable-credentials", "ada", "--yes")
    assert told["credentials_disabled_at"] == "2027-01-15T08:00:00.000Z"
    assert [each["token_id"] for each in told["api_tokens"]] == [token.token_id]
    assert "disabled since 2027-01-15 08:00:00 UTC" in here.done("user", "show", "ada").stdout
    said = here.done("user", "enable-credentials", "ada").stdout
    assert said == "the credentials of ada are enabled: 1 API tokens, 0 apps\n"
