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
from authserver.services.api_token_drafts import Delivery, Maker, TokenRefused
from authserver.services.secret_digests import digests_of
from tests.doubles import EPOCH
from tests.services.token_office import DAY, OPERATOR, TokenOffice
from tests.services.world import ADMIN, details

if TYPE_CHECKING:
    from tests.services.world import World

TOKENS = '[tokens]\nreason = "because we say so"\n'


@pytest.fixture
def office(world: World) -> TokenOffice:
    return TokenOffice(world)


def last_event(office: TokenOffice, action: str) -> Any:
    return [each for each in office.world.database.audit if each.action == action][-1]


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
def test_only_a_keyed_digest_of_the_secret_is_kept(office: TokenOffice) -> None:
    made = office.own()
    assert made.value not in repr(office.world.database.state)
    assert made.value not in repr(made)
    digests = digests_of(office.world.digester, API_TOKEN_PURPOSE, made.value)
    assert office.stores().api_tokens.by_secret(digests) == made.token


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


def test_a_service_has_an_owner_and_its_secret_is_for_whoever_sets_it_up(
    office: TokenOffice,
) -> None:
    made = office.service()
    assert made.value.startswith("asv_pat_")
    assert made.token.subject == "client:ci-reader"
    assert made.token.owner == office.ada.subject
    assert made.token.client_id == "ci-reader"


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


@pytest.mark.rule("AK-02")
def test_no_token_lives_longer_than_policy_says_nor_than_a_year(office: TokenOffice) -> None:
    office.apply(TOKENS + 'max_lifetime = "30d"\n')
    with pytest.raises(InvalidField) as refused:
        office.own(expires_in=31 * DAY)
    assert refused.value.allowed == "1m to 30d (default@1: because we say so)"
    assert office.own().token.expires_at == EPOCH + 30 * DAY
    office.apply(TOKENS + 'max_lifetime = "1000d"\n')
    with pytest.raises(InvalidField, match="365d"):
        office.own(expires_in=366 * DAY)


@pytest.mark.rule("AK-05")
def test_a_subject_has_only_so_many_live_tokens(office: TokenOffice) -> None:
    office.apply(TOKENS + "max_count = 2\n")
    first = office.own().token
    office.own()
    with pytest.raises(Conflict, match="has 2 live API tokens, the most"):
        office.own()
    office.power.disable(first.token_id, ADMIN)
    with pytest.raises(Conflict):
        office.own()
    office.power.revoke(first.token_id, ADMIN)
    office.own()


def test_policy_says_who_makes_tokens(office: TokenOffice) -> None:
    office.apply(TOKENS + 'creators = "administrators"\n')
    with pytest.raises(TokenRefused, match="because we say so") as refused:
        office.own()
    assert refused.value.refusal.rule == "tokens.creators"
    office.for_ada()
    office.apply(TOKENS + 'creators = "groups"\ncreator_groups = ["makers"]\n')
    with pytest.raises(TokenRefused):
        office.own()
    office.join("makers", "ada")
    office.own()


def test_policy_says_who_holds_tokens_and_what_they_say(office: TokenOffice) -> None:
    office.apply(TOKENS + 'holders = ["staff"]\n', "jira-main")
    with pytest.raises(TokenRefused) as refused:
        office.for_ada()
    assert refused.value.refusal.document == "jira-main@1"
    office.join("staff", "ada")
    office.own()
    office.apply(TOKENS + "require_ticket = true\nrequire_team = true\n")
    with pytest.raises(InvalidField, match="ticket: required by default@1"):
        office.own()
    with pytest.raises(InvalidField, match="team: required by default@1"):
        office.own(ticket="OPS-1")
    office.own(ticket="OPS-1", team="data")


def test_policy_says_how_tokens_are_sent(office: TokenOffice) -> None:
    office.apply(TOKENS + 'presentations = ["bearer"]\n')
    assert office.own().token.presentations == {Presentation.BEARER}
    with pytest.raises(InvalidField, match="presentations: one or more of bearer"):
        office.own(presentations=["basic"])


def test_only_administrators_make_tokens_for_others_unless_policy_says_who(
    office: TokenOffice,
) -> None:
    bob = office.add_user("bob")
    maker = Maker(bob.subject)
    for draft in (
        office.draft(),
        office.draft(subject_type=SubjectType.SERVICE, client_id="ci-reader", user="bob"),
    ):
        with pytest.raises(TokenRefused, match="only administrators"):
            office.tokens.create(draft, ADMIN, maker)
    office.join("helpers", "bob")
    office.apply(TOKENS + 'for_others_groups = ["helpers"]\n')
    made = office.tokens.create(office.draft(), ADMIN, maker)
    assert made.value == ""


def test_a_rotation_puts_a_new_token_in_the_place_of_the_old_one(office: TokenOffice) -> None:
    old = office.own(expires_in=30 * DAY, networks=["10.0.0.0/8"])
    office.world.clock.advance(DAY)
    made = office.tokens.rotate(
        old.token.token_id, office.act, Maker(office.ada.subject), overlap_seconds=3600.0
    )
    new = made.token
    assert made.value not in {"", old.value}
    assert new.token_id != old.token.token_id
    assert new.lineage_id == old.token.lineage_id
    assert (new.purpose, new.networks, new.scopes) == (
        old.token.purpose,
        old.token.networks,
        old.token.scopes,
    )
    assert new.expires_at == EPOCH + 31 * DAY
    kept = office.kept(old.token)
    assert kept.successor_id == new.token_id
    assert kept.expires_at == made.old_ends_at == EPOCH + DAY + 3600
    event = last_event(office, "token.rotated")
    assert details(event)["lineage_id"] == old.token.lineage_id
    assert details(event)["successor_id"] == new.token_id


def test_an_overlap_never_lengthens_the_old_life(office: TokenOffice) -> None:
    old = office.own(expires_in=3600.0).token
    maker = Maker(office.ada.subject)
    made = office.tokens.rotate(old.token_id, office.act, maker, overlap_seconds=DAY)
    assert made.old_ends_at == old.expires_at


def test_only_the_latest_live_token_is_rotated(office: TokenOffice) -> None:
    maker = Maker(office.ada.subject)

    def rotated(token_id: str, overlap: float) -> str:
        made = office.tokens.rotate(token_id, office.act, maker, overlap_seconds=overlap)
        return made.token.token_id

    first = office.own().token.token_id
    second = rotated(first, DAY)
    with pytest.raises(Conflict, match=f"was rotated into {second}"):
        rotated(first, DAY)
    with pytest.raises(Conflict, match="is live as well"):
        rotated(second, DAY)
    third = rotated(second, 0.0)
    live = office.tokens.page(ApiTokenFilter(live_at=office.world.clock.now()))
    assert [each.token_id for each in live] == [third]
    office.power.disable(third, ADMIN)
    with pytest.raises(Conflict, match="is disabled: make a new one"):
        rotated(third, 0.0)
    with pytest.raises(InvalidField, match="overlap"):
        rotated(third, -1.0)
    with pytest.raises(NotFound):
        rotated("nowhere", 0.0)


def test_policy_is_asked_again_when_a_token_is_rotated(office: TokenOffice) -> None:
    token = office.own(expires_in=100 * DAY).token
    maker = Maker(office.ada.subject)
    office.apply(TOKENS + 'max_lifetime = "30d"\npresentations = ["bearer"]\n')
    made = office.tokens.rotate(token.token_id, office.act, maker, overlap_seconds=0.0)
    assert made.token.expires_at == EPOCH + 30 * DAY
    assert made.token.presentations == {Presentation.BEARER}
    office.apply(TOKENS + 'creators = "administrators"\n')
    with pytest.raises(TokenRefused):
        office.tokens.rotate(made.token.token_id, office.act, maker, overlap_seconds=0.0)


def test_the_owner_picks_up_what_somebody_else_rotated(office: TokenOffice) -> None:
    token = office.own().token
    made = office.tokens.rotate(
        token.token_id, ADMIN, OPERATOR, overlap_seconds=DAY, delivery=Delivery.LINK
    )
    assert made.value == ""
    assert made.token.status is ApiTokenStatus.PENDING
    assert made.link


def test_a_lineage_is_listed_from_its_beginning(office: TokenOffice) -> None:
    token = office.own().token
    office.world.clock.advance(5)
    made = office.tokens.rotate(
        token.token_id, office.act, Maker(office.ada.subject), overlap_seconds=DAY
    )
    assert [each.token_id for each in office.tokens.lineage(made.token)] == [
        token.token_id,
        made.token.token_id,
    ]
