from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from authserver.domain.errors import ProtocolRefusal
from authserver.services.audiences import Aim, Audiences
from tests.services.authorizations import CLIENT
from tests.services.world import ADMIN, ISSUER, SCOPES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.clients import Client
    from tests.services.world import World

JIRA = "https://jira-main.example.com"
OTHER = "https://jira-other.example.com"


@pytest.fixture
def audiences(world: World) -> Audiences:
    world.add_resource()
    world.add_resource("jira-other")
    return Audiences(issuer=ISSUER, directory=world.worker.directory, scopes_of_kind=SCOPES)


def refusal(
    audiences: Audiences, scope: str | None, named: Sequence[str], client: Client = CLIENT
) -> str:
    with pytest.raises(ProtocolRefusal) as refused:
        audiences.aim(client, scope, named)
    return refused.value.error


def test_signing_in_alone_is_for_this_server(audiences: Audiences) -> None:
    aim = audiences.aim(CLIENT, "openid email", ())
    assert aim == Aim(ISSUER, "", frozenset({"openid", "email"}))


def test_scopes_of_a_site_are_for_the_only_site(audiences: Audiences) -> None:
    aim = audiences.aim(CLIENT, "openid READ", ())
    assert aim == Aim(JIRA, "jira-main", frozenset({"openid", "READ"}))


def test_a_site_may_be_named_without_its_scopes(audiences: Audiences) -> None:
    assert audiences.aim(CLIENT, "openid", (JIRA,)) == Aim(JIRA, "jira-main", frozenset({"openid"}))


def test_without_scope_it_is_everything_but_offline_access(audiences: Audiences) -> None:
    aim = audiences.aim(CLIENT, None, ())
    assert aim.scopes == CLIENT.scopes - {"offline_access"}
    alone = replace(CLIENT, resources=frozenset(), scopes=frozenset({"openid", "offline_access"}))
    assert audiences.aim(alone, None, ()) == Aim(ISSUER, "", frozenset({"openid"}))


def test_a_higher_scope_of_data_center_reaches_the_lower(audiences: Audiences) -> None:
    writer = replace(CLIENT, scopes=frozenset({"WRITE"}))
    assert audiences.aim(writer, "READ", ()).scopes == {"READ"}


def test_which_of_several_sites_must_be_said(audiences: Audiences) -> None:
    client = replace(CLIENT, resources=frozenset({"jira-main", "jira-other"}))
    assert refusal(audiences, "READ", (), client) == "invalid_target"
    assert audiences.aim(client, "READ", (OTHER,)).resource == "jira-other"
    assert audiences.aim(client, "openid", ()).audience == ISSUER


@pytest.mark.parametrize(
    ("scope", "resources", "error"),
    [
        ("READ", (OTHER,), "invalid_target"),
        ("READ", (JIRA, JIRA), "invalid_target"),
        ("READ", (JIRA + "/",), "invalid_target"),
        ("openid", (ISSUER,), "invalid_target"),
        ("openid groups", (), "invalid_scope"),
        ("ADMIN", (), "invalid_scope"),
        ("nonsense", (), "invalid_scope"),
        ("openid  READ", (), "invalid_scope"),
    ],
)
def test_nothing_beyond_the_client_is_given(
    audiences: Audiences, scope: str, resources: Sequence[str], error: str
) -> None:
    assert refusal(audiences, scope, resources) == error


def test_a_client_without_site_or_scope_gets_none(audiences: Audiences) -> None:
    homeless = replace(CLIENT, resources=frozenset())
    assert refusal(audiences, "READ", (), homeless) == "invalid_target"
    nothing = replace(homeless, scopes=frozenset())
    assert refusal(audiences, None, (), nothing) == "invalid_scope"


def test_a_site_that_is_disabled_is_none(audiences: Audiences, world: World) -> None:
    world.resources.disable("jira-main", ADMIN)
    world.worker.view.poll()
    assert refusal(audiences, "READ", ()) == "invalid_target"
    assert refusal(audiences, "READ", (JIRA,)) == "invalid_target"
