"""Through nginx, server and stand-in: what becomes of API tokens, and whose calls they make."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.domain.api_tokens import ApiTokenStatus, SubjectType
from authserver.domain.clients import SUBJECT_PREFIX
from tests.gateway.bed import ACCOUNT
from tests.gateway.policed import ISSUE, Policed, basic, bearer
from tests.people.cast import add_user

if TYPE_CHECKING:
    from collections.abc import Sequence

DEADLINE: Final = 15.0
OVERLAP: Final = 2.0


@pytest.fixture
def site(policed_site: Policed) -> Policed:
    policed_site.policy("")
    return policed_site


def statuses(site: Policed, values: Sequence[str]) -> list[int]:
    """What each gets."""
    return [site.call(bearer(each)).status_code for each in values]


def listed(site: Policed, purpose: str) -> list[dict[str, Any]]:
    """The tokens of a purpose, those that end first before others."""
    told = site.bed.command("token", "list", "--purpose", purpose, "--all", "--json")
    return list(json.loads(told)["tokens"])


@pytest.mark.feature(12)
@pytest.mark.feature(13)
def test_a_revoked_token_is_dead_at_the_next_call_and_the_others_go_on(site: Policed) -> None:
    purposes = ("one of three", "two of three", "three of three")
    values = [site.token(site.alice, purpose=each) for each in purposes]
    assert statuses(site, values) == [200, 200, 200]
    (token,) = listed(site, "two of three")
    site.bed.command("token", "revoke", token["token_id"], "--yes")
    assert statuses(site, values) == [200, 401, 200]
    answer = site.call(basic("alice", values[1]))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")


@pytest.mark.feature(1)
@pytest.mark.feature(5)
@pytest.mark.feature(8)
def test_a_rotated_token_lives_on_for_the_overlap_and_ends_by_the_clock(site: Policed) -> None:
    client_id = site.bed.caller("READ").client_id
    made = json.loads(
        site.bed.command(
            *("token", "create", "--user", "alice", "--service", "--client", client_id),
            *("--purpose", "rotated", "--scope", "READ", "--resource", site.bed.name, "--json"),
        )
    )
    old = made["api_token"]
    shown = site.bed.command("token", "show", made["token"]["token_id"])
    assert old not in shown
    assert old[-4:] in shown
    rotated = json.loads(
        site.bed.command(
            *("token", "rotate", made["token"]["token_id"]),
            *("--overlap", f"{OVERLAP:.0f}s", "--json"),
        )
    )
    new, ends = rotated["api_token"], time.monotonic() + DEADLINE
    assert statuses(site, [new, old]) == [200, 200]
    seen = []
    while time.monotonic() < ends and 401 not in seen:
        seen.append(site.call(bearer(old)).status_code)
    assert set(seen) == {200, 401}
    assert statuses(site, [new, old]) == [200, 401]
    assert len({each["lineage_id"] for each in listed(site, "rotated")}) == 1


@pytest.mark.feature(14)
def test_all_tokens_of_a_user_rest_and_work_again(site: Policed) -> None:
    values = [site.token(each) for each in (site.bob, site.bob, site.alice)]
    assert statuses(site, values) == [200, 200, 200]
    site.bed.command("user", "disable-credentials", "bob", "--yes")
    resting = statuses(site, values)
    site.bed.command("user", "enable-credentials", "bob")
    assert resting == [401, 401, 200]
    assert statuses(site, values) == [200, 200, 200]


@pytest.mark.feature(15)
def test_an_incident_ends_all_that_its_filter_means_after_a_look(site: Policed) -> None:
    leaked = [site.token(each, team="leaked") for each in (site.alice, site.bob)]
    other = site.token(site.alice)
    filtered = ("token", "revoke", "--where", "team=leaked and created>2025-01-01")
    looked = site.bed.command(*filtered, "--dry-run")
    assert "2" in looked
    assert statuses(site, [*leaked, other]) == [200, 200, 200]
    site.bed.command(*filtered, "--yes")
    assert statuses(site, [*leaked, other]) == [401, 401, 200]


@pytest.mark.feature(6)
@pytest.mark.feature(7)
@pytest.mark.feature(33)
@pytest.mark.trap(9)
def test_a_service_calls_as_itself_and_each_record_says_whose_and_what_for(site: Policed) -> None:
    services = [site.bed.caller(*scopes).client_id for scopes in (["READ"], ["READ", "WRITE"])]
    records = []
    for client_id in services:
        value = site.token(
            site.alice,
            subject_type=SubjectType.SERVICE,
            subject=SUBJECT_PREFIX + client_id,
            client_id=client_id,
            purpose=f"nightly export of {client_id}",
            team="data",
            ticket="OPS-1",
        )
        for headers in (bearer(value), basic(client_id, value)):
            with site.bed.watching() as seen:
                answer = site.call(headers)
            assert (answer.status_code, seen.one.account) == (200, ACCOUNT)
        assert site.call(basic("alice", value)).status_code == 401
        records.append(site.bed.record(answer.headers["X-Decision-Id"]))
    for client_id, record in zip(services, records, strict=True):
        told = record["details"]
        assert (record["client_id"], told["subject"]) == (client_id, SUBJECT_PREFIX + client_id)
        assert told["owner"] == site.alice.subject
        assert (told["team"], told["ticket"]) == ("data", "OPS-1")
        assert told["purpose"] == f"nightly export of {client_id}"
        assert len(listed(site, told["purpose"])) == 1


@pytest.mark.feature(2)
@pytest.mark.trap(4)
def test_wrong_credentials_are_401_and_what_is_not_allowed_403(site: Policed) -> None:
    value = site.token(site.alice)
    dead = site.token(site.alice, status=ApiTokenStatus.DISABLED)
    wrong = [basic("nobody-here", value), basic("bob", value), bearer(dead), basic("alice", dead)]
    told = []
    for headers in wrong:
        answer = site.call(headers)
        assert answer.status_code == 401
        told.append(answer.json()["error_description"].partition("(decision_id")[0])
    assert told[0] == told[1], "whether there is such a user is told to nobody"
    for method, path in (("DELETE", ISSUE), ("GET", "/rest/unheard/1/of")):
        answer = site.call(bearer(value), method, path)
        assert answer.status_code == 403, path


@pytest.mark.feature(2)
@pytest.mark.feature(3)
def test_the_site_names_the_same_person_however_the_token_is_sent(site: Policed) -> None:
    value = site.token(site.alice)
    for headers in (basic("alice", value), bearer(value)):
        answer = site.call(headers, path="/rest/api/2/myself")
        assert (answer.status_code, answer.json()["name"]) == (200, "jira-alice")


@pytest.mark.feature(27)
@pytest.mark.feature(29)
def test_a_jwt_with_one_byte_flipped_is_refused_wherever_it_was(site: Policed) -> None:
    token = site.bed.token("READ")
    assert site.call(bearer(token)).status_code == 200
    begins = [0, *(place + 1 for place, each in enumerate(token) if each == ".")]
    for place in begins:
        flipped = "B" if token[place + 5] == "A" else "A"
        bent = token[: place + 5] + flipped + token[place + 6 :]
        answer = site.call(bearer(bent))
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token"), place


@pytest.mark.feature(18)
def test_who_has_no_password_here_calls_with_a_token(site: Policed) -> None:
    with site.bed.server.container() as container:
        carol = add_user(container, "carol")
        with container.database.writing() as stores:
            user = stores.users.get(carol.subject)
            assert user is not None
            stores.users.save(replace(user, password_hash=b""))
    site.bed.map_subject(carol.subject, "jira-carol")
    value = site.token(carol)
    for headers in (basic("carol", value), bearer(value)):
        with site.bed.watching() as seen:
            assert site.call(headers).status_code == 200
        assert seen.one.account == "jira-carol"
    for password in ("", "asv", carol.password):
        assert site.call(basic("carol", password)).status_code in {401, 403}
