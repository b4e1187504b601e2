"""What a provider's token may do here: our scopes, within every limit that there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.external_tokens import ExternalProblem as Why
from authserver.domain.group_rules import GroupEffect, GroupRule, GroupSnapshot, SnapshotState
from authserver.services.clients import ClientUpdate
from tests.federation.bearing import APP, SUBJECT, TARGET

if TYPE_CHECKING:
    from tests.federation.bearing import Bearing

BOTH = {"jira.read": frozenset({"READ"}), "jira.write": frozenset({"WRITE"})}


def rule(effect: GroupEffect, external: str, value: str = "") -> GroupRule:
    return GroupRule(f"r-{external}", "theirs", external, effect, value, "", 0.0)


def scope_of(world: Bearing, **claims: object) -> str:
    judged = world.judge(world.token(**claims))
    assert judged.is_accepted, judged.record
    return str(judged.introspected["scope"])


def test_the_answer_is_that_of_a_token_of_ours_but_for_issuer_and_client(okta: Bearing) -> None:
    judged = okta.judge(okta.token())
    now = int(okta.installation.clock.now())
    assert judged.introspected == {
        "active": True,
        "scope": "READ",
        "client_id": f"theirs:{APP}",
        "token_type": "Bearer",
        "exp": now + 3600,
        "iat": now,
        "sub": SUBJECT,
        "aud": okta.site.identifier,
        "iss": okta.fake.issuer,
        "jti": "theirs:AT.0mP4JKAZX1iACIT4vbEDF7LpvDVjxypPMf0D7uX39RE",
    }
    headers = judged.decided.headers
    assert (headers["x-auth-user"], headers["x-auth-client"]) == (SUBJECT, f"theirs:{APP}")
    record = judged.record
    assert record["actor"] == {"kind": "client", "id": f"theirs:{APP}"}
    assert record["client_id"] == f"theirs:{APP}"
    assert record["token_id"] == judged.introspected["jti"]
    named = {"provider": "theirs", "provider_client": APP, "subject": SUBJECT, "scope": "READ"}
    assert named.items() <= record["details"].items()


def test_scopes_are_mapped_and_what_is_not_in_the_map_is_dropped(okta: Bearing) -> None:
    okta.configure(bearer={"scopes": BOTH})
    assert scope_of(okta, scp=["openid", "jira.read", "READ", "SYSTEM_ADMIN"]) == "READ"
    assert scope_of(okta, scp=["jira.read", "jira.write"]) == "READ WRITE"
    for nothing in ([], ["READ"], ["openid", "profile"], None):
        assert okta.judge(okta.token(scp=nothing)).problem is Why.NO_MAPPED_SCOPE


def test_scopes_that_mean_nothing_at_the_site_are_no_reason_to_accept(okta: Bearing) -> None:
    okta.configure(bearer={"scopes": {"jira.read": frozenset({"read:page:confluence"})}})
    assert okta.judge(okta.token()).reason.startswith(f"{Why.NO_MAPPED_SCOPE}: none of this")


def test_groups_that_limit_scopes_limit_them(okta: Bearing) -> None:
    okta.configure(bearer={"scopes": BOTH})
    okta.add_rule(rule(GroupEffect.SCOPES, "Readers", "READ"))
    both = ["jira.read", "jira.write"]
    assert scope_of(okta, scp=both, groups=["Readers"]) == "READ"
    # Of the chain of Data Center the ceiling leaves what lies under both.
    assert scope_of(okta, scp=["jira.write"], groups=["Readers"]) == "READ"
    for groups in ([], ["Writers"], None):
        assert okta.judge(okta.token(scp=both, groups=groups)).problem is Why.NO_MAPPED_SCOPE
    okta.add_rule(rule(GroupEffect.SCOPES, "Writers", "WRITE"))
    assert scope_of(okta, scp=both, groups=["Readers", "Writers"]) == "READ WRITE"


def test_a_group_that_is_kept_out_is_kept_out(okta: Bearing) -> None:
    okta.add_rule(rule(GroupEffect.DENY, "Contractors"))
    assert okta.judge(okta.token(groups=["Staff"])).is_accepted
    judged = okta.judge(okta.token(groups=["Staff", "Contractors"]))
    assert judged.reason == f"{Why.DENIED_BY_GROUP}: member of Contractors"
    # Nobody is let in because nothing was said.
    assert okta.judge(okta.token()).problem is Why.DENIED_BY_GROUP


@pytest.mark.rule("FE-09")
def test_groups_that_were_lost_since_are_lost_for_older_tokens(okta: Bearing) -> None:
    okta.configure(bearer={"scopes": BOTH})
    okta.add_rule(rule(GroupEffect.SCOPES, "Readers", "READ"))
    okta.add_rule(rule(GroupEffect.SCOPES, "Writers", "WRITE"))
    okta.add_rule(rule(GroupEffect.DENY, "Contractors"))
    now = okta.installation.clock.now()

    def somebody(key: str, *groups: str, seconds: float, state: SnapshotState) -> str:
        snapshot = GroupSnapshot(groups, state, "id token", now + seconds)
        okta.link(key, f"user:{key}", snapshot=snapshot)
        claims = {"scp": ["jira.write"], "groups": ["Writers", "Readers"]}
        judged = okta.judge(okta.token(uid=key, **claims))
        return str(judged.introspected.get("scope") or judged.reason)

    complete = SnapshotState.COMPLETE
    assert somebody("a", "Readers", seconds=2, state=complete) == "READ"
    assert somebody("b", "Readers", seconds=-2, state=complete) == "WRITE"
    assert somebody("c", "Readers", seconds=2, state=SnapshotState.TRUNCATED) == "WRITE"
    contractor = somebody("d", "Writers", "Contractors", seconds=2, state=complete)
    assert contractor == f"{Why.DENIED_BY_GROUP}: member of Contractors"


def test_a_client_of_ours_limits_what_the_provider_s_may(okta: Bearing) -> None:
    installation = okta.installation
    container, wiki = installation.container, installation.site("wiki", "confluence-dc")
    installation.caller("ours", okta.site, "READ")
    okta.configure(bearer={"scopes": BOTH, "clients": {APP: "ours"}})
    judged = okta.judge(okta.token(scp=["jira.read", "jira.write"]))
    assert judged.introspected["scope"] == "READ"
    assert judged.introspected["client_id"] == "ours"
    assert judged.record["details"]["provider_client"] == APP
    assert judged.introspected["sub"] == SUBJECT
    assert installation.lane.introspect(wiki, okta.token()) == {"active": False}
    container.clients.disable("ours", container.operator)
    for claims in ({}, {"uid": None}):
        assert okta.judge(okta.token(**claims)).problem is Why.CLIENT_STOPPED
    container.clients.enable("ours", container.operator)
    installation.poll()
    container.clients.delete("ours", container.operator)
    assert okta.judge(okta.token()).problem is Why.CLIENT_STOPPED


def test_a_client_without_a_user_needs_the_grant_for_that(okta: Bearing) -> None:
    container = okta.installation.container
    okta.installation.caller("ours", okta.site, "READ")
    okta.configure(bearer={"clients": {APP: "ours"}})
    alone = okta.token(uid=None)
    judged = okta.judge(alone)
    assert judged.introspected["sub"] == "client:ours"
    assert judged.introspected["client_id"] == "ours"
    update = ClientUpdate(
        grant_types=["authorization_code"], add_redirect_uris=["https://app.example.org/cb"]
    )
    container.clients.update("ours", update, container.operator)
    okta.installation.poll()
    judged = okta.judge(alone)
    assert judged.reason == f"{Why.CLIENT_STOPPED}: may not speak for itself"


@pytest.mark.parametrize("mapped", [True, False])
def test_the_account_at_the_site_is_the_one_of_our_subject(okta: Bearing, *, mapped: bool) -> None:
    container = okta.installation.container
    act = container.operator
    container.hand_overs.set_plain(okta.site.name, act, kind="identity-header")
    # An account under what the provider calls the person would be anybody's for the asking.
    for stranger in ("00ujmkLgagxeRrAg20g3", "grace@example.com"):
        container.subject_accounts.map(okta.site.name, stranger, "root", act)
    if mapped:
        container.subject_accounts.map(okta.site.name, SUBJECT, "ghopper", act)
    okta.installation.poll()
    decided = okta.decide(okta.token())
    if mapped:
        assert decided.status == 200
        assert decided.headers["x-upstream-identity"] == "ghopper"
    else:
        assert decided.headers["x-deny-reason"] == "account-unmapped"


def test_a_call_beyond_the_scopes_is_told_which_it_lacks(okta: Bearing) -> None:
    lane = okta.installation.lane
    headers = {
        "X-Gateway-Authorization": f"Bearer {okta.gateway_key}",
        "X-Original-Method": "DELETE",
        "X-Original-URI": TARGET,
        "X-Original-Address": "198.51.100.20",
        "Authorization": f"Bearer {okta.token()}",
    }
    decided = lane.knock("GET", "/gateway/auth-request", headers=headers)
    assert decided.headers["x-deny-reason"] == "insufficient-scope"
    assert decided.headers["x-auth-user"] == SUBJECT


def test_a_site_that_is_disabled_is_nobody_s(okta: Bearing) -> None:
    container = okta.installation.container
    container.resources.disable(okta.site.name, container.operator)
    decided = okta.decide(okta.token())
    assert decided.headers["x-deny-reason"] == "resource-stopped"
