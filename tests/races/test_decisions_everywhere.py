"""When a revocation has been answered, no worker of any server lets a call with the token pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.races.probes import DecisionProbes
from tests.races.test_revocation_everywhere import revoke
from tests.races.weakened import NO_LEASE, weakened

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.races.conftest import Fleet

    MakeFleet = Callable[[Mapping[str, str]], Fleet]


def gateway_key(fleet: Fleet, folder: Path) -> str:
    """The key of a gateway to the fleet's site, which gets a credential."""
    secret = folder / "secret"
    secret.touch(mode=0o600)
    secret.write_text("of-the-site-0123456789")
    name = fleet.site.name
    fleet.first.cli(
        *("resource", "set-credential", name, "--type", "bearer", "--account", "svc"),
        *("--secret-file", str(secret)),
    )
    made = fleet.first.cli("gateway", "add", "edge", "--resource", name)
    return str(made["gateway_key"])


def survivors(fleet: Fleet, key: str, *, rounds: int, times: int) -> tuple[int, int]:
    """Revoke `rounds` tokens that every worker knows; probes sent, and those that passed."""
    sent = passed = 0
    with DecisionProbes(fleet.servers, fleet.site, key) as probes:
        for _ in range(rounds):
            token = fleet.first.token(fleet.caller)
            known = probes.count_active(token, times=2)
            assert known == 2 * probes.connections, "a live token must pass everywhere"
            revoke(fleet, token)
            passed += probes.count_active(token, times=times)
            sent += times * probes.connections
    return sent, passed


@pytest.mark.slow
@pytest.mark.rule("F-38")
@pytest.mark.rule("RV-03")
def test_a_revoked_token_passes_nowhere_when_the_answer_has_come(
    make_fleet: MakeFleet, tmp_path: Path
) -> None:
    fleet = make_fleet({})
    _, passed = survivors(fleet, gateway_key(fleet, tmp_path), rounds=4, times=10)
    assert passed == 0


@pytest.mark.slow
def test_ten_thousand_decisions_let_no_revoked_token_pass(
    make_fleet: MakeFleet, tmp_path: Path
) -> None:
    fleet = make_fleet({})
    sent, passed = survivors(fleet, gateway_key(fleet, tmp_path), rounds=45, times=40)
    assert sent >= 10_000
    assert passed == 0


@pytest.mark.slow
def test_without_the_wait_of_the_revoker_a_revoked_token_passes(
    make_fleet: MakeFleet, tmp_path: Path
) -> None:
    fleet = make_fleet(weakened(tmp_path / "weakened", NO_LEASE))
    _, passed = survivors(fleet, gateway_key(fleet, tmp_path), rounds=12, times=10)
    assert passed > 0, "the tests above cannot see what they are there for"
