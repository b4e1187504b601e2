"""API tokens, asked about and presented from outside (group AK)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.access_details import AccessDetail
from authserver.domain.api_tokens import ApiTokenStatus, Presentation, SubjectType
from authserver.domain.clients import GrantType
from tests.instances import basic
from tests.people.cast import ADA
from tests.rfc.api_tokens import change_token, put_token
from tests.rfc.exchanging import ACCESS_TOKEN
from tests.rfc.granted import Granter, add_person
from tests.rfc.installations import ISSUER
from tests.rfc.lanes import (
    INACTIVE,
    INTROSPECT,
    REVOKE,
    TOKEN,
    assert_invalid_client,
    assert_invalid_request,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.instances import Caller, Site
    from tests.people.cast import Person
    from tests.rfc.installations import Installation
    from tests.rfc.lanes import Lane

USERINFO: Final = "/oauth2/userinfo"


@pytest.fixture
def ada(installation: Installation) -> Person:
    return add_person(installation, "ada", ADA)


@pytest.fixture
def value(installation: Installation, ada: Person, jira: Site) -> str:
    """The secret of ada's token t1."""
    return put_token(installation, ada, jira)


@pytest.mark.rule("IN-03")
@pytest.mark.feature(6)
@pytest.mark.feature(7)
def test_the_resource_is_told_whose_token_it_is_and_what_for(
    installation: Installation, lane: Lane, jira: Site, ada: Person
) -> None:
    now = int(installation.clock.now())
    value = put_token(
        installation,
        ada,
        jira,
        team="data",
        ticket="OPS-1",
        details=(
            AccessDetail(jira.identifier, ("read", "addComment"), ("AB",)),
            AccessDetail(jira.identifier, projects=()),
            AccessDetail("https://elsewhere.example", ("write",)),
        ),
        networks=("192.0.2.0/24",),
    )
    assert lane.introspect(jira, value) == {
        "active": True,
        "scope": "READ WRITE",
        "client_id": "api-token:t1",
        "token_type": "Bearer",
        "exp": now + 90 * 86_400,
        "iat": now,
        "sub": ada.subject,
        "aud": jira.identifier,
        "iss": ISSUER,
        "jti": "t1",
        "username": "ada",
        "subject_type": "user",
        "owner": ada.subject,
        "purpose": "BI export",
        "team": "data",
        "ticket": "OPS-1",
        "networks": ["192.0.2.0/24"],
        "authorization_details": [
            {
                "type": "atlassian_api",
                "locations": [jira.identifier],
                "operations": ["read", "addComment"],
                "projects": ["AB"],
            },
            {"type": "atlassian_api", "locations": [jira.identifier], "projects": []},
        ],
    }


@pytest.mark.feature(7)
def test_of_a_service_sub_and_client_id_are_the_clients_and_nobodys_name_is_told(
    installation: Installation, lane: Lane, jira: Site, ada: Person, reader: Caller
) -> None:
    client = installation.container.clients.get(reader.client_id)
    value = put_token(
        installation,
        ada,
        jira,
        subject_type=SubjectType.SERVICE,
        subject=client.subject,
        client_id=client.client_id,
    )
    told = lane.introspect(jira, value)
    assert (told["sub"], told["client_id"]) == (client.subject, "reader")
    assert (told["subject_type"], told["owner"]) == ("service", ada.subject)
    for absent in ("username", "team", "ticket", "networks", "authorization_details"):
        assert absent not in told


@pytest.mark.rule("AK-03")
def test_whatever_is_wrong_with_it_a_token_is_just_inactive(
    installation: Installation, lane: Lane, jira: Site, wiki: Site, ada: Person
) -> None:
    value = put_token(installation, ada, jira)
    assert lane.is_active(jira, value)
    assert not lane.is_active(wiki, value)
    for changed in (value[:-1], value + "x", value.lower(), "asv_pat_", "asv_rt_" + value[8:]):
        assert lane.asked(jira, changed).body == INACTIVE
    change_token(installation, status=ApiTokenStatus.DISABLED)
    assert lane.asked(jira, value).body == INACTIVE
    change_token(installation, status=ApiTokenStatus.ENABLED, expires_at=0.0)
    assert lane.asked(jira, value).body == INACTIVE


def test_a_token_that_is_only_sent_by_basic_is_good_for_the_resource_that_got_it_so(
    installation: Installation, lane: Lane, jira: Site, ada: Person
) -> None:
    value = put_token(installation, ada, jira, presentations=frozenset({Presentation.BASIC}))
    assert lane.is_active(jira, value)


def test_a_client_learns_nothing_of_api_tokens_not_even_of_its_own(
    installation: Installation, lane: Lane, jira: Site, ada: Person, reader: Caller
) -> None:
    value = put_token(installation, ada, jira, client_id=reader.client_id)
    answer = lane.post(INTROSPECT, {"token": value}, reader.authorization)
    assert answer.body == INACTIVE


@pytest.mark.rule("AK-04")
def test_no_grant_takes_an_api_token_for_anything(
    installation: Installation, lane: Lane, jira: Site, ada: Person, value: str
) -> None:
    installation.caller("reader", jira, "READ")
    app = Granter(installation, ada).app(jira)
    exchanger = installation.caller(
        "exchanger", jira, "READ", grant_types=(GrantType.TOKEN_EXCHANGE,)
    )
    presented = (
        {"grant_type": "refresh_token", "refresh_token": value},
        {
            "grant_type": "authorization_code",
            "code": value,
            "redirect_uri": "https://app.example.org/callback",
            "code_verifier": "v" * 43,
        },
    )
    for form in presented:
        assert lane.post(TOKEN, form, app.authorization).error == (400, "invalid_grant")
    exchanged = lane.post(
        TOKEN,
        {
            "grant_type": GrantType.TOKEN_EXCHANGE.value,
            "subject_token": value,
            "subject_token_type": ACCESS_TOKEN,
        },
        exchanger.authorization,
    )
    assert_invalid_request(exchanged)
    password = {"grant_type": "password", "username": "ada", "password": value}
    assert lane.post(TOKEN, password, app.authorization).error[1] == "unsupported_grant_type"
    for answer in (
        lane.post(TOKEN, {"grant_type": "client_credentials"}, f"Bearer {value}"),
        lane.post(TOKEN, {"grant_type": "client_credentials"}, basic("reader", value)),
        lane.post(TOKEN, {"grant_type": "client_credentials"}, basic("ada", value)),
        lane.post(INTROSPECT, {"token": "x"}, basic("jira", value)),
        lane.post(REVOKE, {"token": value}, basic("ada", value)),
    ):
        assert_invalid_client(answer)
    assert lane.is_active(jira, value)


@pytest.mark.rule("AK-04")
def test_an_api_token_opens_no_door_of_ours(
    installation: Installation, lane: Lane, jira: Site, value: str
) -> None:
    bearer = {"Authorization": f"Bearer {value}"}
    told = lane.knock("GET", USERINFO, headers=bearer)
    assert told.error == (401, "invalid_token")
    assert b"ada" not in told.body.lower()
    in_query = lane.knock("GET", USERINFO, query=f"access_token={value}")
    assert in_query.status == 400
    assert lane.post(USERINFO, {"access_token": value}).error == (401, "invalid_token")
    cookie = {"Cookie": f"__Host-session={value}; session={value}"}
    assert lane.knock("GET", USERINFO, headers=cookie).status == 401
    for headers in (bearer, cookie, {"Authorization": basic("ada", value)}):
        for path in ("/account", "/account/sessions"):
            page = lane.get(path, headers=headers)
            assert page.status in {302, 303, 404}, page.status
            assert "login" in page.headers.get("location", "login")
    assert lane.is_active(jira, value)


@pytest.mark.rule("AK-04")
def test_revoking_as_an_access_token_is_no_way_to_revoke_it(
    lane: Lane, jira: Site, reader: Caller, value: str
) -> None:
    """A token is taken back by whoever answers for it, not by any client that has got it."""
    assert lane.revoke(reader, value).status == 200
    assert lane.is_active(jira, value)


@pytest.mark.rule("AK-01")
@pytest.mark.rule("AK-04")
@pytest.mark.feature(1)
def test_neither_database_nor_log_nor_record_has_the_secret(
    installation: Installation,
    lane: Lane,
    jira: Site,
    value: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    lane.introspect(jira, value)
    lane.knock("GET", USERINFO, headers={"Authorization": f"Bearer {value}"})
    lane.post(TOKEN, {"grant_type": "refresh_token", "refresh_token": value}, basic("x", value))
    container = installation.container
    container.uses.flush(container.database)
    secret = value.removeprefix("asv_pat_").encode()
    for file in _files(installation.folder):
        assert secret not in file.read_bytes(), file
    said = capfd.readouterr()
    assert secret.decode() not in said.out + said.err


def _files(folder: Path) -> list[Path]:
    found = [each for each in folder.rglob("*") if each.is_file()]
    assert found
    return found
