"""Making API tokens: who may, what each must say, and what nobody sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.access_details import AccessDetail
from authserver.domain.api_tokens import (
    API_TOKEN_PURPOSE,
    ApiTokenFilter,
    ApiTokenStatus,
    Presentation,
    SubjectType,
)
from authserver.domain.errors import Conflict, InvalidField, NotFound
from authserver.services.api_token_drafts import Delivery
from authserver.services.secret_digests import digests_of
from tests.doubles import EPOCH
from tests.services.token_office import DAY, TokenOffice
from tests.services.world import ADMIN, details

if TYPE_CHECKING:
    from tests.services.world import World

TOKENS = '[tokens]\nreason = "because we say so"\n'


@pytest.fixture
def office(world: World) -> TokenOffice:
    return TokenOffice(world)


def last_event(office: TokenOffice, action: str) -> Any:
    return [each for each in office.world.database.audit if each.action == action][-1]


@pytest.mark.feature(1)
def test_a_user_makes_a_token_and_sees_its_secret_once(office: TokenOffice) -> None:
    made = office.own(team="data", ticket="OPS-1", name="nightly")
    token = made.token
    assert made.value.startswith("asv_pat_")
    assert made.link == ""
    assert token.status is ApiTokenStatus.ENABLED
    assert (token.subject_type, token.subject, token.owner) == (
        SubjectType.USER,
        office.ada.subject,
        office.ada.subject,
    )
    assert (token.purpose, token.team, token.ticket, token.name) == (
        "BI export",
        "data",
        "OPS-1",
        "nightly",
    )
    assert token.expires_at == EPOCH + 90 * DAY
    assert token.presentations == frozenset(Presentation)
    assert token.lineage_id == token.token_id
    assert token.created_from == "192.0.2.7"
    assert office.kept(token) == token


@pytest.mark.rule("AK-01")
@pytest.mark.feature(1)
def test_only_a_keyed_digest_of_the_secret_is_kept(office: TokenOffice) -> None:
    made = office.own()
    assert made.value not in repr(office.world.database.state)
    assert made.value not in repr(made)
    digests = digests_of(office.world.digester, API_TOKEN_PURPOSE, made.value)
    assert office.stores().api_tokens.by_secret(digests) == made.token


@pytest.mark.feature(16)
def test_the_record_names_actor_and_subject_both(office: TokenOffice) -> None:
    made = office.for_ada()
    event = last_event(office, "token.created")
    assert event.actor == ADMIN.actor
    assert event.token_id == made.token.token_id
    said = details(event)
    assert said["subject"] == said["owner"] == office.ada.subject
    assert said["lineage_id"] == made.token.lineage_id
    assert said["purpose"] == "BI export"
    assert said["after"]["resources"] == ["jira-main"]
    assert "digest" not in said["after"]


@pytest.mark.feature(17)
def test_a_token_that_an_administrator_makes_for_a_user_has_no_secret_yet(
    office: TokenOffice,
) -> None:
    made = office.for_ada()
    assert made.value == ""
    assert made.link == ""
    assert made.token.status is ApiTokenStatus.PENDING
    assert made.token.secret is None
    (mail,) = office.stores().mails.list()
    assert mail.to == "ada@example.com"


def test_a_link_may_be_passed_on_by_hand(world: World) -> None:
    office = TokenOffice(world, mail=False)
    with pytest.raises(Conflict, match="mail is off"):
        office.for_ada()
    assert office.tokens.count(ApiTokenFilter()) == 0
    made = office.for_ada(Delivery.LINK)
    assert "/account/pick-up/" in made.link
    picked = office.pick_ups.pick_up(made.link.rpartition("/")[2], office.ada.subject, office.act)
    assert picked.value.startswith("asv_pat_")
    assert office.kept(made.token).status is ApiTokenStatus.ENABLED


def test_another_link_ends_the_one_before(office: TokenOffice) -> None:
    made = office.for_ada(Delivery.LINK)
    again = office.tokens.offer_again(made.token.token_id, ADMIN, Delivery.LINK)
    assert again.link not in {"", made.link}
    with pytest.raises(Exception, match="expired"):
        office.pick_ups.look(made.link.rpartition("/")[2], office.ada.subject)
    with pytest.raises(Conflict, match="nobody has to pick it up"):
        office.tokens.offer_again(office.own().token.token_id, ADMIN, Delivery.LINK)


@pytest.mark.feature(33)
def test_a_service_has_an_owner_and_its_secret_is_for_whoever_sets_it_up(
    office: TokenOffice,
) -> None:
    made = office.service()
    assert made.value.startswith("asv_pat_")
    assert made.token.subject == "client:ci-reader"
    assert made.token.owner == office.ada.subject
    assert made.token.client_id == "ci-reader"


@pytest.mark.trap(1)
@pytest.mark.parametrize(
    ("stated", "field", "said"),
    [
        ({"purpose": ""}, "purpose", "1 to 200 characters"),
        ({"purpose": "a" * 201}, "purpose", "at most 200"),
        ({"purpose": "two\nlines"}, "purpose", "printable"),
        ({"name": "\u202eevil"}, "name", "printable"),
        ({"name": "n" * 101}, "name", "at most 100"),
        ({"team": "t" * 255}, "team", "at most 254"),
        ({"ticket": "a\x1b[2J"}, "ticket", "printable"),
        ({"user": ""}, "user", "the name of the user"),
        ({"resources": []}, "resources", "names no site can be used nowhere"),
        ({"resources": ["nowhere"]}, "resources", "names of registered sites (jira-main)"),
        ({"scopes": []}, "scopes", "may do nothing"),
        ({"scopes": ["REED"]}, "scopes", "REED is not a scope of jira-dc"),
        ({"scopes": ["openid"]}, "scopes", "openid is not a scope"),
        ({"operations": []}, "operations", "empty list would let nothing pass"),
        ({"operations": ["getIsue"]}, "operations", "close to it: getIssue"),
        ({"projects": []}, "projects", "empty list would let nothing pass"),
        ({"projects": ["A B"]}, "projects", "keys or ids"),
        ({"networks": []}, "networks", "empty list would let nothing pass"),
        ({"networks": ["10.0.0.0/33"]}, "networks", "networks like"),
        ({"networks": ["::ffff:10.0.0.1"]}, "networks", "IPv4 in its own notation"),
        ({"presentations": []}, "presentations", "one or more of basic, bearer"),
        ({"presentations": ["cookie"]}, "presentations", "one or more of basic, bearer"),
        ({"expires_in": 59.0}, "expires_in", "1m to 365d"),
        ({"expires_in": 366 * DAY}, "expires_in", "1m to 365d"),
        ({"expires_in": float("nan")}, "expires_in", "1m to 365d"),
        ({"client_id": "nobody"}, "client_id", "a registered client"),
        ({"subject_type": SubjectType.SERVICE}, "client_id", "required for a service"),
    ],
)
def test_what_is_wrong_is_named_with_what_is_allowed(
    office: TokenOffice, stated: dict[str, Any], field: str, said: str
) -> None:
    before = office.world.database.state
    with pytest.raises(InvalidField) as refused:
        office.own(**stated)
    assert refused.value.field == field
    assert said in refused.value.allowed
    assert office.world.database.state is before


def test_limits_are_kept_in_one_spelling(office: TokenOffice) -> None:
    token = office.own(
        operations=["read", "read"],
        projects=["AB", "10001"],
        networks=["10.1.2.3/8", "10.0.0.0/8", "2001:DB8::/32", "192.0.2.1"],
        presentations=["basic"],
        expires_in=60.0,
    ).token
    assert token.details == (
        AccessDetail("https://jira-main.example.com", ("read",), ("AB", "10001")),
    )
    assert token.networks == ("10.0.0.0/8", "2001:db8::/32", "192.0.2.1/32")
    assert token.presentations == {Presentation.BASIC}
    assert token.expires_at == EPOCH + 60


def test_each_site_of_a_token_gets_a_scope_of_use_there(office: TokenOffice) -> None:
    office.world.add_resource("cloud", kind="jira-cloud", url="https://cloud.atlassian.net")
    with pytest.raises(InvalidField, match="at least one of jira-cloud, or leave cloud out"):
        office.own(resources=["jira-main", "cloud"])
    token = office.own(
        resources=["jira-main", "cloud"], scopes=["READ", "read:jira-work"], operations=["read"]
    ).token
    assert [each.location for each in token.details or ()] == [
        "https://cloud.atlassian.net",
        "https://jira-main.example.com",
    ]


def test_a_service_never_gets_more_than_its_client_has(office: TokenOffice) -> None:
    office.world.add_resource("other")
    with pytest.raises(InvalidField, match="those of client ci-reader"):
        office.service(scopes=["ADMIN"])
    with pytest.raises(InvalidField, match="those of client ci-reader"):
        office.service(resources=["other"])


def test_nobody_who_is_stopped_gets_a_token(office: TokenOffice) -> None:
    office.world.clients.disable("ci-reader", ADMIN)
    with pytest.raises(Conflict, match="client ci-reader is disabled"):
        office.service()
    office.world.users.disable("ada", ADMIN)
    with pytest.raises(Conflict, match="user ada is disabled"):
        office.for_ada()
    with pytest.raises(NotFound):
        office.for_ada(user="nobody")
