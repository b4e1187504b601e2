"""Through nginx, server and stand-in: who may call, from where, what, in which projects."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.catalogue.loader import load_catalogue
from authserver.domain.access_details import AccessDetail
from authserver.domain.resources import ResourceKind
from tests.catalogue.example_paths import example_path
from tests.gateway.keep_alive import KeepAlive
from tests.gateway.policed import ISSUE, Policed, basic, bearer
from tests.gateway.shapes import Shape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.gateway.conftest import GatewayBeds

PAGE: Final = {"Cookie": "JSESSIONID=session-of-tokafor", "Sec-Fetch-Site": "same-origin"}
DASHBOARD: Final = "/secure/Dashboard.jspa"
FAR: Final = '[[network]]\nname = "vpn"\nallow = ["10.0.0.0/8"]\nreason = "From the VPN"\n'
HERE: Final = '[[network]]\nname = "here"\ndeny = ["127.0.0.0/8"]\nreason = "Not from here"\n'
DEVELOPERS: Final = '[access]\ngroups = ["developers"]\nreason = "For developers"\n'


@pytest.fixture
def site(policed_site: Policed) -> Policed:
    policed_site.policy("")
    return policed_site


@contextmanager
def group(site: Policed, name: str, *members: str) -> Iterator[None]:
    """A group, and no policy that names it afterwards."""
    site.bed.command("group", "create", name)
    for each in members:
        site.bed.command("group", "add", name, each)
    yield
    site.policy("")
    site.bed.command("group", "delete", name, "--yes")


def refusal(site: Policed, headers: dict[str, str], path: str = ISSUE) -> tuple[int, str, str]:
    """Status, reason and rule of a refused call."""
    answer = site.call(headers, path=path)
    told = answer.json()
    return answer.status_code, told["reason"], told.get("rule", "")


@pytest.mark.feature(35)
@pytest.mark.feature(36)
def test_one_group_calls_who_leaves_it_calls_no_more_and_pages_stay(site: Policed) -> None:
    alice, bob = (bearer(site.token(each)) for each in (site.alice, site.bob))
    with group(site, "developers", "alice"):
        site.policy(DEVELOPERS)
        assert site.call(alice).status_code == 200
        assert refusal(site, bob) == (403, "group-not-allowed", "access.groups")
        site.bed.command("group", "remove", "developers", "alice")
        assert refusal(site, alice) == (403, "group-not-allowed", "access.groups")
        assert site.call(PAGE).status_code == 200
        assert site.call(PAGE, path=DASHBOARD).status_code == 200


@pytest.mark.feature(52)
def test_a_person_is_allowed_or_denied_until_a_date_whatever_the_groups(site: Policed) -> None:
    alice, bob = (bearer(site.token(each)) for each in (site.alice, site.bob))

    def override(user: str, effect: str, until: str) -> str:
        lines = f'user = "{user}"\neffect = "{effect}"\nuntil = {until}\nreason = "On leave"\n'
        return "[[access.override]]\n" + lines

    with group(site, "developers", "alice"):
        site.policy(
            DEVELOPERS
            + override("bob", "allow", "2999-01-01")
            + override("alice", "deny", "2999-01-01")
        )
        assert site.call(bob).status_code == 200
        status, _, rule = refusal(site, alice)
        assert (status, rule) == (403, "access.override")
        assert "On leave" in site.call(alice).json()["error_description"]
        site.policy(
            DEVELOPERS
            + override("bob", "allow", "2020-01-01")
            + override("alice", "deny", "2020-01-01")
        )
        assert refusal(site, bob) == (403, "group-not-allowed", "access.groups")
        assert site.call(alice).status_code == 200


@pytest.mark.feature(30)
@pytest.mark.feature(38)
def test_a_wrong_network_stops_every_kind_of_credential(site: Policed) -> None:
    value = site.token(site.alice)
    ways = (bearer(value), basic("alice", value), bearer(site.bed.token("READ")))
    assert [site.call(each).status_code for each in ways] == [200, 200, 200]
    for text, rule in ((FAR, "network.vpn"), (HERE, "network.here")):
        site.policy(text)
        for each in ways:
            assert refusal(site, each) == (403, "network-not-allowed", rule)


@pytest.mark.feature(38)
def test_networks_of_groups_clients_and_tokens_are_for_them_alone(site: Policed) -> None:
    own = [("10.0.0.0/8", "2001:db8::/32"), ("127.0.0.1/32",), ("::1/128",)]
    answers = [site.call(bearer(site.token(site.alice, networks=each))) for each in own]
    assert [each.status_code for each in answers] == [403, 200, 403]
    assert answers[0].json()["reason"] == "network-not-allowed"
    alice, bob = (bearer(site.token(each)) for each in (site.alice, site.bob))
    client = bearer(site.bed.token("READ"))
    client_id = site.bed.caller("READ").client_id
    with group(site, "travellers", "bob"):
        site.policy(f'{FAR}groups = ["travellers"]\n')
        assert [site.call(each).status_code for each in (alice, bob, client)] == [200, 403, 200]
        site.policy(f'{FAR}clients = ["{client_id}"]\n')
        assert [site.call(each).status_code for each in (alice, bob, client)] == [200, 200, 403]


@pytest.mark.feature(39)
def test_an_address_of_another_domain_does_not_call(site: Policed) -> None:
    caller = bearer(site.token(site.alice))
    site.policy('[emails]\ndomains = ["example.org"]\nreason = "Staff only"\n')
    assert refusal(site, caller) == (403, "email-domain-not-allowed", "emails.domains")
    site.policy('[emails]\ndomains = ["example.com"]\nreason = "Staff only"\n')
    assert site.call(caller).status_code == 200


@pytest.mark.trap(1)
def test_what_is_empty_lets_nobody_and_nothing_through(site: Policed) -> None:
    identifier = site.bed.site.identifier
    empty: tuple[dict[str, Any], ...] = (
        {"networks": ()},
        {"resources": frozenset()},
        {"scopes": frozenset()},
        {"presentations": frozenset()},
        {"details": (AccessDetail(identifier, (), None),)},
        {"details": (AccessDetail(identifier, None, ()),)},
        {"details": ()},
    )
    for limits in empty:
        answer = site.call(bearer(site.token(site.alice, **limits)))
        assert answer.status_code in {401, 403}, limits
    caller = bearer(site.token(site.alice))
    for text in (
        '[access]\ngroups = []\nreason = "Nobody"\n',
        '[[network]]\nname = "none"\nallow = []\nreason = "Nowhere"\n',
        '[[operation]]\nname = "none"\nallow = []\nreason = "Nothing"\n',
        '[emails]\ndomains = []\nreason = "Nobody"\n',
    ):
        site.policy(text)
        assert site.call(caller).status_code == 403, text


@pytest.mark.feature(40)
def test_a_token_for_a_project_reaches_no_other_and_nothing_uncertain(site: Policed) -> None:
    identifier = site.bed.site.identifier
    inside, outside = (
        bearer(
            site.token(
                site.alice,
                scopes=frozenset({"WRITE"}),
                details=(AccessDetail(identifier, None, (key,)),),
            )
        )
        for key in ("DEMO", "OTHER")
    )
    for path in (ISSUE, f"{ISSUE}/comment", "/rest/api/2/project/DEMO"):
        assert site.call(inside, path=path).status_code == 200
        assert refusal(site, outside, path)[:2] == (403, "project-not-allowed")
    uncertain = [
        ("GET", "/rest/api/2/search?jql=project=DEMO"),
        ("POST", "/rest/api/2/issue/bulk"),
        ("POST", "/rest/api/2/issue"),
        ("GET", "/rest/api/2/attachment/10000"),
        ("GET", "/rest/agile/1.0/board/1/issue"),
        ("GET", "/rest/api/2/filter/10000"),
    ]
    for method, path in uncertain:
        answer = site.call(inside, method, path)
        assert (answer.status_code, answer.json()["reason"]) == (403, "project-uncertain"), path
    assert "searches, boards, filters" in answer.json()["error_description"]


@pytest.mark.feature(51)
def test_one_document_holds_for_all_products_and_goes_back_to_what_it_was(
    site: Policed, gateway_beds: GatewayBeds
) -> None:
    wiki = gateway_beds.of(Shape(kind=ResourceKind.CONFLUENCE_DC))
    path = "/rest/api/space"

    def asked() -> list[int]:
        issue = site.call(bearer(site.token(site.alice)))
        return [issue.status_code, wiki.request("GET", path, wiki.token("READ")).status_code]

    file = site.bed.folder / "default.toml"
    file.write_text("# nothing\n")
    site.bed.command("policy", "apply", "default", str(file), "--yes")
    (first,) = (
        line.split()[0]
        for line in site.bed.command("policy", "versions", "default").splitlines()[1:2]
    )
    assert asked() == [200, 200]
    file.write_text(HERE)
    assert '+ [[network]] "here"' in site.bed.command("policy", "diff", "default", str(file))
    site.bed.command("policy", "apply", "default", str(file), "--yes")
    try:
        assert asked() == [403, 403]
    finally:
        site.bed.command("policy", "rollback", "default", first, "--yes")
    assert asked() == [200, 200]


@pytest.mark.feature(42)
def test_each_part_of_a_product_has_scopes_of_its_own(gateway_beds: GatewayBeds) -> None:
    cloud = gateway_beds.of(Shape(kind=ResourceKind.JIRA_CLOUD))
    parts = {
        "/rest/api/3/issue/DEMO-1": ("read:jira-work",),
        "/rest/agile/1.0/board": ("read:board-scope:jira-software", "read:project:jira"),
        "/rest/servicedeskapi/servicedesk": ("read:servicedesk-request",),
    }
    for granted, scopes in parts.items():
        token = cloud.token(*scopes)
        for path in parts:
            answer = cloud.request("GET", path, token)
            if path == granted:
                assert answer.status_code not in {401, 403}, path
            else:
                assert answer.status_code == 403, path
                assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]


@pytest.mark.feature(45)
@pytest.mark.feature(71)
def test_without_a_credential_no_operation_of_the_product_is_open_but_what_is_named(
    site: Policed,
) -> None:
    public = "/rest/api/2/serverInfo"
    site.policy(
        '[legacy]\nreason = "Everybody signs in"\n'
        '[[legacy.exception]]\nname = "status-page"\nway = "anonymous"\neffect = "allow"\n'
        f'until = 2999-01-01\npaths = ["{public}"]\nreason = "Shown on the status page"\n'
    )
    catalogue = load_catalogue().operations.of_kind(ResourceKind.JIRA_DC).operations
    calls = {(each.method, example_path(each)) for each in catalogue}
    with site.bed.watching() as seen, KeepAlive(site.bed.port) as line:
        answers = {each: line.ask(*each, "").status for each in sorted(calls)}
        new = line.ask("GET", "/rest/made-up/by/an/upgrade", "")
    assert [(note.method, note.target) for note in seen.notes] == [("GET", public)]
    assert {answers[each] for each in answers if each[1] != public} <= {401, 403}
    assert new.status in {401, 403}
    record = site.bed.record(new.headers["x-decision-id"])
    assert record["reason"] in {"unknown-path", "credential-missing"}


@pytest.mark.feature(46)
def test_passwords_pass_where_a_dated_exception_names_path_person_and_network(
    site: Policed,
) -> None:
    def exception(name: str, until: str, more: str) -> str:
        lines = f'name = "{name}"\nway = "basic"\neffect = "allow"\nuntil = {until}\n{more}\n'
        return f'[[legacy.exception]]\n{lines}reason = "Until the robot is rewritten"\n'

    site.policy(
        '[legacy]\nbasic = "block"\nreason = "Passwords end this year"\n'
        + exception(
            "robot",
            "2999-01-01",
            f'users = ["robot"]\npaths = ["{ISSUE}"]\nnetworks = ["127.0.0.0/8"]',
        )
        + exception("old", "2020-01-01", 'users = ["old"]')
        + exception("far", "2999-01-01", 'users = ["far"]\nnetworks = ["10.0.0.0/8"]')
    )
    with site.bed.watching() as seen:
        site.call(basic("robot", "sesame"))
        refused = [site.call(basic(user, "sesame")) for user in ("alice", "old", "far")]
        refused.append(site.call(basic("robot", "sesame"), path="/rest/api/2/myself"))
    assert seen.one.headers["authorization"] == basic("robot", "sesame")["Authorization"]
    assert {(each.status_code, each.json()["rule"]) for each in refused} == {(403, "legacy.basic")}
    for each in refused:
        assert site.bed.record(each.json()["decision_id"])["reason"] == "basic-blocked"
