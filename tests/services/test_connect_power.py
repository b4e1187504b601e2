"""What a Connect key gives ends with the key, the client, the site: at once and everywhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from authserver.domain.authority import Change, ChangeKind
from authserver.domain.connect_keys import ConnectProblem
from authserver.domain.errors import StorageUnavailable
from authserver.services.authority import PRUNE_SECONDS
from authserver.services.clients import ClientUpdate
from authserver.services.connect_key_rules import SigningMaterial
from tests.connect.signing import (
    APP,
    OTHER_SECRET,
    SECRET,
    by_secret,
    claims,
)
from tests.connect.sites import CLIENT, ConnectSite, connect_verdicts
from tests.services.world import ADMIN, World


@pytest.fixture
def site(world: World) -> ConnectSite:
    return ConnectSite(world)


def test_a_disabled_key_counts_no_more_when_the_command_returns(site: ConnectSite) -> None:
    site.good(site.jwt())
    site.keys.set_enabled("jira-main", APP, ADMIN, enabled=False)
    assert site.unfit(site.jwt()).problem is ConnectProblem.KEY_STOPPED
    site.keys.set_enabled("jira-main", APP, ADMIN, enabled=True)
    site.world.clock.advance(1)
    site.good(site.jwt())
    site.keys.remove("jira-main", APP, ADMIN)
    assert site.judge(site.jwt()) is None


def test_the_secret_before_goes_on_for_the_overlap(site: ConnectSite) -> None:
    site.good(site.jwt())
    material = SigningMaterial(secret=OTHER_SECRET)
    site.keys.rotate("jira-main", APP, material, ADMIN, overlap_seconds=600)
    now = site.world.clock.now()
    site.good(by_secret(claims(at=now), SECRET))
    site.good(by_secret(claims(at=now), OTHER_SECRET))
    site.world.clock.advance(600)
    now = site.world.clock.now()
    site.good(by_secret(claims(at=now), OTHER_SECRET))
    unfit = site.unfit(by_secret(claims(at=now), SECRET))
    assert unfit.problem is ConnectProblem.SIGNATURE_INVALID


def test_without_overlap_the_secret_before_ends_at_once(site: ConnectSite) -> None:
    material = SigningMaterial(secret=OTHER_SECRET)
    site.keys.rotate("jira-main", APP, material, ADMIN, overlap_seconds=0)
    assert site.unfit(site.jwt()).problem is ConnectProblem.SIGNATURE_INVALID


def test_the_client_must_still_be_able_to_call(site: ConnectSite) -> None:
    clients = site.world.clients
    site.good(site.jwt())
    clients.disable(CLIENT, ADMIN)
    assert site.unfit(site.jwt()).problem is ConnectProblem.CLIENT_STOPPED
    clients.enable(CLIENT, ADMIN)
    site.world.clock.advance(1)
    site.good(site.jwt())
    site.world.add_resource("other")
    clients.update(CLIENT, ClientUpdate(resources=("other",)), ADMIN)
    assert site.unfit(site.jwt()).problem is ConnectProblem.CLIENT_STOPPED


def test_a_key_never_gives_more_than_the_client_has_now(world: World) -> None:
    site = ConnectSite(world, scopes=("WRITE",))
    assert site.good(site.jwt()).scopes == {"WRITE"}
    world.clients.update(CLIENT, ClientUpdate(scopes=("READ",)), ADMIN)
    assert site.good(site.jwt()).scopes == {"READ"}


def test_without_a_common_scope_it_is_worth_nothing(site: ConnectSite) -> None:
    site.world.add_resource("cloud", kind="jira-cloud", url="https://example.atlassian.net")
    site.world.clients.update(
        CLIENT,
        ClientUpdate(resources=("jira-main", "cloud"), scopes=("read:jira-work",)),
        ADMIN,
    )
    assert site.unfit(site.jwt()).problem is ConnectProblem.NO_SCOPE


def test_a_stopped_site_takes_none(site: ConnectSite) -> None:
    site.world.resources.disable("jira-main", ADMIN)
    assert site.unfit(site.jwt()).problem is ConnectProblem.RESOURCE_STOPPED


def test_what_was_revoked_of_the_client_counts_no_more(site: ConnectSite) -> None:
    jwt = site.jwt()
    now = site.world.clock.now()
    with site.world.database.writing() as stores:
        denial = Change(ChangeKind.SUBJECT, f"client:{CLIENT}", now + 3600, issued_until=now)
        stores.authority.advance([denial])
    site.world.worker.view.poll()
    assert site.unfit(jwt).problem is ConnectProblem.DENIED
    site.world.clock.advance(1)
    site.good(site.jwt())


def test_issuers_that_nobody_registered_cost_no_question(site: ConnectSite) -> None:
    site.good(site.jwt())
    asked = site.world.database.calls["connect_keys.list"]
    for number in range(20):
        site.unfit(site.jwt(iss=f"app-{number}"))
    assert site.world.database.calls["connect_keys.list"] == asked


def test_a_secret_that_does_not_open_stops_its_own_key_only(site: ConnectSite) -> None:
    site.add(issuer="com.example.other", material=SigningMaterial(secret=OTHER_SECRET))
    stored = site.world.database.state.connect_keys
    stored["jira-main", APP] = replace(stored["jira-main", APP], sealed=b"9|x|y|z")
    verdicts = connect_verdicts(site.world, site.world.worker)
    with pytest.raises(StorageUnavailable, match=APP):
        site.judge(site.jwt(), by=verdicts)
    other = by_secret(claims(iss="com.example.other"), OTHER_SECRET)
    site.good(other, by=verdicts)


def test_a_secret_before_that_does_not_open_stops_nothing(site: ConnectSite) -> None:
    stored = site.world.database.state.connect_keys
    stored["jira-main", APP] = replace(
        stored["jira-main", APP],
        sealed_before=b"9|x|y|z",
        before_until=site.world.clock.now() + 60,
    )
    site.good(site.jwt(), by=connect_verdicts(site.world, site.world.worker))


def test_no_answer_shows_what_the_jwt_was(site: ConnectSite) -> None:
    jwt = site.jwt(jti="secret-id", sub="557058:alice")
    unfit = site.unfit(jwt)
    assert "alice" not in unfit.reason
    assert SECRET not in repr(site.verdicts.__dict__)
    assert jwt not in repr(unfit)


def test_after_a_clock_was_set_back_what_may_have_been_denied_counts_no_more(
    site: ConnectSite,
) -> None:
    world = site.world
    now = world.clock.now()
    jwt = site.jwt()
    with world.database.writing() as stores:
        denial = Change(ChangeKind.SUBJECT, f"client:{CLIENT}", now + 200, issued_until=now)
        stores.authority.advance([denial])
    # The denial was over, and was forgotten: the clock had run ahead.
    world.clock.advance(300)
    world.clock.set_monotonic(world.clock.monotonic() + PRUNE_SECONDS)
    world.worker.view.poll()
    world.clock.set_now(now)
    world.worker.view.poll()
    assert site.unfit(jwt).problem is ConnectProblem.EXPIRED
