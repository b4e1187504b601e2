"""When an API token was stopped, in whatever way, no worker of any server accepts it any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.races.probes import Probes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.races.conftest import Fleet

    MakeFleet = Callable[[Mapping[str, str]], Fleet]

OWNER: Final = "ada"
PATIENCE: Final = 100


def service_token(fleet: Fleet) -> tuple[str, str]:
    """Id and secret of a token of the fleet's client, for which ada answers."""
    made = fleet.first.cli(
        *("token", "create", "--user", OWNER, "--service", "--client", fleet.caller.client_id),
        *("--purpose", "race", "--scope", "READ", "--resource", fleet.site.name),
    )
    return made["token"]["token_id"], made["api_token"]


def is_good_again(fleet: Fleet, token: str) -> bool:
    """Whether every worker says so before long: nobody waits for what gives something."""
    # Connections of their own each time: a command takes longer than an idle one is kept.
    with Probes(fleet.servers, fleet.site) as probes:
        everybody = 2 * probes.connections
        return any(probes.count_active(token, times=2) == everybody for _ in range(PATIENCE))


@pytest.mark.slow
@pytest.mark.rule("AK-03")
@pytest.mark.feature(12)
@pytest.mark.feature(14)
def test_a_stopped_api_token_is_dead_everywhere_when_the_command_has_ended(
    make_fleet: MakeFleet,
) -> None:
    fleet = make_fleet({})
    first = fleet.first
    first.cli("user", "create", OWNER)
    token_id, token = service_token(fleet)
    steps = (
        (("token", "disable", token_id), False),
        (("token", "enable", token_id), True),
        (("user", "disable-credentials", OWNER, "--yes"), False),
        (("user", "enable-credentials", OWNER), True),
        (("user", "disable", OWNER), False),
        (("user", "enable", OWNER), True),
        (("client", "disable", fleet.caller.client_id), False),
        (("client", "enable", fleet.caller.client_id), True),
        (("token", "revoke", "--where", "purpose=race", "--yes"), False),
    )
    assert is_good_again(fleet, token)
    for command, is_good in steps:
        first.cli(*command)
        if is_good:
            assert is_good_again(fleet, token), command
        else:
            with Probes(fleet.servers, fleet.site) as probes:
                assert probes.count_active(token, times=10) == 0, command
