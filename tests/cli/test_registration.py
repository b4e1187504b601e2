"""`authserver registration`: initial access tokens, and clients that registered themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from authserver.domain.registrations import INITIAL_PURPOSE
from authserver.services.secret_digests import digests_of

if TYPE_CHECKING:
    from tests.cli.administered import Administered

CREATE = ("registration", "token", "create")
LIST = ("registration", "token", "list")


def token_id(here: Administered) -> str:
    (token,) = here.container.initial_access_tokens.list()
    return token.token_id


def test_the_token_is_alone_on_stdout_and_nowhere_else(here: Administered) -> None:
    result = here.done(*CREATE, "suite")
    value = result.stdout.removesuffix("\n")
    assert value.startswith("asv_it_")
    assert value not in result.stderr
    assert "shown only here" in result.stderr
    assert value not in repr(here.world.database.state)
    assert value not in here.done(*LIST).output
    with here.world.database.reading() as stores:
        digests = digests_of(here.world.digester, INITIAL_PURPOSE, value)
        assert stores.registrations.find_initial(digests) is not None


def test_what_is_not_stated_is_for_one_client_that_signs_users_in(here: Administered) -> None:
    told = here.json(*CREATE, "suite")
    assert told["initial_access_token"].startswith("asv_it_")
    assert told["token"] == {
        "token_id": token_id(here),
        "label": "suite",
        "grant_types": ["authorization_code", "refresh_token"],
        "scopes": ["email", "offline_access", "openid", "profile"],
        "resources": [],
        "pkce_exempt": False,
        "assertion_audience": "issuer",
        "quota": 1,
        "used": 0,
        "created_at": "2027-01-15T08:00:00.000Z",
        "expires_at": "2027-01-22T08:00:00.000Z",
        "revoked_at": None,
    }


def test_every_limit_can_be_stated(here: Administered) -> None:
    told = here.json(
        *CREATE, "suite", "--grant", "device_code", "--grant", "client_credentials",
        "--scope", "openid", "--scope", "READ", "--resource", "jira-main", "--quota", "20",
        "--expires-in", "30d", "--pkce-exempt",
        "--assertion-audience", "token_endpoint",
    )["token"]  # fmt: skip
    assert told["grant_types"] == [
        "client_credentials",
        "urn:ietf:params:oauth:grant-type:device_code",
    ]
    assert (told["scopes"], told["resources"]) == (["READ", "openid"], ["jira-main"])
    assert (told["quota"], told["pkce_exempt"]) == (20, True)
    assert told["assertion_audience"] == "token_endpoint"
    assert told["expires_at"] == "2027-02-14T08:00:00.000Z"


def test_whoever_makes_a_token_is_told_that_registration_is_off(here: Administered) -> None:
    told = here.done(*CREATE, "suite").stderr
    assert "registration is off: set registration.mode to token" in told
    assert "/oauth2/register" in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("",), "error: LABEL: 1 to 100 characters"),
        (("a\nb",), "error: LABEL: printable characters"),
        (("suite", "--quota", "0"), "error: --quota: 1 to 10000"),
        (("suite", "--quota", "10001"), "error: --quota: 1 to 10000"),
        (("suite", "--expires-in", "0"), "error: --expires-in: more than 0 seconds"),
        (("suite", "--expires-in", "53w"), "error: --expires-in: more than 0 seconds, at most"),
        (("suite", "--scope", "READ"), "error: --scope: only together with a resource"),
        (("suite", "--resource", "nowhere"), "error: --resource: names of registered resources"),
        (
            ("suite", "--grant", "client_credentials", "--scope", "openid"),
            "error: --scope: openid and the like only with a grant that has a user",
        ),
    ],
)
def test_a_refusal_names_what_was_typed(
    here: Administered, arguments: tuple[str, ...], told: str
) -> None:
    assert here.refused(2, *CREATE, *arguments).startswith(told)


def test_the_list_says_how_each_token_stands(here: Administered) -> None:
    for label in ("used", "gone", "late"):
        here.done(*CREATE, label, "--expires-in", "7d" if label != "late" else "1h")
    tokens = {each.label: each for each in here.container.initial_access_tokens.list()}
    with here.world.database.writing() as stores:
        assert stores.registrations.use_initial(tokens["used"].token_id, here.world.clock.now())
    here.done("registration", "token", "revoke", tokens["gone"].token_id, "--yes")
    here.world.clock.set_now(here.world.clock.now() + 7200)
    here.done(*CREATE, "live")
    lines = {line.split()[1]: line for line in here.done(*LIST).stdout.splitlines()[1:]}
    assert "used up" in lines["used"]
    assert "1 of 1" in lines["used"]
    assert "revoked" in lines["gone"]
    assert "expired" in lines["late"]
    assert "ends in 7 days" in lines["live"]
    assert "authorization_code refresh_token" in lines["live"]
    assert len(here.json(*LIST)["tokens"]) == 4


def test_a_token_is_revoked_once(here: Administered) -> None:
    here.done(*CREATE, "suite")
    identifier = token_id(here)
    told = here.json("registration", "token", "revoke", identifier, "--yes")
    assert told == {"token_id": identifier, "status": "revoked"}
    again = here.refused(1, "registration", "token", "revoke", identifier, "--yes")
    assert "authserver registration token list" in again


def test_a_token_is_not_revoked_without_a_word(here: Administered) -> None:
    here.done(*CREATE, "suite")
    here.refused(1, "registration", "token", "revoke", token_id(here))


def test_what_was_done_is_on_record(here: Administered) -> None:
    here.done(*CREATE, "suite")
    here.done("registration", "token", "revoke", token_id(here), "--yes")
    actions = [event.action for event in here.world.database.audit]
    assert actions == ["initial_token.created", "initial_token.revoked"]


def test_the_list_of_clients_holds_those_that_registered_themselves(here: Administered) -> None:
    assert here.done("registration", "list").stderr == "none\n"
    here.world.add_client("by-hand")
    client = here.world.add_client("by-itself").client
    profile = replace(
        client.profile, registered_by="it-1", redirect_uris=("https://app.example.com/cb",)
    )
    with here.world.database.writing() as stores:
        stores.clients.save(replace(client, profile=profile))
    shown = here.done("registration", "list").stdout
    assert "by-itself" in shown
    assert "https://app.example.com/cb" in shown
    assert "by-hand" not in shown
    (told,) = here.json("registration", "list")["clients"]
    assert told["registered_by"] == "it-1"
